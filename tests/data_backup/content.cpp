#include "data_backup/chat.hpp"
#include "data_backup/words.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::message_of;
using test::moment;

namespace {

template <class Kind>
Kind content(MessageType type, std::string body) {
    Content found = content_of(message_of(type, std::move(body)));
    REQUIRE(std::holds_alternative<Kind>(found));
    return std::get<Kind>(found);
}

File file(std::string body) { return content<File>(MessageType::file, std::move(body)); }
Location place(std::string body) {
    return content<Location>(MessageType::location, std::move(body));
}

std::string file_of_type(const std::string& type, const std::string& rendering) {
    return "[null,null,\"" + type + "\",1,null," + rendering + ",true,null,null,{}]";
}

bool is_unreadable(std::string body) {
    return std::holds_alternative<Unreadable>(
        content_of(message_of(MessageType::file, std::move(body))));
}

}  // namespace

TEST_CASE("content: a file has what its list says") {
    File found = file(
        "[\"00112233445566778899aabbccddeeff\",\"aa\",\"image/png\",1234567,\"a \\\"b\\\", "
        "c\\\\d.png\",1,"
        "true,\"Sun, "
        "sea\\nand\",\"image/jpeg\",{\"d\":1.5,\"w\":640,\"h\":480,\"a\":true,\"x\":[1]}]");
    CHECK(found.kind == FileKind::image);
    CHECK(found.media_type == "image/png");
    CHECK(found.size == 1234567);
    CHECK(found.name == "a \"b\", c\\d.png");
    CHECK(found.caption == "Sun, sea\nand");
    CHECK(found.thumbnail_type == "image/jpeg");
    CHECK_FALSE(found.sticker);
    CHECK(found.downloaded);
    CHECK(found.animated);
    CHECK(found.seconds == 1.5);
    CHECK(found.width == 640);
    CHECK(found.height == 480);
}

TEST_CASE("content: what a file leaves out has its default") {
    for (const char* body : {"[]", "[null,null,null,null,null,null,null,null,null,null]",
                             "[1,2,3,\"4\",5,\"6\",7,8,9,10]"}) {
        File found = file(body);
        CHECK(found.kind == FileKind::file);
        CHECK(found.media_type == "application/octet-stream");
        CHECK(found.size == 0);
        CHECK(found.name.empty());
        CHECK_FALSE(found.downloaded);
        CHECK_FALSE(found.seconds.has_value());
    }
    CHECK(file("[null,null,\"\",1,\"\",0,true,null]").media_type == "application/octet-stream");
}

TEST_CASE("content: a file of the first releases has six elements, and a flag for its rendering") {
    File found = file("[\"aa\",\"bb\",\"audio/mp4\",77,\"a.m4a\",true]");
    CHECK(found.kind == FileKind::audio);
    CHECK(found.size == 77);
    CHECK(found.name == "a.m4a");
    CHECK_FALSE(found.sticker);
}

TEST_CASE("content: a size may be over 2^31, and a bad one is not known") {
    CHECK(file("[null,null,null,3000000000]").size == 3000000000);
    CHECK(file("[null,null,null,9223372036854775807]").size == 9223372036854775807);
    for (const char* size : {"-1", "9223372036854775808", "1e400", "1.5", "true", "\"12\""})
        CHECK(file("[null,null,null," + std::string(size) + "]").size == 0);
    CHECK(file("[null,null,null,1e3]").size == 1000);
}

TEST_CASE("content: elements behind the known ones change nothing") {
    CHECK(file("[null,null,\"image/png\",5,\"n\",0,true,\"c\",null,{},1,[2],{\"d\":3}]").name ==
          "n");
}

