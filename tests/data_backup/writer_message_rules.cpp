// Messages, reactions and files that the app would not take are refused with a pointer.

#include "data_backup/uid_set.hpp"
#include "writing.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using namespace test;

namespace {

std::string message_refusal(ChatKind kind, const std::function<void(Message&)>& change) {
    return refusal([&] {
        Writing writing(kind);
        writing.writer.add_message(hello("first"));
        writing.writer.add_message(with(hello(), change));
        writing.writer.finish();
    });
}

}  // namespace

TEST_CASE("writer: rules of messages in a chat with a contact") {
    auto refused = [](const std::function<void(Message&)>& change) {
        return message_refusal(ChatKind::contact, change);
    };
    const std::string at = "chats[1].messages[1].";
    check_rules({
        {"fine", refused([](Message&) {}), ""},
        {"no uid", refused([](auto& m) { m.uid = std::string(""); }), at + "uid"},
        {"uid twice", refused([](auto& m) { m.uid = std::string("first"); }),
         at + "uid is there twice"},
        {"line end", refused([](auto& m) { m.uid = std::string("a\r"); }), at + "uid"},
        {"no api_id", refused([](auto& m) { m.api_id = std::string(""); }), at + "api_id"},
        {"upper case", refused([](auto& m) { m.api_id = std::string("001122334455667A"); }),
         at + "api_id"},
        {"status", refused([](auto& m) {
             m.api_id = std::string("");
             m.is_status = true;
         }),
         at + "api_id"},
        {"call", refused([](auto& m) {
             m.api_id = std::string("");
             m.type = MessageType::call;
         }),
         ""},
        {"quote", refused([](auto& m) { m.quoted_id = std::string("0011223344556677"); }), ""},
        {"bad quote", refused([](auto& m) { m.quoted_id.assign(1, 'x'); }), at + "quoted_id"},
        {"type", refused([](auto& m) { m.type = MessageType::unknown; }), at + "type"},
        {"other type", refused([](auto& m) {
             m.type = MessageType::unknown;
             m.type_text = std::string("HOLOGRAM");
         }),
         ""},
        {"state", refused([](auto& m) { m.state = MessageState::unknown; }), at + "state"},
        {"other state", refused([](auto& m) {
             m.state = MessageState::unknown;
             m.state_text = std::string("X");
         }),
         ""},
        {"body", refused([](auto& m) { m.body = std::string(not_utf8); }), at + "body"},
        {"caption", refused([](auto& m) { m.caption = std::string(not_utf8); }), at + "caption"},
        {"file", refused([](auto& m) {
             m.type = MessageType::file;
             m.body = std::string("");
         }),
         at + "body"},
        {"odd file", refused([](auto& m) {
             m.type = MessageType::file;
             m.body = std::string("?");
         }),
         ""},
        {"image", refused([](auto& m) {
             m.type = MessageType::image;
             m.body = std::string("");
         }),
         ""},
        {"tags", refused([](auto& m) { m.display_tags = 0x80000000; }), at + "display_tags"},
        {"deleted", refused([](auto& m) {
             m.body = std::string("");
             m.deleted_at = Moment();
         }),
         ""},
        {"deleted body", refused([](auto& m) { m.deleted_at = Moment(); }), at + "body"},
        {"deleted state", refused([](auto& m) {
             m.body = std::string("");
             m.deleted_at = Moment();
             m.state = MessageState::sent;
         }),
         at + "state"},
        {"deleted caption", refused([](auto& m) {
             m.body = std::string("");
             m.deleted_at = Moment();
             m.caption = std::string("c");
         }),
         at + "caption"},
    });
}

TEST_CASE("writer: rules of reactions") {
    auto refused = [](Reaction reaction) {
        return message_refusal(ChatKind::contact,
                               [&](auto& message) { message.reactions = {reaction}; });
    };
    const std::string at = "chats[1].messages[1].reactions[0]";
    const Moment now{};
    check_rules({
        {"fine", refused({"ABCD1234", "+", now}), ""},
        {"no time", refused({"ABCD1234", "+", {}}), at + ".at"},
        {"nobody", refused({"", "+", now}), at + ".sender"},
        {"nothing", refused({"ABCD1234", "", now}), at + ".emoji"},
        {"no text", refused({"ABCD1234", not_utf8, now}), at + ".emoji"},
        {"twice",
         message_refusal(ChatKind::contact,
                         [&](auto& m) {
                             m.reactions = {{"ABCD1234", "+", now}, {"ABCD1234", "+", now}};
                         }),
         "chats[1].messages[1].reactions[1] is there twice"},
        {"to nothing",
         message_refusal(ChatKind::contact,
                         [&](auto& m) {
                             m.type = MessageType::call;
                             m.api_id = std::string("");
                             m.reactions = {{"ABCD1234", "+", now}};
                         }),
         at},
        {"in a list",
         message_refusal(ChatKind::distribution_list,
                         [&](auto& m) {
                             m.reactions = {{"ABCD1234", "+", now}};
                         }),
         "chats[3].messages[1].reactions[0]"},
    });
}

