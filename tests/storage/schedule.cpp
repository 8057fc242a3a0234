#include <tresor/storage/schedule.hpp>

#include <map>
#include <set>

#include "support.hpp"

using namespace tresor;
using namespace tresor::storage;
using std::chrono::days;
using test::at;

namespace {

// From the last Sunday of March to that of October an hour more, at 01:00 UTC; any year.
Seconds berlin(Timestamp time) {
    using namespace std::chrono;
    year_month_day date(floor<days>(time));
    auto change = [&](month when) {
        return Timestamp(sys_days(date.year() / when / Sunday[last])) + hours(1);
    };
    bool summer = time >= change(March) && time < change(October);
    return Seconds(summer ? 7200 : 3600);
}

// Half a year the other way round, and half an hour off the hour.
Seconds adelaide(Timestamp time) { return Seconds(34200 + 7200) - (berlin(time) - Seconds(3600)); }

std::string due(Every every, std::string_view last, const UtcOffset& offset = {}) {
    return format_rfc3339(next_due(every, at(last), offset));
}

Generation generation(Timestamp time) {
    std::string name = "data-backups/ECHOECHO-";
    for (char c : format_rfc3339(time))
        if (c != '-' && c != ':') name += c;
    return {ObjectName(name + ".zip"), time};
}

std::vector<Generation> daily(Timestamp from, Timestamp to) {
    std::vector<Generation> all;
    for (; from < to; from += days(1)) all.push_back(generation(from));
    return all;
}

std::vector<Generation> kept_of(const std::vector<Judged>& judged) {
    std::vector<Generation> kept;
    for (const Judged& one : judged)
        if (one.kept) kept.push_back(one.generation);
    return kept;
}

std::set<std::string> dates_of(const std::vector<Generation>& generations) {
    std::set<std::string> dates;
    for (const Generation& one : generations) dates.insert(format_rfc3339(one.time).substr(0, 10));
    return dates;
}

std::vector<std::string> reasons_for(const std::vector<Judged>& judged, std::string_view time) {
    for (const Judged& one : judged)
        if (one.generation.time == at(time)) return one.reasons;
    return {};
}

}  // namespace

TEST_CASE("schedule: each interval has a name and no other word is one") {
    for (auto every :
         {Every::daily, Every::weekly, Every::monthly, Every::quarterly, Every::yearly})
        CHECK(every_named(name_of(every)) == every);
    CHECK(name_of(Every::quarterly) == "quarterly");
    for (auto word : {"", "day", "Daily", "daily ", "hourly"}) CHECK_FALSE(every_named(word));
}

TEST_CASE("schedule: the next one is due at the same time a day or more later") {
    CHECK(due(Every::daily, "2026-11-24T06:05:00Z") == "2026-11-25T06:05:00Z");
    CHECK(due(Every::daily, "2026-12-31T23:59:59Z") == "2027-01-01T23:59:59Z");
    CHECK(due(Every::weekly, "2026-11-24T06:05:00Z") == "2026-12-01T06:05:00Z");
    CHECK(due(Every::monthly, "2026-11-24T06:05:00Z") == "2026-12-24T06:05:00Z");
    CHECK(due(Every::monthly, "2026-12-24T06:05:00Z") == "2027-01-24T06:05:00Z");
    CHECK(due(Every::quarterly, "2026-11-24T06:05:00Z") == "2027-02-24T06:05:00Z");
    CHECK(due(Every::yearly, "2026-11-24T06:05:00Z") == "2027-11-24T06:05:00Z");
}

TEST_CASE("schedule: a month that has no such day is taken at its end") {
    CHECK(due(Every::monthly, "2026-01-31T12:00:00Z") == "2026-02-28T12:00:00Z");
    CHECK(due(Every::monthly, "2028-01-31T12:00:00Z") == "2028-02-29T12:00:00Z");
    CHECK(due(Every::monthly, "2026-02-28T12:00:00Z") == "2026-03-28T12:00:00Z");
    CHECK(due(Every::monthly, "2026-03-31T12:00:00Z") == "2026-04-30T12:00:00Z");
    CHECK(due(Every::quarterly, "2026-11-30T12:00:00Z") == "2027-02-28T12:00:00Z");
    CHECK(due(Every::quarterly, "2027-11-30T12:00:00Z") == "2028-02-29T12:00:00Z");
    CHECK(due(Every::quarterly, "2026-08-31T12:00:00Z") == "2026-11-30T12:00:00Z");
    CHECK(due(Every::yearly, "2028-02-29T12:00:00Z") == "2029-02-28T12:00:00Z");
    CHECK(due(Every::yearly, "2027-02-28T12:00:00Z") == "2028-02-28T12:00:00Z");
    CHECK(due(Every::monthly, "2100-01-29T12:00:00Z") == "2100-02-28T12:00:00Z");
    CHECK(due(Every::monthly, "2000-01-30T12:00:00Z") == "2000-02-29T12:00:00Z");
}

