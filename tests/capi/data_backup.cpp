// Chat archives in C: what is in one, what is done with it, and callbacks that fail.

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "capi/c.hpp"

using namespace test::c;

namespace {

constexpr std::string_view word = "backup-demo-1";
constexpr const char* photo = "message_media_6f1d2a3b-0000-4000-8000-000000000003";
constexpr const char* hiking = "a1b2c3d4e5f60718-ABCD1234";

using File = Handle<tresor_file, tresor_file_free>;
using Archive = Handle<tresor_data_backup, tresor_data_backup_free>;
using Messages = Handle<tresor_message_reader, tresor_message_reader_free>;

// A file in memory, which counts, and fails when it is told to.
struct Content {
    explicit Content(const std::string& vector)
        : bytes(test::read_vector("data_backup/" + vector + ".vec").bytes) {
        callbacks.size = bytes.size();
        callbacks.payload = this;
        callbacks.read_at = [](std::uint64_t offset, unsigned char* into, std::size_t size,
                               void* payload) {
            auto& content = *static_cast<Content*>(payload);
            if (content.fails) return tresor_error_set(TRESOR_IO, "the disk is gone");
            if (offset + size > content.bytes.size()) ++content.beyond;
            std::copy_n(content.bytes.begin() + static_cast<std::ptrdiff_t>(offset), size, into);
            ++content.reads;
            return 0;
        };
        callbacks.release = [](void* payload) { ++static_cast<Content*>(payload)->released; };
    }
    Content(const Content&) = delete;
    Content& operator=(const Content&) = delete;
    void open(File& file) { NEED(tresor_file_from_callbacks(file.out(), &callbacks)); }

    test::Bytes bytes;
    tresor_file_callbacks callbacks = TRESOR_FILE_CALLBACKS_INIT;
    std::atomic<int> reads = 0, beyond = 0, released = 0;
    std::atomic<bool> fails = false;
};

struct Opened {
    explicit Opened(const std::string& vector = "miniature",
                    const tresor_data_backup_options* options = nullptr)
        : content(vector) {
        content.open(file);
        NEED(tresor_data_backup_open(archive.out(), file, word.data(), word.size(), options));
    }
    Content content;
    File file;
    Archive archive;
};

bool has(const Buf& buf, std::string_view part) { return buf.text().find(part) != part.npos; }
std::size_t lines_of(const Buf& buf) {
    return static_cast<std::size_t>(std::ranges::count(buf.text(), '\n'));
}

}  // namespace

TEST_CASE("capi: an archive tells what is in it") {
    Opened opened;
    Buf json;
    NEED(tresor_data_backup_info(json.out(), opened.archive));
    CHECK(json.text() ==
          "{\"version\":27,\"identity\":\"MYSELF01\",\"owner_picture\":\"contact_avatar_me\"}");
    NEED(tresor_data_backup_contacts(json.out(), opened.archive));
    CHECK(has(json, "\"identity\":\"ECHOECHO\""));
    CHECK(has(json, "\"name\":\"Ada \\\"The Count\\\" Example\""));
    NEED(tresor_data_backup_groups(json.out(), opened.archive));
    CHECK(has(json, "\"members\":[\"MYSELF01\",\"ABCD1234\",\"GRPONLY9\"]"));
    NEED(tresor_data_backup_distribution_lists(json.out(), opened.archive));
    CHECK(has(json, "\"id\":\"4821907735021990000\""));
    NEED(tresor_data_backup_polls(json.out(), opened.archive));
    CHECK(has(json, "\"name\":\"Which day?\""));
    NEED(tresor_data_backup_chats(json.out(), opened.archive));
    CHECK(has(json, hiking));
    NEED(tresor_data_backup_entries(json.out(), opened.archive));
    CHECK(json.text().substr(0, 19) == "[{\"name\":\"settings\"");
    NEED(tresor_data_backup_findings(json.out(), opened.archive));
    CHECK(json.text() == "[]");
    NEED(tresor_data_backup_id_export(json.out(), opened.archive));
    CHECK(json.text().size() == 99);
    NEED(tresor_data_backup_summary(json.out(), opened.archive, "ECHOECHO"));
    CHECK(
        json.text() ==
        "{\"messages\":6,\"media\":1,\"media_bytes\":20480,\"first\":\"2025-01-01T00:00:00.000Z\","
        "\"last\":\"2025-01-01T00:05:00.000Z\"}");
    FAILS(tresor_data_backup_summary(json.out(), opened.archive, "NOTTHERE"), TRESOR_NOT_FOUND);
    CHECK(json.buf.data == nullptr);
    CHECK(opened.content.beyond == 0);
}

