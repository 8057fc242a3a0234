// Archives as a whole: those that a second implementation wrote (tests/vectors/make.py).

#include <set>

#include "crypto/hash.hpp"
#include "data_backup/zip_directory.hpp"
#include "vector.hpp"

using namespace tresor;
using namespace tresor::data_backup;

namespace {

using test::all_of;
using test::tells;
using Vector = test::ArchiveVector;

std::string sha256(ByteView bytes) {
    crypto::Sha256 hash;
    hash.update(bytes);
    return test::hex(hash.finish());
}

// Mostly nothing. Counts what is read of it.
class SparseFile final : public ReadAt {
public:
    void put(std::uint64_t offset, Bytes bytes) {
        size_ = std::max(size_, offset + bytes.size());
        parts_[offset] = std::move(bytes);
    }
    std::uint64_t size() const override { return size_; }
    void read_at(std::uint64_t offset, ByteSpan into) override {
        if (offset > size_ || into.size() > size_ - offset)
            throw Error(Errc::malformed, "beyond the end");
        read += into.size();
        std::fill(into.begin(), into.end(), Byte{0});
        for (const auto& [begin, bytes] : parts_) {
            std::uint64_t first = std::max(begin, offset);
            std::uint64_t last = std::min(begin + bytes.size(), offset + into.size());
            if (first < last)
                std::copy_n(bytes.data() + (first - begin), last - first,
                            into.data() + (first - offset));
        }
    }
    std::uint64_t read = 0;

private:
    std::map<std::uint64_t, Bytes> parts_;
    std::uint64_t size_ = 0;
};

// SHA-256 of a line for each plain name, as the vectors have it.
std::string contents_of(DataBackup& archive) {
    std::string lines;
    std::set<std::string> seen;
    for (const EntryInfo& entry : archive.entries()) {
        if (!is_plain_name(entry.name) || !seen.insert(entry.name).second) continue;
        MemorySink sink;
        try {
            archive.read(entry.name, sink);
        } catch (const Error&) {
            continue;
        }
        lines += sha256(sink.bytes()) + "  " + entry.name + "\n";
    }
    return sha256(as_bytes(lines));
}

}  // namespace

TEST_CASE("C1: the miniature of data-backup.md 9.1 opens without a finding") {
    Vector vector("miniature");
    DataBackup archive = vector.open();
    CHECK(archive.version() == 27);
    CHECK(archive.identity() == ThreemaId("MYSELF01"));
    CHECK(archive.owner_picture() == "contact_avatar_me");
    CHECK(as_text(archive.id_export().expose()).starts_with("AEBA-GBAF"));
    CHECK(archive.contacts().size() == 3);
    CHECK(archive.groups().size() == 1);
    CHECK(archive.distribution_lists().size() == 1);
    CHECK(archive.polls().size() == 1);
    CHECK(archive.chats().size() == 5);
    for (const Chat& chat : archive.chats()) {
        auto reader = archive.messages(chat);
        for (Message message; reader.next(message);) CHECK(!message.uid.empty());
    }
    for (const Finding& finding : archive.findings()) FAIL_CHECK(finding.pointer, finding.reason);
}

TEST_CASE("reader: people and groups of the miniature are what its tables say") {
    Vector vector("miniature");
    DataBackup archive = vector.open();
    const Contact* ada = archive.contact("ABCD1234");
    REQUIRE(ada != nullptr);
    CHECK(ada->first_name == "Ada \"The Count\"");
    CHECK(ada->nickname == "C:\\ada");
    CHECK(ada->verification == Verification::server_verified);
    CHECK(ada->archived);
    CHECK(ada->number == "1804289383");
    CHECK(archive.name_of("ABCD1234") == "Ada \"The Count\" Example");
    CHECK(archive.name_of("GRPONLY9") == "~gina;g");
    CHECK(archive.name_of("NOBODY99") == "NOBODY99");
    CHECK(archive.contact("ECHOECHO")->last_update == Moment(Millis(1735690400000)));
    CHECK(archive.chat("ABCD1234")->picture == "contact_profile_pic_1804289383");

    const Group& group = archive.groups()[0];
    CHECK(group.name == "Hiking, \"2025\"");
    CHECK(group.members == std::vector<std::string>{"MYSELF01", "ABCD1234", "GRPONLY9"});
    CHECK(group.user_state == UserState::member);
    const Chat* chat = archive.chat("a1b2c3d4e5f60718-ABCD1234");
    REQUIRE(chat != nullptr);
    CHECK(chat->kind == ChatKind::group);
    CHECK(chat->picture == "group_avatar_1681692777");
    CHECK(archive.chat("4821907735021990000")->name == "Family");
}

