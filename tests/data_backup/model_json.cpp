#include "data_backup/model_json.hpp"

#include "codec/json_reader.hpp"
#include "data_backup/chat.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::message_of;
using test::moment;

namespace {

template <class Object>
std::string json_of(const Object& object) {
    codec::JsonWriter json;
    json.begin_object();
    write_members(json, object);
    json.end_object();
    return std::string(as_text(json.take().expose()));
}

std::string line_of(const Message& message, const MessagePlaces& places = {}) {
    test::SmallLookup lookup;
    codec::JsonWriter json;
    json.begin_object();
    MessageJson(lookup).write_members(json, message, content_of(message), places);
    json.end_object();
    return std::string(as_text(json.take().expose()));
}

std::string line_of(MessageType type, std::string body) {
    return line_of(message_of(type, std::move(body)));
}

Message full_message() {
    Message message = message_of(MessageType::text, "Hello \"you\"\n\\ <b>");
    message.index = 3;
    message.uid = "u-1";
    message.api_id = "0000000000000042";
    message.sender = "ALICE001";
    message.posted_at = moment("2025-01-31T10:00:00Z", 5);
    message.created_at = moment("2025-01-31T10:00:01Z");
    message.edited_at = moment("2025-01-31T10:00:02Z");
    message.state = MessageState::read;
    message.display_tags = 3;
    message.read = false;
    message.quoted_id = "0000000000000041";
    message.quote = Quote{Quote::Found::yes, 2, "BOB00001", false, MessageType::text, "Hi"};
    message.reactions = {{"BOB00001", "👍", moment("2025-01-31T10:00:03Z")}};
    message.others = {{"colour", "blue"}};
    return message;
}

}  // namespace

TEST_CASE("model_json: a message has all that is known, and its text as written") {
    CHECK(line_of(full_message(), {"ALICE001", "", ""}) ==
          R"({"chat":"ALICE001","index":3,"uid":"u-1","api_id":"0000000000000042",)"
          R"("sender":"ALICE001","outgoing":false,"time":"2025-01-31T10:00:00.005Z",)"
          R"("posted_at":"2025-01-31T10:00:00.005Z","created_at":"2025-01-31T10:00:01.000Z",)"
          R"("edited_at":"2025-01-31T10:00:02.000Z","type":"text","state":"read","unread":true,)"
          R"("starred":true,"display_tags":3,"quote":{"found":"yes",)"
          R"("api_id":"0000000000000041","index":2,"sender":"BOB00001","type":"text",)"
          R"("text":"Hi"},"reactions":[{"sender":"BOB00001","emoji":"👍",)"
          R"("at":"2025-01-31T10:00:03.000Z"}],"text":"Hello \"you\"\n\\ <b>",)"
          R"("others":{"colour":"blue"}})");
}

TEST_CASE("model_json: what is empty or unknown is left out") {
    CHECK(line_of(Message{}) == R"({"index":0,"outgoing":false,"type":"text"})");
    CHECK(json_of(DistributionList{}) == "{}");
    CHECK(json_of(Chat{}) == R"({"kind":"contact"})");
    CHECK(json_of(Poll{}) == "{}");
    CHECK(json_of(Group{}) == R"({"user_state":"unknown"})");
}

TEST_CASE("model_json: a file has its place in the archive and in the folder") {
    Message message = message_of(
        MessageType::file,
        R"([null,null,"video/mp4",9,"a.mp4",1,true,"Look",null,{"d":1.25,"w":4,"h":3}])");
    message.media = "message_media_u";
    message.thumbnail = "message_thumbnail_u";
    CHECK(line_of(message, {"", "media/a.mp4", "media/a.jpg"}) ==
          R"({"index":0,"outgoing":false,"type":"file","caption":"Look","file":{"name":"a.mp4",)"
          R"("media_type":"video/mp4","kind":"video","size":9,"seconds":1.25,"width":4,"height":3,)"
          R"("downloaded":true,"entry":"message_media_u","thumbnail_entry":"message_thumbnail_u",)"
          R"("path":"media/a.mp4","thumbnail":"media/a.jpg"}})");
}

TEST_CASE("model_json: places, calls and events are objects of their own") {
    CHECK(line_of(MessageType::location, R"([47.5,-8,10,"Street","Cafe"])") ==
          R"({"index":0,"outgoing":false,"type":"location","location":{"latitude":47.5,)"
          R"("longitude":-8,"accuracy":10,"name":"Cafe","address":"Street"}})");
    CHECK(line_of(MessageType::call, R"([1,{"status":2,"reason":3,"duration":7}])") ==
          R"({"index":0,"outgoing":false,"type":"call","call":{"outcome":"finished",)"
          R"("reason":"rejected","seconds":7}})");
    CHECK(line_of(MessageType::group_call, R"([2,{"status":1,"callerIdentity":"BOB00001"}])") ==
          R"({"index":0,"outgoing":false,"type":"group_call","group_call":{"action":"started",)"
          R"("caller":"BOB00001"}})");
    CHECK(line_of(MessageType::group_event, R"([4,{"status":3,"identity":"BOB00001"}])") ==
          R"({"index":0,"outgoing":false,"type":"group_event","group_event":{)"
          R"("event":"member_added","identity":"BOB00001"}})");
    CHECK(line_of(MessageType::forward_security, R"([3,{"status":5,"quantity":2}])") ==
          R"({"index":0,"outgoing":false,"type":"forward_security","forward_security":{)"
          R"("event":"messages_skipped","quantity":2}})");
}