TEST_CASE("capi: messages come one by one, or many at once, the same ones") {
    Opened opened;
    for (int quotes : {1, 0}) {
        Messages one, many;
        NEED(tresor_data_backup_messages(one.out(), opened.archive, "ECHOECHO", quotes));
        NEED(tresor_data_backup_messages(many.out(), opened.archive, "ECHOECHO", quotes));
        std::string all;
        std::size_t count = 0, number = 0;
        for (Buf line;; ++number) {
            NEED(tresor_message_reader_next(&count, line.out(), one, 1));
            if (count == 0) {
                CHECK(line.text().empty());
                break;
            }
            REQUIRE(count == 1);
            CHECK((lines_of(line) == 1 && line.text().back() == '\n'));
            all += line.text();
        }
        CHECK(number == 6);
        Buf lines;
        NEED(tresor_message_reader_next(&count, lines.out(), many, 100));
        CHECK(count == 6);
        CHECK(lines.text() == all);
        CHECK(has(lines, "\"text\":\"Hi \\\"you\\\", see C:\\\\tmp\\nsecond line\""));
        CHECK(has(lines, "\"found\":\"yes\"") == (quotes == 1));
        NEED(tresor_message_reader_next(&count, lines.out(), many, 100));
        CHECK(count == 0);
        FAILS(tresor_message_reader_next(&count, lines.out(), many, 0), TRESOR_INVALID_ARGUMENT);
    }
    Messages none;
    FAILS(tresor_data_backup_messages(none.out(), opened.archive, "NOTTHERE", 1), TRESOR_NOT_FOUND);
    CHECK(none.pointer == nullptr);
}

TEST_CASE("capi: an entry is read into memory or a sink") {
    Opened opened;
    Buf content;
    int found = 7;
    NEED(tresor_data_backup_read_bytes(&found, content.out(), opened.archive, "settings", 100));
    CHECK((found == 1 && content.text() == "\"version\",\"27\"\n"));
    NEED(tresor_data_backup_read_bytes(&found, content.out(), opened.archive, "none", 100));
    CHECK((found == 0 && content.buf.data == nullptr));
    FAILS(tresor_data_backup_read_bytes(&found, content.out(), opened.archive, photo, 100),
          TRESOR_TOO_LARGE);
    CHECK((found == 0 && content.buf.data == nullptr));
    std::string text;
    tresor_sink sink = sink_into(text);
    NEED(tresor_data_backup_read(&found, opened.archive, photo, &sink));
    CHECK((found == 1 && text.size() == 20480));
    sink.write = [](const unsigned char*, std::size_t, void*) {
        return tresor_error_set(TRESOR_IO, "full");
    };
    FAILS(tresor_data_backup_read(&found, opened.archive, photo, &sink), TRESOR_IO);
    CHECK((found == 0 && std::string(tresor_error_text()) == "full"));
}

TEST_CASE("capi: what is no archive, and a wrong password, open nothing") {
    Content content("miniature"), cut("C15");
    File file, broken;
    content.open(file);
    cut.open(broken);
    Archive archive;
    FAILS(tresor_data_backup_open(archive.out(), file, "wrong", 5, nullptr), TRESOR_AUTH_FAILED);
    FAILS(tresor_data_backup_open(archive.out(), file, "", 0, nullptr), TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_data_backup_open(archive.out(), broken, word.data(), word.size(), nullptr),
          TRESOR_MALFORMED);
    tresor_data_backup_options options = TRESOR_DATA_BACKUP_OPTIONS_INIT;
    options.max_entries = 3;
    FAILS(tresor_data_backup_open(archive.out(), file, word.data(), word.size(), &options),
          TRESOR_TOO_LARGE);
    options = TRESOR_DATA_BACKUP_OPTIONS_INIT;
    options.jobs = 100000;
    FAILS(tresor_data_backup_open(archive.out(), file, word.data(), word.size(), &options),
          TRESOR_INVALID_ARGUMENT);
    options.version = 2;
    FAILS(tresor_data_backup_open(archive.out(), file, word.data(), word.size(), &options),
          TRESOR_INVALID_ARGUMENT);
    CHECK(archive.pointer == nullptr);
    File none;
    FAILS(tresor_file_open(none.out(), "/nowhere/at/all"), TRESOR_IO);
}

