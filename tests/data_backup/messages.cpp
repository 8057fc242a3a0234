// Messages: rows M1 to M10 of data-backup.md 9.2, and S12.

#include "data_backup/quotes.hpp"
#include "data_backup/rows.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::read_chat;
using test::Row;
using test::tells;

namespace {

Message message_of_row(const Row& row, ChatKind kind = ChatKind::contact) {
    auto read = read_chat({row}, kind);
    REQUIRE(read.value.size() == 1);
    return read.value[0];
}

template <class Kind>
Kind content_of_row(const std::string& type, const std::string& body) {
    Content content = content_of(message_of_row({{"type", type}, {"body", body}}));
    REQUIRE(std::holds_alternative<Kind>(content));
    return std::get<Kind>(content);
}

constexpr const char *first_id = "0011223344556677", *second_id = "8899aabbccddeeff";

// What a message that quotes this id quotes, in a chat of these rows.
std::optional<Quote> quote_of(std::vector<Row> rows, const std::string& quoted) {
    rows.push_back(
        {{"apiid", "7777777777777777"}, {"body", "it"}, {"quoted_message_apiid", quoted}});
    std::string text = test::table_of(rows);
    Findings findings;
    QuotedMessages quotes([&] { return test::open_chat(text, ChatKind::contact, findings); },
                          [](std::string_view poll) { return poll == "7" ? "Which day?" : ""; });
    return quotes.find(quoted);
}

}  // namespace

TEST_CASE("M1: every type of a message is told, and an unknown one keeps its word and its body") {
    const std::pair<const char*, MessageType> types[] = {
        {"TEXT", MessageType::text},
        {"IMAGE", MessageType::image},
        {"VIDEO", MessageType::video},
        {"VOICEMESSAGE", MessageType::voice_message},
        {"LOCATION", MessageType::location},
        {"CONTACT", MessageType::contact},
        {"STATUS", MessageType::status},
        {"BALLOT", MessageType::poll},
        {"FILE", MessageType::file},
        {"VOIP_STATUS", MessageType::call},
        {"DATE_SEPARATOR", MessageType::date_separator},
        {"GROUP_CALL_STATUS", MessageType::group_call},
        {"FORWARD_SECURITY_STATUS", MessageType::forward_security},
        {"GROUP_STATUS", MessageType::group_event},
    };
    for (const auto& type : types) {
        CAPTURE(std::string(type.first));
        auto read = read_chat({{{"type", type.first}}});
        CHECK(read.value[0].type == type.second);
        CHECK(read.value[0].type_text == type.first);
        CHECK(read.findings.empty());
    }
    auto read = read_chat({{{"type", "HOLOGRAM"}, {"body", "[1,\"x\"]"}}});
    CHECK(read.value[0].type == MessageType::unknown);
    CHECK(read.value[0].type_text == "HOLOGRAM");
    CHECK(std::get<Text>(content_of(read.value[0])).text == "[1,\"x\"]");
    CHECK(tells(read.findings, "chat.csv:2", "type of a message"));
}

TEST_CASE("M2: every state of a message is told, and an unknown one keeps its word") {
    const std::pair<const char*, MessageState> states[] = {
        {"", MessageState::none},
        {"PENDING", MessageState::pending},
        {"TRANSCODING", MessageState::transcoding},
        {"UPLOADING", MessageState::uploading},
        {"SENDING", MessageState::sending},
        {"SENDFAILED", MessageState::send_failed},
        {"SENT", MessageState::sent},
        {"DELIVERED", MessageState::delivered},
        {"READ", MessageState::read},
        {"CONSUMED", MessageState::consumed},
        {"USERACK", MessageState::acknowledged},
        {"USERDEC", MessageState::declined},
        {"FS_KEY_MISMATCH", MessageState::key_mismatch},
    };
    for (const auto& state : states) {
        CAPTURE(std::string(state.first));
        auto read = read_chat({{{"messagestae", state.first}}});
        CHECK(read.value[0].state == state.second);
        CHECK(read.value[0].state_text == state.first);
        CHECK(read.findings.empty());
    }
    auto read = read_chat({{{"messagestae", "BEAMED"}}});
    CHECK(read.value[0].state == MessageState::unknown);
    CHECK(read.value[0].state_text == "BEAMED");
    CHECK(tells(read.findings, "chat.csv:2", "state of a message"));
}

