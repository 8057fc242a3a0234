#include <limits>

#include <tresor/data_backup/writer.hpp>

#include "data_backup/words.hpp"
#include "support.hpp"

using namespace tresor;
using namespace tresor::data_backup;

namespace {

// What is read of a body that was made of it.
template <class Kind>
Kind again(const Kind& content) {
    Message message;
    message.type = type_of(content);
    message.body = body_of(content);
    Content read = content_of(message);
    REQUIRE(std::holds_alternative<Kind>(read));
    return std::get<Kind>(read);
}

}  // namespace

TEST_CASE("body: a text is its own body") {
    CHECK(body_of(Text{"[1,2]"}) == "[1,2]");
    CHECK(type_of(Text{}) == MessageType::text);
}

TEST_CASE("body: bodies are those of data-backup.md 6.2") {
    File file;
    file.kind = FileKind::image;
    file.media_type = "image/jpeg";
    file.size = 20480;
    file.name = "holiday.jpg";
    file.downloaded = true;
    file.caption = "Say \"cheese\"";
    file.thumbnail_type = "image/jpeg";
    file.width = 1600;
    file.height = 1200;
    CHECK(body_of(file) ==
          R"([null,null,"image/jpeg",20480,"holiday.jpg",1,true,"Say \"cheese\"","image/jpeg",)"
          R"({"w":1600,"h":1200}])");
    CHECK(body_of(File{}) == "[null,null,null,0,null,0,false,null,null,{}]");
    CHECK(body_of(Location{47.2, 8.7, 12.5, "Cafe", "Somewhere 1"}) ==
          R"([47.2,8.7,12.5,"Somewhere 1","Cafe"])");
    CHECK(body_of(Location{1, -2, {}, "", ""}) == "[1,-2,null,null,null]");
    CHECK(body_of(PollNotice{PollAction::closed, "7"}) == "[3,7]");
    CHECK(body_of(Call{CallOutcome::finished, {}, 75}) == R"([1,{"status":2,"duration":75}])");
    CHECK(body_of(Call{CallOutcome::rejected, 1, {}}) == R"([1,{"status":3,"reason":1}])");
    CHECK(body_of(GroupCall{GroupCallAction::started, "ABCD1234"}) ==
          R"([2,{"status":1,"callerIdentity":"ABCD1234"}])");
    CHECK(body_of(ForwardSecurity{0, 0, "a note"}) ==
          R"([3,{"status":0,"quantity":0,"staticText":"a note"}])");
    CHECK(body_of(ForwardSecurity{5, 3, ""}) ==
          R"([3,{"status":5,"quantity":3,"staticText":null}])");
    CHECK(body_of(GroupEvent{3, "GRPONLY9", "", ""}) ==
          R"([4,{"status":3,"identity":"GRPONLY9"}])");
    CHECK(body_of(GroupEvent{1, "", "", "New"}) == R"([4,{"status":1,"newGroupName":"New"}])");
}

TEST_CASE("body: a file is read as it was written") {
    struct Case {
        FileKind kind;
        const char* media_type;
        bool sticker;
    };
    for (const Case& one :
         {Case{FileKind::image, "image/png", false}, Case{FileKind::image, "image/webp", true},
          Case{FileKind::gif, "image/gif", false}, Case{FileKind::video, "video/mp4", false},
          Case{FileKind::audio, "audio/mpeg", false},
          Case{FileKind::voice_message, "audio/aac", false},
          Case{FileKind::contact, "text/vcard", false},
          Case{FileKind::file, "application/pdf", false}}) {
        CAPTURE(one.media_type);
        File file;
        file.kind = one.kind;
        file.media_type = one.media_type;
        file.sticker = one.sticker;
        file.size = 2147483647;
        file.name = "a\"\\\n\xE2\x80\xA8\xE2\x80\xA9\xE2\x82\xAC.bin";
        file.caption = std::string("c");
        file.thumbnail_type = "image/jpeg";
        file.downloaded = file.animated = true;
        file.seconds = 1.5;
        file.width = 3;
        file.height = 4;
        File read = again(file);
        CHECK(read.kind == file.kind);
        CHECK(read.sticker == file.sticker);
        CHECK(read.media_type == file.media_type);
        CHECK(read.size == file.size);
        CHECK(read.name == file.name);
        CHECK(read.caption == file.caption);
        CHECK(read.thumbnail_type == file.thumbnail_type);
        CHECK(read.downloaded);
        CHECK(read.animated);
        CHECK(read.seconds == file.seconds);
        CHECK(read.width == file.width);
        CHECK(read.height == file.height);
    }
}