TEST_CASE("capi: a file is released once, and not if it could not be made") {
    Content content("miniature");
    {
        File file;
        content.open(file);
    }
    CHECK(content.released == 1);
    content.callbacks.version = 9;
    File none;
    FAILS(tresor_file_from_callbacks(none.out(), &content.callbacks), TRESOR_INVALID_ARGUMENT);
    content.callbacks.version = 1;
    content.callbacks.read_at = nullptr;
    FAILS(tresor_file_from_callbacks(none.out(), &content.callbacks), TRESOR_INVALID_ARGUMENT);
    CHECK(content.released == 1);
}

TEST_CASE("capi: handles of an archive may be freed in any order") {
    for (int order = 0; order < 2; ++order) {
        Content content("miniature");
        File file;
        Archive archive;
        Messages messages;
        content.open(file);
        NEED(tresor_data_backup_open(archive.out(), file, word.data(), word.size(), nullptr));
        NEED(tresor_data_backup_messages(messages.out(), archive, "ECHOECHO", 1));
        auto free_file = [&] { tresor_file_free(std::exchange(file.pointer, nullptr)); };
        auto free_messages = [&] {
            tresor_message_reader_free(std::exchange(messages.pointer, nullptr));
        };
        order == 0 ? free_file() : free_messages();
        tresor_data_backup_free(std::exchange(archive.pointer, nullptr));
        order == 0 ? free_messages() : free_file();
    }
}

TEST_CASE("capi: a file that fails in the middle fails the call, in its own words") {
    for (unsigned jobs : {1u, 4u}) {
        tresor_data_backup_options options = TRESOR_DATA_BACKUP_OPTIONS_INIT;
        options.jobs = jobs;
        Opened opened("miniature", &options);
        opened.content.fails = true;
        Buf content;
        int found = 0;
        FAILS(tresor_data_backup_read_bytes(&found, content.out(), opened.archive, photo, 1 << 20),
              TRESOR_IO);
        CHECK(std::string(tresor_error_text()) == "the disk is gone");
        tresor_verified verified;
        FAILS(tresor_data_backup_verify(&verified, nullptr, nullptr, opened.file, word.data(),
                                        word.size(), &options),
              TRESOR_IO);
        CHECK(std::string(tresor_error_text()) == "the disk is gone");
        CHECK(verified.entries == 0);
    }
}

TEST_CASE("capi: verify says which entries are damaged") {
    Content good("miniature"), bad("C10");
    File whole, damaged;
    good.open(whole);
    bad.open(damaged);
    Buf entries, findings;
    tresor_verified verified;
    NEED(tresor_data_backup_verify(&verified, entries.out(), findings.out(), whole, word.data(),
                                   word.size(), nullptr));
    CHECK((verified.entries == 24 && verified.bad == 0));
    CHECK((entries.text() == "[]" && findings.text() == "[]"));
    NEED(tresor_data_backup_verify(&verified, entries.out(), findings.out(), damaged, word.data(),
                                   word.size(), nullptr));
    CHECK(verified.bad == 1);
    CHECK(has(entries, std::string("[{\"name\":\"") + photo + "\",\"status\":-5,\"reason\":\""));
}

TEST_CASE("capi: progress ends long work") {
    Content content("miniature");
    File file;
    content.open(file);
    tresor_data_backup_options options = TRESOR_DATA_BACKUP_OPTIONS_INIT;
    int told = 0;
    options.payload = &told;
    options.progress = [](std::uint64_t, std::uint64_t, void* payload) {
        ++*static_cast<int*>(payload);
        return int{TRESOR_CANCELLED};
    };
    tresor_verified verified;
    FAILS(tresor_data_backup_verify(&verified, nullptr, nullptr, file, word.data(), word.size(),
                                    &options),
          TRESOR_CANCELLED);
    CHECK(told > 0);
}

TEST_CASE("capi: extract, export and salvage write what there is") {
    test::TemporaryFolder folder;
    Opened opened;
    std::string out = (folder / "extracted").string(), pages = (folder / "pages").string();
    tresor_extracted extracted;
    NEED(tresor_data_backup_extract(&extracted, nullptr, opened.file, word.data(), word.size(),
                                    out.c_str(), 0, nullptr));
    CHECK((extracted.files == 24 && extracted.bad == 0));
    CHECK(test::text_of(test::read_file(folder / "extracted" / "settings")) ==
          "\"version\",\"27\"\n");
    FAILS(tresor_data_backup_extract(&extracted, nullptr, opened.file, word.data(), word.size(),
                                     out.c_str(), 0, nullptr),
          TRESOR_CONFLICT);

    tresor_export_options options = TRESOR_EXPORT_OPTIONS_INIT;
    const char* chats[] = {hiking};
    std::int64_t since = 1735689615;
    options.format = TRESOR_CHATS_JSON;
    options.chats = chats;
    options.chats_count = 1;
    options.since = &since;
    tresor_exported exported;
    NEED(tresor_data_backup_export(&exported, nullptr, nullptr, opened.archive, pages.c_str(),
                                   &options));
    CHECK((exported.chats == 1 && exported.messages == 2));
    options.until = &since;
    std::string others = (folder / "others").string();
    NEED(tresor_data_backup_export(&exported, nullptr, nullptr, opened.archive, others.c_str(),
                                   &options));
    CHECK(exported.messages == 0);

    std::string saved;
    tresor_sink sink = sink_into(saved);
    Content cut("C15");
    File file;
    cut.open(file);
    tresor_salvaged salvaged;
    NEED(tresor_data_backup_salvage(&salvaged, file, word.data(), word.size(), &sink, nullptr));
    CHECK(salvaged.recovered > 0);
    CHECK(saved.substr(0, 2) == "PK");
}

