// What the app would drop a row for, or reset itself over, is refused with a pointer to it: people,
// polls, passwords and the order of calls. Messages: writer_message_rules.cpp.

#include "writing.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using namespace test;

namespace {

std::string contact_refusal(const std::function<void(Contact&)>& change) {
    return refusal([&] { Writing().writer.add_contact(with(contact_named("ECHOECHO"), change)); });
}

std::string group_refusal(const std::function<void(Group&)>& change) {
    return refusal([&] { Writing().writer.add_group(with(hiking(), change)); });
}

std::string list_refusal(const std::function<void(DistributionList&)>& change) {
    return refusal([&] { Writing().writer.add_distribution_list(with(family(), change)); });
}

std::string poll_refusal(const std::function<void(Poll&)>& change) {
    return refusal([&] {
        Writing writing(ChatKind::group);
        writing.writer.add_poll(with(which_day(), change));
        writing.writer.finish();
    });
}

}  // namespace

TEST_CASE("C7: a password of 7 characters is refused") {
    CHECK_THROWS_CODE(require_archive_password(Password("1234567")), Errc::invalid_argument);
    MemorySink sink;
    CHECK_THROWS_CODE(DataBackupWriter(sink, Password("1234567"), {}), Errc::invalid_argument);
    CHECK(sink.bytes().empty());
    CHECK_NOTHROW(require_archive_password(Password("12345678")));
    CHECK_THROWS_CODE(require_archive_password(Password("12345678\xFF")), Errc::invalid_argument);
}

TEST_CASE("C8: a password has at most 256 UTF-16 code units") {
    std::string thumb = "\U0001F44D", long_one(254, 'a');
    CHECK_NOTHROW(require_archive_password(Password(long_one + thumb)));
    CHECK_THROWS_CODE(require_archive_password(Password(long_one + "a" + thumb)),
                      Errc::invalid_argument);
    CHECK_NOTHROW(require_archive_password(Password(std::string(256, 'a'))));
    CHECK_THROWS_CODE(require_archive_password(Password(std::string(257, 'a'))),
                      Errc::invalid_argument);
}

TEST_CASE("C8: an archive whose password is four emojis is read again") {
    Password password("\U0001F44D\U0001F44D\U0001F44D\U0001F44D");  // 8 code units
    MemorySink sink;
    DataBackupWriter writer(sink, password, test::fixed_options());
    writer.set_owner(ThreemaId("MYSELF01"), test::owner_key());
    writer.finish();
    test::MemoryFile file(sink.take());
    CHECK(DataBackup(file, password).identity() == ThreemaId("MYSELF01"));
}

TEST_CASE("writer: calls in a wrong order are refused") {
    auto owner = [](DataBackupWriter& writer) {
        writer.set_owner(ThreemaId("MYSELF01"), test::owner_key());
    };
    MemorySink sink;
    auto fresh = [&] {
        return DataBackupWriter(sink, Password(test::archive_password), test::fixed_options());
    };
    Bytes picture(3, Byte{1});
    MemorySource image(picture);
    CHECK_REFUSED(fresh().add_contact(contact_named("ABCD1234")), "the owner comes first");
    CHECK_REFUSED(fresh().finish(), "the owner comes first");
    CHECK_REFUSED(fresh().set_owner_picture(image), "the owner's picture");
    Writing twice;
    CHECK_REFUSED(owner(twice.writer), "the owner comes first");
    CHECK_REFUSED(Writing().writer.set_owner_picture(image), "the owner's picture");
    CHECK_REFUSED(Writing(ChatKind::group).writer.add_contact(contact_named("ECHOECHO")),
                  "contacts come before");
    CHECK_REFUSED(Writing(ChatKind::distribution_list).writer.add_group(hiking()),
                  "groups come before");
    DataBackupWriter empty = fresh();
    owner(empty);
    CHECK_REFUSED(empty.add_message(hello()), "messages and files come after");
    Writing late;
    late.writer.add_message(hello());
    CHECK_REFUSED(late.writer.add_media("b", image), "the files of a chat come before");
}

TEST_CASE("writer: nothing can be added to an archive that is finished") {
    auto after = [](const std::function<void(DataBackupWriter&)>& work) {
        Writing writing;
        writing.writer.finish();
        return refusal([&] { work(writing.writer); });
    };
    const std::string told = "the archive is finished";
    CHECK(after([](auto& writer) { writer.finish(); }) == told);
    CHECK(after([](auto& writer) { writer.add_contact(contact_named("ECHOECHO")); }) == told);
    CHECK(after([](auto& writer) { writer.add_poll(which_day()); }) == told);
    CHECK(after([](auto& writer) { writer.add_nonce(NonceScope::chat, Bytes(32)); }) == told);
    CHECK(!after([](auto& writer) { writer.add_message(hello()); }).empty());
}

