// The driver of all exports: folders, files, choices, damage. What the formats write is theirs.
#include <tresor/data_backup/export.hpp>

#include <algorithm>
#include <fstream>
#include <set>

#include "vector.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::ArchiveVector;
using test::TemporaryFolder;

namespace {

const std::string photo = "6f1d2a3b-0000-4000-8000-000000000003";

std::set<std::string> files_in(const std::filesystem::path& folder) {
    std::set<std::string> files;
    if (!std::filesystem::exists(folder)) return files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file())
            files.insert(entry.path().lexically_relative(folder).generic_string());
    return files;
}

// The miniature with a flipped byte in the content of an entry.
Bytes damaged(const std::string& entry) {
    Bytes bytes = ArchiveVector("miniature").bytes();
    auto found = std::search(bytes.begin(), bytes.end(), entry.begin(), entry.end());
    REQUIRE(found != bytes.end());
    constexpr std::ptrdiff_t within = 11 + 16 + 2 + 4;  // extra field, salt, verifier, some bytes
    *(found + static_cast<std::ptrdiff_t>(entry.size()) + within) ^= 1;
    return bytes;
}

struct Run {
    Exported exported;
    std::set<std::string> files;
};
Run run(ReadAt& file, const Password& password, const ExportOptions& options = {},
        const ReadOptions& read = {}) {
    TemporaryFolder folder;
    DataBackup archive(file, password, read);
    Run result{export_chats(archive, folder / "out", options), {}};
    result.files = files_in(folder / "out");
    return result;
}
Run run(const ExportOptions& options = {}, const ReadOptions& read = {}) {
    ArchiveVector vector("miniature");
    return run(vector.file, vector.password, options, read);
}

bool is_told(const Exported& exported, std::string_view entry) {
    return exported.bad.size() == 1 && exported.bad[0].name == entry &&
           exported.bad[0].code == Errc::auth_failed;
}

}  // namespace

TEST_CASE("export: the miniature comes to pages, pictures and files") {
    Run result = run();
    CHECK(result.exported.chats == 5);
    CHECK(result.exported.messages == 11);
    CHECK(result.exported.media == 1);
    CHECK(result.exported.findings.empty());
    CHECK(result.files ==
          std::set<std::string>{"chats/Echo ECHOECHO.html", "chats/Family 4821907735021990000.html",
                                "chats/Hiking, _2025_ a1b2c3d4e5f60718-ABCD1234.html", "index.html",
                                "media/Echo ECHOECHO/holiday.jpg",
                                "media/Echo ECHOECHO/thumbnails/holiday.jpg",
                                "pictures/Ada _The Count_ Example ABCD1234.jpg",
                                "pictures/Hiking, _2025_ a1b2c3d4e5f60718-ABCD1234.jpg"});
}

TEST_CASE("export: files and folders are for their owner only") {
    ArchiveVector vector("miniature");
    TemporaryFolder folder;
    auto archive = vector.open();
    export_chats(archive, folder / "out");
    using std::filesystem::perms;
    CHECK(std::filesystem::status(folder / "out").permissions() == perms::owner_all);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "out"))
        CHECK(entry.status().permissions() ==
              (entry.is_directory() ? perms::owner_all : perms::owner_read | perms::owner_write));
}

TEST_CASE("export: a file is as it was sent, and as old as its message") {
    ArchiveVector vector("miniature");
    TemporaryFolder folder;
    auto archive = vector.open();
    export_chats(archive, folder / "out");
    MemorySink original;
    archive.read("message_media_" + photo, original);
    auto path = folder / "out/media/Echo ECHOECHO/holiday.jpg";
    CHECK(test::read_file(path) == original.bytes());
    auto time = std::chrono::file_clock::to_sys(std::filesystem::last_write_time(path));
    CHECK(std::chrono::floor<Seconds>(time) == test::at("2025-01-01T00:02:00Z"));
}

TEST_CASE("export: threads come to the same files") {
    ReadOptions many;
    many.jobs = 4;
    CHECK(run({}, many).files == run().files);
}