TEST_CASE(
    "M3: quotes, backslashes and commas in a file's name and caption come through the table") {
    std::string body =
        R"([null,null,"image/png",3000000000,"a \"b\", c\\d.png",true,false,"x\ny, \"z\"",null,{}])";
    auto file = content_of_row<File>("FILE", body);
    CHECK(file.name == "a \"b\", c\\d.png");
    CHECK(file.caption == "x\ny, \"z\"");
    CHECK(file.size == 3000000000);
    CHECK_FALSE(file.downloaded);
    CHECK(message_of_row({{"type", "FILE"}, {"body", body}}).body == body);
}

TEST_CASE("M5: calls and group calls are told by their codes, and others are unknown") {
    const std::pair<int, CallOutcome> outcomes[] = {
        {0, CallOutcome::unknown},  {1, CallOutcome::missed},  {2, CallOutcome::finished},
        {3, CallOutcome::rejected}, {4, CallOutcome::aborted}, {5, CallOutcome::unknown}};
    for (const auto& outcome : outcomes) {
        CAPTURE(outcome.first);
        for (int reason = 0; reason <= 6; ++reason) {
            auto call = content_of_row<Call>("VOIP_STATUS",
                                             "[1,{\"status\":" + std::to_string(outcome.first) +
                                                 ",\"reason\":" + std::to_string(reason) + "}]");
            CHECK(call.outcome == outcome.second);
            CHECK(call.reason == reason);
        }
    }
    const std::pair<int, GroupCallAction> actions[] = {{0, GroupCallAction::unknown},
                                                       {1, GroupCallAction::started},
                                                       {2, GroupCallAction::ended},
                                                       {3, GroupCallAction::unknown}};
    for (const auto& action : actions) {
        CAPTURE(action.first);
        auto call = content_of_row<GroupCall>(
            "GROUP_CALL_STATUS", "[2,{\"status\":" + std::to_string(action.first) + "}]");
        CHECK(call.action == action.second);
    }
    for (const char* body : {"[]", "null"}) {
        CHECK(content_of_row<Call>("VOIP_STATUS", body).outcome == CallOutcome::unknown);
        CHECK(content_of_row<GroupEvent>("GROUP_STATUS", body).code == -1);
    }
}

TEST_CASE("M6: deleted, edited and starred messages say so, and unknown tags are kept") {
    Message deleted = message_of_row({{"deleted_at", "1735689960000"}, {"body", ""}});
    CHECK(deleted.deleted_at == Moment(Millis(1735689960000)));
    CHECK(std::get<Text>(content_of(deleted)).text.empty());
    Message edited = message_of_row({{"edited_at", "1735689700000"}, {"body", "new"}});
    CHECK(edited.edited_at == Moment(Millis(1735689700000)));
    CHECK(edited.body == "new");
    CHECK(message_of_row({{"display_tags", "1"}}).starred());
    Message tagged = message_of_row({{"display_tags", "3"}});
    CHECK(tagged.starred());
    CHECK(tagged.display_tags == 3);
    CHECK_FALSE(message_of_row({{"display_tags", "2"}}).starred());
    CHECK_FALSE(message_of_row({{"display_tags", "0"}}).starred());
    CHECK(tells(read_chat({{{"display_tags", "star"}}}).findings, "chat.csv:2", "no number"));
}