TEST_CASE("schedule: the end of a month is one of the place and not of UTC") {
    // 31 January 00:30 in Berlin is the 30th in UTC.
    CHECK(due(Every::monthly, "2026-01-30T23:30:00Z", berlin) == "2026-02-27T23:30:00Z");
    CHECK(due(Every::monthly, "2026-01-30T23:30:00Z") == "2026-02-28T23:30:00Z");
}

TEST_CASE("schedule: the clock on the wall shows the same when the clocks were changed") {
    CHECK(due(Every::daily, "2026-03-28T06:00:00Z", berlin) == "2026-03-29T05:00:00Z");
    CHECK(due(Every::daily, "2026-10-24T06:00:00Z", berlin) == "2026-10-25T07:00:00Z");
    CHECK(due(Every::weekly, "2026-03-26T06:00:00Z", berlin) == "2026-04-02T05:00:00Z");
    CHECK(due(Every::monthly, "2026-03-15T06:00:00Z", berlin) == "2026-04-15T05:00:00Z");
    CHECK(due(Every::quarterly, "2026-09-15T06:00:00Z", berlin) == "2026-12-15T07:00:00Z");
    CHECK(due(Every::yearly, "2026-06-15T06:00:00Z", berlin) == "2027-06-15T06:00:00Z");
}

TEST_CASE("schedule: a time that the clocks skip is the first moment after the gap") {
    for (auto last : {"2026-03-28T01:00:00Z", "2026-03-28T01:30:00Z", "2026-03-28T01:59:59Z"})
        CHECK(due(Every::daily, last, berlin) == "2026-03-29T01:00:00Z");
    CHECK(due(Every::weekly, "2026-03-22T01:30:00Z", berlin) == "2026-03-29T01:00:00Z");
    CHECK(due(Every::monthly, "2026-02-28T01:30:00Z", berlin) == "2026-03-28T01:30:00Z");
    CHECK(due(Every::quarterly, "2025-12-29T01:30:00Z", berlin) == "2026-03-29T01:00:00Z");
}

TEST_CASE("schedule: of a time that the clocks show twice it is the first") {
    CHECK(due(Every::daily, "2026-10-24T00:30:00Z", berlin) == "2026-10-25T00:30:00Z");
    CHECK(due(Every::monthly, "2026-09-25T00:30:00Z", berlin) == "2026-10-25T00:30:00Z");
    // From the second of both: the day after it, all the same.
    CHECK(due(Every::daily, "2026-10-25T01:30:00Z", berlin) == "2026-10-26T01:30:00Z");
    CHECK(due(Every::daily, "2026-10-25T00:30:00Z", berlin) == "2026-10-26T01:30:00Z");
}

TEST_CASE("schedule: from every day of forty years it goes on and the wall shows the same") {
    for (const UtcOffset& zone : {UtcOffset(), UtcOffset(berlin), UtcOffset(adelaide)}) {
        for (Timestamp last = at("2001-01-01T11:17:42Z"); last < at("2041-01-01T00:00:00Z");
             last += days(1)) {
            auto before = civil_time(last, zone);
            for (auto every :
                 {Every::daily, Every::weekly, Every::monthly, Every::quarterly, Every::yearly}) {
                Timestamp next = next_due(every, last, zone);
                auto after = civil_time(next, zone);
                bool same_clock = after.hour == before.hour && after.minute == before.minute &&
                                  after.second == before.second;
                bool same_day = every == Every::weekly ? after.weekday == before.weekday
                                                       : after.day <= before.day;
                if (every == Every::daily) same_day = after.weekday == (before.weekday + 1) % 7;
                if (next <= last || !same_clock || !same_day) FAIL(format_rfc3339(last));
            }
        }
    }
}

TEST_CASE("schedule: every half hour around each change of the clocks goes on") {
    for (int year = 2001; year < 2041; ++year) {
        for (unsigned month : {3u, 10u}) {
            Timestamp from = timestamp_of({year, month, 22});
            for (Timestamp last = from; last < from + days(11); last += Seconds(1800)) {
                Timestamp next = next_due(Every::daily, last, berlin);
                auto span = next - last;
                if (span < std::chrono::hours(22) || span > std::chrono::hours(25))
                    FAIL(format_rfc3339(last));
            }
        }
    }
}

