#include "data_backup/chat.hpp"
#include "data_backup/phrases.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::message_of;
using test::moment;

namespace {

struct Sent {
    Message message;
    std::string media;
};

std::string transcript(const std::vector<Sent>& messages, ExportOptions options = {},
                       const Chat* chat = nullptr) {
    static const Chat alice = [] {
        Chat made;
        made.id = "ALICE001";
        made.name = "Alice Meier";
        return made;
    }();
    test::SmallLookup lookup;
    test::MemoryFolder folder;
    auto writer = text_writer(folder, lookup, options);
    writer->begin(chat ? *chat : alice, "chat", "");
    for (const Sent& sent : messages) {
        Content content = content_of(sent.message);
        writer->add({sent.message, content, sent.message.shown_at(), sent.media, "", 0});
    }
    writer->end({messages.size(), 0, {}, {}});
    writer->finish();
    return folder.files.at("chat.txt");
}

// Without head, day and foot.
std::string lines_of(const Message& message, ExportOptions options = {}) {
    std::string text = transcript({{message, ""}}, std::move(options));
    auto from = text.find('[');
    return text.substr(from, text.rfind("\n\n") + 1 - from);
}

Message from_alice(MessageType type, std::string body) {
    Message message = message_of(type, std::move(body));
    message.sender = "ALICE001";
    message.posted_at = moment("2025-01-31T09:05:59Z");
    return message;
}

std::string notice(MessageType type, std::string body, bool outgoing = false,
                   Language language = Language::english) {
    test::SmallLookup lookup;
    Message message = from_alice(type, std::move(body));
    message.outgoing = outgoing;
    return Phrases(language, lookup).notice(message, content_of(message));
}

}  // namespace

TEST_CASE("text export: a transcript has a head, days and who said what") {
    Message answer = from_alice(MessageType::text, "Yes");
    answer.outgoing = true;
    answer.sender = "MYSELF01";
    answer.posted_at = moment("2025-02-01T00:00:00Z");
    CHECK(transcript({{from_alice(MessageType::text, "Coming?"), ""}, {answer, ""}}) ==
          "Alice Meier\n"
          "===========\n"
          "Chat ALICE001\n"
          "\n"
          "Friday, 31 January 2025 (UTC)\n"
          "-----------------------------\n"
          "[09:05] Alice Meier: Coming?\n"
          "\n"
          "Saturday, 1 February 2025\n"
          "-------------------------\n"
          "[00:00] You: Yes\n"
          "\n"
          "2 messages\n");
}

TEST_CASE("text export: days and hours are those of the offset") {
    ExportOptions options;
    options.language = Language::german;
    options.utc_offset = [](Timestamp) { return Seconds(16 * 3600); };
    std::string text = transcript({{from_alice(MessageType::text, "Hallo"), ""}}, options);
    CHECK(text.find("Samstag, 1. Februar 2025 "
                    "(UTC+16:00)\n------------------------------------\n[01:05] Alice Meier: "
                    "Hallo\n\n1 Nachricht\n") != text.npos);
}

TEST_CASE("text export: the lines of a text never look like another message") {
    CHECK(lines_of(from_alice(MessageType::text,
                              "a\n[09:06] Bob: b\r\nc\rd\xE2\x80\xA8"
                              "e\n\n\x1b[31mf")) ==
          "[09:05] Alice Meier: a\n"
          "        [09:06] Bob: b\n"
          "        c\n"
          "        d\n"
          "        e\n"
          "\n"
          "         [31mf\n");
}

TEST_CASE("text export: quotes, edits, stars and reactions are shown") {
    Message message = from_alice(MessageType::text, "At the\nlake");
    message.quote = Quote{Quote::Found::yes, 0, "BOB00001", false, MessageType::text, "Where\n?"};
    message.edited_at = message.posted_at;
    message.display_tags = 1;
    message.reactions = {{"BOB00001", "👍", {}}, {"ALICE001", "🎉", {}}, {"MYSELF01", "👍", {}}};
    CHECK(lines_of(message) ==
          "[09:05] Alice Meier ★ (edited):\n"
          "        > Bob: Where ?\n"
          "        At the\n"
          "        lake\n"
          "        👍 Bob, You\n"
          "        🎉 Alice Meier\n");
    message.quote->found = Quote::Found::missing;
    CHECK(lines_of(message).find("> The quoted message is not in the backup\n") !=
          std::string::npos);
}

