// Chat archives that are made in C: of what a program has, of other archives, of a folder.

#include <algorithm>

#include "capi/archives.hpp"

using namespace test::c;

namespace {

using Writer = Handle<tresor_archive_writer, tresor_archive_writer_free>;

constexpr const char* hiking = "a1b2c3d4e5f60718-ABCD1234";
constexpr std::string_view ada =
    R"({"identity":"ABCD1234","public_key":"IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI=",)"
    R"("first_name":"Ada"})";
constexpr std::string_view hello =
    R"({"uid":"u1","api_id":"0123456789abcdef","time":"2025-01-01T00:00:00Z","text":"Hello"})";
constexpr std::string_view look =
    R"({"uid":"u2","api_id":"0123456789abcdf0","time":"2025-01-01T00:01:00Z","caption":"Look",)"
    R"("file":{"name":"a.jpg","media_type":"image/jpeg","size":300000,"downloaded":true}})";
constexpr std::string_view lunch =
    R"({"row_id":"7","id":"0102030405060708","creator":"ABCD1234","chat_kind":"contact",)"
    R"("chat":"ABCD1234","name":"Lunch?","state":"OPEN","assessment":"SINGLE_CHOICE",)"
    R"("type":"RESULT_ON_CLOSE","choice_type":"TEXT","created_at":"2025-01-01T00:02:00Z",)"
    R"("modified_at":"2025-01-01T00:02:00Z","choices":[{"number":0,"name":"Yes","order":0,)"
    R"("created_at":"2025-01-01T00:02:00Z"}]})";
const unsigned char key[TRESOR_KEY_SIZE] = {7};

// Bytes that are read piece by piece, or a failure behind them.
struct Content {
    explicit Content(std::size_t size, bool breaks = false) : bytes(size, 'x'), fails(breaks) {
        source.size = size;
        source.payload = this;
        source.rewind = [](void* payload) {
            static_cast<Content*>(payload)->at = 0;
            return 0;
        };
        source.read = [](std::size_t* got, unsigned char* into, std::size_t room, void* payload) {
            auto& content = *static_cast<Content*>(payload);
            *got = std::min({room, content.bytes.size() - content.at, std::size_t{70000}});
            if (*got == 0 && content.fails) return tresor_error_set(TRESOR_IO, "the card is gone");
            std::copy_n(content.bytes.data() + content.at, *got, into);
            content.at += *got;
            return 0;
        };
    }
    Content(const Content&) = delete;
    Content& operator=(const Content&) = delete;
    std::string bytes;
    bool fails;
    std::size_t at = 0;
    tresor_source source = TRESOR_SOURCE_INIT;
};

tresor_write_options at_start() {
    tresor_write_options options = TRESOR_WRITE_OPTIONS_INIT;
    options.made_at = start;
    return options;
}

void begin(Writer& writer, const tresor_sink& sink, const tresor_write_options& options) {
    NEED(tresor_archive_writer_into(writer.out(), &sink, new_word.data(), new_word.size(),
                                    &options));
    NEED(tresor_archive_writer_set_owner(writer, id, key));
}

int add_contact(const Writer& writer, std::string_view json) {
    return tresor_archive_writer_add_contact(writer, json.data(), json.size(), nullptr, nullptr);
}
int add_message(const Writer& writer, std::string_view json) {
    return tresor_archive_writer_add_message(writer, json.data(), json.size());
}

// What failed last was said of this place.
void told_at(std::string_view pointer) {
    CHECK_MESSAGE(std::string_view(tresor_error_text()).starts_with(pointer), tresor_error_text());
}

}  // namespace

