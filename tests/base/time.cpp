#include <tresor/time.hpp>

#include "support.hpp"

using namespace tresor;

TEST_CASE("time: RFC 3339 is written in UTC and whole seconds") {
    CHECK(format_rfc3339(Timestamp(Seconds(0))) == "1970-01-01T00:00:00Z");
    CHECK(format_rfc3339(Timestamp(Seconds(1795413900))) == "2026-11-23T06:05:00Z");
    CHECK(format_rfc3339(Timestamp(Seconds(-1))) == "1969-12-31T23:59:59Z");
    CHECK(format_rfc3339(Timestamp(Seconds(951782400))) == "2000-02-29T00:00:00Z");
    CHECK(format_rfc3339(Timestamp(Seconds(253402300799))) == "9999-12-31T23:59:59Z");
    CHECK_THROWS_CODE(format_rfc3339(Timestamp(Seconds(253402300800))), Errc::invalid_argument);
    CHECK_THROWS_CODE(format_rfc3339(Timestamp(Seconds(-62167219201))), Errc::invalid_argument);
}

TEST_CASE("time: what was written is read back") {
    test::Random random(1);
    for (std::uint64_t i = test::rounds(100'000); i > 0; --i) {
        Timestamp time{
            Seconds(static_cast<std::int64_t>(test::below(random, 315569520000)) - 62167219200)};
        auto text = format_rfc3339(time);
        if (parse_rfc3339(text) != time) FAIL(text);
    }
    CHECK(format_rfc3339(test::at("2024-02-29t12:00:00z")) == "2024-02-29T12:00:00Z");
}

TEST_CASE("time: fractions are cut and UTC may be +00:00") {
    CHECK(parse_rfc3339("2026-11-23T06:05:00.999Z") == Timestamp(Seconds(1795413900)));
    CHECK(parse_rfc3339("2026-11-23T06:05:00+00:00") == Timestamp(Seconds(1795413900)));
}

TEST_CASE("time: anything else is no time") {
    for (auto text : {"", "2026", "2026-11-23", "2026-11-23T06:05:00", "2026-11-23 06:05:00Z",
                      "2026-11-23T06:05:00+01:00", "2026-11-23T06:05:00Zx", "2026-13-01T00:00:00Z",
                      "2026-00-01T00:00:00Z", "2023-02-29T00:00:00Z", "2026-01-32T00:00:00Z",
                      "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z",
                      "2026-01-01T00:00:00.Z", "-026-01-01T00:00:00Z", "2026-01-01T0a:00:00Z",
                      "2026-01-01T00:00:00.5"})
        CHECK_MESSAGE(!parse_rfc3339(text), text);
}

TEST_CASE("time: adding stops at the last time that can be written") {
    CHECK(later(Timestamp(Seconds(5)), Seconds(7)) == Timestamp(Seconds(12)));
    CHECK(later(last_timestamp, Seconds(1)) == last_timestamp);
    CHECK(later(last_timestamp - Seconds(1), Seconds(1)) == last_timestamp);
    CHECK(later(first_timestamp, Seconds(INT64_MAX)) == last_timestamp);
}

TEST_CASE("time: a clock on the wall shows what the calendar of C++ says") {
    test::Random random(2);
    for (std::uint64_t i = test::rounds(20'000); i > 0; --i) {
        Timestamp time{
            Seconds(static_cast<std::int64_t>(test::below(random, 315569520000)) - 62167219200)};
        Seconds ahead(static_cast<std::int64_t>(test::below(random, 172'801)) - 86'400);
        auto civil = civil_time(time, [&](Timestamp) { return ahead; });
        auto local = time + ahead;
        auto day = std::chrono::floor<std::chrono::days>(local);
        std::chrono::year_month_day date(day);
        std::chrono::weekday weekday(day);
        bool same = civil.year == static_cast<int>(date.year()) &&
                    civil.month == static_cast<unsigned>(date.month()) &&
                    civil.day == static_cast<unsigned>(date.day()) &&
                    civil.weekday + 1 == weekday.iso_encoding() &&
                    Seconds(civil.hour * 3600 + civil.minute * 60 + civil.second) == local - day;
        if (!same) FAIL(format_rfc3339(time));
    }
    CHECK(civil_time(Timestamp(Seconds(0))).weekday == 3);
}

TEST_CASE("time: a clock on the wall shows any time there is") {
    auto day_ahead = [](Timestamp) { return Seconds(INT64_MAX); };
    auto day_behind = [](Timestamp) { return Seconds(INT64_MIN); };
    CHECK(civil_time(Timestamp(Seconds(INT64_MAX)), day_ahead).year == 292277026596);
    CHECK(civil_time(Timestamp(Seconds(INT64_MIN)), day_behind).year == -292277022657);
    CHECK(civil_time(Timestamp(Seconds(0)), day_ahead).day == 2);
}

namespace {

// Central Europe in 2026: from 01:00 UTC on 29 March to 01:00 UTC on 25 October an hour more.
Seconds berlin(Timestamp time) {
    bool summer =
        time >= test::at("2026-03-29T01:00:00Z") && time < test::at("2026-10-25T01:00:00Z");
    return Seconds(summer ? 7200 : 3600);
}

}  // namespace

TEST_CASE("time: what a clock shows leads back to the time") {
    test::Random random(3);
    for (std::uint64_t i = test::rounds(20'000); i > 0; --i) {
        Timestamp time{
            Seconds(static_cast<std::int64_t>(test::below(random, 315569520000)) - 62167219200)};
        Seconds ahead(static_cast<std::int64_t>(test::below(random, 172'801)) - 86'400);
        auto zone = [&](Timestamp) { return ahead; };
        if (timestamp_of(civil_time(time, zone), zone) != time) FAIL(format_rfc3339(time));
        if (timestamp_of(civil_time(time)) != time) FAIL(format_rfc3339(time));
    }
}

TEST_CASE("time: what the clocks skip is the first moment after the gap") {
    Timestamp after = test::at("2026-03-29T01:00:00Z");
    for (unsigned minute : {0u, 1u, 30u, 59u})
        CHECK(timestamp_of({2026, 3, 29, 2, minute, 0}, berlin) == after);
    CHECK(timestamp_of({2026, 3, 29, 1, 59, 59}, berlin) == after - Seconds(1));
    CHECK(timestamp_of({2026, 3, 29, 3, 0, 0}, berlin) == after);
    CHECK(timestamp_of({2026, 3, 29, 3, 0, 1}, berlin) == after + Seconds(1));
}

TEST_CASE("time: what the clocks show twice was shown the first time then") {
    for (unsigned minute : {0u, 1u, 30u, 59u})
        CHECK(timestamp_of({2026, 10, 25, 2, minute, 0}, berlin) ==
              test::at("2026-10-25T00:00:00Z") + Seconds(60 * minute));
    CHECK(timestamp_of({2026, 10, 25, 3, 0, 0}, berlin) == test::at("2026-10-25T02:00:00Z"));
}

TEST_CASE("time: every minute of a year in a zone leads back") {
    for (Timestamp time = test::at("2026-01-01T00:00:00Z"); time < test::at("2027-01-01T00:00:00Z");
         time += Seconds(60)) {
        auto shown = civil_time(time, berlin);
        auto back = timestamp_of(shown, berlin);
        bool again = back + Seconds(3600) == time;  // the second time
        if (back != time && !again) FAIL(format_rfc3339(time));
    }
}

TEST_CASE("time: a day that a place never had is the first moment after it") {
    // Samoa went over the date line: 29 December 2011 was followed by the 31st.
    auto samoa = [](Timestamp time) {
        return std::chrono::hours(time < test::at("2011-12-30T10:00:00Z") ? -10 : 14);
    };
    CHECK(timestamp_of({2011, 12, 30, 12, 0, 0}, samoa) == test::at("2011-12-30T10:00:00Z"));
    CHECK(timestamp_of({2011, 12, 31, 0, 0, 0}, samoa) == test::at("2011-12-30T10:00:00Z"));
    CHECK(timestamp_of({2011, 12, 29, 23, 0, 0}, samoa) == test::at("2011-12-30T09:00:00Z"));
}

TEST_CASE("time: what no calendar shows is refused") {
    for (CivilTime civil :
         {CivilTime{2026, 0, 1}, CivilTime{2026, 13, 1}, CivilTime{2026, 1, 0},
          CivilTime{2026, 1, 32}, CivilTime{2026, 2, 29}, CivilTime{2100, 2, 29},
          CivilTime{2026, 4, 31}, CivilTime{2026, 1, 1, 24}, CivilTime{2026, 1, 1, 0, 60},
          CivilTime{2026, 1, 1, 0, 0, 60}, CivilTime{100'000, 1, 1}, CivilTime{-100'000, 1, 1}})
        CHECK_THROWS_CODE(timestamp_of(civil), Errc::invalid_argument);
    CHECK(timestamp_of({2024, 2, 29}) == test::at("2024-02-29T00:00:00Z"));
    CHECK(timestamp_of({2000, 2, 29}) == test::at("2000-02-29T00:00:00Z"));
}
