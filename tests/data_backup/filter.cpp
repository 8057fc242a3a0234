// Archives made of one archive: tresor/data_backup/filter.hpp.

#include <tresor/id_export.hpp>

#include "rewritten.hpp"

using namespace tresor;
using namespace tresor::data_backup;

namespace {

using namespace test;
using Archive = ArchiveVector;

constexpr std::string_view group_id = "a1b2c3d4e5f60718-ABCD1234";

bool holds(const std::map<std::string, std::string>& contents, std::string_view word) {
    return std::any_of(contents.begin(), contents.end(), [&](const auto& entry) {
        return entry.first.find(word) != std::string::npos ||
               entry.second.find(word) != std::string::npos;
    });
}

const char* const eras[] = {"era-15", "era-16-color", "era-16", "era-18", "era-19-forward-security",
                            "era-19", "era-21",       "era-22", "era-24", "era-25",
                            "era-26", "era-27",       "V7"};

}  // namespace

TEST_CASE("filter: with nothing cut every entry of a format 27 archive stays as it was") {
    for (auto name : {"miniature", "era-27"}) {
        CAPTURE(name);
        Archive vector(name);
        Output output = filtered(vector.file, vector.password);
        DataBackup before = vector.open(), after = output.open();
        check_same_contents(before, after);
        CHECK(output.told.bad.empty());
        CHECK(output.told.conflicts.empty());
        CHECK(output.told.entries == before.entries().size());
        CHECK(output.told.bytes == output.file.size());
        for (const Finding& finding : output.told.findings)
            FAIL_CHECK(finding.pointer, finding.reason);
    }
}

TEST_CASE("W3: an archive of any era becomes one of format 27 that says the same") {
    for (auto name : eras) {
        CAPTURE(name);
        Archive vector(name);
        Output output = filtered(vector.file, vector.password);
        DataBackup before = vector.open(), after = output.open();
        CHECK(after.version() == 27);
        CHECK(after.identity() == before.identity());
        CHECK(after.owner_picture() == (before.owner_picture().empty() ? "" : "contact_avatar_me"));
        bool fresh = before.version() >= 22;
        CHECK(model_of(after, fresh) == model_of(before, fresh));
        auto checked = verify(output.file, output.password);
        auto had = verify(vector.file, vector.password);
        CHECK(checked.ok());
        for (const Finding& finding : checked.findings)
            if (!tells(had.findings, "", finding.reason))
                FAIL_CHECK(finding.pointer, finding.reason);
    }
}

TEST_CASE("W3: what is made of an old archive has all entries and columns of format 27") {
    Archive vector("era-15");
    Output output = filtered(vector.file, vector.password);
    DataBackup after = output.open();
    auto contents = contents_of(after);
    for (auto name : {"settings", "identity", "contacts.csv", "groups.csv", "distribution_list.csv",
                      "ballot.csv", "ballot_choice.csv", "ballot_vote.csv", "contact_reactions.csv",
                      "group_reactions.csv", "reaction_counts.csv", "nonces.csv", "nonces_d2d.csv",
                      "nonce_counts.csv"})
        CHECK_MESSAGE(contents.contains(name), name);
    CHECK(contents["nonce_counts.csv"] == "\"csp\",\"d2d\"\n\"0\",\"0\"\n");
    std::set<std::string> numbers;
    for (const Contact& contact : after.contacts()) {
        CHECK(contact.number.size() == 10);
        CHECK(numbers.insert(contact.number).second);
        CHECK(contents.contains("message_" + contact.number + ".csv"));
    }
    for (const Group& group : after.groups()) {
        CHECK(group.number.size() == 10);
        CHECK(numbers.insert(group.number).second);
        CHECK(group.user_state != UserState::unknown);
    }
    CHECK(!holds(contents, "isqueued"));
    CHECK(!holds(contents, "tacid"));
}