TEST_CASE("writer: rules of contacts") {
    check_rules({
        {"fine", contact_refusal([](Contact&) {}), ""},
        {"identity", contact_refusal([](auto& c) { c.identity = std::string("ABCDEFG"); }),
         "contacts[2].identity"},
        {"lower case", contact_refusal([](auto& c) { c.identity = std::string("abcd1234"); }),
         "contacts[2].identity"},
        {"twice", contact_refusal([](auto& c) { c.identity = std::string("ABCD1234"); }),
         "contacts[2].identity"},
        {"own", contact_refusal([](auto& c) { c.identity = std::string("MYSELF01"); }),
         "contacts[2].identity"},
        {"key", contact_refusal([](auto& c) { c.public_key = {}; }), "contacts[2].public_key"},
        {"name", contact_refusal([](auto& c) { c.first_name = std::string(not_utf8); }),
         "contacts[2].first_name"},
        {"nickname", contact_refusal([](auto& c) { c.nickname = std::string(not_utf8); }),
         "contacts[2].nickname"},
        {"number", contact_refusal([](auto& c) { c.number = std::string("0123456789"); }), ""},
        {"short number", contact_refusal([](auto& c) { c.number = std::string("123456789"); }),
         "contacts[2].number"},
        {"no number", contact_refusal([](auto& c) { c.number = std::string("12345678x0"); }),
         "contacts[2].number"},
    });
    Writing writing;
    auto taken =
        with(contact_named("ECHOECHO"), [](auto& c) { c.number = std::string("0123456789"); });
    writing.writer.add_contact(taken);
    auto group = with(hiking(), [](auto& g) { g.number = std::string("0123456789"); });
    CHECK_REFUSED(writing.writer.add_group(group), "groups[0].number is there twice");
}

TEST_CASE("writer: rules of groups") {
    check_rules({
        {"fine", group_refusal([](Group&) {}), ""},
        {"id", group_refusal([](auto& g) { g.id = std::string("a1b2c3d4e5f6071"); }),
         "groups[0].id"},
        {"upper case", group_refusal([](auto& g) { g.id = std::string("A1B2C3D4E5F60718"); }),
         "groups[0].id"},
        {"creator", group_refusal([](auto& g) { g.creator.assign(1, '?'); }), "groups[0].creator"},
        {"name of 256", group_refusal([](auto& g) { g.name = std::string(256, 'a'); }), ""},
        {"name of 257", group_refusal([](auto& g) { g.name = std::string(257, 'a'); }),
         "groups[0].name"},
        {"name", group_refusal([](auto& g) { g.name = std::string(not_utf8); }), "groups[0].name"},
        {"text", group_refusal([](auto& g) { g.description = std::string(not_utf8); }),
         "groups[0].description"},
        {"deleted", group_refusal([](auto& g) { g.deleted = true; }), "groups[0].deleted"},
        {"state", group_refusal([](auto& g) { g.user_state = UserState::unknown; }),
         "groups[0].user_state"},
        {"no contact", group_refusal([](auto& g) { g.members[2] = "NOBODY99"; }),
         "groups[0].members[2]"},
        {"two in one", group_refusal([](auto& g) { g.members[2] = "A;B"; }),
         "groups[0].members[2]"},
        {"member twice", group_refusal([](auto& g) { g.members[2] = "ABCD1234"; }),
         "groups[0].members[2]"},
        {"no creator", group_refusal([](auto& g) {
             g.members = {"MYSELF01", "*GATEWAY"};
         }),
         "groups[0].members"},
        {"no owner", group_refusal([](auto& g) { g.members = {"ABCD1234"}; }), "groups[0].members"},
        {"owner who left", group_refusal([](auto& g) { g.user_state = UserState::left; }),
         "groups[0].members"},
        {"left", group_refusal([](auto& g) {
             g.user_state = UserState::left;
             g.members = {"ABCD1234"};
         }),
         ""},
        {"own and left", group_refusal([](auto& g) {
             g.user_state = UserState::left;
             g.creator = std::string("MYSELF01");
         }),
         ""},
    });
    Writing writing(ChatKind::group);
    CHECK_REFUSED(writing.writer.add_group(hiking()), "groups[1].id is there twice");
}