TEST_CASE("model_json: a poll notice has the choices and how many chose each") {
    CHECK(line_of(MessageType::poll, "[1,7]") ==
          R"({"index":0,"outgoing":false,"type":"poll","poll":{"action":"created","row_id":"7",)"
          R"("name":"Where to?","choices":[{"number":0,"name":"Lake","votes":1},)"
          R"({"number":1,"name":"Town","votes":2}]}})");
    CHECK(line_of(MessageType::poll, "[3,8]") ==
          R"({"index":0,"outgoing":false,"type":"poll","poll":{"action":"closed","row_id":"8"}})");
}

TEST_CASE("model_json: a very large poll is not written with each of its messages") {
    struct Large final : Lookup {
        Large() {
            made.name = std::string(70'000, 'q');
            made.choices.resize(1);
        }
        std::string owner() const override { return ""; }
        std::string name_of(std::string_view) const override { return ""; }
        const Poll* poll(std::string_view) const override { return &made; }
        Poll made;
    } lookup;
    codec::JsonWriter json;
    json.begin_object();
    MessageJson(lookup).write_members(json, Message{}, PollNotice{PollAction::created, "7"});
    json.end_object();
    std::string line(as_text(json.take().expose()));
    CHECK(line.size() < 1000);
    CHECK(line.find("choices") == line.npos);
}

TEST_CASE("model_json: the body stays where not all of it is understood") {
    for (auto type : {MessageType::file, MessageType::call, MessageType::group_call,
                      MessageType::forward_security, MessageType::group_event, MessageType::poll,
                      MessageType::location})
        CHECK(line_of(type, "{odd").ends_with(R"("body":"{odd"})"));
    CHECK(line_of(MessageType::call, R"([1,{"status":9}])").find(R"("body":)") !=
          std::string::npos);
}

TEST_CASE("model_json: types and states that are not known keep their words") {
    Message message = message_of(MessageType::unknown, "x");
    message.type_text = "HOLOGRAM";
    message.state = MessageState::unknown;
    message.state_text = "BEAMED";
    CHECK(line_of(message) == R"({"index":0,"outgoing":false,"type":"unknown",)"
                              R"("type_text":"HOLOGRAM","state":"unknown","state_text":"BEAMED",)"
                              R"("text":"x"})");
}

TEST_CASE("model_json: people, groups and lists have their columns") {
    Contact contact;
    contact.identity = "ALICE001";
    contact.first_name = "Alice";
    contact.hidden = true;
    contact.number = "0000000042";
    CHECK(json_of(contact) ==
          R"({"identity":"ALICE001","public_key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",)"
          R"("verification":"unverified","name":"Alice","first_name":"Alice","hidden":true,)"
          R"("number":"0000000042"})");
    Group group;
    group.id = "00112233445566ff";
    group.creator = "ALICE001";
    group.members = {"ALICE001", "BOB00001"};
    group.user_state = UserState::left;
    CHECK(json_of(group) == R"({"id":"00112233445566ff","creator":"ALICE001",)"
                            R"("members":["ALICE001","BOB00001"],"user_state":"left"})");
}

TEST_CASE("model_json: a name of an entry that is no UTF-8 is repaired") {
    Chat chat;
    chat.id =
        "\xff"
        "a\xc3";
    CHECK(json_of(chat) ==
          "{\"kind\":\"contact\",\"id\":\"\xEF\xBF\xBD"
          "a\xEF\xBF\xBD\"}");
}

TEST_CASE("json export: a file of lines for each chat, and an index of what belongs to them") {
    test::SmallLookup lookup;
    lookup.contacts.resize(2);
    lookup.contacts[0].identity = "ALICE001";
    lookup.contacts[1].identity = "CAROL001";
    test::MemoryFolder folder;
    ExportOptions options;
    SUBCASE("of all chats") {}
    SUBCASE("of one") { options.chats = {"ALICE001"}; }
    auto writer = json_writer(folder, lookup, options);
    Chat chat;
    chat.id = "ALICE001";
    chat.name = "Alice Meier";
    writer->begin(chat, "Alice Meier", "pictures/a.jpg");
    for (const char* text : {"one\ntwo", "three"}) {
        Message message = message_of(MessageType::text, text);
        Content content = content_of(message);
        writer->add({message, content, message.shown_at(), "", "", 0});
    }
    writer->end({2, 0, moment("2025-01-31T10:00:00Z"), std::nullopt});
    writer->finish();
    CHECK(folder.files.at("Alice Meier.jsonl") ==
          "{\"chat\":\"ALICE001\",\"index\":0,\"outgoing\":false,\"type\":\"text\","
          "\"text\":\"one\\ntwo\"}\n"
          "{\"chat\":\"ALICE001\",\"index\":0,\"outgoing\":false,\"type\":\"text\","
          "\"text\":\"three\"}\n");
    const std::string& index = folder.files.at("index.json");
    Findings findings;
    CHECK_NOTHROW(codec::read_json(as_bytes(index), {}, findings));
    CHECK(index.find(R"("file":"Alice Meier.jsonl","messages":2,"media":0,"first":"2025)") !=
          index.npos);
    CHECK(index.find(R"("owner": "MYSELF01")") != index.npos);
    CHECK(index.find(R"("picture":"pictures/a.jpg")") != index.npos);
    CHECK((index.find("CAROL001") != index.npos) == options.chats.empty());
    CHECK(folder.files.size() == 2);
}