TEST_CASE("M7: a quote is of a message of the chat, deleted, itself, or not there") {
    std::vector<Row> rows = {
        {{"apiid", first_id}, {"body", "first"}},
        {{"apiid", second_id}, {"body", ""}, {"deleted_at", "1735689960000"}, {"isoutbox", "1"}}};
    auto first = quote_of(rows, first_id);
    REQUIRE(first);
    CHECK(first->found == Quote::Found::yes);
    CHECK(first->index == 0);
    CHECK(first->text == "first");
    CHECK(first->sender == "ECHOECHO");
    auto deleted = quote_of(rows, second_id);
    REQUIRE(deleted);
    CHECK(deleted->found == Quote::Found::deleted);
    CHECK(deleted->index == 1);
    CHECK(deleted->outgoing);
    CHECK(deleted->text.empty());
    auto itself = quote_of(rows, "7777777777777777");
    REQUIRE(itself);
    CHECK(itself->found == Quote::Found::yes);
    CHECK(itself->index == 2);
    for (const char* elsewhere : {"ffffffffffffffff", "0011", "no id"}) {
        CAPTURE(std::string(elsewhere));
        auto missing = quote_of(rows, elsewhere);
        REQUIRE(missing);
        CHECK(missing->found == Quote::Found::missing);
        CHECK(missing->text.empty());
    }
    CHECK_FALSE(quote_of(rows, ""));
    rows[0]["type"] = "BALLOT";
    rows[0]["body"] = "[1,7]";
    CHECK(quote_of(rows, first_id)->text == "Which day?");
}

TEST_CASE("M7: a quote of the old kind stays in its text") {
    std::string body = "> ECHOECHO: an old quote\n> of two lines\n\nreply";
    Message message = message_of_row({{"body", body}});
    CHECK(message.body == body);
    CHECK_FALSE(message.quote);
}

TEST_CASE("M8: of one id from both sides of a chat both messages are kept") {
    auto read =
        read_chat({{{"apiid", first_id}, {"uid", "a"}, {"isoutbox", "0"}, {"body", "in"}},
                   {{"apiid", first_id}, {"uid", "b"}, {"isoutbox", "1"}, {"body", "out"}}});
    REQUIRE(read.value.size() == 2);
    CHECK(read.value[0].body == "in");
    CHECK(read.value[0].sender == "ECHOECHO");
    CHECK(read.value[1].body == "out");
    CHECK(read.value[1].sender == "MYSELF01");
}

TEST_CASE("M10: who sent a message in a group is told by its direction before its identity") {
    Row poll = {{"type", "BALLOT"}, {"body", "[1,7]"}, {"identity", "ABCD1234"}, {"isoutbox", "1"}};
    Message own = message_of_row(poll, ChatKind::group);
    CHECK(own.outgoing);
    CHECK(own.sender == "MYSELF01");
    poll["isoutbox"] = "0";
    CHECK(message_of_row(poll, ChatKind::group).sender == "ABCD1234");
    poll["identity"] = "";
    CHECK(message_of_row(poll, ChatKind::group).sender.empty());
}

TEST_CASE("S12: ids that look like numbers stay as they are") {
    for (const char* id : {"0000000000000042", "1234567890123456", "12e4567890123456"}) {
        Message message = message_of_row({{"apiid", id}, {"uid", "0042"}, {"body", "007"}});
        CHECK(message.api_id == id);
        CHECK(message.uid == "0042");
        CHECK(message.body == "007");
        auto quote = quote_of({{{"apiid", id}, {"body", "x"}}}, id);
        REQUIRE(quote);
        CHECK(quote->found == Quote::Found::yes);
    }
}

TEST_CASE("messages: what a column leaves out has its default") {
    Message message = message_of_row({{"created_at", "5"}});
    CHECK(message.read);
    CHECK(message.saved);
    CHECK(message.type == MessageType::text);
    CHECK(message.posted_at == Moment(Millis(5)));
    CHECK(message_of_row({{"posted_at", "6"}}).created_at == Moment(Millis(6)));
    CHECK_FALSE(message_of_row({{"isread", "0"}}).read);
    CHECK_FALSE(message_of_row({{"issaved", "0"}}).saved);
}
