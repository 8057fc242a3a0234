#include <tresor/http.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "codec/base64.hpp"
#include "codec/hex.hpp"
#include "net/text.hpp"
#include "net/url.hpp"

namespace tresor::net {
namespace {

constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<int> number(std::string_view text, std::size_t least, std::size_t most) {
    int value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool whole = error == std::errc() && end == text.data() + text.size() && value >= 0;
    if (!whole || text.size() < least || text.size() > most) return std::nullopt;
    return value;
}

std::optional<Seconds> time_of_day(std::string_view text) {
    if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
    auto hour = number(text.substr(0, 2), 2, 2), minute = number(text.substr(3, 2), 2, 2),
         second = number(text.substr(6, 2), 2, 2);
    // A leap second is written as 60.
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;
    return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + Seconds(*second);
}

// The words of a date, whichever way it is written: without its commas, dashes and double spaces.
std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty() && words.size() < 8) {
        std::size_t size = std::min(text.find_first_of(" ,-"), text.size());
        if (size > 0) words.push_back(text.substr(0, size));
        text.remove_prefix(std::min(size + 1, text.size()));
    }
    return words;
}

}  // namespace

std::optional<std::string_view> header_of(const Headers& headers, std::string_view name) noexcept {
    for (const Header& header : headers)
        if (equal_ignoring_case(header.name, name)) return header.value;
    return std::nullopt;
}

void require_valid(const Options& options) {
    auto refuse = [](const char* why) { throw Error(Errc::invalid_argument, why); };
    if (options.timeout < Seconds(1) || options.timeout > std::chrono::hours(24))
        refuse("a time limit is between 1 and 86400 seconds");
    std::array<Byte, 32> key;
    if (!options.pin.empty() && !codec::hex_decode(options.pin, key)) {
        auto bytes = codec::base64_decode(options.pin);
        if (!bytes || bytes->size() != key.size())
            refuse("a pin is a SHA-256 in 64 hex digits or 44 characters of base64");
    }
    if (!options.proxy.empty() && !is_proxy(options.proxy))
        refuse("a proxy is a URL such as http://host:3128");
    bool plain = std::all_of(options.user_agent.begin(), options.user_agent.end(),
                             [](char c) { return c >= ' ' && c <= '~'; });
    if (!plain || options.user_agent.find("Threema") == std::string::npos)
        refuse("a User-Agent is plain text that contains Threema");
}

std::string format_http_date(Timestamp time) {
    auto day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day date(day);
    std::chrono::hh_mm_ss<Seconds> clock(time - day);
    constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    std::array<char, 40> text;
    int size = std::snprintf(
        text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
        days[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
        months[static_cast<unsigned>(date.month()) - 1].data(), static_cast<int>(date.year()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()));
    return std::string(text.data(), static_cast<std::size_t>(size));
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
    // Sun, 06 Nov 1994 08:49:37 GMT | Sunday, 06-Nov-94 08:49:37 GMT | Sun Nov  6 08:49:37 1994
    auto words = words_of(text);
    bool gmt = words.size() == 6 && words[5] == "GMT";
    if (!gmt && words.size() != 5) return std::nullopt;
    auto day = number(gmt ? words[1] : words[2], 1, 2);
    auto month = std::find(months.begin(), months.end(), gmt ? words[2] : words[1]);
    auto year = number(gmt ? words[3] : words[4], gmt ? 2 : 4, 4);
    auto clock = time_of_day(gmt ? words[4] : words[3]);
    if (!day || month == months.end() || !year || !clock) return std::nullopt;
    if (*year < 100) *year += *year < 70 ? 2000 : 1900;
    std::chrono::year_month_day date(
        std::chrono::year(*year),
        std::chrono::month(static_cast<unsigned>(month - months.begin()) + 1),
        std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok()) return std::nullopt;
    return std::min(Timestamp(std::chrono::sys_days(date)) + *clock, last_timestamp);
}

}  // namespace tresor::net