// Before format 22 the app worked it out when it restored; of a newer one it takes what is written.
TEST_CASE("W3: chats of an old archive are as fresh as their last message") {
    for (auto name : {"era-15", "era-21"}) {
        Archive vector(name);
        Output output = filtered(vector.file, vector.password);
        DataBackup after = output.open();
        int with_messages = 0;
        for (const Chat& chat : after.chats()) {
            if (chat.orphan) continue;
            CHECK(chat.last_update == after.summary(chat).last);
            with_messages += chat.last_update ? 1 : 0;
        }
        CHECK(with_messages >= 2);
    }
}

TEST_CASE("filter: what was filtered once stays as it is the second time") {
    // All in a long run, else every third.
    std::size_t number = 0, each = test::rounds(1) > 1 ? 1 : 3;
    for (auto name : eras) {
        CAPTURE(name);
        if (number++ % each != 0) continue;
        Archive vector(name);
        Output once = filtered(vector.file, vector.password);
        Output twice = filtered(once.file, once.password);
        DataBackup first = once.open(), second = twice.open();
        CHECK(contents_of(first) == contents_of(second));
    }
}

TEST_CASE("filter: a group that was deleted is left out with all its files and says so") {
    Archive vector("V7");
    Output output = filtered(vector.file, vector.password);
    CHECK(tells(output.told.findings, "groups.csv:", "deleted"));
    DataBackup before = vector.open(), after = output.open();
    CHECK(after.groups().size() < before.groups().size());
    for (const Group& group : before.groups())
        if (group.deleted) CHECK(after.chat(group.id + "-" + group.creator) == nullptr);
    CHECK(verify(output.file, output.password).findings.size() <=
          verify(vector.file, vector.password).findings.size());
}

TEST_CASE("filter: nothing of a chat that is cut is in any entry") {
    Archive vector("miniature");
    DataBackup before = vector.open();
    Cut cut;
    cut.chats = {"ECHOECHO"};
    Output output = filtered(vector.file, vector.password, cut);
    DataBackup after = output.open();
    auto contents = contents_of(after);
    for (const std::string word : {"ABCD1234", "GRPONLY9", "Ada", "a1b2c3d4e5f60718", "Hiking",
                                   "Family", "4821907735021990000", "Which day?"})
        CHECK_MESSAGE(!holds(contents, word), word);
    for (const Chat& chat : before.chats()) {
        if (chat.id == "ECHOECHO") continue;
        for (const Message& message : all_of(before, chat.id)) CHECK(!holds(contents, message.uid));
    }
    CHECK(after.chats().size() == 1);
    CHECK(all_of(after, "ECHOECHO").size() == all_of(before, "ECHOECHO").size());
    CHECK(contents["nonces.csv"] == contents_of(before)["nonces.csv"]);
    CHECK(verify(output.file, output.password).findings.empty());
}

TEST_CASE("filter: a group that is kept keeps its people and their chats are empty") {
    Archive vector("era-27");
    Cut cut;
    cut.chats = {std::string(group_id)};
    Output output = filtered(vector.file, vector.password, cut);
    DataBackup before = vector.open(), after = output.open();
    CHECK(after.contact("ABCD1234") != nullptr);
    CHECK(after.contact("GRPONLY9") != nullptr);
    for (const Chat& chat : after.chats()) {
        CHECK(!chat.entry.empty());
        if (chat.id != group_id) CHECK(all_of(after, chat.id).empty());
    }
    auto expected = all_of(before, group_id), found = all_of(after, group_id);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        CHECK(found[i].body == expected[i].body);
        CHECK(found[i].reactions == expected[i].reactions);
        CHECK(found[i].media == expected[i].media);
    }
    CHECK(verify(output.file, output.password).findings.size() <=
          verify(vector.file, vector.password).findings.size());
}

TEST_CASE("filter: a chat that is not there is not found") {
    Archive vector("miniature");
    Cut cut;
    cut.chats = {"NOBODY99"};
    CHECK_THROWS_CODE(filtered(vector.file, vector.password, cut), Errc::not_found);
}

