// Archives that are written and read again. At random: writer_random.cpp; what is refused:
// writer_rules.cpp.

#include <algorithm>
#include <set>

#include "writing.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::contact_named;
using test::WrittenArchive;

namespace {

void add_files(DataBackup& from, const Chat& chat, DataBackupWriter& to) {
    auto reader = from.messages(chat, Quotes::left);
    for (Message message; reader.next(message);) {
        if (auto media = from.open(message.media)) to.add_media(message.uid, *media);
        if (auto thumbnail = from.open(message.thumbnail))
            to.add_thumbnail(message.uid, *thumbnail);
    }
}

void add_messages(DataBackup& from, const std::string& id, DataBackupWriter& to) {
    const Chat* chat = from.chat(id);
    REQUIRE(chat != nullptr);
    add_files(from, *chat, to);
    auto reader = from.messages(*chat, Quotes::left);
    for (Message message; reader.next(message);) to.add_message(message);
}

void add_nonces(DataBackup& from, NonceScope scope, DataBackupWriter& to) {
    MemorySink sink;
    if (!from.read(scope == NonceScope::chat ? "nonces.csv" : "nonces_d2d.csv", sink)) return;
    std::string text = test::text_of(sink.bytes());
    constexpr std::size_t header = 9, row = 67;
    for (std::size_t i = header; i + row <= text.size(); i += row)
        to.add_nonce(scope, test::unhex(text.substr(i + 1, 64)));
}

// All that the model has.
Bytes rewritten(DataBackup& from, const Password& password, unsigned jobs = 1) {
    SecretBytes code = from.id_export();
    auto owner = id_export::decode(as_text(std::as_const(code).expose()), password);
    MemorySink sink;
    DataBackupWriter to(sink, Password(test::archive_password), test::fixed_options(jobs));
    to.set_owner(owner.identity, owner.private_key);
    if (auto picture = from.open(from.owner_picture())) to.set_owner_picture(*picture);
    for (const Poll& poll : from.polls()) to.add_poll(poll);
    for (const Contact& contact : from.contacts()) {
        auto assigned = from.open("contact_avatar_" + contact.number);
        auto own = from.open("contact_profile_pic_" + contact.number);
        to.add_contact(contact, assigned.get(), own.get());
        add_messages(from, contact.identity, to);
    }
    for (const Group& group : from.groups()) {
        auto picture = from.open("group_avatar_" + group.number);
        to.add_group(group, picture.get());
        add_messages(from, group.id + "-" + group.creator, to);
    }
    for (const DistributionList& list : from.distribution_lists()) {
        to.add_distribution_list(list);
        add_messages(from, list.id, to);
    }
    add_nonces(from, NonceScope::chat, to);
    add_nonces(from, NonceScope::multi_device, to);
    to.finish();
    return sink.take();
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    std::size_t at = text.find(what);
    REQUIRE(at != text.npos);
    return text.replace(at, what.size(), with);
}

void check_no_findings(Bytes bytes) {
    test::MemoryFile file(std::move(bytes));
    auto result = verify(file, Password(test::archive_password));
    CHECK(result.ok());
    for (const Finding& finding : result.findings) FAIL_CHECK(finding.pointer, finding.reason);
}

}  // namespace

TEST_CASE("W2: what is read of an archive of format 27 and written is read the same again") {
    for (std::string name : {"miniature", "era-27", "C11", "C12", "C16-256-AE1", "C18", "D1", "I1",
                             "R3", "comment", "no-descriptor", "stored"}) {
        CAPTURE(name);
        test::ArchiveVector vector(name);
        DataBackup source = vector.open();
        WrittenArchive copy(rewritten(source, vector.password));
        CHECK(test::told(source) == test::told(copy.archive));
        CHECK(copy.archive.version() == 27);
        for (std::string nonces : {"nonces.csv", "nonces_d2d.csv"})
            if (name == "miniature" || name == "era-27")
                CHECK(copy.entry(nonces) == test::entry_of(source, nonces));
    }
}