TEST_CASE("text export: a file has its name, length, size and place") {
    Message message =
        from_alice(MessageType::file,
                   R"([null,null,"video/mp4",1400000,"a\nb.mp4",1,true,"Look",null,{"d":67.4}])");
    CHECK(transcript({{message, "media/a_b.mp4"}})
              .find("[09:05] Alice Meier: <Video, a b.mp4, 1:07, 1.4 MB, media/a_b.mp4>\n"
                    "        Look\n") != std::string::npos);
    CHECK(lines_of(from_alice(MessageType::image, "")) == "[09:05] Alice Meier: <Picture>\n");
}

TEST_CASE("text export: deleted messages, places and what cannot be read have their sender") {
    Message gone = from_alice(MessageType::text, "");
    gone.deleted_at = gone.posted_at;
    CHECK(lines_of(gone) == "[09:05] Alice Meier: <This message was deleted>\n");
    CHECK(lines_of(from_alice(MessageType::location, R"([47.5,8,1,"Street 1","Cafe"])")) ==
          "[09:05] Alice Meier: <Location: Cafe, Street 1, 47.500000 8.000000>\n");
    CHECK(lines_of(from_alice(MessageType::file, "odd")) ==
          "[09:05] Alice Meier: <This message cannot be read>\n");
}

TEST_CASE("text export: notices stand for themselves, polls with their votes") {
    CHECK(lines_of(from_alice(MessageType::call, R"([1,{"status":1}])")) ==
          "[09:05] * Missed call\n");
    CHECK(lines_of(from_alice(MessageType::poll, "[1,7]")) ==
          "[09:05] * Alice Meier started a poll: “Where to?”\n"
          "        - Lake: 1 vote\n"
          "        - Town: 2 votes\n");
    Message status = from_alice(MessageType::text, "one\ntwo");
    status.is_status = true;
    CHECK(lines_of(status) == "[09:05] * one\n        two\n");
}

TEST_CASE("text export: a message without a time is no reason for a day") {
    Message message = message_of(MessageType::text, "Hm");
    CHECK(transcript({{message, ""}}).find("Chat ALICE001\n[--:--] Unknown sender: Hm\n") !=
          std::string::npos);
}

TEST_CASE("text export: a group has its members") {
    Chat chat;
    chat.kind = ChatKind::group;
    chat.id = "00112233445566ff-ALICE001";
    chat.name = "Café";
    chat.members = {"ALICE001", "MYSELF01", "NOBODY01"};
    CHECK(transcript({}, {}, &chat) ==
          "Café\n====\nGroup 00112233445566ff-ALICE001\n"
          "Members: Alice Meier, You, NOBODY01\n\n0 messages\n");
}

TEST_CASE("phrases: calls are told from the side of the owner") {
    CHECK(notice(MessageType::call, R"([1,{"status":2,"duration":3723}])") ==
          "Incoming call, 1:02:03");
    CHECK(notice(MessageType::call, R"([1,{"status":2,"duration":7}])", true) ==
          "Outgoing call, 0:07");
    CHECK(notice(MessageType::call, R"([1,{"status":3,"reason":1}])", true) ==
          "Call was declined (busy)");
    CHECK(notice(MessageType::call, R"([1,{"status":1}])", true, Language::german) ==
          "Anruf wurde nicht angenommen");
    CHECK(notice(MessageType::call, "[]") == "Incoming call");
}

TEST_CASE("phrases: group events tell of others and of the owner") {
    CHECK(notice(MessageType::group_event, R"([4,{"status":4,"identity":"BOB00001"}])") ==
          "Bob left the group");
    CHECK(notice(MessageType::group_event, R"([4,{"status":3,"identity":"MYSELF01"}])") ==
          "You were added to the group");
    CHECK(notice(MessageType::group_event, R"([4,{"status":3,"identity":"MYSELF01"}])", false,
                 Language::german) == "Sie wurden zur Gruppe hinzugefügt");
    CHECK(notice(MessageType::group_event, R"([4,{"status":1,"newGroupName":"A\nB"}])", false,
                 Language::german) == "Die Gruppe heißt jetzt „A B“");
    CHECK(notice(MessageType::group_event, R"([4,{"status":8,"ballotName":"%1"}])") ==
          "Somebody voted in the poll “%1”");
    CHECK(notice(MessageType::group_event, "[]") == "Something changed in the group");
}