TEST_CASE("export: a folder that is empty is used, any other is a conflict and stays as it is") {
    ArchiveVector vector("miniature");
    TemporaryFolder folder;
    auto archive = vector.open();
    std::filesystem::create_directory(folder / "empty");
    export_chats(archive, folder / "empty");
    auto before = files_in(folder / "empty");
    CHECK(!before.empty());
    CHECK_THROWS_CODE(export_chats(archive, folder / "empty"), Errc::conflict);
    CHECK(files_in(folder / "empty") == before);
    std::ofstream(folder / "file") << "x";
    CHECK_THROWS_CODE(export_chats(archive, folder / "file"), Errc::conflict);
}

TEST_CASE("export: chats are chosen by their ids, and one that is not there is not found") {
    ExportOptions options;
    options.chats = {"ECHOECHO", "ECHOECHO"};
    Run result = run(options);
    CHECK(result.exported.chats == 1);
    CHECK(result.exported.messages == 6);
    options.chats = {"ECHOECHO", "NOBODY00"};
    ArchiveVector vector("miniature");
    TemporaryFolder folder;
    auto archive = vector.open();
    CHECK_THROWS_CODE(export_chats(archive, folder / "out", options), Errc::not_found);
    CHECK(!std::filesystem::exists(folder / "out"));
}

TEST_CASE("export: messages are chosen by when they were shown") {
    ExportOptions options;
    options.chats = {"ECHOECHO"};
    options.since = Moment(Millis(1735689720000));
    options.until = Moment(Millis(1735689900000));
    Run result = run(options);
    CHECK(result.exported.messages == 3);
    options.until = options.since;
    CHECK(run(options).exported.messages == 0);
}

TEST_CASE("export: without media there are texts only") {
    ExportOptions options;
    options.media = false;
    Run result = run(options);
    CHECK(result.exported.media == 0);
    CHECK(result.exported.messages == 11);
    for (const std::string& file : result.files) CHECK(file.ends_with(".html"));
}

TEST_CASE("export: a damaged file is told and leaves nothing") {
    std::string entry = "message_media_" + photo;
    test::MemoryFile file(damaged(entry));
    for (unsigned jobs : {1u, 3u}) {
        ReadOptions read;
        read.jobs = jobs;
        Run result = run(file, Password("backup-demo-1"), {}, read);
        CHECK(result.exported.messages == 11);
        CHECK(result.exported.media == 0);
        CHECK(is_told(result.exported, entry));
        CHECK(result.files.count("media/Echo ECHOECHO/holiday.jpg") == 0);
        CHECK(result.files.count("media/Echo ECHOECHO/thumbnails/holiday.jpg") == 1);
    }
}

TEST_CASE("export: a damaged chat is told, and the others are there") {
    test::MemoryFile file(damaged("message_0000000042.csv"));
    Run result = run(file, Password("backup-demo-1"));
    CHECK(result.exported.chats == 4);
    CHECK(result.exported.messages == 5);
    CHECK(is_told(result.exported, "message_0000000042.csv"));
}

TEST_CASE("export: a damaged picture is told") {
    test::MemoryFile file(damaged("group_avatar_1681692777"));
    Run result = run(file, Password("backup-demo-1"));
    CHECK(result.exported.chats == 5);
    CHECK(is_told(result.exported, "group_avatar_1681692777"));
}

TEST_CASE("export: who cancels finds nothing left behind") {
    ArchiveVector vector("miniature");
    for (unsigned jobs : {1u, 3u})
        for (int calls = 1; calls < 12; ++calls) {
            TemporaryFolder folder;
            ReadOptions read;
            read.jobs = jobs;
            read.progress = [left = calls](auto, auto) mutable { return --left > 0; };
            auto archive = vector.open(read);
            CHECK_THROWS_CODE(export_chats(archive, folder / "out"), Errc::cancelled);
            CHECK(!std::filesystem::exists(folder / "out"));
        }
}

TEST_CASE("export: progress goes up to what there is") {
    ReadOptions read;
    std::uint64_t last = 0, most = 0;
    read.progress = [&](std::uint64_t done, std::optional<std::uint64_t> total) {
        CHECK(done >= last);
        last = done;
        most = total.value_or(0);
        return true;
    };
    run({}, read);
    CHECK(last > 0);
    CHECK(last == most);
}

TEST_CASE("export: each format writes into the folder") {
    for (Format format : {Format::json, Format::text}) {
        ExportOptions options;
        options.format = format;
        Run result = run(options);
        CHECK(result.exported.messages == 11);
        CHECK(result.files.count("media/Echo ECHOECHO/holiday.jpg") == 1);
    }
}
