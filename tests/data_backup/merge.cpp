// Archives made of two: tresor/data_backup/filter.hpp.

#include <tresor/id_export.hpp>

#include "data_backup/merge_messages.hpp"
#include "rewritten.hpp"

using namespace tresor;
using namespace tresor::data_backup;

namespace {

using namespace test;
using Archive = ArchiveVector;
using Texts = std::vector<std::string>;

std::string id_of(std::uint64_t number) {
    std::string digits = std::to_string(number);
    return std::string(16 - digits.size(), '0') + digits;
}

Output merged_chats(const std::vector<Row>& first, const std::vector<Row>& second,
                    Entries of_first = {}, Entries of_second = {}) {
    MemoryFile a(chat_archive(first, std::move(of_first)));
    MemoryFile b(chat_archive(second, std::move(of_second)));
    return merged(a, b);
}

Texts sorted_bodies(Output& output) {
    DataBackup archive = output.open();
    Texts bodies = bodies_of(archive, "ECHOECHO");
    std::sort(bodies.begin(), bodies.end());
    return bodies;
}

// Whether what both have stands in the same order.
bool keeps_order(const Texts& all, const Texts& some) {
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < all.size(); ++i) places.emplace(all[i], i);
    std::size_t last = 0;
    for (const std::string& one : some) {
        auto at = places.find(one);
        if (at == places.end() || at->second < last) return false;
        last = at->second;
    }
    return true;
}

Row poll_row(const std::string& row_id, const std::string& id, const std::string& name) {
    return {{"id", row_id},           {"aid", id},
            {"creator", "ECHOECHO"},  {"ref", "IdentityBallotModel"},
            {"ref_id", "ECHOECHO"},   {"name", name},
            {"state", "OPEN"},        {"assessment", "SINGLE_CHOICE"},
            {"type", "INTERMEDIATE"}, {"choice_type", "TEXT"}};
}

Row vote_row(const std::string& poll, const std::string& voter, const std::string& modified,
             const std::string& selected) {
    return {{"ballot_uid", poll + "-ECHOECHO"},
            {"choice_uid", "0"},
            {"identity", voter},
            {"choice", selected},
            {"created_at", "1"},
            {"modified_at", modified}};
}

}  // namespace

TEST_CASE("merge: an archive merged with itself is itself") {
    for (auto name : {"miniature", "era-27"}) {
        CAPTURE(name);
        Archive vector(name);
        Output output = merged(vector.file, vector.file);
        DataBackup before = vector.open(), after = output.open();
        check_same_contents(before, after);
        CHECK(output.told.conflicts.empty());
        CHECK(output.told.bad.empty());
    }
}

TEST_CASE("merge: an old and a new archive of the same chats say what the new one says") {
    Archive older("era-22"), newer("era-27");
    Output output = merged(older.file, newer.file);
    DataBackup after = output.open();
    CHECK(after.version() == 27);
    CHECK(after.contacts().size() == 3);
    CHECK(verify(output.file, output.password).ok());
}

TEST_CASE("merge: archives of different owners are refused") {
    Archive known("miniature"), unknown("I3");
    CHECK_THROWS_CODE(merged(known.file, unknown.file), Errc::conflict);
    CHECK_THROWS_CODE(merged(unknown.file, known.file), Errc::conflict);
    Password password(demo_password);
    Bytes key(32, 7);
    std::string other = id_export::encode(ThreemaId("MYSELF01"), PrivateKey(key), password);
    MemoryFile a(zip_of({{"settings", "\"version\",\"27\"\n"}, {"identity", other}}, password));
    CHECK_THROWS_CODE(merged(a, known.file), Errc::conflict);
    CHECK(merged(unknown.file, unknown.file).told.entries > 0);
}

TEST_CASE("merge: messages of both are there once and in their order whichever comes first") {
    std::vector<Row> one = {message_row("a", id_of(1), 10, "a"),
                            message_row("b", id_of(2), 20, "b"),
                            message_row("d", id_of(4), 40, "d")};
    std::vector<Row> other = {
        message_row("b", id_of(2), 20, "b"), message_row("c", id_of(3), 30, "c"),
        message_row("d", id_of(4), 40, "d"), message_row("e", id_of(5), 50, "e")};
    for (bool swapped : {false, true}) {
        Output output = swapped ? merged_chats(other, one) : merged_chats(one, other);
        DataBackup archive = output.open();
        CHECK(bodies_of(archive, "ECHOECHO") == Texts{"a", "b", "c", "d", "e"});
        CHECK(output.told.messages == 5);
        CHECK(output.told.conflicts.empty());
    }
}