TEST_CASE("capi: bad options of an export are told, and nothing is written") {
    test::TemporaryFolder folder;
    Opened opened;
    std::string pages = (folder / "pages").string();
    auto fails = [&](auto change, int status) {
        tresor_export_options options = TRESOR_EXPORT_OPTIONS_INIT;
        change(options);
        tresor_exported exported;
        FAILS(tresor_data_backup_export(&exported, nullptr, nullptr, opened.archive, pages.c_str(),
                                        &options),
              status);
        CHECK(exported.chats == 0);
    };
    static const std::int64_t never = TRESOR_NEVER;
    static const char* const none[] = {"NOTTHERE"};
    static const char* const null[] = {nullptr};
    fails([](auto& options) { options.version = 0; }, TRESOR_INVALID_ARGUMENT);
    fails([](auto& options) { options.format = 9; }, TRESOR_INVALID_ARGUMENT);
    fails([](auto& options) { options.language = "fr"; }, TRESOR_INVALID_ARGUMENT);
    fails([](auto& options) { options.since = &never; }, TRESOR_INVALID_ARGUMENT);
    fails([](auto& options) { options.chats_count = 1; }, TRESOR_INVALID_ARGUMENT);
    fails([](auto& options) { options.chats = null, options.chats_count = 1; },
          TRESOR_INVALID_ARGUMENT);
    fails([](auto& options) { options.chats = none, options.chats_count = 1; }, TRESOR_NOT_FOUND);
    CHECK(!std::filesystem::exists(pages));
}

TEST_CASE("capi: statistics go by the clock on the wall that a callback knows") {
    Opened opened;
    Buf json, page, findings;
    tresor_statistics_options options = TRESOR_STATISTICS_OPTIONS_INIT;
    std::set<std::int64_t> asked;
    options.payload = &asked;
    options.language = "de";
    options.utc_offset = [](std::int64_t* seconds, std::int64_t time, void* payload) {
        static_cast<std::set<std::int64_t>*>(payload)->insert(time);
        *seconds = -3600;
        return 0;
    };
    NEED(tresor_data_backup_statistics(json.out(), page.out(), findings.out(), opened.archive,
                                       &options));
    CHECK(has(json, "\"per_day\":{\"2024-12-31\":"));
    CHECK(has(page, "<svg"));
    CHECK(asked.contains(1735689600));
    options.utc_offset = [](std::int64_t*, std::int64_t, void*) {
        return tresor_error_set(TRESOR_NOT_FOUND, "no such zone");
    };
    FAILS(tresor_data_backup_statistics(json.out(), nullptr, nullptr, opened.archive, &options),
          TRESOR_NOT_FOUND);
    CHECK(std::string(tresor_error_text()) == "no such zone");
    NEED(tresor_data_backup_statistics(nullptr, nullptr, nullptr, opened.archive, nullptr));
}

TEST_CASE("capi: a file that was opened by its path is for many archives and threads") {
    test::TemporaryFolder folder;
    auto bytes = test::read_vector("data_backup/miniature.vec").bytes;
    std::string path = (folder / "a.zip").string();
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    File file;
    NEED(tresor_file_open(file.out(), path.c_str()));
    std::atomic<int> good = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            Archive archive;
            Messages messages;
            Buf lines;
            std::size_t count = 0;
            int status =
                tresor_data_backup_open(archive.out(), file, word.data(), word.size(), nullptr);
            status |= tresor_data_backup_messages(messages.out(), archive, hiking, 1);
            status |= tresor_message_reader_next(&count, lines.out(), messages, 100);
            if (status == TRESOR_OK && count == 4) ++good;
        });
    threads.clear();
    CHECK(good == 4);
}
