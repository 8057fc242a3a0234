// Contacts, groups and lists: rows K1 to K9 of data-backup.md 9.2.

#include "data_backup/people.hpp"

#include "data_backup/rows.hpp"
#include "data_backup/vector.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::ArchiveVector;
using test::Row;
using test::tells;

namespace {

using test::all_of;

Row contact_row(std::string identity, std::string key = std::string(64, '2')) {
    return {{"identity", std::move(identity)},
            {"publickey", std::move(key)},
            {"verification", "UNVERIFIED"}};
}

auto contacts_of(const std::vector<Row>& rows) {
    return test::read_table(test::table_of(rows), read_contacts);
}

auto groups_of(const std::vector<Row>& rows, std::string_view owner = "MYSELF01") {
    return test::read_table(test::table_of(rows), [&](ByteSource& source, Findings& findings) {
        return read_groups(source, owner, findings);
    });
}

Row group_row(std::string members) {
    return {{"id", "a1b2c3d4e5f60718"}, {"creator", "ABCD1234"}, {"members", std::move(members)}};
}

}  // namespace

TEST_CASE("K1: a key of the wrong length makes a row invalid, capital hex does not") {
    for (std::size_t digits : {0u, 62u, 63u, 65u, 66u}) {
        CAPTURE(digits);
        auto read = contacts_of(
            {contact_row("ABCD1234", std::string(digits, '2')), contact_row("ECHOECHO")});
        REQUIRE(read.value.size() == 1);
        CHECK(read.value[0].identity == "ECHOECHO");
        CHECK(tells(read.findings, "contacts.csv:2", "no valid public key"));
    }
    CHECK(contacts_of({contact_row("ABCD1234", std::string(64, 'g'))}).value.empty());
    std::string key = "00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff";
    auto read = contacts_of({contact_row("ABCD1234", key)});
    REQUIRE(read.value.size() == 1);
    CHECK(read.findings.empty());
    CHECK(test::hex(read.value[0].public_key) ==
          "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
}

TEST_CASE("K2: a gateway is a contact, an identity of another length or kind is none") {
    auto gateway = contacts_of({contact_row("*GATEWAY")});
    REQUIRE(gateway.value.size() == 1);
    CHECK(gateway.value[0].identity == "*GATEWAY");
    CHECK(gateway.findings.empty());
    for (const char* identity : {"", "SEVEN77", "NINE99999", "EC*OECHO", "ECHO ECH", "ECHOÄCH"}) {
        CAPTURE(std::string(identity));
        auto read = contacts_of({contact_row(identity), contact_row("ECHOECHO")});
        CHECK(read.value.size() == 1);
        CHECK(tells(read.findings, "contacts.csv:2", "no valid identity"));
    }
}

TEST_CASE("K3: an unknown verification is none, and its word is kept") {
    Row row = contact_row("ECHOECHO");
    row["verification"] = "TRUSTED";
    auto read = contacts_of({row});
    REQUIRE(read.value.size() == 1);
    CHECK(read.value[0].verification == Verification::unverified);
    CHECK(read.value[0].verification_text == "TRUSTED");
    CHECK(tells(read.findings, "contacts.csv:2", "verification"));
    row.erase("verification");
    CHECK(contacts_of({row}).findings.empty());
}

TEST_CASE("K4: of two contacts with one number both are there, and one has the chat") {
    ArchiveVector vector("K4");
    DataBackup archive = vector.open();
    REQUIRE(archive.contact("ECHOECHO") != nullptr);
    REQUIRE(archive.contact("TWIN0001") != nullptr);
    CHECK(all_of(archive, "ECHOECHO").size() == 6);
    CHECK(archive.chat("TWIN0001")->entry.empty());
    CHECK(tells(archive.findings(), "message_0000000042.csv", "two chats"));
}

TEST_CASE("K5: the owner among the contacts is known as such, and nothing is odd about it") {
    ArchiveVector vector("K5");
    DataBackup archive = vector.open();
    REQUIRE(archive.identity());
    CHECK(archive.contact(archive.identity()->text()) != nullptr);
    CHECK(archive.name_of("MYSELF01") == "Me");
    for (const Message& message : all_of(archive, "ECHOECHO"))
        CHECK(message.sender == (message.outgoing ? "MYSELF01" : "ECHOECHO"));
    CHECK_FALSE(tells(archive.findings(), "message_", ""));
    CHECK_FALSE(tells(archive.findings(), "contacts.csv", ""));
}

TEST_CASE("K6: members are parted at semicolons, of which too many do no harm") {
    using Members = std::vector<std::string>;
    CHECK(groups_of({group_row("")}).value[0].members.empty());
    CHECK(groups_of({group_row("ABCD1234;;ECHOECHO;")}).value[0].members ==
          Members{"ABCD1234", "ECHOECHO"});
    CHECK(groups_of({group_row(";;")}).value[0].members.empty());
    auto lists = test::read_table(
        test::table_of({{{"id", "5"}, {"distribution_members", ";ABCD1234;;ECHOECHO"}}}),
        read_distribution_lists);
    CHECK(lists.value[0].members == Members{"ABCD1234", "ECHOECHO"});
    CHECK(lists.findings.empty());
}

TEST_CASE("K6: a member who is no contact is called by identity, and verifying tells") {
    ArchiveVector vector("K6");
    DataBackup archive = vector.open();
    CHECK(archive.groups()[0].members == std::vector<std::string>{"ABCD1234", "NOBODY99"});
    CHECK(archive.name_of("NOBODY99") == "NOBODY99");
    auto verified = verify(vector.file, vector.password);
    CHECK(verified.ok());
    CHECK(tells(verified.findings, "groups.csv", "member of a group is no contact"));
}

TEST_CASE("K7: the user's state in a group is told by its number, and another number is odd") {
    auto state_of = [](std::string cell, bool fine) {
        Row row = group_row("ABCD1234");
        row["user_state"] = std::move(cell);
        auto read = groups_of({row});
        CHECK(read.findings.empty() == fine);
        if (!fine) CHECK(tells(read.findings, "groups.csv:2", ""));
        REQUIRE(read.value.size() == 1);
        return read.value[0].user_state;
    };
    CHECK(state_of("0", true) == UserState::member);
    CHECK(state_of("1", true) == UserState::kicked);
    CHECK(state_of("2", true) == UserState::left);
    CHECK(state_of("9", false) == UserState::unknown);
    CHECK(state_of("", false) == UserState::unknown);
    CHECK(state_of("left", false) == UserState::unknown);
}

TEST_CASE(
    "V8: without the column the user's state follows from the members, if the owner is known") {
    CHECK(groups_of({group_row("ABCD1234;MYSELF01")}).value[0].user_state == UserState::member);
    CHECK(groups_of({group_row("ABCD1234")}).value[0].user_state == UserState::left);
    CHECK(groups_of({group_row("ABCD1234")}, "").value[0].user_state == UserState::unknown);
}

TEST_CASE("K8: a chat without an index is there, and a contact without a chat has an empty one") {
    ArchiveVector vector("K8");
    DataBackup archive = vector.open();
    for (auto [id, kind] :
         {std::pair("0000000777", ChatKind::contact), std::pair("0000000778", ChatKind::group),
          std::pair("5", ChatKind::distribution_list)}) {
        const Chat* chat = archive.chat(id);
        REQUIRE(chat != nullptr);
        CHECK(chat->orphan);
        CHECK(chat->kind == kind);
        CHECK_FALSE(chat->name.empty());
        CHECK(tells(archive.findings(), chat->entry, "has this chat"));
    }
    CHECK(all_of(archive, "0000000777")[0].body == "whose?");
    CHECK(all_of(archive, "ABCD1234").empty());
    CHECK(archive.summary(*archive.chat("ABCD1234")).messages == 0);
    CHECK(tells(verify(vector.file, vector.password).findings, "contacts.csv", "has no table"));
}

TEST_CASE("K9: a table of messages without a number is told, and the other chats are read") {
    ArchiveVector vector("K9");
    DataBackup archive = vector.open();
    CHECK(tells(archive.findings(), "message_.csv", "names no chat"));
    CHECK(archive.chats().size() == 3);
    CHECK(all_of(archive, "ECHOECHO").size() == 6);
}