TEST_CASE("body: line separators are escaped as the app does") {
    File file;
    file.name =
        "a\xE2\x80\xA8"
        "b\xE2\x80\xA9\xE2\x82\xAC\xE2";
    CHECK_THROWS_CODE(body_of(file), Errc::invalid_argument);
    file.name.pop_back();
    CHECK(body_of(file).find("\"a\\u2028b\\u2029\xE2\x82\xAC\"") != std::string::npos);
}

TEST_CASE("body: a size that the app cannot read is not known") {
    File file;
    file.size = std::int64_t{1} << 31;
    CHECK(again(file).size == 0);
    file.size = -1;
    CHECK(again(file).size == 0);
}

TEST_CASE("body: places and notices are read as they were written") {
    Location place = again(Location{-33.123456789, 1e-7, 0.1, "Name", "Street\n1"});
    CHECK(place.latitude == -33.123456789);
    CHECK(place.longitude == 1e-7);
    CHECK(place.accuracy == 0.1);
    CHECK(place.name == "Name");
    CHECK(place.address == "Street\n1");
    CHECK(again(Location{1, 2, {}, "Only a name", ""}).address == "Only a name");
    for (int action = 1; action <= 3; ++action) {
        PollNotice notice = again(PollNotice{static_cast<PollAction>(action), "12"});
        CHECK(static_cast<int>(notice.action) == action);
        CHECK(notice.poll == "12");
    }
    for (int outcome = 1; outcome <= 4; ++outcome) {
        Call call = again(Call{static_cast<CallOutcome>(outcome), 2, 9});
        CHECK(static_cast<int>(call.outcome) == outcome);
        CHECK(call.reason == 2);
        CHECK(call.seconds == 9);
    }
    CHECK(again(GroupCall{GroupCallAction::ended, "A"}).caller == "A");
    for (int code = 0; code <= 9; ++code) {
        ForwardSecurity notice = again(ForwardSecurity{code, code, "t"});
        CHECK(notice.code == code);
        CHECK(notice.quantity == code);
        CHECK(notice.text == "t");
    }
    for (int code = 0; code <= 13; ++code) {
        GroupEvent event = again(GroupEvent{code, "i", "p", "n"});
        CHECK(event.code == code);
        CHECK(event.identity == "i");
        CHECK(event.poll_name == "p");
        CHECK(event.new_name == "n");
    }
}

TEST_CASE("body: what cannot be told is refused") {
    CHECK_THROWS_CODE(body_of(Unreadable{}), Errc::invalid_argument);
    CHECK_THROWS_CODE(body_of(PollNotice{PollAction::unknown, "1"}), Errc::invalid_argument);
    CHECK_THROWS_CODE(body_of(PollNotice{PollAction::created, "x"}), Errc::invalid_argument);
    CHECK_THROWS_CODE(body_of(Call{}), Errc::invalid_argument);
    CHECK_THROWS_CODE(body_of(GroupCall{}), Errc::invalid_argument);
    CHECK_THROWS_CODE(body_of(ForwardSecurity{}), Errc::invalid_argument);
    CHECK_THROWS_CODE(body_of(GroupEvent{14, "", "", ""}), Errc::invalid_argument);
    Location nowhere;
    nowhere.latitude = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_CODE(body_of(nowhere), Errc::invalid_argument);
}

TEST_CASE("body: words of types and states are those that are read") {
    for (int i = 0; i < static_cast<int>(MessageType::unknown); ++i) {
        auto type = static_cast<MessageType>(i);
        CHECK(message_type_of(word_of(type)) == type);
    }
    for (int i = 0; i < static_cast<int>(MessageState::unknown); ++i) {
        auto state = static_cast<MessageState>(i);
        CHECK(message_state_of(word_of(state)) == state);
    }
    CHECK(word_of(MessageType::unknown).empty());
    CHECK(word_of(MessageState::unknown).empty());
    CHECK(word_of(Verification::fully_verified) == "FULLY_VERIFIED");
}