TEST_CASE("content: a file that is no list is unreadable") {
    for (const char* body :
         {"", "null", "{}", "7", "\"[]\"", "[", "[1,2", "photo.jpg", "[nul]", "[1,]", "[\"\x01\"]"})
        CHECK(is_unreadable(body));
    CHECK(is_unreadable(std::string(100'000, '[')));
    std::string many = "[0";
    for (int i = 0; i < 20'000; ++i) many += ",0";
    CHECK(is_unreadable(many + "]"));
}

TEST_CASE("content: kinds of files follow their type and rendering") {
    auto kind = [](const char* type, const char* rendering) {
        return file(file_of_type(type, rendering)).kind;
    };
    CHECK(kind("image/gif", "1") == FileKind::gif);
    CHECK(kind("image/gif;x=y", "0") == FileKind::gif);
    CHECK(kind("image/jpeg", "0") == FileKind::image);
    CHECK(kind("IMAGE/JPEG", "0") == FileKind::image);
    CHECK(kind("image/svg+xml", "1") == FileKind::file);
    CHECK(kind("video/mp4", "1") == FileKind::video);
    CHECK(kind("audio/aac", "1") == FileKind::voice_message);
    CHECK(kind("audio/aac", "0") == FileKind::audio);
    CHECK(kind("audio/aac", "true") == FileKind::audio);
    CHECK(kind("text/x-vcard", "0") == FileKind::contact);
    CHECK(kind("text/vcard", "0") == FileKind::contact);
    CHECK(kind("text/plain", "0") == FileKind::file);
    CHECK(file(file_of_type("image/webp", "2")).sticker);
}

TEST_CASE("content: the caption is that of the body, else that of the cell") {
    auto caption = [](std::string body) {
        Message message = message_of(MessageType::file, std::move(body));
        message.caption = "cell";
        return std::get<File>(content_of(message)).caption;
    };
    CHECK(caption("[0,0,null,1,null,0,true,\"body\"]") == "body");
    CHECK(caption("[0,0,null,1,null,0,true,null]") == "cell");
    CHECK(caption("[0,0,null,1,null,0,true]") == "cell");
}

TEST_CASE("content: a legacy image without a body was downloaded") {
    File empty = content<File>(MessageType::image, "");
    CHECK(empty.downloaded);
    CHECK(empty.kind == FileKind::image);
    CHECK(empty.media_type == "image/jpeg");
    CHECK(content<File>(MessageType::image, "[true,\"aa\",\"bb\",\"cc\"]").downloaded);
    CHECK_FALSE(content<File>(MessageType::image, "[false,\"aa\",\"bb\",\"cc\"]").downloaded);
    CHECK_FALSE(content<File>(MessageType::image, "{").downloaded);
}

TEST_CASE("content: legacy videos and voice messages have their length") {
    File video = content<File>(MessageType::video, "[12,true,\"aa\",\"bb\",4711]");
    CHECK(video.kind == FileKind::video);
    CHECK(video.seconds == 12);
    CHECK(video.downloaded);
    CHECK(video.size == 4711);
    CHECK(content<File>(MessageType::video, "[12,true,\"aa\",\"bb\"]").size == 0);
    File voice = content<File>(MessageType::voice_message, "[3,false,\"aa\",\"bb\"]");
    CHECK(voice.kind == FileKind::voice_message);
    CHECK(voice.media_type == "audio/aac");
    CHECK(voice.seconds == 3);
    CHECK_FALSE(voice.downloaded);
    CHECK_FALSE(content<File>(MessageType::voice_message, "").seconds.has_value());
}

TEST_CASE("content: places are read with two to many elements, and exponents") {
    Location full = place("[47.3769,8.5417,12.5,\"Street 1\\nTown\",\"Cafe\",\"more\"]");
    CHECK(full.latitude == 47.3769);
    CHECK(full.longitude == 8.5417);
    CHECK(full.accuracy == 12.5);
    CHECK(full.address == "Street 1\nTown");
    CHECK(full.name == "Cafe");
    Location two = place("[1.5E1,-2e-3]");
    CHECK(two.latitude == 15);
    CHECK(two.longitude == -0.002);
    CHECK_FALSE(two.accuracy.has_value());
    CHECK_FALSE(place("[1,2,null,null,null]").accuracy.has_value());
    CHECK(place("[1,2,null,\"A\",null]").address == "A");
}

TEST_CASE("content: a place with too little, or no numbers, is at 0/0") {
    for (const char* body :
         {"[]", "[47.5]", "[\"47\",8]", "[47,null]", "[1e999,2]", "", "null", "x"}) {
        Location found = place(body);
        CHECK(found.latitude == 0);
        CHECK(found.longitude == 0);
    }
}

TEST_CASE("content: a name without an address discards both") {
    for (const char* body :
         {"[1,2,3,null,\"Cafe\"]", "[1,2,3,\"\",\"Cafe\"]", "[1,2,3,7,\"Cafe\"]"}) {
        CHECK(place(body).name.empty());
        CHECK(place(body).address.empty());
    }
}

TEST_CASE("content: a poll notice names what was done to which poll") {
    auto notice = content<PollNotice>(MessageType::poll, "[3,42]");
    CHECK(notice.action == PollAction::closed);
    CHECK(notice.poll == "42");
    CHECK(content<PollNotice>(MessageType::poll, "[9,42]").action == PollAction::unknown);
    CHECK(content<PollNotice>(MessageType::poll, "[1]").poll.empty());
    CHECK(content<PollNotice>(MessageType::poll, "").action == PollAction::unknown);
}

TEST_CASE("content: a call has its outcome, reason and length") {
    auto call = content<Call>(
        MessageType::call, "[1,{\"callId\":4294967295,\"status\":2,\"reason\":1,\"duration\":63}]");
    CHECK(call.outcome == CallOutcome::finished);
    CHECK(call.reason == 1);
    CHECK(call.seconds == 63);
    CHECK(content<Call>(MessageType::call, "[1,{\"status\":1}]").outcome == CallOutcome::missed);
    CHECK(content<Call>(MessageType::call, "[1,{\"status\":3}]").outcome == CallOutcome::rejected);
    CHECK(content<Call>(MessageType::call, "[1,{\"status\":4}]").outcome == CallOutcome::aborted);
}

TEST_CASE("content: a status that says nothing known is unknown") {
    for (const char* body :
         {"[]", "null", "", "[1]", "[1,null]", "[1,{}]", "[1,{\"status\":5}]",
          "[1,{\"status\":\"2\"}]", "[2,{\"status\":2}]", "{\"status\":2}", "[1,[2]]"})
        CHECK(content<Call>(MessageType::call, body).outcome == CallOutcome::unknown);
    for (const char* body : {"[]", "null", "[2,{\"status\":0}]", "[2,{\"status\":3}]"})
        CHECK(content<GroupCall>(MessageType::group_call, body).action == GroupCallAction::unknown);
    for (const char* body : {"[]", "null", "[3,{\"status\":10}]", "[3,{\"status\":-1}]"})
        CHECK(content<ForwardSecurity>(MessageType::forward_security, body).code == -1);
    for (const char* body : {"[]", "null", "[4,{\"status\":14}]", "[4,{\"status\":-1}]"})
        CHECK(content<GroupEvent>(MessageType::group_event, body).code == -1);
}

TEST_CASE("content: every code of a group event and of forward security is told") {
    for (int code = 0; code <= 13; ++code) {
        auto event = content<GroupEvent>(MessageType::group_event,
                                         "[4,{\"status\":" + std::to_string(code) +
                                             ",\"identity\":\"ALICE001\",\"ballotName\":\"Q\","
                                             "\"newGroupName\":\"N\"}]");
        CHECK(event.code == code);
        CHECK(event.identity == "ALICE001");
        CHECK(event.poll_name == "Q");
        CHECK(event.new_name == "N");
        CHECK_FALSE(group_event_word(code).empty());
    }
    for (int code = 0; code <= 9; ++code) {
        auto notice = content<ForwardSecurity>(
            MessageType::forward_security,
            "[3,{\"status\":" + std::to_string(code) + ",\"quantity\":3,\"staticText\":null}]");
        CHECK(notice.code == code);
        CHECK(notice.quantity == 3);
        CHECK(notice.text.empty());
        CHECK_FALSE(forward_security_word(code).empty());
    }
    CHECK(content<GroupCall>(MessageType::group_call,
                             "[2,{\"status\":1,\"callerIdentity\":\"BOB00001\",\"groupId\":3}]")
              .caller == "BOB00001");
}

TEST_CASE("content: texts, notices and unknown types are their text as written") {
    for (auto type : {MessageType::text, MessageType::status, MessageType::contact,
                      MessageType::date_separator, MessageType::unknown})
        CHECK(content<Text>(type, "[1,{}] <b>\r\n").text == "[1,{}] <b>\r\n");
}

TEST_CASE("content: a deleted message says nothing") {
    Message message = message_of(MessageType::file, "");
    message.deleted_at = moment("2025-01-31T10:00:00Z");
    CHECK(std::get<Text>(content_of(message)).text.empty());
}

TEST_CASE("words: every word of an archive has its value, others are unknown") {
    CHECK(message_type_of("VOICEMESSAGE") == MessageType::voice_message);
    CHECK(message_type_of("BALLOT") == MessageType::poll);
    CHECK(message_type_of("VOIP_STATUS") == MessageType::call);
    CHECK(message_type_of("") == MessageType::text);
    CHECK(message_type_of("HOLOGRAM") == MessageType::unknown);
    CHECK(message_type_of("text") == MessageType::unknown);
    CHECK(message_state_of("USERACK") == MessageState::acknowledged);
    CHECK(message_state_of("SENDFAILED") == MessageState::send_failed);
    CHECK(message_state_of("FS_KEY_MISMATCH") == MessageState::key_mismatch);
    CHECK(message_state_of("") == MessageState::none);
    CHECK(message_state_of("BEAMED") == MessageState::unknown);
    CHECK(verification_of("FULLY_VERIFIED") == Verification::fully_verified);
    CHECK_FALSE(verification_of("TRUSTED").has_value());
}

TEST_CASE("words: our names are those of the enums") {
    CHECK(name_of(MessageType::voice_message) == "voice_message");
    CHECK(name_of(MessageType::unknown) == "unknown");
    CHECK(name_of(MessageState::send_failed) == "send_failed");
    CHECK(name_of(MessageState::unknown) == "unknown");
    CHECK(name_of(ChatKind::distribution_list) == "distribution_list");
    CHECK(name_of(FileKind::contact) == "contact");
    CHECK(name_of(Verification::server_verified) == "server_verified");
    CHECK(name_of(UserState::left) == "left");
    CHECK(name_of(PollAction::closed) == "closed");
    CHECK(name_of(CallOutcome::aborted) == "aborted");
    CHECK(name_of(GroupCallAction::ended) == "ended");
}

TEST_CASE("model: a moment is written with its milliseconds, within the years 0 to 9999") {
    CHECK(format_moment(moment("2025-01-31T10:00:00Z", 123)) == "2025-01-31T10:00:00.123Z");
    CHECK(format_moment(Moment(Millis(-1))) == "1969-12-31T23:59:59.999Z");
    CHECK(format_moment(Moment::max()) == "9999-12-31T23:59:59.999Z");
    CHECK(format_moment(Moment::min()) == "0000-01-01T00:00:00.000Z");
}

TEST_CASE("model: a contact is called by its names, else its nickname, else its identity") {
    Contact contact;
    contact.identity = "ALICE001";
    CHECK(display_name(contact) == "ALICE001");
    contact.nickname = "ally";
    CHECK(display_name(contact) == "~ally");
    contact.last_name = " Meier ";
    CHECK(display_name(contact) == "Meier");
    contact.first_name = "Alice";
    CHECK(display_name(contact) == "Alice Meier");
}
