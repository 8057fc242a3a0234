// Time: whole seconds since 1970-01-01T00:00:00Z, 64 bit.
//
// The library decides nothing by the clock: every function that needs a time takes it as an
// argument. now() is for the outermost program, which calls it once.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tresor {

using Seconds = std::chrono::duration<std::int64_t>;
using Timestamp = std::chrono::time_point<std::chrono::system_clock, Seconds>;

Timestamp now();

// The times that can be written: the years 0 to 9999.
inline constexpr Timestamp first_timestamp{Seconds(-62167219200)};
inline constexpr Timestamp last_timestamp{Seconds(253402300799)};

// `time + span`, but not beyond last_timestamp. Both must be in range, the span not negative.
constexpr Timestamp later(Timestamp time, Seconds span) noexcept {
    return span > last_timestamp - time ? last_timestamp : time + span;
}

// "2026-11-23T06:05:00Z" (RFC 3339, UTC). Throws invalid_argument outside the years 0 to 9999.
std::string format_rfc3339(Timestamp time);

// The same form; a fraction of a second is cut, "+00:00" is accepted for "Z". Absent if it is
// anything else, another offset included.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

// How far a clock on the wall is ahead of UTC at a time: a time zone, as a function. Empty: UTC.
using UtcOffset = std::function<Seconds(Timestamp)>;

// What a clock and a calendar on the wall show (proleptic Gregorian calendar).
struct CivilTime {
    std::int64_t year = 1970;
    unsigned month = 1, day = 1;  // from 1
    unsigned hour = 0, minute = 0, second = 0;
    unsigned weekday = 3;  // from Monday, 0
};
// An offset of more than a day counts as a day. Any time of 64 bits is fine.
CivilTime civil_time(Timestamp time, const UtcOffset& offset = {});

// When clock and calendar show this; the weekday is not looked at. What is shown twice was shown
// the first time then; for what the clocks skip it is the first moment after the gap. Throws
// invalid_argument for what no calendar shows, and for years of more than five digits.
Timestamp timestamp_of(const CivilTime& civil, const UtcOffset& offset = {});

}  // namespace tresor
