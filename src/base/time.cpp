#include <tresor/time.hpp>

#include <algorithm>
#include <cstdio>

#include <tresor/error.hpp>

namespace tresor {
namespace {

// The number in text[at, at + digits), or -1.
int number(std::string_view text, std::size_t at, std::size_t digits) {
    int value = 0;
    for (char c : text.substr(at, digits)) {
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

std::string_view without_fraction(std::string_view text) {
    if (text.size() < 2 || text[0] != '.') return text;
    std::size_t end = text.find_first_not_of("0123456789", 1);
    return end == 1 || end == std::string_view::npos ? text : text.substr(end);
}

constexpr Seconds day_long{86400};

Seconds ahead_at(Timestamp time, const UtcOffset& offset) {
    return offset ? std::clamp(offset(time), -day_long, day_long) : Seconds(0);
}

unsigned days_in(std::int64_t year, unsigned month) {
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month == 2) return leap ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool is_shown(const CivilTime& civil) {
    return civil.year >= -99'999 && civil.year <= 99'999 && civil.month >= 1 && civil.month <= 12 &&
           civil.day >= 1 && civil.day <= days_in(civil.year, civil.month) && civil.hour < 24 &&
           civil.minute < 60 && civil.second < 60;
}

// In UTC: in eras of 400 years that begin with the first of March of the year 0.
Timestamp in_utc(const CivilTime& civil) {
    std::int64_t year = civil.month <= 2 ? civil.year - 1 : civil.year;
    std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    std::int64_t year_of_era = year - era * 400;
    std::int64_t shifted_month = civil.month <= 2 ? civil.month + 9 : civil.month - 3;
    std::int64_t day_of_year = (153 * shifted_month + 2) / 5 + civil.day - 1;
    std::int64_t day_of_era = 365 * year_of_era + year_of_era / 4 - year_of_era / 100 + day_of_year;
    std::int64_t days = era * 146'097 + day_of_era - 719'468;
    return Timestamp(days * day_long) +
           Seconds(civil.hour * 3600 + civil.minute * 60 + civil.second);
}

}  // namespace

Timestamp now() { return std::chrono::floor<Seconds>(std::chrono::system_clock::now()); }

std::string format_rfc3339(Timestamp time) {
    if (time < first_timestamp || time > last_timestamp)
        throw Error(Errc::invalid_argument, "a time lies outside the years 0 to 9999");
    auto day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day date(day);
    std::chrono::hh_mm_ss<Seconds> clock(time - day);
    char text[40];
    int size = std::snprintf(
        text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()));
    return std::string(text, static_cast<std::size_t>(size));
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
    constexpr std::string_view form = "0000-00-00T00:00:00";
    if (text.size() <= form.size()) return std::nullopt;
    bool separators = text[4] == '-' && text[7] == '-' && (text[10] == 'T' || text[10] == 't') &&
                      text[13] == ':' && text[16] == ':';
    auto zone = without_fraction(text.substr(form.size()));
    if (!separators || (zone != "Z" && zone != "z" && zone != "+00:00")) return std::nullopt;

    int year = number(text, 0, 4), month = number(text, 5, 2), day = number(text, 8, 2);
    int hour = number(text, 11, 2), minute = number(text, 14, 2), second = number(text, 17, 2);
    if (year < 0 || month < 0 || day < 0) return std::nullopt;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return std::nullopt;
    std::chrono::year_month_day date(std::chrono::year(year),
                                     std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok()) return std::nullopt;
    return Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
           std::chrono::minutes(minute) + Seconds(second);
}

CivilTime civil_time(Timestamp time, const UtcOffset& offset) {
    Seconds ahead = ahead_at(time, offset);
    // Days and the rest apart, so that no sum leaves 64 bits.
    Seconds since = time.time_since_epoch();
    std::int64_t days = since / day_long;
    Seconds rest = since % day_long;
    if (rest < Seconds(0)) --days, rest += day_long;
    rest += ahead;
    if (rest < Seconds(0)) --days, rest += day_long;
    if (rest >= day_long) ++days, rest -= day_long;

    // The date: eras of 400 years that begin with the first of March of the year 0.
    std::int64_t shifted = days + 719'468;
    std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
    std::int64_t day_of_era = shifted - era * 146'097;
    std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
    CivilTime civil;
    civil.day = static_cast<unsigned>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    civil.month = static_cast<unsigned>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
    auto second = static_cast<unsigned>(rest.count());
    civil.hour = second / 3600;
    civil.minute = second / 60 % 60;
    civil.second = second % 60;
    civil.weekday = static_cast<unsigned>(((days + 3) % 7 + 7) % 7);
    return civil;
}

Timestamp timestamp_of(const CivilTime& civil, const UtcOffset& offset) {
    if (!is_shown(civil)) throw Error(Errc::invalid_argument, "no calendar shows such a time");
    Timestamp shown = in_utc(civil), early = shown - day_long, late = shown + day_long;
    if (!offset) return shown;
    auto shows = [&](Timestamp time) { return time + ahead_at(time, offset); };
    std::optional<Timestamp> first;
    for (Timestamp near : {early, shown, late}) {
        Timestamp time = shown - ahead_at(near, offset);
        if (shows(time) == shown && (!first || time < *first)) first = time;
    }
    if (first) return *first;
    // Skipped: the clocks show less before the gap, and more behind it.
    while (late - early > Seconds(1)) {
        Timestamp middle = early + (late - early) / 2;
        (shows(middle) < shown ? early : late) = middle;
    }
    return late;
}

}  // namespace tresor
