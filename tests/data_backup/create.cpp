// Archives that are made of folders.

#include <tresor/id_export.hpp>

#include "archive_folder.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using namespace test;

namespace {

// The entries of an archive as files.
struct Unpacked {
    explicit Unpacked(const std::string& vector) : archive(vector) {
        extract(archive.file, archive.password, path(), false);
    }
    fs::path path() const { return folder / "extracted"; }
    fs::path operator/(std::string_view name) const { return path() / name; }

    ArchiveVector archive;
    TemporaryFolder folder;
};

}  // namespace

TEST_CASE("create: the miniature comes out as it was and in the same order") {
    Unpacked folder("miniature");
    Made made = create_of(folder.path());
    DataBackup before = folder.archive.open(), after = made.open();
    CHECK(names_in(after) == names_in(before));
    for (const std::string& name : names_in(before))
        CHECK_MESSAGE(content_of(after, name) == content_of(before, name), name);
    CHECK(made.told.entries == before.entries().size());
    std::uint64_t messages = 0;
    for (const Chat& chat : before.chats()) messages += before.summary(chat).messages;
    CHECK(made.told.messages == messages);
    CHECK(verify(*made.file, password()).ok());
}

TEST_CASE("create: an archive of any era comes out as it was") {
    for (const char* era : {"era-15", "era-16-color", "era-16", "era-18", "era-19-forward-security",
                            "era-19", "era-21", "era-22", "era-24", "era-25", "era-26", "era-27"}) {
        INFO(era);
        Unpacked folder(era);
        Made made = create_of(folder.path());
        DataBackup before = folder.archive.open(), after = made.open();
        CHECK(after.version() == before.version());
        CHECK(names_in(after) == names_in(before));
        for (const std::string& name : names_in(before))
            CHECK_MESSAGE(content_of(after, name) == content_of(before, name), name);
        CHECK(after.findings() == before.findings());
    }
}

TEST_CASE("create: the number of threads does not change the archive") {
    Unpacked folder("miniature");
    auto made_with = [&](unsigned jobs) {
        WriteOptions write = options();
        write.jobs = jobs;
        write.random = [](ByteSpan into) { std::fill(into.begin(), into.end(), Byte{7}); };
        MemorySink sink;
        create(folder.path(), password(), sink, password(), write);
        return sha256(sink.bytes());
    };
    CHECK(made_with(1) == made_with(3));
}

TEST_CASE("create: an identity gets the new password") {
    Unpacked folder("miniature");
    Password other("another-pass-2");
    Made made = create_of(folder.path(), other);
    DataBackup after = made.open(other);
    REQUIRE(after.identity());
    CHECK(after.identity() == folder.archive.open().identity());
    CHECK(content_of(after, "identity") != read_text(folder / "identity"));
    CHECK(content_of(after, "identity").size() == 99);
    CHECK_THROWS_CODE(made.open(), Errc::auth_failed);
}

TEST_CASE("create: an identity that is not as the app writes it is written anew") {
    Unpacked folder("miniature");
    write_text(folder / "identity", read_text(folder / "identity") + "\n");
    Made made = create_of(folder.path());
    CHECK(content_of(made.open(), "identity").size() == 99);
    CHECK(made.open().identity() == folder.archive.open().identity());
}

TEST_CASE("create: an identity of another password is refused") {
    Unpacked folder("miniature");
    MemorySink sink;
    CHECK_THROWS_CODE(
        create(folder.path(), Password("something-else"), sink, password(), options()),
        Errc::auth_failed);
    write_text(folder / "identity", "0");
    CHECK_THROWS_CODE(create_of(folder.path()), Errc::malformed);
    write_text(folder / "identity", std::string(5000, 'A'));
    CHECK_THROWS_CODE(create_of(folder.path()), Errc::malformed);
}

TEST_CASE("create: a folder without an identity is packed with a finding") {
    Small small;
    Made made = create_of(small.folder.path());
    CHECK(made.told.entries == 3);
    CHECK(made.told.messages == 2);
    CHECK(tells(made.told.findings, "identity", "missing"));
}