TEST_CASE("schedule: it goes on in a place that skips or repeats a day and stops at the end") {
    auto line = [](Timestamp time) {
        return std::chrono::hours(time < at("2011-12-30T10:00:00Z") ? -10 : 14);
    };
    CHECK(due(Every::daily, "2011-12-30T06:00:00Z", line) == "2011-12-30T10:00:00Z");
    auto back = [&](Timestamp time) -> Seconds { return -line(time); };
    for (Timestamp last = at("2011-12-28T00:00:00Z"); last < at("2012-01-02T00:00:00Z");
         last += Seconds(600))
        CHECK(next_due(Every::daily, last, back) > last);
    CHECK(next_due(Every::yearly, last_timestamp) == last_timestamp);
    CHECK(next_due(Every::daily, last_timestamp, berlin) == last_timestamp);
    CHECK(due(Every::daily, "0000-01-01T00:00:00Z", adelaide) == "0000-01-02T00:00:00Z");
}

TEST_CASE("schedule: a policy is read and written and anything else is refused") {
    KeepPolicy policy = parse_keep_policy("daily:7,weekly:4,monthly:12,yearly:10");
    CHECK(policy == KeepPolicy{7, 4, 12, 10});
    CHECK(format_keep_policy(policy) == "daily:7,weekly:4,monthly:12,yearly:10");
    CHECK(parse_keep_policy("yearly:1") == KeepPolicy{0, 0, 0, 1});
    CHECK(parse_keep_policy("monthly:12,daily:0") == KeepPolicy{0, 0, 12, 0});
    CHECK(parse_keep_policy(format_keep_policy({1, 0, 4294967295u, 0})) ==
          KeepPolicy{1, 0, 4294967295u, 0});
    for (auto text :
         {"", "daily", "daily:", "daily:x", "daily:-1", "daily:+1", "daily:1,", ",daily:1",
          "daily:1,daily:2", "hourly:3", "daily:1 ", " daily:1", "daily:1,,weekly:1", "daily:1.5",
          "daily:4294967296", "daily:0", "daily:0,weekly:0,monthly:0,yearly:0", "Daily:1"})
        CHECK_THROWS_CODE(parse_keep_policy(text), Errc::invalid_argument);
}