TEST_CASE("writer: rules of messages in groups and lists") {
    auto in_group = [](const std::function<void(Message&)>& change) {
        return message_refusal(ChatKind::group, change);
    };
    auto in_list = [](const std::function<void(Message&)>& change) {
        return message_refusal(ChatKind::distribution_list, change);
    };
    check_rules({
        {"fine", in_group([](Message&) {}), ""},
        {"sender", in_group([](auto& m) { m.sender = std::string("ABCD1234"); }), ""},
        {"bad sender", in_group([](auto& m) { m.sender = std::string("Ada"); }),
         "chats[2].messages[1].sender"},
        {"no api_id", in_group([](auto& m) { m.api_id = std::string(""); }),
         "chats[2].messages[1].api_id"},
        {"status", in_group([](auto& m) {
             m.api_id = std::string("");
             m.is_status = true;
         }),
         ""},
        {"event", in_group([](auto& m) {
             m.api_id = std::string("");
             m.type = MessageType::group_event;
         }),
         ""},
        {"fine list", in_list([](Message&) {}), ""},
        {"list api_id", in_list([](auto& m) { m.api_id = std::string(""); }), ""},
        {"list tags", in_list([](auto& m) { m.display_tags = 1; }),
         "chats[3].messages[1].display_tags"},
        {"list edit", in_list([](auto& m) { m.edited_at = Moment(); }),
         "chats[3].messages[1].edited_at"},
        {"list deletion", in_list([](auto& m) {
             m.body = std::string("");
             m.deleted_at = Moment();
         }),
         "chats[3].messages[1].deleted_at"},
    });
}

TEST_CASE("writer: a uid is there once in all chats") {
    Writing writing;
    writing.writer.add_message(hello());
    writing.writer.add_group(hiking());
    CHECK_REFUSED(writing.writer.add_message(hello()), "chats[2].messages[0].uid is there twice");
}

TEST_CASE("writer: rules of files") {
    Bytes bytes(3, Byte{1});
    auto refused = [&](const std::function<void(DataBackupWriter&, ByteSource&)>& work) {
        MemorySource source(bytes);
        return refusal([&] {
            Writing writing;
            work(writing.writer, source);
            writing.writer.finish();
        });
    };
    auto file = with(hello(), [](auto& m) { m.type = MessageType::file; });
    check_rules({
        {"fine", refused([&](auto& w, auto& s) {
             w.add_media("a", s);
             w.add_thumbnail("a", s);
             w.add_message(file);
         }),
         ""},
        {"no message", refused([&](auto& w, auto& s) {
             w.add_message(hello("z"));
             static_cast<void>(s);
         }),
         ""},
        {"media alone", refused([&](auto& w, auto& s) { w.add_media("a", s); }),
         "chats[1].media[0].uid"},
        {"thumbnail alone", refused([&](auto& w, auto& s) { w.add_thumbnail("a", s); }),
         "chats[1].thumbnails[0].uid"},
        {"of a text", refused([&](auto& w, auto& s) {
             w.add_media("a", s);
             w.add_message(hello());
         }),
         "chats[1].messages[0].type"},
        {"twice", refused([&](auto& w, auto& s) {
             w.add_media("a", s);
             w.add_media("a", s);
         }),
         "chats[1].media[1].uid is there twice"},
        {"two thumbnails", refused([&](auto& w, auto& s) {
             w.add_thumbnail("a", s);
             w.add_thumbnail("a", s);
         }),
         "chats[1].thumbnails[1].uid is there twice"},
        {"path", refused([&](auto& w, auto& s) { w.add_media("../a", s); }),
         "chats[1].media[0].uid"},
        {"table", refused([&](auto& w, auto& s) { w.add_media("a.csv", s); }),
         "chats[1].media[0].uid"},
        {"empty", refused([&](auto& w, auto& s) { w.add_media("", s); }), "chats[1].media[0].uid"},
        {"other chat", refused([&](auto& w, auto& s) {
             w.add_media("a", s);
             w.add_group(hiking());
             w.add_message(file);
         }),
         "chats[1].media[0].uid"},
    });
}

TEST_CASE("D5: a thumbnail has less than 5 MiB") {
    auto refused = [](std::size_t size) {
        Bytes bytes(size, Byte{1});
        MemorySource source(bytes);
        return refusal([&] {
            Writing writing;
            writing.writer.add_thumbnail("a", source);
            writing.writer.add_message(with(hello(), [](auto& m) { m.type = MessageType::file; }));
            writing.writer.finish();
        });
    };
    constexpr std::size_t limit = 5 * 1024 * 1024;
    CHECK(refused(limit - 1) == "");
    CHECK(refused(limit).starts_with("chats[1].thumbnails[0] has 5 MiB"));
}

TEST_CASE("uid set: each uid is new once") {
    UidSet uids;
    constexpr int count = 20'000;
    int added = 0, known = 0;
    for (int i = 0; i < count; ++i) added += uids.insert(std::to_string(i));
    for (int i = 0; i < count; ++i) known += !uids.insert(std::to_string(i));
    CHECK(added == count);
    CHECK(known == count);
}
