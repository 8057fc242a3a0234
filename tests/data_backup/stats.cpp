#include <tresor/data_backup/stats.hpp>

#include <algorithm>

#include "data_backup/chat.hpp"
#include "data_backup/stats_chart.hpp"
#include "data_backup/stats_counter.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::message_of;
using test::moment;

namespace {

Message sent_at(std::string_view time, bool outgoing = false) {
    Message message = message_of(MessageType::text, "Hi");
    message.posted_at = moment(time);
    message.outgoing = outgoing;
    message.sender = outgoing ? "MYSELF01" : "ALICE001";
    return message;
}

Chat chat_named(std::string id, ChatKind kind = ChatKind::contact) {
    Chat chat;
    chat.kind = kind;
    chat.name = chat.id = std::move(id);
    return chat;
}

Stats counted(const std::vector<std::pair<Chat, std::vector<Message>>>& chats,
              const UtcOffset& offset = {}) {
    StatsCounter counter(offset);
    for (const auto& chat : chats) {
        counter.begin(chat.first);
        for (const Message& message : chat.second)
            counter.add(message, content_of(message), message.media.empty() ? 0 : 100);
        counter.end();
    }
    return counter.finish();
}

Stats counted(const std::vector<Message>& messages) {
    return counted({{chat_named("ALICE001"), messages}});
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++count;
    return count;
}

}  // namespace

TEST_CASE("stats: messages are sent or received, by whom") {
    Stats stats = counted({sent_at("2025-01-31T10:00:00Z"), sent_at("2025-01-31T11:00:00Z", true),
                           sent_at("2025-02-01T10:00:00Z")});
    CHECK(stats.messages == 3);
    CHECK(stats.sent == 1);
    CHECK(stats.received == 2);
    CHECK(stats.per_day ==
          std::map<std::string, std::uint64_t>{{"2025-01-31", 2}, {"2025-02-01", 1}});
    CHECK(stats.per_hour[10] == 2);
    CHECK(stats.per_hour[11] == 1);
    CHECK(stats.per_weekday[4] == 2);
    CHECK(stats.per_weekday[5] == 1);
    CHECK(stats.first == moment("2025-01-31T10:00:00Z"));
    CHECK(stats.last == moment("2025-02-01T10:00:00Z"));
    REQUIRE(stats.chats.size() == 1);
    CHECK(stats.chats[0].by_sender.at("ALICE001") == 2);
    CHECK(stats.chats[0].by_sender.at("MYSELF01") == 1);
    CHECK(stats.chats[0].longest_silence == std::chrono::hours(23));
    CHECK(stats.chats[0].silence_from == moment("2025-01-31T11:00:00Z"));
}

TEST_CASE("stats: days and hours are those of the offset") {
    Stats stats = counted({{chat_named("A"), {sent_at("2025-01-31T23:30:00Z")}}},
                          [](Timestamp) { return Seconds(3600); });
    CHECK(stats.per_day.begin()->first == "2025-02-01");
    CHECK(stats.per_hour[0] == 1);
    CHECK(stats.per_weekday[5] == 1);
}

TEST_CASE("stats: notices and deleted messages are counted apart") {
    std::vector<Message> messages(4, sent_at("2025-01-31T10:00:00Z"));
    messages[0].is_status = true;
    messages[1].type = MessageType::call;
    messages[2].deleted_at = moment("2025-01-31T10:00:00Z");
    Stats stats = counted(messages);
    CHECK(stats.messages == 1);
    CHECK(stats.notices == 2);
    CHECK(stats.deleted == 1);
    CHECK(stats.per_day.at("2025-01-31") == 1);
}

TEST_CASE("stats: what went to a list counts for the list alone") {
    Stats stats = counted(
        {{chat_named("7", ChatKind::distribution_list), {sent_at("2025-01-31T10:00:00Z", true)}},
         {chat_named("ALICE001"), {sent_at("2025-01-31T10:00:00Z", true)}}});
    CHECK(stats.messages == 1);
    CHECK(stats.per_day.at("2025-01-31") == 1);
    REQUIRE(stats.chats.size() == 2);
    CHECK(stats.chats[0].sent == 1);
    CHECK(stats.chats[1].sent == 1);
}