TEST_CASE("filter: a cut by time keeps what was shown from the first moment to before the last") {
    std::vector<Row> rows;
    for (int i = 0; i < 5; ++i) {
        std::string n = std::to_string(i);
        rows.push_back(message_row("u" + n, "000000000000000" + n, 1000 * i, "b" + n));
    }
    rows[1]["isoutbox"] = "1";
    rows[1]["modified_at"] = "3500";  // shown then
    rows.push_back(message_row("u5", "0000000000000005", 0, "b5"));
    rows[5]["created_at"] = rows[5]["posted_at"] = "";
    std::string reactions = table_of({{{"identity", "ECHOECHO"},
                                       {"api_message_id", "0000000000000000"},
                                       {"sender_identity", "ECHOECHO"},
                                       {"emoji_sequence", "x"},
                                       {"reacted_at", "1"}},
                                      {{"identity", "ECHOECHO"},
                                       {"api_message_id", "0000000000000003"},
                                       {"sender_identity", "ECHOECHO"},
                                       {"emoji_sequence", "y"},
                                       {"reacted_at", "1"}}});
    MemoryFile file(chat_archive(rows, {{"message_media_u0", "old"},
                                        {"message_media_u3", "new"},
                                        {"message_thumbnail_u0", "old"},
                                        {"message_media_nobody", "orphan"},
                                        {"contact_reactions.csv", reactions}}));
    Cut cut;
    cut.since = Moment(Millis(2000));
    cut.until = Moment(Millis(4000));
    Output output = filtered(file, Password(demo_password), cut);
    DataBackup after = output.open();
    CHECK(bodies_of(after, "ECHOECHO") == std::vector<std::string>{"b1", "b2", "b3", "b5"});
    CHECK(output.told.messages == 4);
    CHECK(!after.has("message_media_u0"));
    CHECK(!after.has("message_thumbnail_u0"));
    CHECK(after.has("message_media_u3"));
    CHECK(after.has("message_media_nobody"));
    CHECK(after.reaction_count(ChatKind::contact) == 1);
}

TEST_CASE("filter: with a cut by time a poll goes that only older messages name") {
    auto poll = [](const std::string& row_id, const std::string& id) {
        return Row{{"id", row_id},           {"aid", id},
                   {"creator", "ECHOECHO"},  {"ref", "IdentityBallotModel"},
                   {"ref_id", "ECHOECHO"},   {"name", "poll" + row_id},
                   {"state", "OPEN"},        {"assessment", "SINGLE_CHOICE"},
                   {"type", "INTERMEDIATE"}, {"choice_type", "TEXT"}};
    };
    std::vector<Row> rows = {message_row("u0", "0000000000000001", 1000, "[1,1]"),
                             message_row("u1", "0000000000000002", 5000, "[1,2]")};
    rows[0]["type"] = rows[1]["type"] = "BALLOT";
    Entries more = {
        {"ballot.csv", table_of({poll("1", "1000000000000000"), poll("2", "2000000000000000"),
                                 poll("3", "3000000000000000")})},
        {"ballot_choice.csv",
         table_of({{{"ballot", "1000000000000000-ECHOECHO"}, {"aid", "0"}, {"name", "gone"}},
                   {{"ballot", "2000000000000000-ECHOECHO"}, {"aid", "7"}, {"name", "stays"}}})}};
    MemoryFile file(chat_archive(rows, more));
    Cut cut;
    cut.since = Moment(Millis(2000));
    Output output = filtered(file, Password(demo_password), cut);
    DataBackup after = output.open();
    REQUIRE(after.polls().size() == 2);
    CHECK(after.polls()[0].name == "poll2");
    CHECK(after.polls()[1].name == "poll3");
    REQUIRE(after.polls()[0].choices.size() == 1);
    CHECK(after.polls()[0].choices[0].order == 7);
    CHECK(!holds(contents_of(after), "gone"));
}