TEST_CASE("capi: what a program writes into an archive is read back from it") {
    for (unsigned jobs : {1u, 3u}) {
        CAPTURE(jobs);
        std::string zip;
        const tresor_sink sink = sink_into(zip);
        auto options = at_start();
        options.jobs = jobs;
        Writer writer;
        Content owner(1000), assigned(2000), own(3000), photo(300000), small(4000);
        begin(writer, sink, options);
        NEED(tresor_archive_writer_set_owner_picture(writer, &owner.source));
        NEED(tresor_archive_writer_add_contact(writer, ada.data(), ada.size(), &assigned.source,
                                               &own.source));
        NEED(tresor_archive_writer_add_media(writer, "u2", &photo.source));
        NEED(tresor_archive_writer_add_thumbnail(writer, "u2", &small.source));
        NEED(add_message(writer, hello));
        NEED(add_message(writer, look));
        NEED(tresor_archive_writer_add_poll(writer, lunch.data(), lunch.size()));
        const unsigned char hash[TRESOR_SHA256_SIZE] = {0xab};
        NEED(tresor_archive_writer_add_nonce(writer, TRESOR_NONCE_CHAT, hash));
        NEED(tresor_archive_writer_add_nonce(writer, TRESOR_NONCE_MULTI_DEVICE, hash));
        tresor_written written;
        NEED(tresor_archive_writer_finish(&written, writer));
        CHECK((written.messages == 2 && written.bytes == zip.size() && written.entries > 10));

        File file;
        Archive archive;
        Buf json;
        open(file, zip);
        open(archive, file);
        NEED(tresor_data_backup_info(json.out(), archive));
        CHECK(json.text() ==
              R"({"version":27,"identity":"ECHOECHO","owner_picture":"contact_avatar_me"})");
        CHECK(messages_of(json, archive, "ABCD1234") == 2);
        CHECK((has(json, R"("text":"Hello")") && has(json, R"("caption":"Look")")));
        auto entry = [&](const char* name) {
            Buf content;
            int found = 0;
            NEED(tresor_data_backup_read_bytes(&found, content.out(), archive, name, 1 << 20));
            return found == 1 ? std::string(content.text()) : "(none)";
        };
        CHECK(entry("contact_avatar_me") == owner.bytes);
        CHECK(entry("message_media_u2") == photo.bytes);
        CHECK(entry("message_thumbnail_u2") == small.bytes);
        CHECK(entry("nonces.csv") ==
              std::string("\"nonces\"\n\"ab").append(62, '0').append("\"\n"));
        CHECK(entry("nonces_d2d.csv") == entry("nonces.csv"));
        NEED(tresor_data_backup_entries(json.out(), archive));
        CHECK((has(json, "\"contact_avatar_") && has(json, "\"contact_profile_pic_")));
        NEED(tresor_data_backup_polls(json.out(), archive));
        CHECK(has(json, R"("name":"Lunch?")"));
        tresor_verified verified;
        Buf findings;
        NEED(tresor_data_backup_verify(&verified, nullptr, findings.out(), file, new_word.data(),
                                       new_word.size(), nullptr));
        CHECK((verified.entries == written.entries && verified.bad == 0));
        CHECK(findings.text() == "[]");
    }
}

TEST_CASE("capi: groups and distribution lists have chats of their own") {
    std::string zip;
    const tresor_sink sink = sink_into(zip);
    Writer writer;
    begin(writer, sink, at_start());
    NEED(add_contact(writer, ada));
    constexpr std::string_view group =
        R"({"id":"a1b2c3d4e5f60718","creator":"ABCD1234","name":"Hiking","user_state":"member",)"
        R"("members":["ECHOECHO","ABCD1234"]})";
    Content picture(1000);
    NEED(tresor_archive_writer_add_group(writer, group.data(), group.size(), &picture.source));
    NEED(add_message(writer, std::string(R"({"sender":"ABCD1234",)").append(hello.substr(1))));
    constexpr std::string_view family =
        R"({"id":"4821907735021990000","name":"Family","members":["ABCD1234"]})";
    NEED(tresor_archive_writer_add_distribution_list(writer, family.data(), family.size()));
    FAILS(add_contact(writer, ada), TRESOR_INVALID_ARGUMENT);  // too late
    FAILS(tresor_archive_writer_finish(nullptr, writer), TRESOR_INVALID_ARGUMENT);

    Writer again;
    zip.clear();
    begin(again, sink, at_start());
    NEED(add_contact(again, ada));
    NEED(tresor_archive_writer_add_group(again, group.data(), group.size(), nullptr));
    NEED(add_message(again, std::string(R"({"sender":"ABCD1234",)").append(hello.substr(1))));
    NEED(tresor_archive_writer_add_distribution_list(again, family.data(), family.size()));
    NEED(tresor_archive_writer_finish(nullptr, again));
    File file;
    Archive archive;
    Buf json;
    open(file, zip);
    open(archive, file);
    NEED(tresor_data_backup_groups(json.out(), archive));
    CHECK(has(json, R"("members":["ECHOECHO","ABCD1234"])"));
    NEED(tresor_data_backup_distribution_lists(json.out(), archive));
    CHECK(has(json, R"("name":"Family")"));
    CHECK(messages_of(json, archive, hiking) == 1);
}

