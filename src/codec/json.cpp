#include "codec/json.hpp"

#include <charconv>
#include <cmath>

namespace tresor::codec {

std::optional<bool> Json::flag() const noexcept {
    const bool* held = std::get_if<bool>(&value_);
    return held == nullptr ? std::nullopt : std::optional(*held);
}

std::optional<std::string_view> Json::text() const noexcept {
    const JsonText* held = std::get_if<JsonText>(&value_);
    return held == nullptr ? std::nullopt : std::optional(view(*held));
}

std::optional<std::string_view> Json::number() const noexcept {
    const JsonNumber* held = std::get_if<JsonNumber>(&value_);
    return held == nullptr ? std::nullopt : std::optional(view(held->text));
}

bool Json::operator==(const Json& other) const { return value_ == other.value_; }

std::optional<std::int64_t> whole_number(std::string_view number) {
    constexpr double limit = 9223372036854775808.0;  // 2^63
    const char *begin = number.data(), *end = begin + number.size();
    std::int64_t integer = 0;
    auto [stop, error] = std::from_chars(begin, end, integer);
    if (stop == end && error == std::errc()) return integer;
    double value = 0;
    auto [stop_of_double, error_of_double] = std::from_chars(begin, end, value);
    if (stop_of_double != end || error_of_double != std::errc()) return std::nullopt;
    if (!(value > -limit && value < limit) || value != std::floor(value)) return std::nullopt;
    return static_cast<std::int64_t>(value);
}

}  // namespace tresor::codec