TEST_CASE("filter: without media their files are gone and pictures are not") {
    Archive vector("era-27");
    Cut cut;
    cut.media = false;
    Output output = filtered(vector.file, vector.password, cut);
    DataBackup before = vector.open(), after = output.open();
    std::size_t pictures = 0;
    for (const EntryInfo& entry : after.entries()) {
        CHECK(entry.name.find("_media_") == std::string::npos);
        CHECK(entry.name.find("thumbnail_") == std::string::npos);
        if (entry.name.find("avatar") != std::string::npos) ++pictures;
    }
    CHECK(pictures > 0);
    CHECK(bodies_of(after, "ECHOECHO") == bodies_of(before, "ECHOECHO"));
}

TEST_CASE("filter: another password opens the new archive and its identity and the old one none") {
    Archive vector("miniature");
    Output output = filtered(vector.file, vector.password, {}, "quite another one");
    DataBackup after = output.open();
    CHECK(after.identity() == ThreemaId("MYSELF01"));
    SecretBytes code = after.id_export();
    CHECK(id_export::decode(as_text(std::as_const(code).expose()), output.password).identity ==
          ThreemaId("MYSELF01"));
    CHECK_THROWS_CODE(DataBackup(output.file, vector.password), Errc::auth_failed);
    DataBackup before = vector.open();
    CHECK(model_of(after) == model_of(before));
}

TEST_CASE("filter: an identity under another password is refused and none is none") {
    Archive wrong("I2");
    auto opens = [](Archive& vector) { return vector.open().identity().has_value(); };
    if (!opens(wrong)) CHECK_THROWS_CODE(filtered(wrong.file, wrong.password), Errc::auth_failed);
    Archive none("I3");
    Output output = filtered(none.file, none.password);
    CHECK(!output.open().has("identity"));
    CHECK(tells(output.told.findings, "identity", "missing"));
}

TEST_CASE("filter: what is damaged is listed and the rest is there") {
    Archive chat("C9-text");
    Output without = filtered(chat.file, chat.password);
    REQUIRE(without.told.bad.size() == 1);
    CHECK(without.told.bad[0].name == "message_0000000042.csv");
    CHECK(without.told.bad[0].code == Errc::auth_failed);
    DataBackup empty = without.open();
    CHECK(all_of(empty, "ECHOECHO").empty());
    CHECK(empty.has("message_0000000042.csv"));
    CHECK(empty.contacts().size() == 3);
    Archive media("C10");
    Output less = filtered(media.file, media.password);
    REQUIRE(less.told.bad.size() == 1);
    DataBackup after = less.open();
    CHECK(!after.has(less.told.bad[0].name));
    CHECK(all_of(after, "ECHOECHO").size() == 6);
    CHECK(verify(less.file, less.password).ok());
}

TEST_CASE("filter: orphans and what nobody knows stay") {
    std::vector<Row> rows = {message_row("u0", "0000000000000001", 1, "text")};
    rows[0]["future"] = "column";
    MemoryFile file(chat_archive(rows, {{"message_9999999999.csv", table_of(rows)},
                                        {"message_media_lost", "orphan"},
                                        {"contact_avatar_1111111111", "picture"},
                                        {"brand_new", "unknown"}}));
    Output output = filtered(file, Password(demo_password));
    DataBackup after = output.open();
    auto contents = contents_of(after);
    CHECK(contents["message_media_lost"] == "orphan");
    CHECK(contents["contact_avatar_1111111111"] == "picture");
    CHECK(contents["brand_new"] == "unknown");
    REQUIRE(after.chat("9999999999") != nullptr);
    CHECK(after.chat("9999999999")->orphan);
    CHECK(all_of(after, "ECHOECHO")[0].others == Cells{{"future", "column"}});
    CHECK(tells(output.told.findings, "brand_new", "not known"));
}

