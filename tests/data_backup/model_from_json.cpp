#include "data_backup/model_from_json.hpp"

#include <tresor/data_backup/writer.hpp>

#include "data_backup/chat.hpp"
#include "data_backup/model_json.hpp"
#include "data_backup/vector.hpp"

using namespace tresor;
using namespace tresor::data_backup;
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

std::string line_of(const Message& message) {
    test::SmallLookup lookup;
    codec::JsonWriter json;
    json.begin_object();
    MessageJson(lookup).write_members(json, message, content_of(message),
                                      {.chat = "ALICE001", .media = "m", .thumbnail = "t"});
    json.end_object();
    return std::string(as_text(json.take().expose()));
}

Message read(std::string_view json) { return message_of_json(as_bytes(json)); }

// The text of what it is refused with.
template <class Of>
std::string refusal(Of of, std::string_view json) {
    try {
        of(as_bytes(json));
    } catch (const Error& error) {
        CHECK(error.code() == Errc::invalid_argument);
        return error.what();
    }
    return "(taken)";
}
std::string refused(std::string_view json) { return refusal(message_of_json, json); }

// Of a line all but what only a reader knows.
void check_again(Message message) {
    const std::string line = line_of(message);
    CAPTURE(line);
    Message again = read(line);
    CHECK(again.sender == message.sender);
    CHECK(again.quoted_id == message.quoted_id);
    CHECK(again.reactions == message.reactions);
    CHECK(again.type == message.type);
    again.index = message.index;
    again.quote = message.quote;
    again.media = message.media;
    again.thumbnail = message.thumbnail;
    CHECK(line_of(again) == line);
}

}  // namespace

TEST_CASE("model_from_json: what an archive holds comes back from its JSON as it was") {
    for (const char* name : {"miniature", "era-15", "era-16-color", "era-19-forward-security",
                             "era-22", "era-27", "D1", "P2", "R3"}) {
        CAPTURE(name);
        test::ArchiveVector vector(name);
        auto archive = vector.open();
        auto same = [](const auto& list, auto of) {
            for (const auto& one : list) CHECK(json_of(of(as_bytes(json_of(one)))) == json_of(one));
        };
        same(archive.contacts(), contact_of_json);
        same(archive.groups(), group_of_json);
        same(archive.distribution_lists(), distribution_list_of_json);
        same(archive.polls(), poll_of_json);
        std::size_t count = 0;
        for (const Chat& chat : archive.chats())
            for (const Message& message : test::all_of(archive, chat.id)) {
                check_again(message);
                ++count;
            }
        CHECK(count > 0);
    }
}

TEST_CASE("model_from_json: each content becomes a body that says the same") {
    for (const char* said :
         {R"("text":"Hi \"you\"\n")",
          R"("caption":"Look","file":{"name":"a.jpg","media_type":"image/jpeg","kind":"image",)"
          R"("size":3,"width":4,"height":5,"downloaded":true,"thumbnail_type":"image/png"})",
          R"("file":{"media_type":"audio/aac","kind":"voice_message","seconds":1.5})",
          R"("location":{"latitude":47.5,"longitude":-8.25,"accuracy":10,"address":"Lake"})",
          R"("call":{"outcome":"missed","reason":"busy","seconds":7})",
          R"("group_call":{"action":"started","caller":"BOB00001"})",
          R"("group_event":{"event":"renamed","new_name":"Us"})",
          R"("forward_security":{"event":"messages_skipped","quantity":2})",
          R"("poll":{"action":"closed","row_id":"8"})"}) {
        CAPTURE(said);
        Message message = read(std::string("{\"api_id\":\"0000000000000042\",") + said + "}");
        CHECK(!message.body.empty());
        std::string line = line_of(message);
        std::string_view told = std::string_view(said).substr(0, std::string_view(said).size() - 1);
        CHECK(line.find(told) != line.npos);
    }
}

TEST_CASE("model_from_json: a file of an older type has the body of that type") {
    for (const char* type : {"image", "video", "voice_message"}) {
        Message message = read(std::string(R"({"type":")") + type +
                               R"(","file":{"downloaded":true,"entry":"x"}})");
        CHECK(name_of(message.type) == type);
        auto file = std::get<File>(content_of(message));
        CHECK(file.downloaded);
    }
}