TEST_CASE("W2: the tables of the miniature come out as they were") {
    test::ArchiveVector vector("miniature");
    DataBackup source = vector.open();
    WrittenArchive copy(rewritten(source, vector.password));
    REQUIRE(source.entries().size() == copy.archive.entries().size());
    for (const EntryInfo& entry : source.entries()) {
        CAPTURE(entry.name);
        std::string expected = test::entry_of(source, entry.name);
        // Acknowledgements in groups become reactions, which the app takes for the same (6.5).
        if (entry.name == "group_message_1681692777.csv")
            expected = replaced(expected,
                                R"("{""ABCD1234"":""USERACK"",""GRPONLY9"":""USERDEC""}")", "\"\"");
        if (entry.name == "group_reactions.csv")
            for (std::string_view end :
                 {"\"ABCD1234\",\"\U0001F44D\"", "\"GRPONLY9\",\"\U0001F44E\""})
                expected += std::string(R"("a1b2c3d4e5f60718","ABCD1234","5051525354555657",)")
                                .append(end)
                                .append(",\"1735689620100\"\n");
        if (entry.name == "reaction_counts.csv")
            expected = replaced(expected, R"("1","1")", R"("1","3")");
        // Nobody reads the numbers of choices and votes; they are counted.
        if (entry.name == "ballot_choice.csv")
            expected = replaced(replaced(expected, "\"21\"", "\"1\""), "\"22\"", "\"2\"");
        if (entry.name == "ballot_vote.csv")
            expected = replaced(replaced(expected, "\"31\"", "\"1\""), "\"32\"", "\"2\"");
        if (entry.name == "identity") continue;  // has a salt of its own
        CHECK(copy.entry(entry.name) == expected);
    }
}

TEST_CASE("writer: entries have the order of the app") {
    test::ArchiveVector vector("miniature");
    DataBackup source = vector.open();
    std::vector<std::string> expected;
    for (const EntryInfo& entry : source.entries()) expected.push_back(entry.name);
    CHECK(WrittenArchive(rewritten(source, vector.password)).names() == expected);
}

TEST_CASE("writer: an archive of nothing but its owner has all tables and no finding") {
    Bytes bytes = test::written([](DataBackupWriter&) {});
    WrittenArchive archive(bytes);
    CHECK(archive.names() ==
          std::vector<std::string>{"settings", "identity", "contacts.csv", "groups.csv",
                                   "distribution_list.csv", "ballot.csv", "ballot_choice.csv",
                                   "ballot_vote.csv", "contact_reactions.csv",
                                   "group_reactions.csv", "reaction_counts.csv", "nonces.csv",
                                   "nonces_d2d.csv", "nonce_counts.csv"});
    CHECK(archive.entry("settings") == "\"version\",\"27\"\n");
    CHECK(archive.entry("nonce_counts.csv") == "\"csp\",\"d2d\"\n\"0\",\"0\"\n");
    auto owner = id_export::decode(archive.entry("identity"), Password(test::archive_password),
                                   id_export::Reading::strict);
    CHECK(owner.identity == ThreemaId("MYSELF01"));
    CHECK(owner.private_key == test::owner_key());
    check_no_findings(std::move(bytes));
}

TEST_CASE("writer: the bytes do not depend on the number of threads") {
    test::ArchiveVector vector("era-27");
    DataBackup source = vector.open();
    Bytes one = rewritten(source, vector.password, 1);
    CHECK(one == rewritten(source, vector.password, 2));
    CHECK(one == rewritten(source, vector.password, 3));
    check_no_findings(std::move(one));
}

TEST_CASE("writer: numbers that are drawn are all different") {
    Bytes bytes = test::written([](DataBackupWriter& writer) {
        for (int i = 0; i < 40; ++i) {
            std::string digits = std::to_string(1000 + i);
            writer.add_contact(contact_named("TEST" + digits));
        }
        Group group;
        group.creator = "TEST1000";
        group.members = {"TEST1000"};
        group.user_state = UserState::left;
        for (int i = 0; i < 40; ++i) {
            group.id = "00000000000000" + std::to_string(10 + i);
            writer.add_group(group);
        }
    });
    WrittenArchive archive(std::move(bytes));
    std::set<std::string> numbers;
    for (const Contact& contact : archive.archive.contacts()) numbers.insert(contact.number);
    for (const Group& group : archive.archive.groups()) numbers.insert(group.number);
    CHECK(numbers.size() == 80);
    for (const std::string& number : numbers) {
        CHECK(number.size() == 10);
        CHECK(std::stoll(number) < 0x7FFFFFFF);
    }
}