TEST_CASE("stats: files are counted by their kind, and by whether the archive has them") {
    Message image = sent_at("2025-01-31T10:00:00Z");
    image.type = MessageType::image;
    image.body = "";
    Message there = image;
    there.media = "message_media_1";
    Stats stats = counted({image, there});
    CHECK(stats.media.at("image").count == 2);
    CHECK(stats.media.at("image").present == 1);
    CHECK(stats.media.at("image").bytes == 100);
    CHECK(stats.chats[0].media == 1);
    CHECK(stats.chats[0].media_bytes == 100);
}

TEST_CASE("stats: the chat with most messages comes first") {
    Message one = sent_at("2025-01-31T10:00:00Z");
    Stats stats = counted(
        {{chat_named("A"), {one}}, {chat_named("B"), {one, one}}, {chat_named("C"), {one}}});
    CHECK(stats.chats[0].id == "B");
    CHECK(stats.chats[1].id == "A");
    CHECK(stats.chats[2].id == "C");
}

TEST_CASE("stats: times that are none, or out of the calendar, are in no day") {
    Message without = sent_at("2025-01-31T10:00:00Z");
    without.posted_at.reset();
    Message late = without, early = without;
    late.posted_at = Moment::max();
    early.posted_at = Moment::min();
    Stats stats = counted({without, late, early});
    CHECK(stats.messages == 3);
    CHECK(stats.per_day.empty());
    CHECK_FALSE(stats.first.has_value());
    CHECK_FALSE(stats.silence_from.has_value());
}