TEST_CASE("schedule: a policy of zeros is refused where it is used") {
    CHECK_THROWS_CODE(thin(daily(at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z")), {}),
                      Errc::invalid_argument);
    CHECK(thin({}, {.daily = 1}).empty());
}

TEST_CASE("schedule: the last copy of each day and week and month and year stays") {
    auto judged = thin(daily(at("2020-01-01T20:00:00Z"), at("2026-11-25T00:00:00Z")),
                       {.daily = 3, .weekly = 2, .monthly = 3, .yearly = 4});
    CHECK(judged.size() == 2520);
    CHECK(dates_of(kept_of(judged)) ==
          std::set<std::string>{"2026-11-24", "2026-11-23", "2026-11-22", "2026-10-31",
                                "2026-09-30", "2025-12-31", "2024-12-31", "2023-12-31"});
    CHECK(reasons_for(judged, "2026-11-24T20:00:00Z") ==
          std::vector<std::string>{"newest", "daily 2026-11-24", "weekly 2026-W48",
                                   "monthly 2026-11", "yearly 2026"});
    CHECK(reasons_for(judged, "2026-11-22T20:00:00Z") ==
          std::vector<std::string>{"daily 2026-11-22", "weekly 2026-W47"});
    CHECK(reasons_for(judged, "2025-12-31T20:00:00Z") == std::vector<std::string>{"yearly 2025"});
    CHECK(reasons_for(judged, "2026-11-20T20:00:00Z") ==
          std::vector<std::string>{
              "daily 2026-11-20: older than the newest 3", "weekly 2026-W47: a newer one is kept",
              "monthly 2026-11: a newer one is kept", "yearly 2026: a newer one is kept"});
}

TEST_CASE("schedule: gaps do not count and several of one day are one") {
    std::vector<Generation> some;
    for (auto time : {"2019-05-05T05:00:00Z", "2021-01-01T00:00:00Z", "2021-01-01T09:00:00Z",
                      "2026-03-03T00:00:00Z"})
        some.push_back(generation(at(time)));
    auto kept = kept_of(thin(some, {.daily = 3}));
    REQUIRE(kept.size() == 3);
    CHECK(kept[0].time == at("2026-03-03T00:00:00Z"));
    CHECK(kept[1].time == at("2021-01-01T09:00:00Z"));
    CHECK(kept[2].time == at("2019-05-05T05:00:00Z"));
}

TEST_CASE("schedule: weeks are those of ISO 8601") {
    const std::pair<const char*, const char*> weeks[] = {
        {"2026-01-01T00:00:00Z", "2026-W01"}, {"2025-12-29T00:00:00Z", "2026-W01"},
        {"2025-12-28T00:00:00Z", "2025-W52"}, {"2021-01-03T00:00:00Z", "2020-W53"},
        {"2021-01-04T00:00:00Z", "2021-W01"}, {"2026-12-31T00:00:00Z", "2026-W53"},
        {"2027-01-03T23:59:59Z", "2026-W53"}, {"2016-01-01T00:00:00Z", "2015-W53"}};
    for (const auto& [time, week] : weeks) {
        auto judged = thin({generation(at(time))}, {.weekly = 1});
        CHECK(judged[0].reasons ==
              std::vector<std::string>{"newest", std::string("weekly ").append(week)});
    }
}

TEST_CASE("schedule: days are those of the place") {
    // In Berlin the second is of the next day already.
    std::vector<Generation> two{generation(at("2026-07-31T21:00:00Z")),
                                generation(at("2026-07-31T22:30:00Z"))};
    CHECK(kept_of(thin(two, {.daily = 5})).size() == 1);
    CHECK(kept_of(thin(two, {.daily = 5}, berlin)).size() == 2);
    CHECK(thin(two, {.monthly = 5}, berlin)[0].reasons[1] == "monthly 2026-08");
}

TEST_CASE("schedule: whatever there is the newest stays and nothing is lost from the list") {
    test::Random random(7);
    for (std::uint64_t round = test::rounds(300); round > 0; --round) {
        std::map<Timestamp, Generation> made;
        for (std::uint64_t i = test::below(random, 200) + 1; i > 0; --i) {
            Timestamp time = at("2015-01-01T00:00:00Z") +
                             Seconds(static_cast<std::int64_t>(test::below(random, 400'000'000)));
            made.emplace(time, generation(time));
        }
        std::vector<Generation> all;
        for (const auto& [time, one] : made) all.push_back(one);
        KeepPolicy policy;
        for (auto count :
             {&KeepPolicy::daily, &KeepPolicy::weekly, &KeepPolicy::monthly, &KeepPolicy::yearly})
            policy.*count = static_cast<unsigned>(test::below(random, 9));
        policy.yearly += 1;
        auto judged = thin(all, policy, berlin);
        std::set<Timestamp> seen;
        for (const Judged& one : judged) {
            seen.insert(one.generation.time);
            if (one.reasons.empty()) FAIL("no reason");
        }
        CHECK(seen.size() == made.size());
        CHECK(judged.size() == made.size());
        CHECK(judged[0].generation.time == made.rbegin()->first);
        CHECK(judged[0].kept);
        auto kept = kept_of(judged);
        CHECK(kept.size() <=
              std::size_t{1} + policy.daily + policy.weekly + policy.monthly + policy.yearly);
        CHECK(kept_of(thin(kept, policy, berlin)).size() == kept.size());
    }
}

TEST_CASE("schedule: twelve years of daily copies thinned each day end as if thinned once") {
    const KeepPolicy policy{7, 4, 12, 10};
    std::vector<Generation> held;
    std::size_t most = 0;
    Timestamp begin = at("2015-01-01T03:30:00Z"), end = at("2027-01-01T00:00:00Z");
    for (Timestamp time = begin; time < end; time += days(1)) {
        held.push_back(generation(time));
        held = kept_of(thin(held, policy));
        most = std::max(most, held.size());
        if (held[0].time != time) FAIL(format_rfc3339(time));
    }
    CHECK(dates_of(held) == dates_of(kept_of(thin(daily(begin, end), policy))));
    CHECK(dates_of(held) ==
          std::set<std::string>{
              "2026-12-31", "2026-12-30", "2026-12-29", "2026-12-28", "2026-12-27", "2026-12-26",
              "2026-12-25",                // days
              "2026-12-20", "2026-12-13",  // weeks, with the 31st and the 27th
              "2026-11-30", "2026-10-31", "2026-09-30", "2026-08-31", "2026-07-31", "2026-06-30",
              "2026-05-31", "2026-04-30", "2026-03-31", "2026-02-28", "2026-01-31",  // months
              "2025-12-31", "2024-12-31", "2023-12-31", "2022-12-31", "2021-12-31", "2020-12-31",
              "2019-12-31", "2018-12-31", "2017-12-31"});  // years
    CHECK(most <= 34);
}