TEST_CASE("filter: settings that nobody knows stay and the version becomes 27") {
    MemoryFile file(zip_of({{"settings", "\"version\",\"19\"\n\"theme\",\"a \"\"b\"\"\"\n"}},
                           Password(demo_password)));
    Output output = filtered(file, Password(demo_password));
    DataBackup after = output.open();
    CHECK(contents_of(after)["settings"] == "\"version\",\"27\"\n\"theme\",\"a \"\"b\"\"\"\n");
}

TEST_CASE("filter: cells that the app would drop a row for are repaired") {
    std::vector<Row> rows = {message_row("", "0000000000000001", 1, "text"),
                             message_row("u1", "0000000000000002", 2, "more")};
    rows[0]["display_tags"] = "";
    rows[1]["modified_at"] = "yesterday";
    MemoryFile file(chat_archive(rows));
    Output output = filtered(file, Password(demo_password));
    DataBackup after = output.open();
    auto messages = all_of(after, "ECHOECHO");
    REQUIRE(messages.size() == 2);
    CHECK(messages[0].uid.size() == 36);
    CHECK(messages[0].uid[14] == '4');
    CHECK(!messages[1].modified_at);
    CHECK(tells(output.told.findings, "message_0000000042.csv:3", "no time"));
    CHECK(verify(output.file, output.password).ok());
    MemorySink table;
    after.read("message_0000000042.csv", table);
    CHECK(as_text(table.bytes()).find("\"\",\"0\"") == std::string_view::npos);
}

TEST_CASE("filter: the same random numbers make the same archive") {
    Archive vector("era-15");
    auto made = [&](unsigned jobs) {
        Byte next = 0;
        WriteOptions write;
        write.jobs = jobs;
        write.random = [&](ByteSpan out) {
            for (Byte& byte : out) byte = next++;
        };
        MemorySink sink;
        filter({vector.file, vector.password}, sink, vector.password, {}, write);
        return sink.take();
    };
    Bytes once = made(1);
    CHECK(once == made(1));
    CHECK(once == made(3));
}

TEST_CASE("filter: whatever opens becomes an archive without damage") {
    int filtered_ones = 0;
    // All in a long run, else every sixth.
    std::size_t number = 0, each = test::rounds(1) > 1 ? 1 : 6;
    for (const std::string& path : test::vectors_in("data_backup")) {
        CAPTURE(path);
        if (++number % each != 0) continue;
        if (path.find("C21") != std::string::npos) continue;  // a bomb: it takes its time
        Archive vector(read_vector(path));
        std::optional<DataBackup> before;
        try {
            before.emplace(vector.open());
        } catch (const Error&) {
            continue;
        }
        bool opens = before->identity() || !before->has("identity");
        if (!opens) {
            CHECK_THROWS_AS(filtered(vector.file, vector.password), Error);
            continue;
        }
        Output once = filtered(vector.file, vector.password);
        CHECK(verify(once.file, once.password).ok());
        ++filtered_ones;
    }
    CHECK(filtered_ones > (each == 1 ? 40 : 6));
}

TEST_CASE("filter: a list whose id ends the restore of all chats gets another one") {
    auto list = [](const std::string& id) {
        return Row{{"id", id}, {"distribution_list_name", "L" + id}};
    };
    std::string chat = table_of({message_row("u1", "", 1, "kept")});
    MemoryFile file(
        chat_archive({}, {{"distribution_list_message_-5.csv", chat},
                          {"distribution_list_message_a-b.csv", chat},
                          {"distribution_list.csv", table_of({list("-5"), list("7")})}}));
    Output output = filtered(file, Password(demo_password));
    DataBackup after = output.open();
    REQUIRE(after.distribution_lists().size() == 2);
    const std::string& id = after.distribution_lists()[0].id;
    CHECK(id.find('-') == std::string::npos);
    CHECK(after.distribution_lists()[0].name == "L-5");
    CHECK(after.distribution_lists()[1].id == "7");
    CHECK(bodies_of(after, id) == std::vector<std::string>{"kept"});
    CHECK(output.told.messages == 2);
    for (const auto& [name, content] : contents_of(after))
        if (name.starts_with("distribution_list_message_"))
            CHECK(name.find('-') == std::string::npos);
}