TEST_CASE("stats: senders without end do not fill the memory") {
    StatsCounter counter({});
    counter.begin(chat_named("G", ChatKind::group));
    Message message = sent_at("2025-01-31T10:00:00Z");
    for (int i = 0; i < 200'500; ++i) {
        message.sender = std::to_string(i).append(1000, 'x');
        counter.add(message, Text{}, 0);
    }
    counter.end();
    Stats stats = counter.finish();
    CHECK(stats.chats[0].received == 200'500);
    CHECK(stats.chats[0].by_sender.size() == 200'000);
    CHECK(stats.chats[0].by_sender.begin()->first.size() == 64);
}

TEST_CASE("silence: the longest is found in any order") {
    test::Random random(7);
    for (std::uint64_t round = 0; round < test::rounds(200); ++round) {
        std::vector<std::int64_t> times;
        Silence silence;
        std::uint64_t count = test::below(random, 40), limit = 1 + test::below(random, 1000);
        for (std::uint64_t i = 0; i < count; ++i) {
            times.push_back(static_cast<std::int64_t>(test::below(random, limit)) - 300);
            silence.add(Moment(Millis(times.back())));
        }
        std::sort(times.begin(), times.end());
        std::int64_t longest = 0;
        for (std::size_t i = 1; i < times.size(); ++i)
            longest = std::max(longest, times[i] - times[i - 1]);
        CHECK(silence.longest().length.count() == longest);
    }
}

TEST_CASE("silence: of a million moments the longest is still found") {
    Silence silence;
    constexpr std::int64_t step = 60'007, many = 1'000'000;
    for (std::int64_t i = 0; i < many; ++i) {
        std::int64_t place = i * 7919 % many;  // all, in no order
        std::int64_t gap = place >= 500'000 ? 86'400'000 : 0;
        silence.add(Moment(Millis(place * step + gap)));
    }
    auto found = silence.longest();
    CHECK(found.length.count() == 86'400'000 + step);
    CHECK(found.from == Moment(Millis(499'999 * step)));
}

TEST_CASE("timeline: bars are days, months, years or stretches of years, without holes") {
    auto line = [](const char* first, const char* last) {
        return timeline_of({{first, 2}, {last, 3}});
    };
    Timeline days = line("2024-02-28", "2024-03-01");
    CHECK(days.stretch == Stretch::day);
    REQUIRE(days.bars.size() == 3);
    CHECK(days.bars[1].label == "2024-02-29");
    CHECK(days.bars[1].count == 0);
    CHECK(days.bars[2].count == 3);
    Timeline months = line("2023-11-05", "2024-10-01");
    CHECK(months.stretch == Stretch::month);
    REQUIRE(months.bars.size() == 12);
    CHECK(months.bars[2].label == "2024-01");
    Timeline years = line("1970-01-01", "2025-01-01");
    CHECK(years.stretch == Stretch::year);
    CHECK(years.bars.size() == 56);
    Timeline all = line("0000-01-01", "9999-12-31");
    CHECK(all.stretch == Stretch::years);
    CHECK(all.bars.size() == 100);
    CHECK(all.bars[20].label == "2000");
    CHECK(timeline_of({}).bars.empty());
    CHECK(timeline_of({{"nonsense", 1}, {"x", 2}}).bars.size() == 1);
}

TEST_CASE("stats page: it runs no scripts, asks for nothing, and what people chose is escaped") {
    Stats stats = counted(
        {{chat_named("<script>alert('1')</script>&\""), {sent_at("2025-01-31T10:00:00Z")}}});
    stats.findings.push_back({"<img src=x>", "odd & bad"});
    std::string page = statistics_page(stats, Language::english);
    CHECK(has(page, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;"));
    CHECK(has(page, "<li>&lt;img src=x&gt;: odd &amp; bad</li>"));
    CHECK_FALSE(has(page, "<script"));
    CHECK_FALSE(has(page, "<img"));
    CHECK_FALSE(has(page, "http:"));
    CHECK_FALSE(has(page, "https:"));
    CHECK_FALSE(has(page, "url("));
    CHECK(has(page, "default-src 'none'; style-src 'unsafe-inline'"));
}

TEST_CASE("stats page: each chart is named, described and has its numbers in a table") {
    std::string page =
        statistics_page(counted({sent_at("2025-01-31T10:00:00Z")}), Language::english);
    CHECK(count_of(page, "role=\"img\"") == 3);
    CHECK(count_of(page, "<desc id=") == 3);
    CHECK(count_of(page, "<details>") == 3);
    CHECK(has(page, "Most: Friday (1)"));
    CHECK(has(page, "<tr><th scope=\"row\">10:00</th><td>1</td></tr>"));
}

TEST_CASE("stats page: it speaks German") {
    Stats stats = counted({sent_at("2025-03-31T10:00:00Z"), sent_at("2025-03-30T10:00:00Z")});
    stats.sent = 1234567;
    std::string page = statistics_page(stats, Language::german);
    CHECK(has(page, "<html lang=\"de\">"));
    CHECK(has(page, "30. März 2025 – 31. März 2025"));
    CHECK(has(page, "1.234.567"));
    CHECK(has(page, "<dd>24 Stunden<small>ab 30. März 2025</small></dd>"));
}

TEST_CASE("stats page: without messages it says so") {
    std::string page = statistics_page({}, Language::english);
    CHECK(has(page, "There are no messages in this backup."));
    CHECK(page.ends_with("</html>\n"));
    CHECK_FALSE(has(page, "<svg"));
}

TEST_CASE("stats page: its charts stay small whatever was counted") {
    Stats stats = counted({sent_at("2025-01-31T10:00:00Z")});
    stats.per_day = {{"0000-01-01", 1}, {"9999-12-31", UINT64_MAX}};
    stats.per_hour.fill(UINT64_MAX);
    for (int i = 0; i < 1000; ++i) stats.chats.push_back(stats.chats[0]);
    std::string page = statistics_page(stats, Language::english);
    CHECK(page.size() < 100'000);
    CHECK(has(page, "951 more chats"));
}