TEST_CASE("merge: of one message with two uids one stays with the file that either has") {
    std::vector<Row> one = {message_row("old", id_of(1), 10, "text")};
    std::vector<Row> other = {message_row("new", id_of(1), 10, "text"),
                              message_row("next", id_of(2), 20, "more")};
    Output output =
        merged_chats(one, other, {{"message_media_old", "photo"}}, {{"message_media_next", "x"}});
    DataBackup archive = output.open();
    auto messages = all_of(archive, "ECHOECHO");
    REQUIRE(messages.size() == 2);
    CHECK(messages[0].uid == "new");
    auto contents = contents_of(archive);
    CHECK(contents["message_media_new"] == "photo");
    CHECK(contents["message_media_next"] == "x");
    CHECK(!contents.contains("message_media_old"));
}

TEST_CASE("merge: the same id of both sides of a chat are two messages") {
    std::vector<Row> one = {message_row("a", id_of(1), 10, "theirs")};
    std::vector<Row> other = {message_row("b", id_of(1), 10, "mine")};
    other[0]["isoutbox"] = std::string("1");
    Output output = merged_chats(one, other);
    CHECK(sorted_bodies(output) == Texts{"mine", "theirs"});
}

TEST_CASE("merge: what was edited or deleted last wins and its file is gone") {
    std::vector<Row> one = {message_row("a", id_of(1), 10, "edited"),
                            message_row("b", id_of(2), 20, "said")};
    std::vector<Row> other = {message_row("a", id_of(1), 10, "as it was"),
                              message_row("b", id_of(2), 20, "")};
    one[0]["edited_at"] = "15";
    other[1]["deleted_at"] = "25";
    for (bool swapped : {false, true}) {
        Entries file = {{"message_media_b", "photo"}};
        Output output =
            swapped ? merged_chats(other, one, {}, file) : merged_chats(one, other, file, {});
        DataBackup archive = output.open();
        auto messages = all_of(archive, "ECHOECHO");
        REQUIRE(messages.size() == 2);
        CHECK(messages[0].body == "edited");
        CHECK(messages[1].deleted_at);
        CHECK(!archive.has("message_media_b"));
        CHECK(output.told.conflicts.empty());
    }
}

TEST_CASE(
    "merge: messages that differ without a reason are a conflict and those of state are none") {
    std::vector<Row> one = {message_row("a", id_of(1), 10, "secret one"),
                            message_row("b", id_of(2), 20, "same")};
    std::vector<Row> other = one;
    other[0]["body"] = "secret two";
    other[1]["read_at"] = "30";
    one[1]["read_at"] = "";
    other.push_back(message_row("c", id_of(3), 30, "newest"));
    Output output = merged_chats(one, other);
    REQUIRE(output.told.conflicts.size() == 1);
    CHECK(output.told.conflicts[0].pointer == "message_0000000042.csv:2");
    CHECK(output.told.conflicts[0].reason.find("secret") == std::string::npos);
    DataBackup archive = output.open();
    CHECK(bodies_of(archive, "ECHOECHO") == Texts{"secret two", "same", "newest"});
}

TEST_CASE("merge: a contact whose key differs is a conflict and a name that differs is none") {
    auto archive_of = [](char digit, const std::string& name, std::int64_t at) {
        Row contact = contact_row("ECHOECHO", "0000000042");
        contact["publickey"] = std::string(64, digit);
        contact["firstname"] = name;
        return MemoryFile(
            zip_of({{"settings", "\"version\",\"27\"\n"},
                    {"identity", std::string(demo_identity)},
                    {"message_0000000042.csv", table_of({message_row("a", id_of(1), at, "text")})},
                    {"contacts.csv", table_of({contact})}},
                   Password(demo_password)));
    };
    MemoryFile a = archive_of('a', "Old", 1), b = archive_of('a', "New", 2),
               c = archive_of('c', "Newest", 3);
    Output same = merged(b, a), other = merged(a, c);
    CHECK(same.open().contact("ECHOECHO")->first_name == "New");
    CHECK(other.open().contact("ECHOECHO")->first_name == "Newest");
    auto of_keys = [](const Output& output) {
        return std::count_if(output.told.conflicts.begin(), output.told.conflicts.end(),
                             [](const Finding& one) { return one.pointer == "contacts.csv:2"; });
    };
    CHECK(of_keys(same) == 0);
    CHECK(of_keys(other) == 1);
}

