// Media and thumbnails: rows D1, D2, D3 and D5 of data-backup.md 9.2.

#include "data_backup/rows.hpp"
#include "data_backup/vector.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::ArchiveVector;
using test::tells;

namespace {

using test::all_of;

std::string text_in(DataBackup& archive, const std::string& entry) {
    MemorySink sink;
    REQUIRE(archive.read(entry, sink));
    return test::text_of(sink.bytes());
}

const std::string uid = "6f1d2a3b-0000-4000-8000-00000000000";

}  // namespace

TEST_CASE("D1: a message has its medium and its thumbnail, one of them, or none") {
    ArchiveVector vector("D1");
    DataBackup archive = vector.open();
    auto messages = all_of(archive, "ECHOECHO");
    REQUIRE(messages.size() == 4);
    const std::pair<bool, bool> expected[] = {
        {true, true}, {true, false}, {false, true}, {false, false}};
    for (std::size_t i = 0; i < 4; ++i) {
        CAPTURE(i);
        std::string number = std::to_string(i + 1);
        auto [medium, thumbnail] = expected[i];
        CHECK(messages[i].media == (medium ? "message_media_" + uid + number : ""));
        CHECK(messages[i].thumbnail == (thumbnail ? "message_thumbnail_" + uid + number : ""));
        if (medium) CHECK(text_in(archive, messages[i].media) == "media " + number);
        if (thumbnail) CHECK(text_in(archive, messages[i].thumbnail) == "thumbnail " + number);
    }
    CHECK(archive.summary(*archive.chat("ECHOECHO")).media == 2);
    auto findings = verify(vector.file, vector.password).findings;
    CHECK_FALSE(tells(findings, "message_0000000042.csv", "message 2: its file is not there"));
    CHECK(tells(findings, "message_0000000042.csv", "message 3: its file is not there"));
    CHECK(tells(findings, "message_0000000042.csv", "message 4: its file is not there"));
}

TEST_CASE("D2: a medium of no message is told, and can be read") {
    ArchiveVector vector("D1");
    auto verified = verify(vector.file, vector.password);
    CHECK(verified.ok());
    CHECK(tells(verified.findings, "message_media_" + uid + "9", "no message has this file"));
    CHECK_FALSE(tells(verified.findings, "message_media_" + uid + "1", ""));
    DataBackup archive = vector.open();
    CHECK(text_in(archive, "message_media_" + uid + "9") == "media 9");
}

TEST_CASE("D3: the thumbnail of a list has its own prefix, and belongs to its message") {
    ArchiveVector vector("era-27");
    DataBackup archive = vector.open();
    auto messages = all_of(archive, "4821907735021990000");
    REQUIRE(messages.size() == 2);
    CHECK(messages[1].media == "distribution_list_message_media_" + messages[1].uid);
    CHECK(messages[1].thumbnail == "distribution_list_thumbnail_" + messages[1].uid);
    CHECK_FALSE(
        tells(verify(vector.file, vector.password).findings, "distribution_list_thumbnail_", ""));
}

TEST_CASE("D5: a thumbnail of 5 MiB is read, and it is told that the app does not restore it") {
    ArchiveVector vector("D5");
    DataBackup archive = vector.open();
    CHECK(text_in(archive, "message_thumbnail_" + uid + "1").size() == 5 << 20);
    auto verified = verify(vector.file, vector.password);
    CHECK(verified.ok());
    CHECK(tells(verified.findings, "message_thumbnail_" + uid + "1", "does not restore"));
    CHECK_FALSE(tells(verified.findings, "message_thumbnail_" + uid + "2", ""));
}