TEST_CASE("reader: messages of the miniature are what its tables say") {
    Vector vector("miniature");
    DataBackup archive = vector.open();
    auto messages = all_of(archive, "ECHOECHO");
    REQUIRE(messages.size() == 6);
    CHECK(messages[0].body == "Hi \"you\", see C:\\tmp\nsecond line");
    CHECK(messages[0].sender == "ECHOECHO");
    CHECK(!messages[0].outgoing);
    CHECK(messages[1].sender == "MYSELF01");
    CHECK(messages[1].state == MessageState::read);
    CHECK(messages[1].starred());
    CHECK(messages[1].edited_at == Moment(Millis(1735689700000)));
    CHECK(messages[1].shown_at() == Moment(Millis(1735689665000)));
    CHECK(messages[1].reactions ==
          std::vector<Reaction>{{"ECHOECHO", "\U0001F44D", Moment(Millis(1735689670000))}});
    REQUIRE(messages[1].quote);
    CHECK(messages[1].quote->found == Quote::Found::yes);
    CHECK(messages[1].quote->index == 0);
    CHECK(messages[1].quote->text == messages[0].body);
    CHECK(messages[2].media == "message_media_6f1d2a3b-0000-4000-8000-000000000003");
    CHECK(messages[2].thumbnail == "message_thumbnail_6f1d2a3b-0000-4000-8000-000000000003");
    CHECK(messages[3].type == MessageType::call);
    CHECK(messages[4].type == MessageType::location);
    CHECK(messages[5].deleted_at);
    CHECK(all_of(archive, "ABCD1234").empty());
}

TEST_CASE("reader: a group's messages have their senders, acknowledgements and polls") {
    Vector vector("miniature");
    DataBackup archive = vector.open();
    auto messages = all_of(archive, "a1b2c3d4e5f60718-ABCD1234");
    REQUIRE(messages.size() == 4);
    CHECK(messages[0].sender == "");
    CHECK(messages[0].is_status);
    CHECK(messages[1].sender == "GRPONLY9");
    CHECK(messages[1].reactions[0].emoji == "\U0001F389");
    CHECK(messages[2].sender == "MYSELF01");
    REQUIRE(messages[2].reactions.size() == 2);
    CHECK(messages[2].reactions[0] ==
          Reaction{"ABCD1234", "\U0001F44D", Moment(Millis(1735689620100))});
    CHECK(messages[2].reactions[1] ==
          Reaction{"GRPONLY9", "\U0001F44E", Moment(Millis(1735689620100))});
    CHECK(messages[2].quote->text == "@[MYSELF01] when?");
    auto notice = std::get<PollNotice>(content_of(messages[3]));
    const Poll* poll = archive.poll(notice.poll);
    REQUIRE(poll != nullptr);
    CHECK(poll->name == "Which day?");
    CHECK(poll->chat == "a1b2c3d4e5f60718-ABCD1234");
    REQUIRE(poll->choices.size() == 2);
    CHECK(poll->choices[1].name == "Sunday");
    REQUIRE(poll->votes.size() == 2);
    CHECK(!poll->votes[0].selected);
    CHECK(poll->votes[1].selected);
    CHECK(poll->votes[1].choice == 1);
}

TEST_CASE("reader: a summary counts messages, files and the time between") {
    Vector vector("miniature");
    DataBackup archive = vector.open();
    auto summary = archive.summary(*archive.chat("ECHOECHO"));
    CHECK(summary.messages == 6);
    CHECK(summary.media == 1);
    CHECK(summary.media_bytes == 20480);
    CHECK(summary.first == Moment(Millis(1735689600000)));
    CHECK(summary.last == Moment(Millis(1735689900000)));
}

TEST_CASE("C, V: every archive of tests/vectors opens as it should") {
    for (const std::string& path : test::vectors_in("data_backup")) {
        CAPTURE(path);
        Vector vector(test::read_vector(path));
        if (!vector.header.contains("contents")) continue;
        ReadOptions options;
        options.max_content_bytes = 64 << 20;
        std::optional<DataBackup> archive;
        try {
            archive.emplace(vector.open(options));
        } catch (const Error& error) {
            CHECK(name_of(error.code()) == vector.header.at("expect"));
            continue;
        }
        if (vector.header.contains("format"))
            CHECK(std::to_string(archive->version()) == vector.header.at("format"));
        CHECK(std::to_string(archive->entries().size()) == vector.header.at("entries"));
        CHECK(contents_of(*archive) == vector.header.at("contents"));
    }
}