TEST_CASE("merge: numbers and pictures of people keep apart") {
    auto archive_of = [](const std::string& who, std::int64_t at) {
        return MemoryFile(
            zip_of({{"settings", "\"version\",\"27\"\n"},
                    {"identity", std::string(demo_identity)},
                    {"contact_avatar_0000000042", "face of " + who},
                    {"message_0000000042.csv", table_of({message_row(who, id_of(1), at, who)})},
                    {"contacts.csv", table_of({contact_row(who, "0000000042")})}},
                   Password(demo_password)));
    };
    MemoryFile a = archive_of("AAAAAAAA", 1), b = archive_of("BBBBBBBB", 2);
    Output output = merged(a, b);
    DataBackup archive = output.open();
    REQUIRE(archive.contacts().size() == 2);
    CHECK(archive.contacts()[0].number == "0000000042");
    CHECK(archive.contacts()[1].number != "0000000042");
    auto contents = contents_of(archive);
    for (const Contact& contact : archive.contacts()) {
        CHECK(contents["contact_avatar_" + contact.number] == "face of " + contact.identity);
        CHECK(bodies_of(archive, contact.identity) == Texts{contact.identity});
    }
}

TEST_CASE("merge: polls that have the same number keep their messages") {
    auto notice = [](const std::string& uid, std::uint64_t id, std::int64_t at,
                     const std::string& poll) {
        Row row = message_row(uid, id_of(id), at, "[1," + poll + "]");
        row["type"] = "BALLOT";
        return row;
    };
    // 7 is another poll in each, 8 the same as 9, 5 is gone in one and another poll in the other.
    Entries one = {
        {"ballot.csv",
         table_of({poll_row("7", "a000000000000000", "A"), poll_row("8", "c000000000000000", "C"),
                   poll_row("5", "e000000000000000", "E")})},
        {"ballot_vote.csv", table_of({vote_row("c000000000000000", "ECHOECHO", "5", "1"),
                                      vote_row("c000000000000000", "MYSELF01", "9", "1")})}};
    Entries other = {
        {"ballot.csv", table_of({poll_row("7", "b000000000000000", "B"),
                                 poll_row("9", "c000000000000000", "C now")})},
        {"ballot_vote.csv", table_of({vote_row("c000000000000000", "ECHOECHO", "6", "0"),
                                      vote_row("c000000000000000", "MYSELF01", "1", "0"),
                                      vote_row("b000000000000000", "ECHOECHO", "1", "1")})}};
    Output output = merged_chats(
        {notice("a", 1, 10, "7"), notice("c", 3, 30, "8"), notice("e", 5, 50, "5")},
        {notice("b", 2, 20, "7"), notice("c", 3, 30, "9"), notice("f", 6, 60, "5")}, one, other);
    DataBackup archive = output.open();
    CHECK(archive.polls().size() == 4);
    Texts named;
    for (const Message& message : all_of(archive, "ECHOECHO")) {
        const Poll* poll = archive.poll(std::get<PollNotice>(content_of(message)).poll);
        named.push_back(message.uid + ":" + (poll ? poll->name : "gone"));
    }
    CHECK(named == Texts{"a:A", "b:B", "c:C now", "e:E", "f:gone"});
    CHECK(output.told.conflicts.empty());
    const Poll* shared = archive.poll("8");
    REQUIRE(shared != nullptr);
    REQUIRE(shared->votes.size() == 2);
    CHECK(!shared->votes[0].selected);  // changed later in the second archive
    CHECK(shared->votes[1].selected);   // and this one in the first
}