TEST_CASE("capi: JSON text that says nothing we know does a writer no harm") {
    std::string zip;
    const tresor_sink sink = sink_into(zip);
    Writer writer;
    begin(writer, sink, at_start());
    NEED(add_contact(writer, ada));
    FAILS(add_message(writer, R"({"txet":"Hello"})"), TRESOR_INVALID_ARGUMENT);
    told_at("/txet ");
    FAILS(add_message(writer, R"({"reactions":[{},{"sender":1}]})"), TRESOR_INVALID_ARGUMENT);
    told_at("/reactions/1/sender ");
    FAILS(add_message(writer, "{"), TRESOR_MALFORMED);
    FAILS(add_message(writer, ""), TRESOR_MALFORMED);
    FAILS(add_contact(writer, R"({"identity":"ABCD1234"})"), TRESOR_INVALID_ARGUMENT);
    told_at("/public_key ");
    unsigned char hash[TRESOR_SHA256_SIZE] = {};
    FAILS(tresor_archive_writer_add_nonce(writer, 2, hash), TRESOR_INVALID_ARGUMENT);
    NEED(add_message(writer, hello));
    tresor_written written;
    NEED(tresor_archive_writer_finish(&written, writer));
    CHECK(written.messages == 1);
}

TEST_CASE("capi: a writer that failed can only be freed, and leaves no file") {
    test::TemporaryFolder folder;
    std::string path = (folder / "a.zip").string();
    auto options = at_start();
    {
        Writer writer;
        NEED(tresor_archive_writer_open(writer.out(), path.c_str(), new_word.data(),
                                        new_word.size(), &options));
        NEED(tresor_archive_writer_set_owner(writer, id, key));
        NEED(add_contact(writer, ada));
        FAILS(add_message(writer, R"({"uid":"","text":"Hello"})"), TRESOR_INVALID_ARGUMENT);
        told_at("chats[0].messages[0].uid");
        FAILS(add_message(writer, hello), TRESOR_INVALID_ARGUMENT);
        tresor_written written;
        FAILS(tresor_archive_writer_finish(&written, writer), TRESOR_INVALID_ARGUMENT);
        CHECK(written.entries == 0);
        CHECK(!std::filesystem::exists(path));
    }
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("capi: a finished archive has its name, and takes nothing more") {
    test::TemporaryFolder folder;
    std::string path = (folder / "a.zip").string();
    auto options = at_start();
    auto open_writer = [&](Writer& writer, std::string_view word) {
        return tresor_archive_writer_open(writer.out(), path.c_str(), word.data(), word.size(),
                                          &options);
    };
    Writer writer, other;
    NEED(open_writer(writer, new_word));
    NEED(tresor_archive_writer_set_owner(writer, id, key));
    NEED(tresor_archive_writer_finish(nullptr, writer));
    FAILS(tresor_archive_writer_finish(nullptr, writer), TRESOR_INVALID_ARGUMENT);
    FAILS(add_contact(writer, ada), TRESOR_INVALID_ARGUMENT);
    CHECK(std::filesystem::exists(path));
    FAILS(open_writer(other, new_word), TRESOR_CONFLICT);
    options.replace = 1;
    FAILS(open_writer(other, "short"), TRESOR_INVALID_ARGUMENT);
    options.version = 2;
    FAILS(open_writer(other, new_word), TRESOR_INVALID_ARGUMENT);
    options.version = 1;
    options.jobs = 1025;
    FAILS(open_writer(other, new_word), TRESOR_INVALID_ARGUMENT);
    CHECK(other.pointer == nullptr);
    options.jobs = 0;
    NEED(open_writer(other, new_word));
}

TEST_CASE("capi: a source and a sink fail an archive in their own words") {
    for (unsigned jobs : {1u, 3u}) {
        CAPTURE(jobs);
        auto options = at_start();
        options.jobs = jobs;
        std::string zip;
        tresor_sink sink = sink_into(zip);
        {
            Writer writer;
            Content broken(100000, true);
            begin(writer, sink, options);
            NEED(add_contact(writer, ada));
            FAILS(tresor_archive_writer_add_media(writer, "u2", &broken.source), TRESOR_IO);
            CHECK(std::string(tresor_error_text()) == "the card is gone");
        }
        sink.write = [](const unsigned char*, std::size_t, void*) {
            return tresor_error_set(TRESOR_IO, "full");
        };
        Writer writer;
        NEED(tresor_archive_writer_into(writer.out(), &sink, new_word.data(), new_word.size(),
                                        &options));
        int status = tresor_archive_writer_set_owner(writer, id, key);
        if (status == TRESOR_OK) status = tresor_archive_writer_finish(nullptr, writer);
        CHECK(status == TRESOR_IO);
        CHECK(std::string(tresor_error_text()) == "full");
    }
}

TEST_CASE("capi: progress ends the writing of an archive") {
    std::string zip;
    const tresor_sink sink = sink_into(zip);
    auto options = at_start();
    int told = 0;
    options.payload = &told;
    options.progress = [](std::uint64_t, std::uint64_t, void* payload) {
        ++*static_cast<int*>(payload);
        return int{TRESOR_CANCELLED};
    };
    File file;
    std::string source = miniature();
    open(file, source);
    tresor_rewritten out;
    FAILS(tresor_data_backup_filter(&out, nullptr, nullptr, file, old_word.data(), old_word.size(),
                                    &sink, new_word.data(), new_word.size(), nullptr, &options,
                                    nullptr),
          TRESOR_CANCELLED);
    CHECK((told > 0 && out.entries == 0));
}

TEST_CASE("capi: a filter keeps what it was asked for") {
    std::string source = miniature(), zip;
    const tresor_sink sink = sink_into(zip);
    const auto options = at_start();
    File file;
    open(file, source);
    auto filter = [&](tresor_rewritten& out, Buf& findings, const tresor_cut* cut) {
        zip.clear();
        return tresor_data_backup_filter(&out, nullptr, findings.out(), file, old_word.data(),
                                         old_word.size(), &sink, new_word.data(), new_word.size(),
                                         cut, &options, nullptr);
    };
    tresor_rewritten out;
    Buf findings, json;
    NEED(filter(out, findings, nullptr));
    CHECK((out.messages == 11 && out.bad == 0 && out.bytes == zip.size()));
    CHECK(findings.text() == "[]");

    tresor_cut cut = TRESOR_CUT_INIT;
    const char* chats[] = {"ECHOECHO"};
    const std::int64_t since = 1735689660, until = 1735689780;  // the second and the third
    cut.chats = chats;
    cut.chats_count = 1;
    cut.since = &since;
    cut.until = &until;
    cut.without_media = 1;
    NEED(filter(out, findings, &cut));
    {
        File made;
        Archive archive;
        open(made, zip);
        open(archive, made);
        CHECK(messages_of(json, archive, "ECHOECHO") == out.messages);
        CHECK((has(json, "\"uid\":\"6f1d2a3b-0000-4000-8000-000000000003\"") &&
               !has(json, "000000000001\",\"api_id\"") && !has(json, "message_media_")));
        NEED(tresor_data_backup_groups(json.out(), archive));
        CHECK(json.text() == "[]");
    }
    chats[0] = "NOTTHERE";
    FAILS(filter(out, findings, &cut), TRESOR_NOT_FOUND);
    CHECK(out.entries == 0);
    chats[0] = nullptr;
    FAILS(filter(out, findings, &cut), TRESOR_INVALID_ARGUMENT);
    cut.version = 2;
    FAILS(filter(out, findings, &cut), TRESOR_INVALID_ARGUMENT);
    CHECK(findings.buf.data == nullptr);
}

TEST_CASE("capi: a filter leaves out what is damaged, and tells its name") {
    std::string source = test::text_of(test::read_vector("data_backup/C10.vec").bytes), zip;
    const tresor_sink sink = sink_into(zip);
    const auto options = at_start();
    File file;
    open(file, source);
    tresor_rewritten out;
    Buf bad;
    NEED(tresor_data_backup_filter(&out, bad.out(), nullptr, file, old_word.data(), old_word.size(),
                                   &sink, new_word.data(), new_word.size(), nullptr, &options,
                                   nullptr));
    CHECK((out.bad == 1 && out.messages > 0));
    CHECK(has(bad, R"([{"name":"message_media_6f1d2a3b-0000-4000-8000-000000000003","status":-5)"));
}

TEST_CASE("capi: a merge of two has the messages of both once, and tells where they differ") {
    std::string zips[2], both;
    const auto options = at_start();
    Buf conflicts, findings;
    for (int which = 0; which < 2; ++which) {
        const tresor_sink sink = sink_into(zips[which]);
        Writer writer;
        begin(writer, sink, options);
        NEED(add_contact(writer, ada));
        std::string message(hello);
        if (which == 1) message.replace(message.find("Hello"), 5, "Olleh");
        NEED(add_message(writer, message));
        if (which == 1)
            NEED(add_message(writer, R"({"uid":"u3","api_id":"0123456789abcdf1","text":"More",)"
                                     R"("time":"2025-01-02T00:00:00Z"})"));
        NEED(tresor_archive_writer_finish(nullptr, writer));
    }
    File first, second, made;
    open(first, zips[0]);
    open(second, zips[1]);
    const tresor_sink sink = sink_into(both);
    tresor_rewritten out;
    auto merge = [&](tresor_file* other, std::string_view word) {
        return tresor_data_backup_merge(&out, conflicts.out(), nullptr, findings.out(), first,
                                        new_word.data(), new_word.size(), other, word.data(),
                                        word.size(), &sink, old_word.data(), old_word.size(),
                                        &options, nullptr);
    };
    NEED(merge(second, new_word));
    CHECK(out.messages == 2);
    CHECK((has(conflicts, "[{\"pointer\":\"") && has(conflicts, "\"reason\":\"")));
    Archive archive;
    Buf lines;
    open(made, both);
    open(archive, made, old_word);
    CHECK(messages_of(lines, archive, "ABCD1234") == 2);
    CHECK(has(lines, "\"text\":\"More\""));

    std::string others = miniature();
    File another;
    open(another, others);
    FAILS(merge(another, old_word), TRESOR_CONFLICT);  // of another owner
    FAILS(merge(another, "wrong password"), TRESOR_AUTH_FAILED);
    CHECK((out.entries == 0 && conflicts.buf.data == nullptr));
}

TEST_CASE("capi: a folder becomes an archive, or is told why not") {
    test::TemporaryFolder folder;
    std::string source = miniature(), zip, path = (folder / "out").string();
    const tresor_sink sink = sink_into(zip);
    const auto options = at_start();
    File file, made;
    open(file, source);
    tresor_extracted extracted;
    NEED(tresor_data_backup_extract(&extracted, nullptr, file, old_word.data(), old_word.size(),
                                    path.c_str(), 0, nullptr));
    tresor_rewritten out;
    Buf findings;
    auto create = [&](std::string_view word) {
        return tresor_data_backup_create(&out, findings.out(), path.c_str(), word.data(),
                                         word.size(), &sink, new_word.data(), new_word.size(),
                                         &options);
    };
    NEED(create(old_word));
    CHECK((out.entries == extracted.files && out.messages == 11 && findings.text() == "[]"));
    Archive archive;
    Buf lines;
    open(made, zip);
    open(archive, made);
    CHECK(messages_of(lines, archive, "ECHOECHO") == 6);
    FAILS(create("wrong password"), TRESOR_AUTH_FAILED);
    std::ofstream(folder / "out" / "settings", std::ios::app) << "\"version\",\"99\"\n";
    FAILS(create(old_word), TRESOR_UNSUPPORTED);
    std::filesystem::remove(folder / "out" / "settings");
    FAILS(create(old_word), TRESOR_MALFORMED);
    CHECK(out.entries == 0);
}