TEST_CASE("C3, C4: a wrong password is told, also one that passes the verifier") {
    CHECK_THROWS_CODE(Vector("C3").open(), Errc::auth_failed);
    CHECK_THROWS_CODE(Vector("C4").open(), Errc::auth_failed);
}

TEST_CASE("C6: a password that was cut to its low bytes opens, with a finding") {
    for (auto name : {"C6-umlaut", "C6-euro"})
        CHECK(tells(Vector(name).open().findings(), "", "before 4.53"));
    for (auto name : {"C5-umlaut", "C5-euro", "miniature"})
        CHECK(!tells(Vector(name).open().findings(), "", "before 4.53"));
}

TEST_CASE("C9, C10: what is damaged does not open, and the rest does") {
    Vector vector("C9-text");
    DataBackup archive = vector.open();
    CHECK_THROWS_CODE(archive.messages(*archive.chat("ECHOECHO")), Errc::auth_failed);
    CHECK(archive.contacts().size() == 3);
    Vector other("C10");
    DataBackup with_media = other.open();
    CHECK(all_of(with_media, "ECHOECHO").size() == 6);
    MemorySink sink;
    CHECK_THROWS_CODE(with_media.read("message_media_6f1d2a3b-0000-4000-8000-000000000003", sink),
                      Errc::auth_failed);
    CHECK(sink.bytes().empty());
}

TEST_CASE("C11: a wrong size in the directory is noted, and the content is right") {
    Vector vector("C11");
    auto verified = verify(vector.file, vector.password);
    CHECK(verified.ok());
    CHECK(tells(verified.findings, "message_0000000042.csv", "another size"));
    DataBackup archive = vector.open();
    CHECK(all_of(archive, "ECHOECHO").size() == 6);
}

TEST_CASE("C15, C22: a cut archive and an exported chat are no archives, and words say so") {
    CHECK_THROWS_CODE(Vector("C15").open(), Errc::malformed);
    CHECK_THROWS_CODE(Vector("C15-directory").open(), Errc::malformed);
    try {
        Vector("C22").open();
        FAIL("it was opened");
    } catch (const Error& error) {
        CHECK(error.code() == Errc::malformed);
        CHECK(std::string_view(error.what()).find("messages.txt") != std::string_view::npos);
    }
}

TEST_CASE("C17: what is not encrypted opens only if that is wanted") {
    CHECK_THROWS_CODE(Vector("C17").open(), Errc::unsupported);
    Vector vector("C17");
    ReadOptions options;
    options.allow_unencrypted = true;
    CHECK(vector.open(options).version() == 27);
}

TEST_CASE("C19, C20: of two entries of a name the first counts, and names are no paths") {
    CHECK(tells(Vector("C19").open().findings(), "contacts.csv", "twice"));
    CHECK(tells(Vector("C20").open().findings(), "", "no plain file name"));
}

TEST_CASE("C21: a bomb is stopped at the limit") {
    Vector vector("C21");
    ReadOptions options;
    options.max_content_bytes = 1 << 20;
    DataBackup archive = vector.open(options);
    int stopped = 0;
    for (const EntryInfo& entry : archive.entries()) {
        MemorySink sink(2 << 20);
        try {
            archive.read(entry.name, sink);
        } catch (const Error& error) {
            CHECK(error.code() == Errc::too_large);
            ++stopped;
        }
        CHECK(sink.bytes().size() <= 1 << 20);
    }
    CHECK(stopped == 1);
}

TEST_CASE("C14, C21: an entry of more than 4 GiB is within the limit, a bomb of 10 GiB is not") {
    CHECK(ReadOptions().max_content_bytes > std::uint64_t{4097} << 20);
    CHECK(ReadOptions().max_content_bytes < std::uint64_t{10} << 30);
}

TEST_CASE("V1: an archive without settings opens only if a version may be assumed") {
    CHECK_THROWS_CODE(Vector("V1").open(), Errc::malformed);
    Vector vector("V1");
    ReadOptions options;
    options.assume_version = true;
    DataBackup archive = vector.open(options);
    CHECK(archive.version() == 1);
    CHECK(tells(archive.findings(), "settings", "missing"));
}