TEST_CASE("model_from_json: a body counts as it stands") {
    Message message =
        read(R"({"type":"call","body":"[1,{\"status\":9}]","call":{"outcome":"unknown"}})");
    CHECK(message.body == R"([1,{"status":9}])");
    CHECK(refused(R"({"type":"text","body":"a","text":"b"})").starts_with("/text "));
    CHECK(refused(R"({"body":"a"})") == "/type is missing");
}

TEST_CASE("model_from_json: times are texts or milliseconds") {
    Message message = read(R"({"posted_at":"2025-01-31T10:00:00.123Z","created_at":1738317600123,)"
                           R"("edited_at":"2025-01-31T10:00:00.5+00:00","read_at":null})");
    CHECK(message.posted_at == moment("2025-01-31T10:00:00Z", 123));
    CHECK(message.created_at == message.posted_at);
    CHECK(message.edited_at == moment("2025-01-31T10:00:00Z", 500));
    CHECK(!message.read_at);
    Message shown = read(R"({"time":"2025-01-31T10:00:00Z"})");
    CHECK((shown.posted_at == moment("2025-01-31T10:00:00Z") && shown.created_at));
    Message both = read(R"({"time":2,"modified_at":1})");
    CHECK((!both.posted_at && both.modified_at == Moment(Millis(1))));
    for (const char* bad :
         {R"("")", R"("now")", R"("2025-01-31")", R"("2025-01-31T10:00:00+01:00")", "1.5", "true",
          "99999999999999999999"})
        CHECK(refused(std::string(R"({"posted_at":)") + bad + "}").starts_with("/posted_at "));
}

TEST_CASE("model_from_json: a slip of the pen is told with a pointer to it") {
    CHECK(refused(R"({"txet":"a"})") == "/txet is no member that is known");
    CHECK(refused(R"({"file":{"nmae":"a"}})").starts_with("/file/nmae "));
    CHECK(refused(R"({"quote":{"id":"a"}})").starts_with("/quote/id "));
    CHECK(refused(R"({"reactions":[{},{"sender":1}]})") == "/reactions/1/sender is no text");
    CHECK(refused(R"({"reactions":{}})") == "/reactions is no list");
    CHECK(refused(R"({"text":"a","location":{"latitude":1,"longitude":1}})").starts_with("/text "));
    CHECK(refused(R"({"type":"poll","text":"a"})").starts_with("/type "));
    CHECK(refused(R"({"type":"unknown","text":"a"})").starts_with("/type_text "));
    CHECK(refused(R"({"state":"unknown"})").starts_with("/state_text "));
    CHECK(refused(R"({"file":{"kind":"video","media_type":"image/png"}})")
              .starts_with("/file/kind "));
    CHECK(refused(R"({"display_tags":4294967296})").starts_with("/display_tags "));
    CHECK(refused(R"({"text":"a","text":"b"})").starts_with("/text is odd"));
    CHECK(refused("[]") == "the JSON text is no object");
    CHECK_THROWS_CODE(read("{"), Errc::malformed);
}

TEST_CASE("model_from_json: a contact has a key, and a name of parts") {
    const std::string key = R"("public_key":")" + format_public_key({}) + "\"";
    CHECK(refusal(contact_of_json, R"({"identity":"ALICE001"})") == "/public_key is missing");
    CHECK(refusal(contact_of_json, R"({"public_key":"AAAA"})").starts_with("/public_key "));
    CHECK(refusal(contact_of_json, "{" + key + R"(,"name":"Ada"})").starts_with("/name "));
    CHECK(refusal(contact_of_json, "{" + key + R"(,"verification":"sure"})")
              .starts_with("/verification "));
    CHECK(
        contact_of_json(as_bytes("{" + key + R"(,"name":"Ada","first_name":"Ada"})")).first_name ==
        "Ada");
}

TEST_CASE("model_from_json: what the flags leave out has its default") {
    Message message = read(R"({"starred":true,"display_tags":2,"unread":true,"text":"a"})");
    CHECK((message.display_tags == 3 && !message.read && message.saved && !message.outgoing));
    CHECK(read("{}").type == MessageType::text);
    CHECK(read(R"({"type_text":"HOLOGRAM","text":"a"})").type == MessageType::unknown);
    CHECK(read(R"({"file":{"entry":"x"},"text":"a"})").body == "a");
}
