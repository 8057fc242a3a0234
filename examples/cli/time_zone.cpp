#include "time_zone.hpp"

#include <algorithm>

#include <tresor/error.hpp>

#include "system.hpp"

namespace cli {

using tresor::Errc;
using tresor::Error;
using tresor::Seconds;
using tresor::Timestamp;
using tresor::UtcOffset;
using tresor::data_backup::Moment;
using tresor::data_backup::OptionalMoment;

namespace {

// Two digits, below a limit.
std::optional<int> two_digits(std::string_view text, int limit) {
    auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() != 2 || !digit(text[0]) || !digit(text[1])) return std::nullopt;
    int value = (text[0] - '0') * 10 + (text[1] - '0');
    return value < limit ? std::optional(value) : std::nullopt;
}

// "+02:00", "-05:30".
std::optional<Seconds> parse_offset(std::string_view text) {
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
        return std::nullopt;
    auto hours = two_digits(text.substr(1, 2), 24), minutes = two_digits(text.substr(4), 60);
    if (!hours || !minutes) return std::nullopt;
    Seconds ahead(*hours * 3600 + *minutes * 60);
    return text[0] == '-' ? -ahead : ahead;
}

constexpr std::size_t date_size = 10;  // 2025-01-31

std::optional<Timestamp> parse_date(const std::string& text, const UtcOffset& zone) {
    if (text.size() != date_size) return std::nullopt;
    auto shown = tresor::parse_rfc3339(std::string(text).append("T00:00:00Z"));
    if (!shown || !zone) return shown;
    // What the clock is ahead at midnight, to be found by a time that is near.
    Timestamp near = *shown - zone(*shown);
    return *shown - zone(near);
}

std::optional<Timestamp> parse_time(const std::string& text) {
    if (auto time = tresor::parse_rfc3339(text)) return time;
    if (text.size() < 7) return std::nullopt;
    auto ahead = parse_offset(std::string_view(text).substr(text.size() - 6));
    if (!ahead) return std::nullopt;
    auto shown = tresor::parse_rfc3339(text.substr(0, text.size() - 6).append("Z"));
    return shown ? std::optional(*shown - *ahead) : std::nullopt;
}

}  // namespace

UtcOffset time_zone_named(std::string_view name) {
    if (name == "UTC") return {};
    if (name == "local") return local_time_zone();
    if (auto ahead = parse_offset(name)) return [ahead](Timestamp) { return *ahead; };
    throw Error(Errc::invalid_argument, "--tz is UTC, local, or such as +02:00");
}

OptionalMoment moment_of(const std::string& text, const UtcOffset& zone, const char* option) {
    if (text.empty()) return std::nullopt;
    auto time = parse_date(text, zone);
    if (!time) time = parse_time(text);
    if (!time)
        throw Error(Errc::invalid_argument,
                    std::string(option).append(
                        " wants a date such as 2026-11-23 or a time such as 2026-11-23T06:05:00Z"));
    return Moment(*time);
}

Timestamp whole_seconds(Moment moment) {
    auto seconds = std::chrono::floor<Seconds>(moment);
    return std::clamp(Timestamp(seconds), tresor::first_timestamp, tresor::last_timestamp);
}

std::optional<Timestamp> whole_seconds(OptionalMoment moment) {
    return moment ? std::optional(whole_seconds(*moment)) : std::nullopt;
}

}  // namespace cli