TEST_CASE("filter: numbers that no entry can be found by are others then") {
    std::string people = table_of(
        {contact_row("ECHOECHO", "0000000042"), contact_row("ABCDEFGH", std::string(70'000, '9')),
         contact_row("BCDEFGHA", "../evil"), contact_row("CDEFGHAB", "me")});
    MemoryFile file(zip_of({{"settings", "\"version\",\"27\"\n"},
                            {"message_../evil.csv", table_of({message_row("u1", "", 1, "kept")})},
                            {"contacts.csv", people}},
                           Password(demo_password)));
    Output output = filtered(file, Password(demo_password));
    DataBackup after = output.open();
    REQUIRE(after.contacts().size() == 4);
    CHECK(after.contacts()[0].number == "0000000042");
    for (std::size_t i : {1u, 2u, 3u}) CHECK(after.contacts()[i].number.size() == 10);
    CHECK(bodies_of(after, "BCDEFGHA") == std::vector<std::string>{"kept"});
}

TEST_CASE("filter: integers that are none for the app are repaired") {
    const std::string large = "99999999999";
    Row message = message_row("u1", "00000000000000aa", 1, "kept");
    message["display_tags"] = large;
    Row group = {{"id", "a1b2c3d4e5f60718"},
                 {"creator", "ECHOECHO"},
                 {"members", "ECHOECHO;MYSELF01"},
                 {"group_uid", "0000000007"},
                 {"user_state", large}};
    MemoryFile file(chat_archive({message}, {{"groups.csv", table_of({group})}}));
    Output output = filtered(file, Password(demo_password));
    DataBackup after = output.open();
    CHECK(contents_of(after)["message_0000000042.csv"].find(large) == std::string::npos);
    CHECK(after.groups().at(0).user_state == UserState::member);
}

TEST_CASE("filter: more rows of a table than memory is for are refused") {
    std::string polls = "aid\n";
    for (int i = 0; i < 100; ++i) polls += "0000000000000001\n";
    MemoryFile file(chat_archive({}, {{"ballot.csv", polls}}));
    MemorySink sink;
    ReadOptions read;
    read.max_index_bytes = 4096;
    Password password(demo_password);
    CHECK_THROWS_CODE(filter({file, password}, sink, password, {}, {}, read), Errc::too_large);
    read.max_index_bytes = 8192;
    CHECK_NOTHROW(filter({file, password}, sink, password, {}, {}, read));
}

// Which would take as much memory as the table of votes has lines.
TEST_CASE("filter: votes of no poll do not pile up") {
    std::string votes = "choice_uid\n";
    for (int i = 0; i < 1000; ++i) votes += "0\n";
    MemoryFile file(chat_archive({}, {{"ballot_vote.csv", votes}}));
    MemorySink sink;
    ReadOptions read;
    read.max_index_bytes = 4096;
    Password password(demo_password);
    CHECK_NOTHROW(filter({file, password}, sink, password, {}, {}, read));
}

TEST_CASE("filter: polls that were read before their table broke off stay") {
    std::string polls = "id,aid,creator\n";
    for (int i = 0; i < 20; ++i) polls += std::to_string(i) + ",0000000000000001,ECHOECHO\n";
    polls += std::string(100'000, 'x');
    MemoryFile file(chat_archive({}, {{"ballot.csv", polls}}));
    MemorySink sink;
    ReadOptions read;
    read.max_index_bytes = 70'000;
    Password password(demo_password);
    Rewritten told = filter({file, password}, sink, password, {}, {}, read);
    REQUIRE(told.bad.size() == 1);
    CHECK(told.bad[0].name == "ballot.csv");
    MemoryFile written(sink.take());
    CHECK(DataBackup(written, password).polls().size() == 20);
}