TEST_CASE("merge: reactions to a message stand together and nonces are a set") {
    auto reaction = [](std::uint64_t id, const std::string& emoji) {
        return Row{{"identity", "ECHOECHO"},
                   {"api_message_id", id_of(id)},
                   {"sender_identity", "ECHOECHO"},
                   {"emoji_sequence", emoji},
                   {"reacted_at", "5"}};
    };
    auto nonces = [](const std::string& digits) {
        std::vector<Row> rows;
        for (char digit : digits) rows.push_back({{"nonces", std::string(64, digit)}});
        return table_of(rows);
    };
    std::vector<Row> rows = {message_row("a", id_of(1), 10, "a"),
                             message_row("b", id_of(2), 20, "b")};
    Output output =
        merged_chats(rows, rows,
                     {{"contact_reactions.csv", table_of({reaction(1, "x"), reaction(2, "x")})},
                      {"nonces.csv", nonces("12")}},
                     {{"contact_reactions.csv", table_of({reaction(1, "x"), reaction(1, "y")})},
                      {"nonces.csv", nonces("23")}});
    DataBackup archive = output.open();
    auto messages = all_of(archive, "ECHOECHO");
    CHECK(messages[0].reactions.size() == 2);
    CHECK(messages[1].reactions.size() == 1);
    auto contents = contents_of(archive);
    CHECK(contents["reaction_counts.csv"].ends_with("\"3\",\"0\"\n"));
    CHECK(contents["nonce_counts.csv"].ends_with("\"3\",\"0\"\n"));
    CHECK(verify(output.file, output.password).findings.size() == archive.findings().size());
    const std::string& table = contents["contact_reactions.csv"];
    CHECK(table.rfind(id_of(1)) < table.find(id_of(2)));
}

TEST_CASE("merge: nothing of two random halves is lost or twice and each keeps its order") {
    Random random(8);
    for (std::uint64_t round = rounds(4); round > 0; --round) {
        CAPTURE(round);
        std::vector<Row> first, second, newest;
        std::size_t size = below(random, 60);
        std::int64_t at = 1000;
        for (std::size_t i = 0; i < size; ++i) {
            at += static_cast<std::int64_t>(below(random, 3));  // some at the same time
            std::string name = std::to_string(i);
            Row row = message_row("u" + name, id_of(i + 1), at, "body " + name);
            Row edited = row;
            edited["edited_at"] = std::to_string(at + 5);
            edited["body"] += " edited";
            std::uint64_t who = below(random, 5);
            bool is_edited = below(random, 6) == 0;
            if (who != 0) first.push_back(is_edited && who < 3 ? edited : row);
            if (who != 1) second.push_back(is_edited && who >= 3 ? edited : row);
            // The first half lacks those of 0, so nobody has their edit.
            newest.push_back(is_edited && who != 0 ? edited : row);
        }
        Texts expected;
        for (Row& row : newest) expected.push_back(row["body"]);
        Texts uids_of_first, uids_of_second;
        for (Row& row : first) uids_of_first.push_back(row["uid"]);
        for (Row& row : second) uids_of_second.push_back(row["uid"]);
        std::sort(expected.begin(), expected.end());
        for (bool swapped : {false, true}) {
            Output output = swapped ? merged_chats(second, first) : merged_chats(first, second);
            CHECK(sorted_bodies(output) == expected);
            CHECK(output.told.conflicts.empty());
            DataBackup archive = output.open();
            Texts uids;
            for (const Message& message : all_of(archive, "ECHOECHO")) uids.push_back(message.uid);
            CHECK(keeps_order(uids, uids_of_first));
            CHECK(keeps_order(uids, uids_of_second));
        }
    }
}