TEST_CASE("create: a password that the app would not take is refused") {
    Small small;
    CHECK_THROWS_CODE(create_of(small.folder.path(), Password("short")), Errc::invalid_argument);
}

TEST_CASE("create: settings are asked for first") {
    Small small;
    write_text(small.folder / "settings", "\"version\",\"28\"\n");
    CHECK_THROWS_CODE(create_of(small.folder.path()), Errc::unsupported);
    write_text(small.folder / "settings", "\"version\",\"abc\"\n");
    CHECK_THROWS_CODE(create_of(small.folder.path()), Errc::malformed);
    write_text(small.folder / "settings", "\"version\",\"27\"\n\"cut");
    CHECK_THROWS_CODE(create_of(small.folder.path()), Errc::malformed);
    fs::remove(small.folder / "settings");
    CHECK_THROWS_CODE(create_of(small.folder.path()), Errc::malformed);
}

TEST_CASE("create: counts that disagree are a finding") {
    Small small;
    write_text(small.folder / "nonce_counts.csv", "\"csp\",\"d2d\"\n\"0\",\"1\"\n");
    auto told = create_of(small.folder.path()).told;
    CHECK(tells(told.findings, "nonce_counts.csv:2", "number"));
}

TEST_CASE("create: references to nothing are findings and packed all the same") {
    Small small;
    small.add_group();
    small.groups[0]["members"] = "ECHOECHO;NOBODY00";
    small.add_reaction();
    small.reactions[0]["api_message_id"] = "00000000000000ff";
    small.add_poll();
    small.polls[0]["ref_id"] = "NOBODY00";
    small.votes[0]["choice_uid"] = "5";
    small.write();
    write_text(small.folder / "message_media_gone", "media");
    write_text(small.folder / "notes.txt", "hello");
    fs::copy_file(small.folder.path() / contact_table,
                  small.folder.path() / "message_0000000077.csv");
    replace_in(small.folder / "message_0000000077.csv", "one", "1st");
    replace_in(small.folder / "message_0000000077.csv", "two", "2nd");
    Made made = create_of(small.folder.path());
    auto& findings = made.told.findings;
    CHECK(tells(findings, "groups.csv:2", "member"));
    CHECK(tells(findings, "groups.csv", "no table: group_message_0000000043.csv"));
    CHECK(tells(findings, "contact_reactions.csv", "not there"));
    CHECK(tells(findings, "ballot.csv:2", "chat of a poll"));
    CHECK(tells(findings, "ballot_vote.csv:2", "choice"));
    CHECK(tells(findings, "message_media_gone", "no row"));
    CHECK(tells(findings, "message_0000000077.csv", "no row"));
    CHECK(tells(findings, "notes.txt", "not known"));
    DataBackup archive = made.open();
    CHECK(content_of(archive, "message_media_gone") == "media");
    CHECK(names_in(archive).back() == "notes.txt");
    CHECK(made.told.messages == 4);
}

TEST_CASE("create: the owner among the contacts is a finding") {
    Unpacked folder("K5");
    CHECK(tells(create_of(folder.path()).told.findings, "contacts.csv", "owner"));
}

TEST_CASE("create: files come before the messages they belong to and after the pictures") {
    Small small;
    for (const char* name :
         {"message_media_two", "message_thumbnail_one", "message_thumbnail_two",
          "contact_avatar_me", "contact_avatar_0000000042", "contact_profile_pic_0000000042"})
        write_text(small.folder / name, "x");
    CHECK(names_in(create_of(small.folder.path()).open()) ==
          std::vector<std::string>{"settings", "contact_avatar_me", "contact_avatar_0000000042",
                                   "contact_profile_pic_0000000042", "message_thumbnail_one",
                                   "message_media_two", "message_thumbnail_two", contact_table,
                                   "contacts.csv"});
}

TEST_CASE("create: it ends when it is told to") {
    Unpacked folder("miniature");
    WriteOptions write = options();
    write.progress = [](std::uint64_t, std::optional<std::uint64_t>) { return false; };
    CHECK_THROWS_CODE(create_of(folder.path(), password(), write), Errc::cancelled);
}
