// NULL in every pointer of the functions of chat archives.

#include "capi/nulls.hpp"

using namespace test::c;

namespace {

constexpr const char* word = "backup-demo-1";
constexpr std::size_t size = 13;

using File = Handle<tresor_file, tresor_file_free>;
using Writer = Handle<tresor_archive_writer, tresor_archive_writer_free>;

constexpr std::string_view ada =
    R"({"identity":"ABCD1234","public_key":"IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI="})";
const unsigned char key[TRESOR_KEY_SIZE] = {7};

tresor_sink nowhere() {
    tresor_sink sink = TRESOR_SINK_INIT;
    sink.write = [](const unsigned char*, std::size_t, void*) { return 0; };
    sink.restart = [](void*) { return 0; };
    return sink;
}

tresor_source nothing() {
    tresor_source source = TRESOR_SOURCE_INIT;
    source.read = [](std::size_t* got, unsigned char*, std::size_t, void*) {
        *got = 0;
        return 0;
    };
    source.rewind = [](void*) { return 0; };
    return source;
}

std::string miniature_in(const test::TemporaryFolder& folder) {
    auto bytes = test::read_vector("data_backup/miniature.vec").bytes;
    std::string path = (folder / "threema-backup_1735690400000_1.zip").string();
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return path;
}

// A writer for each call: one that failed is spoiled.
template <class... Parameters, class... Arguments>
void nulls_of_writer(const char* name, int (*function)(tresor_archive_writer*, Parameters...),
                     std::set<std::size_t> optional, bool has_owner, Arguments... arguments) {
    tried.insert(name);
    const bool pointers[] = {true, std::is_pointer_v<Parameters>...};
    const tresor_sink sink = nowhere();
    for (std::size_t null = 0; null <= sizeof...(Parameters); ++null) {
        if (!pointers[null]) continue;
        CAPTURE(name);
        CAPTURE(null);
        Writer writer;
        NEED(tresor_archive_writer_into(writer.out(), &sink, word, size, nullptr));
        if (has_owner) NEED(tresor_archive_writer_set_owner(writer, id, key));
        std::size_t at = 0;
        auto choose = [&]<class P>(P value) -> P {
            ++at;
            if constexpr (std::is_pointer_v<P>) return at == null ? nullptr : value;
            return value;
        };
        std::tuple<Parameters...> chosen{choose(static_cast<Parameters>(arguments))...};
        int status = std::apply(
            [&](auto... rest) { return function(null == 0 ? nullptr : writer.pointer, rest...); },
            chosen);
        CHECK(status == (optional.contains(null) ? TRESOR_OK : TRESOR_INVALID_ARGUMENT));
        if (status != TRESOR_OK) CHECK(*tresor_error_text() != '\0');
    }
}

#define NULLS_OF_WRITER(function, optional, has_owner, ...) \
    nulls_of_writer(#function, function, optional, has_owner, __VA_ARGS__)

}  // namespace

TEST_CASE("capi: NULL in every pointer of chat archives") {
    test::TemporaryFolder folder;
    std::string path = miniature_in(folder);
    tresor_file* made = nullptr;
    NULLS(tresor_file_open, May(), &made, path.c_str());
    tresor_file_free(std::exchange(made, nullptr));
    tresor_file_callbacks callbacks = TRESOR_FILE_CALLBACKS_INIT;
    NULLS(tresor_file_from_callbacks, May(), &made, &callbacks);
    File file;
    NEED(tresor_file_open(file.out(), path.c_str()));
    tresor_data_backup_options options = TRESOR_DATA_BACKUP_OPTIONS_INIT;
    tresor_data_backup* opened = nullptr;
    NULLS(tresor_data_backup_open, May({4}), &opened, file.pointer, word, size, &options);
    tresor_data_backup_free(std::exchange(opened, nullptr));
    Handle<tresor_data_backup, tresor_data_backup_free> archive;
    NEED(tresor_data_backup_open(archive.out(), file, word, size, nullptr));
    tresor_buf* nobody = nullptr;
    Buf buf;
    NULLS(tresor_data_backup_info, May(), buf.out(), archive.pointer);
    NULLS(tresor_data_backup_id_export, May(), buf.out(), archive.pointer);
    NULLS(tresor_data_backup_contacts, May(), buf.out(), archive.pointer);
    NULLS(tresor_data_backup_groups, May(), buf.out(), archive.pointer);
    NULLS(tresor_data_backup_distribution_lists, May(), buf.out(), archive.pointer);
    NULLS(tresor_data_backup_polls, May(), buf.out(), archive.pointer);
    NULLS(tresor_data_backup_chats, May(), buf.out(), archive.pointer);
    NULLS(tresor_data_backup_summary, May(), buf.out(), archive.pointer, "ECHOECHO");
    NULLS(tresor_data_backup_entries, May(), buf.out(), archive.pointer);
    NULLS(tresor_data_backup_findings, May(), buf.out(), archive.pointer);
    int found = 0;
    tresor_sink sink = nowhere();
    NULLS(tresor_data_backup_read, May(), &found, archive.pointer, "settings", &sink);
    NULLS(tresor_data_backup_read_bytes, May(), &found, buf.out(), archive.pointer, "settings",
          std::size_t{99});
    tresor_message_reader* reading = nullptr;
    NULLS(tresor_data_backup_messages, May(), &reading, archive.pointer, "ECHOECHO", 1);
    Handle<tresor_message_reader, tresor_message_reader_free> messages;
    NEED(tresor_data_backup_messages(messages.out(), archive, "ECHOECHO", 1));
    std::size_t count = 0;
    NULLS(tresor_message_reader_next, May(), &count, buf.out(), messages.pointer, std::size_t{1});

    tresor_verified verified;
    NULLS(tresor_data_backup_verify, (May{1, 2, 6}), &verified, nobody, nobody, file.pointer, word,
          size, &options);
    tresor_extracted extracted;
    std::string out = (folder / "out").string();
    // Each call that goes well would fill the folder.
    for (int null = 0; null < 5; ++null)
        CHECK(tresor_data_backup_extract(
                  null == 0 ? nullptr : &extracted, nullptr, null == 1 ? nullptr : file.pointer,
                  null == 2 ? nullptr : word, size, null == 3 ? nullptr : out.c_str(), 0,
                  nullptr) == (null < 4 ? TRESOR_INVALID_ARGUMENT : TRESOR_OK));
    tried.insert("tresor_data_backup_extract");
    tresor_salvaged salvaged;
    NULLS(tresor_data_backup_salvage, May({5}), &salvaged, file.pointer, word, size, &sink,
          &options);
    tresor_exported exported;
    std::string pages = (folder / "pages").string();
    for (int null = 0; null < 4; ++null)
        CHECK(tresor_data_backup_export(null == 0 ? nullptr : &exported, nullptr, nullptr,
                                        null == 1 ? nullptr : archive.pointer,
                                        null == 2 ? nullptr : pages.c_str(), nullptr) ==
              (null < 3 ? TRESOR_INVALID_ARGUMENT : TRESOR_OK));
    tried.insert("tresor_data_backup_export");
    tresor_statistics_options counting = TRESOR_STATISTICS_OPTIONS_INIT;
    NULLS(tresor_data_backup_statistics, (May{0, 1, 2, 4}), nobody, nobody, nobody, archive.pointer,
          &counting);
}

TEST_CASE("capi: NULL in every pointer of archives that are written") {
    test::TemporaryFolder folder;
    std::string path = (folder / "a.zip").string();
    tresor_write_options options = TRESOR_WRITE_OPTIONS_INIT;
    options.made_at = start;
    for (int null = 0; null < 4; ++null) {
        Writer writer;
        CHECK(tresor_archive_writer_open(null == 0 ? nullptr : writer.out(),
                                         null == 1 ? nullptr : path.c_str(),
                                         null == 2 ? nullptr : word, size, nullptr) ==
              (null < 3 ? TRESOR_INVALID_ARGUMENT : TRESOR_OK));
    }
    tried.insert("tresor_archive_writer_open");
    const tresor_sink sink = nowhere();
    for (int null = 0; null < 4; ++null) {
        Writer writer;
        CHECK(tresor_archive_writer_into(null == 0 ? nullptr : writer.out(),
                                         null == 1 ? nullptr : &sink, null == 2 ? nullptr : word,
                                         size, null == 3 ? nullptr : &options) ==
              (null < 3 ? TRESOR_INVALID_ARGUMENT : TRESOR_OK));
    }
    tried.insert("tresor_archive_writer_into");

    const tresor_source source = nothing();
    const unsigned char hash[TRESOR_SHA256_SIZE] = {1};
    const void* contact = ada.data();
    NULLS_OF_WRITER(tresor_archive_writer_set_owner, May(), false, id, key);
    NULLS_OF_WRITER(tresor_archive_writer_set_owner_picture, May(), true, &source);
    NULLS_OF_WRITER(tresor_archive_writer_add_contact, (May{3, 4}), true, contact, ada.size(),
                    &source, &source);
    // What the others are given is not good either: it is NULL that is told first.
    NULLS_OF_WRITER(tresor_archive_writer_add_distribution_list, May(), true, contact, ada.size());
    NULLS_OF_WRITER(tresor_archive_writer_add_message, May(), true, contact, ada.size());
    NULLS_OF_WRITER(tresor_archive_writer_add_poll, May(), true, contact, ada.size());
    NULLS_OF_WRITER(tresor_archive_writer_add_media, May(), true, "u1", &source);
    NULLS_OF_WRITER(tresor_archive_writer_add_thumbnail, May(), true, "u1", &source);
    NULLS_OF_WRITER(tresor_archive_writer_add_nonce, May(), true, int{TRESOR_NONCE_CHAT}, hash);
    constexpr std::string_view group =
        R"({"id":"a1b2c3d4e5f60718","creator":"ECHOECHO","members":["ECHOECHO"],"user_state":"member"})";
    NULLS_OF_WRITER(tresor_archive_writer_add_group, May({3}), true,
                    static_cast<const void*>(group.data()), group.size(), &source);
    FAILS(tresor_archive_writer_finish(nullptr, nullptr), TRESOR_INVALID_ARGUMENT);
    Writer writer;
    NEED(tresor_archive_writer_into(writer.out(), &sink, word, size, nullptr));
    NEED(tresor_archive_writer_set_owner(writer, id, key));
    GOOD(tresor_archive_writer_finish(nullptr, writer));
    tried.insert("tresor_archive_writer_finish");
}

TEST_CASE("capi: NULL in every pointer of archives made of archives") {
    test::TemporaryFolder folder;
    File file;
    NEED(tresor_file_open(file.out(), miniature_in(folder).c_str()));
    tresor_rewritten out;
    tresor_buf* nobody = nullptr;
    const tresor_sink sink = nowhere();
    const tresor_cut cut = TRESOR_CUT_INIT;
    tresor_write_options options = TRESOR_WRITE_OPTIONS_INIT;
    options.made_at = start;
    tresor_data_backup_options reading = TRESOR_DATA_BACKUP_OPTIONS_INIT;
    NULLS(tresor_data_backup_filter, (May{1, 2, 9, 10, 11}), &out, nobody, nobody, file.pointer,
          word, size, &sink, word, size, &cut, &options, &reading);
    NULLS(tresor_data_backup_merge, (May{1, 2, 3, 13, 14}), &out, nobody, nobody, nobody,
          file.pointer, word, size, file.pointer, word, size, &sink, word, size, &options,
          &reading);
    std::string extracted = (folder / "out").string();
    tresor_extracted told;
    NEED(tresor_data_backup_extract(&told, nullptr, file, word, size, extracted.c_str(), 0,
                                    nullptr));
    NULLS(tresor_data_backup_create, (May{1, 8}), &out, nobody, extracted.c_str(), word, size,
          &sink, word, size, &options);
}

TEST_CASE("capi: NULL in every pointer of archives in a safe place") {
    Buf json;
    tresor_utc_offset offset = [](std::int64_t* seconds, std::int64_t, void*) {
        *seconds = 0;
        return 0;
    };
    std::int64_t due = 0;
    void* payload = &due;
    NULLS(tresor_schedule_next_due, (May{3, 4}), &due, int{TRESOR_EVERY_DAILY}, start, offset,
          payload);
    const std::int64_t times[] = {start};
    NULLS(tresor_schedule_thin, (May{4, 5}), json.out(), times, std::size_t{1}, "daily:1", offset,
          payload);
    test::TemporaryFolder folder;
    File file;
    Store store;
    std::string path = miniature_in(folder);
    std::string name = path.substr(path.rfind('/') + 1);
    NEED(tresor_file_open(file.out(), path.c_str()));
    open(store, "memory:");
    tresor_data_backup_options reading = TRESOR_DATA_BACKUP_OPTIONS_INIT;
    tresor_put_archive_options options = TRESOR_PUT_ARCHIVE_OPTIONS_INIT;
    NULLS(tresor_archive_put, (May{7, 8}), json.out(), store.pointer, file.pointer, name.c_str(),
          name.size(), word, size, &reading, &options);
    NULLS(tresor_archive_status, (May{2, 5, 6}), json.out(), store.pointer, id,
          int{TRESOR_EVERY_DAILY}, start, offset, payload);
}
