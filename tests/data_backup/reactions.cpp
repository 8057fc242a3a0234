// Reactions: rows R1 to R3 of data-backup.md 9.2, and nonces (N1).

#include "data_backup/reactions.hpp"

#include "data_backup/rows.hpp"
#include "data_backup/vector.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::ArchiveVector;
using test::Row;
using test::tells;

namespace {

const std::string up = "\U0001F44D", down = "\U0001F44E", party = "\U0001F389";
constexpr const char* id = "8899aabbccddeeff";

Row contact_row(std::string sender, std::string emoji, std::string at) {
    return {{"identity", "ECHOECHO"},
            {"api_message_id", id},
            {"sender_identity", std::move(sender)},
            {"emoji_sequence", std::move(emoji)},
            {"reacted_at", std::move(at)}};
}
Row group_row(std::string sender, std::string emoji, std::string at) {
    return {{"api_group_id", "a1b2c3d4e5f60718"},
            {"group_creator_identity", "ABCD1234"},
            {"api_message_id", id},
            {"sender_identity", std::move(sender)},
            {"emoji_sequence", std::move(emoji)},
            {"reacted_at", std::move(at)}};
}

struct Read {
    Reactions reactions;
    std::vector<Finding> findings;
};
Read read(std::string_view text, ChatKind kind = ChatKind::contact) {
    Read made;
    Findings findings;
    MemorySource source(as_bytes(text));
    made.reactions.read(source, kind, findings);
    made.reactions.finish();
    made.findings = findings.take();
    return made;
}

// How many reactions to the one message there are.
std::size_t count_of(const Reactions& reactions) {
    std::vector<Reaction> found;
    reactions.append(reactions.chat(ChatKind::contact, "ECHOECHO"), 0x8899aabbccddeeff, found);
    return found.size();
}

OptionalMoment time_of(std::int64_t millis) { return Moment(Millis(millis)); }

}  // namespace

TEST_CASE("R1: an acknowledgement comes before reactions, and is not there twice") {
    auto made = read(test::table_of(
        {contact_row("MYSELF01", up, "30"), contact_row("ECHOECHO", up, "20"),
         contact_row("ECHOECHO", party, "10"), contact_row("ECHOECHO", party, "11")}));
    Row row = {{"apiid", id},
               {"messagestae", "USERACK"},
               {"isoutbox", "1"},
               {"modified_at", "5"},
               {"created_at", "4"}};
    auto messages = test::read_chat({row}, ChatKind::contact, &made.reactions).value;
    CHECK(messages[0].reactions == std::vector<Reaction>{{"ECHOECHO", up, time_of(5)},
                                                         {"MYSELF01", up, time_of(30)},
                                                         {"ECHOECHO", party, time_of(10)}});
    CHECK(messages[0].state == MessageState::acknowledged);
    row["isoutbox"] = "0";
    row["messagestae"] = "USERDEC";
    row["modified_at"] = "";
    messages = test::read_chat({row}, ChatKind::contact, &made.reactions).value;
    REQUIRE(messages[0].reactions.size() == 4);
    CHECK(messages[0].reactions[0] == Reaction{"MYSELF01", down, time_of(4)});
}

TEST_CASE("R1: in a group each member's acknowledgement is merged with the reactions") {
    auto made =
        read(test::table_of({group_row("ABCD1234", up, "20"), group_row("ECHOECHO", up, "30")}),
             ChatKind::group);
    Row row = {{"apiid", id},
               {"messagestae", "USERACK"},  // means nothing in a group
               {"g_msg_states",
                R"({"ABCD1234":"USERACK","GRPONLY9":"USERDEC","ECHOECHO":"READ","TWIN0001":7})"},
               {"created_at", "4"}};
    auto messages = test::read_chat({row}, ChatKind::group, &made.reactions).value;
    CHECK(messages[0].reactions == std::vector<Reaction>{{"ABCD1234", up, time_of(4)},
                                                         {"GRPONLY9", down, time_of(4)},
                                                         {"ECHOECHO", up, time_of(30)}});
    row["g_msg_states"] = "no JSON";
    auto odd = test::read_chat({row}, ChatKind::group, &made.reactions);
    CHECK(odd.value[0].reactions.size() == 2);
    CHECK(tells(odd.findings, "chat.csv:2", "cannot be read"));
}

TEST_CASE("R2: a row that lacks something is told, and the rest is read") {
    std::string table =
        test::table_of({contact_row("ECHOECHO", up, "soon"), contact_row("ECHOECHO", "", "10"),
                        contact_row("", up, "10")});
    std::string good = test::table_of({contact_row("MYSELF01", party, "20")});
    table.append("\"").append(id).append("\",\"x\"\n");  // a short row
    table += good.substr(good.find('\n') + 1);
    auto made = read(table);
    CHECK(count_of(made.reactions) == 1);
    for (const char* line : {"2", "3", "4", "5"})
        CHECK(tells(made.findings, "contact_reactions.csv:" + std::string(line), ""));
    CHECK_FALSE(tells(made.findings, "contact_reactions.csv:6", ""));
}

TEST_CASE("R2: a table of reactions without one of its columns is told, and does no harm") {
    for (ChatKind kind : {ChatKind::contact, ChatKind::group}) {
        Row whole = kind == ChatKind::group ? group_row("ECHOECHO", up, "10")
                                            : contact_row("ECHOECHO", up, "10");
        CHECK(read(test::table_of({whole}), kind).findings.empty());
        for (const auto& cell : whole) {
            CAPTURE(cell.first);
            Row row = whole;
            row.erase(cell.first);
            CHECK(tells(read(test::table_of({row}), kind).findings, "", "left out"));
        }
    }
}

TEST_CASE("R3: other counts of reactions than there are, are told and do no harm") {
    ArchiveVector vector("R3");
    DataBackup archive = vector.open();
    CHECK(archive.reaction_count(ChatKind::contact) == 3);
    auto reader = archive.messages(*archive.chat("ECHOECHO"));
    Message message;
    REQUIRE(reader.next(message));
    CHECK(message.reactions.size() == 1);
    auto verified = verify(vector.file, vector.password);
    CHECK(verified.ok());
    CHECK(tells(verified.findings, "reaction_counts.csv:2", "another number"));
}

TEST_CASE("verify: a reaction to a message that is not there is told with its line") {
    ArchiveVector vector("R3");
    auto verified = verify(vector.file, vector.password);
    CHECK_FALSE(tells(verified.findings, "contact_reactions.csv:2", ""));
    CHECK(tells(verified.findings, "contact_reactions.csv:3", "a message that is not there"));
    CHECK(tells(verified.findings, "contact_reactions.csv:4", "a message that is not there"));
    ArchiveVector whole("miniature");
    CHECK_FALSE(tells(verify(whole.file, whole.password).findings, "contact_reactions.csv", ""));
}

TEST_CASE("N1: nonces have 64 or 48 hex digits, also several in a cell, and others are told") {
    ArchiveVector vector("N1");
    auto verified = verify(vector.file, vector.password);
    CHECK(verified.ok());
    for (const char* good : {"2", "3", "4"})
        CHECK_FALSE(tells(verified.findings, "nonces.csv:" + std::string(good), ""));
    for (const char* bad : {"5", "6", "7"})
        CHECK(tells(verified.findings, "nonces.csv:" + std::string(bad), ""));
}