TEST_CASE("V3: a newer version is read, with a finding") {
    DataBackup archive = Vector("V3").open();
    CHECK(archive.version() == 28);
    CHECK(tells(archive.findings(), "settings", "newer"));
    CHECK(Vector("V3-large").open().version() == 2'000'000'000);
    CHECK(Vector("V3-negative").open().version() == -1);
}

TEST_CASE(
    "V2, V4: without a row of two cells for it the version is 1, the last of several counts") {
    for (auto name : {"V2-empty", "V2-unknown", "V4-one-cell"})
        CHECK(Vector(name).open().version() == 1);
    CHECK(Vector("V2-twice").open().version() == 27);
}

TEST_CASE("V4: a version that is no number is an error") {
    CHECK_THROWS_CODE(Vector("V4-word").open(), Errc::malformed);
}

TEST_CASE("V5, V6: archives of every era have their people, chats, pictures and files") {
    for (auto name : {"era-15", "era-16-color", "era-16", "era-18", "era-19-forward-security",
                      "era-19", "era-21", "era-22", "era-24", "era-25", "era-26", "era-27"}) {
        CAPTURE(name);
        Vector vector(name);
        DataBackup archive = vector.open();
        CHECK(archive.identity() == ThreemaId("MYSELF01"));
        CHECK(!archive.owner_picture().empty());
        CHECK(archive.contacts().size() == 3);
        auto messages = all_of(archive, "ECHOECHO");
        CHECK(messages.size() >= 11);
        CHECK(messages[1].reactions[0].emoji == "\U0001F44D");  // from USERACK
        CHECK(messages[1].reactions[0].sender == "ECHOECHO");
        CHECK(!messages[2].media.empty());
        CHECK(messages[9].quote->found == Quote::Found::yes);
        auto group = all_of(archive, "a1b2c3d4e5f60718-ABCD1234");
        CHECK(group[1].sender == "GRPONLY9");
        CHECK(group[2].reactions.size() == (archive.version() >= 18 ? 2u : 0u));
        CHECK(group[2].quote->found == Quote::Found::yes);
        for (const Chat& chat : archive.chats()) CHECK(!chat.orphan);
        for (const Finding& finding : archive.findings())
            FAIL_CHECK(finding.pointer, finding.reason);
    }
}

TEST_CASE("V7: a group that was deleted says so") {
    DataBackup archive = Vector("V7").open();
    CHECK(std::any_of(archive.groups().begin(), archive.groups().end(),
                      [](const Group& group) { return group.deleted; }));
}

TEST_CASE("V8: before format 25 who is no member has left") {
    Vector vector("era-24");
    DataBackup archive = vector.open();
    bool left = false, member = false;
    for (const Group& group : archive.groups()) {
        bool is_member = std::find(group.members.begin(), group.members.end(), "MYSELF01") !=
                         group.members.end();
        CHECK(group.user_state == (is_member ? UserState::member : UserState::left));
        (is_member ? member : left) = true;
    }
    CHECK(left);
    CHECK(member);
}

TEST_CASE("C14: of an archive of 10 GB only what is asked for is read") {
    // Of each entry the place is moved 500 MB further than the one before; between them is nothing.
    constexpr std::uint64_t apart = 500'000'000;
    Vector vector("miniature");
    Bytes bytes = vector.bytes();
    ZipDirectory directory = read_zip_directory(vector.file);
    SparseFile file;
    std::uint64_t moved = 0, end = 0;
    for (ZipEntry& entry : directory.entries) {
        std::size_t size = 30 + entry.name.size() + 11 + entry.packed_size;
        auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(entry.header_offset);
        entry.header_offset += moved;
        file.put(entry.header_offset, Bytes(begin, begin + static_cast<std::ptrdiff_t>(size)));
        end = entry.header_offset + size;
        moved += apart;
    }
    Bytes tail;
    for (const ZipEntry& entry : directory.entries) {
        Bytes header = central_header(entry);
        tail.insert(tail.end(), header.begin(), header.end());
    }
    Bytes records = end_records(directory.entries.size(), false, end, tail.size());
    tail.insert(tail.end(), records.begin(), records.end());
    file.put(end, tail);
    REQUIRE(file.size() > 10'000'000'000);

    DataBackup archive(file, vector.password);
    CHECK(archive.chats().size() == 5);
    CHECK(all_of(archive, "ECHOECHO").size() == 6);
    std::uint64_t before = file.read;
    MemorySink sink;
    CHECK(archive.read("message_media_6f1d2a3b-0000-4000-8000-000000000003", sink));
    CHECK(sink.bytes().size() == 20480);
    CHECK(file.read - before < 22'000);
    CHECK(file.read < 200'000);
    CHECK(verify(file, vector.password).ok());
}