TEST_CASE("writer: a number that is drawn twice is drawn again") {
    auto options = test::fixed_options();
    options.random = [calls = 0](ByteSpan into) mutable {
        std::fill(into.begin(), into.end(), Byte{5});
        if (into.size() == 4) into[3] = static_cast<Byte>(++calls / 3);
    };
    MemorySink sink;
    DataBackupWriter writer(sink, Password(test::archive_password), options);
    writer.set_owner(ThreemaId("MYSELF01"), test::owner_key());
    for (const char* who : {"ECHOECHO", "ABCD1234", "GRPONLY9"})
        writer.add_contact(contact_named(who));
    writer.finish();
    WrittenArchive archive(sink.take());
    std::set<std::string> numbers;
    for (const Contact& contact : archive.archive.contacts()) numbers.insert(contact.number);
    CHECK(numbers.size() == 3);
}

TEST_CASE("writer: a sink that throws at any byte leaves the writer throwing the same error") {
    class Failing final : public ByteSink {
    public:
        explicit Failing(std::uint64_t most) : left_(most) {}
        void write(ByteView bytes) override {
            if (bytes.size() > left_) throw Error(Errc::io, "the disk failed");
            left_ -= bytes.size();
        }
        void restart() override {}

    private:
        std::uint64_t left_;
    };
    auto fill = [](DataBackupWriter& writer) {
        writer.set_owner(ThreemaId("MYSELF01"), test::owner_key());
        writer.add_contact(contact_named("ECHOECHO"));
        Message message;
        message.uid = "a";
        message.api_id = "0011223344556677";
        writer.add_message(message);
        writer.finish();
    };
    MemorySink whole;
    DataBackupWriter all(whole, Password(test::archive_password), test::fixed_options());
    fill(all);
    std::uint64_t size = whole.bytes().size(),
                  step = std::max<std::uint64_t>(1, size / test::rounds(40));
    for (std::uint64_t most = 0; most < size; most += step) {
        Failing sink(most);
        DataBackupWriter writer(sink, Password(test::archive_password), test::fixed_options());
        CHECK_THROWS_CODE(fill(writer), Errc::io);
        CHECK_THROWS_CODE(writer.add_contact(contact_named("ABCD1234")), Errc::io);
        CHECK_THROWS_CODE(writer.finish(), Errc::io);
    }
}

TEST_CASE("writer: an outgoing poll in a group has the creator of a poll that is known") {
    Bytes bytes = test::written([](DataBackupWriter& writer) {
        writer.add_contact(contact_named("ECHOECHO"));
        Group group;
        group.id = "a1b2c3d4e5f60718";
        group.creator = "MYSELF01";
        group.members = {"MYSELF01", "ECHOECHO"};
        group.user_state = UserState::member;
        group.number = "0000000009";
        writer.add_group(group);
        Poll poll;
        poll.row_id = "7";
        poll.id = "0102030405060708";
        poll.creator = "ECHOECHO";
        poll.chat_kind = ChatKind::group;
        poll.chat = "a1b2c3d4e5f60718-MYSELF01";
        writer.add_poll(poll);
        Message message;
        message.outgoing = true;
        message.api_id = "0011223344556677";
        message.type = MessageType::poll;
        for (const char* body : {"[1,7]", "[1,8]"}) {
            message.uid = body;
            message.body = body;
            writer.add_message(message);
        }
    });
    std::string table = WrittenArchive(std::move(bytes)).entry("group_message_0000000009.csv");
    CHECK(table.find("\"[1,7]\",\"ECHOECHO\",\"1\"") != table.npos);
    CHECK(table.find("\"[1,8]\",\"\",\"1\"") != table.npos);
}

TEST_CASE("writer: what a state tells of a reaction is not written once more") {
    Bytes bytes = test::written([](DataBackupWriter& writer) {
        writer.add_contact(contact_named("ECHOECHO"));
        Message message;
        message.uid = "a";
        message.api_id = "0011223344556677";
        message.outgoing = true;
        message.state = MessageState::acknowledged;
        message.modified_at = Moment(Millis(5));
        message.reactions = {{"ECHOECHO", "\U0001F44D", {}},
                             {"ECHOECHO", "\U0001F389", Moment(Millis(6))}};
        writer.add_message(message);
    });
    WrittenArchive archive(std::move(bytes));
    std::string table = archive.entry("contact_reactions.csv");
    CHECK(std::count(table.begin(), table.end(), '\n') == 2);
    CHECK(table.find("\U0001F389") != table.npos);
    auto messages = test::all_of(archive.archive, "ECHOECHO");
    CHECK(messages.at(0).reactions ==
          std::vector<Reaction>{{"ECHOECHO", "\U0001F44D", Moment(Millis(5))},
                                {"ECHOECHO", "\U0001F389", Moment(Millis(6))}});
}