TEST_CASE("phrases: every code has a sentence in each language") {
    for (auto language : {Language::english, Language::german}) {
        for (int code = -1; code <= 14; ++code)
            for (const char* who : {"BOB00001", "MYSELF01", ""})
                CHECK_FALSE(notice(MessageType::group_event,
                                   "[4,{\"status\":" + std::to_string(code) + ",\"identity\":\"" +
                                       who + "\"}]",
                                   false, language)
                                .empty());
        for (int code = -1; code <= 10; ++code)
            CHECK_FALSE(notice(MessageType::forward_security,
                               "[3,{\"status\":" + std::to_string(code) + "}]", false, language)
                            .empty());
        for (int code = 0; code <= 5; ++code)
            for (bool outgoing : {false, true})
                for (auto type : {MessageType::call, MessageType::group_call, MessageType::poll})
                    for (std::string kind : {"1", "2"})
                        CHECK_FALSE(notice(type,
                                           "[" + kind + ",{\"status\":" + std::to_string(code) +
                                               ",\"callerIdentity\":\"BOB00001\"}]",
                                           outgoing, language)
                                        .empty());
    }
}

TEST_CASE("phrases: texts and files are no notices") {
    CHECK(notice(MessageType::text, "Hello").empty());
    CHECK(notice(MessageType::image, "").empty());
}

TEST_CASE("phrases: sizes, lengths and dates are written as people do") {
    test::SmallLookup lookup;
    Phrases english(Language::english, lookup), german(Language::german, lookup);
    CHECK(english.size(0) == "0 B");
    CHECK(english.size(999) == "999 B");
    CHECK(english.size(1000) == "1.0 kB");
    CHECK(german.size(1'449'000) == "1,4 MB");
    CHECK(english.size(999'960) == "1.0 MB");
    CHECK(english.size(12'345'678) == "12 MB");
    CHECK(english.size(UINT64_MAX) == "18 EB");
    CHECK(english.duration(0) == "0:00");
    CHECK(english.duration(59.6) == "1:00");
    CHECK(english.duration(3600) == "1:00:00");
    CHECK(english.duration(-5) == "0:00");
    CHECK(english.duration(1e300) == "277777:46:40");
    CivilTime time = civil_time(test::at("2025-03-02T07:08:09Z"));
    CHECK(english.day(time) == "Sunday, 2 March 2025");
    CHECK(german.day(time) == "Sonntag, 2. März 2025");
    CHECK(german.moment(time) == "2. März 2025, 07:08");
}

TEST_CASE("phrases: mentions are names, and what only looks like one stays") {
    test::SmallLookup lookup;
    Phrases phrases(Language::english, lookup);
    CHECK(phrases.with_mentions("a @[ALICE001]@[@@@@@@@@], @[MYSELF01]") ==
          "a @Alice Meier@everyone, @You");
    for (const char* text :
         {"", "@", "@[", "@[ALICE001", "@[alice 01]", "@[@[ALICE01]", "@[ALICE0011]"})
        CHECK(phrases.with_mentions(text) == text);
    CHECK(phrases.with_mentions("@[@[BOB00001]") == "@[@Bob");
}

TEST_CASE("phrases: one line is one line, and cut between code points") {
    CHECK(one_line("a\nb\tc\x7f\xC2\x85\xE2\x80\xA9"
                   "d") == "a b c   d");
    CHECK(one_line("aäb", 2) == "a…");
    CHECK(one_line("aäb", 3) == "aä…");
    CHECK(one_line("aäb", 4) == "aäb");
    CHECK(one_line("\xff"
                   "a") == "?a");
}

TEST_CASE("tally: a voter counts once for a choice, and polls that only count have their number") {
    Poll poll;
    poll.choices.resize(2);
    poll.choices[0].number = 5;
    poll.choices[1].number = 6;
    poll.choices[1].vote_count = 9;
    poll.votes = {{"ALICE001", 5, true, {}, {}},
                  {"ALICE001", 5, true, {}, {}},
                  {"BOB00001", 5, false, {}, {}},
                  {"BOB00001", 4, true, {}, {}}};
    CHECK(tally(poll) == std::vector<std::uint64_t>{1, 9});
}