TEST_CASE("merge: messages that stand in another order in each are all there once") {
    Random random(9);
    for (std::uint64_t round = rounds(6); round > 0; --round) {
        std::vector<MergeItem> first(below(random, 30)), second(below(random, 30));
        for (auto* items : {&first, &second})
            for (MergeItem& item : *items) {
                item.uid = below(random, 40);  // 0: none; some twice
                item.origin = below(random, 60);
                item.row = 1 + below(random, 5);
                item.created = static_cast<std::int64_t>(below(random, 100));
            }
        MergePlan plan = plan_merge(first, second, round % 2);
        std::size_t read[2] = {0, 0}, taken = 0;
        for (MergeStep step : plan.steps) {
            ++read[step == MergeStep::take_first || step == MergeStep::skip_first ? 0 : 1];
            if (step == MergeStep::take_first || step == MergeStep::take_second) ++taken;
        }
        CHECK(read[0] == first.size());
        CHECK(read[1] == second.size());
        CHECK(taken == first.size() + second.size() - plan.pairs.size());
    }
}

TEST_CASE("merge: an archive of each era merged with the newest loses nothing of either") {
    for (auto name : {"era-15", "era-18", "era-21", "era-26"}) {
        CAPTURE(name);
        for (bool swapped : {false, true}) {
            Archive older(name), newer("era-27");
            Output output =
                swapped ? merged(newer.file, older.file) : merged(older.file, newer.file);
            DataBackup after = output.open();
            CHECK(verify(output.file, output.password).ok());
            DataBackup sources[] = {older.open(), newer.open()};
            for (DataBackup& before : sources) {
                for (const Contact& contact : before.contacts())
                    CHECK(after.contact(contact.identity) != nullptr);
                for (const Chat& chat : before.chats()) {
                    Texts uids, all;
                    for (const Message& message : all_of(before, chat.id))
                        uids.push_back(message.uid);
                    for (const Message& message : all_of(after, chat.id))
                        all.push_back(message.uid);
                    CHECK(keeps_order(all, uids));
                    std::set<std::string> distinct(all.begin(), all.end());
                    CHECK(distinct.size() == all.size());
                }
            }
        }
    }
}

TEST_CASE("merge: whether a file was downloaded is no conflict however often a body says so") {
    std::string yes, no;
    for (int i = 0; i < 200'000; ++i) {  // a second, where each of them cost all of the body
        yes += "true,";
        no += i % 2 ? "true," : "false,";
    }
    Row here = message_row("u1", "00000000000000aa", 1, yes);
    Row there = message_row("u1", "00000000000000aa", 1, no);
    here["type"] = there["type"] = "FILE";
    CHECK(merged_chats({here}, {there}).told.conflicts.empty());
    here["type"] = there["type"] = "TEXT";
    CHECK(merged_chats({here}, {there}).told.conflicts.size() == 1);
}

TEST_CASE("merge: what is too short for a nonce is left out") {
    std::string whole(64, 'a');
    std::string nonces = "nonces\n1\n" + whole + "\n" + whole.substr(0, 47) + "\n";
    Output output = merged_chats({}, {}, {{"nonces.csv", nonces}}, {{"nonces.csv", nonces}});
    DataBackup archive = output.open();
    CHECK(contents_of(archive)["nonces.csv"] == "\"nonces\"\n\"" + whole + "\"\n");
}

// A contact's table that nobody has may have the same number, and be seen first.
TEST_CASE("merge and filter: a list's table keeps its name whether the list is there or not") {
    const std::string table = "distribution_list_message_1.csv";
    auto row = [](const std::string& uid) { return table_of({message_row(uid, "", 1, uid)}); };
    Entries lost = {{"message_1.csv", row("contact")}, {table, row("lost")}};
    MemoryFile file(chat_archive({}, lost));
    Output once = filtered(file, Password(demo_password));
    Output twice = filtered(once.file, once.password);
    DataBackup first = once.open(), second = twice.open();
    CHECK(first.has(table));
    CHECK(first.has("message_1.csv"));
    CHECK(contents_of(first) == contents_of(second));

    MemoryFile listed(chat_archive(
        {},
        {{"distribution_list.csv",
          table_of({{{"id", "1"}, {"distribution_list_name", "L"}, {"distribution_members", ""}}})},
         {table, row("listed")}}));
    for (bool swapped : {false, true}) {
        Output joined = swapped ? merged(listed, file) : merged(file, listed);
        DataBackup archive = joined.open();
        std::string text = contents_of(archive)[table];
        for (auto uid : {"\"lost\"", "\"listed\""}) CHECK(text.find(uid) != text.npos);
        CHECK(verify(joined.file, joined.password).ok());
    }
}