TEST_CASE("writer: rules of distribution lists") {
    check_rules({
        {"fine", list_refusal([](DistributionList&) {}), ""},
        {"largest", list_refusal([](auto& l) { l.id = std::string("9223372036854775807"); }), ""},
        {"too large", list_refusal([](auto& l) { l.id = std::string("9223372036854775808"); }),
         "distribution_lists[0].id"},
        {"zero", list_refusal([](auto& l) { l.id = std::string("0"); }),
         "distribution_lists[0].id"},
        {"negative", list_refusal([](auto& l) { l.id = std::string("-5"); }),
         "distribution_lists[0].id"},
        {"leading zero", list_refusal([](auto& l) { l.id = std::string("05"); }),
         "distribution_lists[0].id"},
        {"empty", list_refusal([](auto& l) { l.id = std::string(""); }),
         "distribution_lists[0].id"},
        {"name", list_refusal([](auto& l) { l.name = std::string(257, 'a'); }),
         "distribution_lists[0].name"},
        {"member", list_refusal([](auto& l) { l.members = {"NOBODY99"}; }),
         "distribution_lists[0].members[0]"},
    });
    Writing writing(ChatKind::distribution_list);
    CHECK_REFUSED(writing.writer.add_distribution_list(family()),
                  "distribution_lists[1].id is there");
}

TEST_CASE("writer: rules of polls") {
    check_rules({
        {"fine", poll_refusal([](Poll&) {}), ""},
        {"row_id", poll_refusal([](auto& p) { p.row_id = std::string(""); }), "polls[0].row_id"},
        {"large row_id", poll_refusal([](auto& p) { p.row_id = std::string("2147483648"); }),
         "polls[0].row_id"},
        {"id", poll_refusal([](auto& p) { p.id.assign(1, '1'); }), "polls[0].id"},
        {"creator", poll_refusal([](auto& p) { p.creator = std::string("Ada"); }),
         "polls[0].creator"},
        {"no chat", poll_refusal([](auto& p) { p.chat_kind.reset(); }), "polls[0].chat"},
        {"list", poll_refusal([](auto& p) { p.chat_kind = ChatKind::distribution_list; }),
         "polls[0].chat"},
        {"other chat", poll_refusal([](auto& p) { p.chat = std::string("x"); }),
         "polls[0].chat is not there"},
        {"of contact", poll_refusal([](auto& p) {
             p.chat_kind = ChatKind::contact;
             p.chat = std::string("ABCD1234");
         }),
         ""},
        {"no contact", poll_refusal([](auto& p) { p.chat_kind = ChatKind::contact; }),
         "polls[0].chat is not"},
        {"name", poll_refusal([](auto& p) { p.name = std::string(not_utf8); }), "polls[0].name"},
        {"numbers", poll_refusal([](auto& p) { p.choices[1].number = 0; }),
         "polls[0].choices[1].number"},
        {"choice", poll_refusal([](auto& p) { p.choices[0].name = std::string(not_utf8); }),
         "polls[0].choices[0].name"},
        {"count", poll_refusal([](auto& p) { p.choices[0].vote_count = 1LL << 31; }),
         "polls[0].choices[0].vote_count"},
        {"vote", poll_refusal([](auto& p) { p.votes[0].choice = 2; }), "polls[0].votes[0].choice"},
        {"voter", poll_refusal([](auto& p) { p.votes[0].identity = std::string("me"); }),
         "polls[0].votes[0].identity"},
    });
    Writing writing(ChatKind::group);
    writing.writer.add_poll(which_day());
    auto other = with(which_day(), [](auto& p) { p.row_id = std::string("8"); });
    CHECK_REFUSED(writing.writer.add_poll(other), "polls[1].id is there twice");
    Writing again(ChatKind::group);
    again.writer.add_poll(which_day());
    CHECK_REFUSED(again.writer.add_poll(which_day()), "polls[1].row_id is there twice");
}

TEST_CASE("writer: the words of a poll follow from its flags where they are not there") {
    for (bool set : {false, true}) {
        Bytes bytes = test::written([&](DataBackupWriter& writer) {
            writer.add_contact(contact_named("ABCD1234"));
            Poll poll = which_day();
            poll.chat_kind = ChatKind::contact;
            poll.chat = std::string("ABCD1234");
            poll.closed = poll.multiple = poll.intermediate = set;
            writer.add_poll(poll);
        });
        test::WrittenArchive archive(std::move(bytes));
        const Poll* poll = archive.archive.poll("7");
        REQUIRE(poll != nullptr);
        CHECK(poll->state == (set ? "CLOSED" : "OPEN"));
        CHECK(poll->assessment == (set ? "MULTIPLE_CHOICE" : "SINGLE_CHOICE"));
        CHECK(poll->type == (set ? "INTERMEDIATE" : "RESULT_ON_CLOSE"));
        CHECK(poll->choice_type == "TEXT");
        CHECK(poll->chat == "ABCD1234");
        CHECK(archive.archive.findings().empty());
    }
}

TEST_CASE("writer: a nonce has 32 bytes") {
    Writing writing;
    writing.writer.add_nonce(NonceScope::chat, Bytes(32, Byte{1}));
    CHECK_REFUSED(writing.writer.add_nonce(NonceScope::chat, Bytes(31)), "nonces[1]");
}
