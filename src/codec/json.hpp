// A JSON value in memory that wipes itself.
//
// Members keep their order, numbers their text: what is only passed on is passed on unchanged.
// Values move and are never copied. Destroying one allocates nothing and recurses no deeper than
// the value is nested. json_reader.hpp makes values of foreign text, json_writer.hpp text of
// values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tresor/secret.hpp>

namespace tresor::codec {

using JsonText = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;

inline std::string_view view(const JsonText& text) noexcept { return {text.data(), text.size()}; }

struct JsonNumber {
    JsonText text;  // by the grammar of RFC 8259
    bool operator==(const JsonNumber&) const = default;
};

class Json {
public:
    struct Member;
    using Array = std::vector<Json, WipingAllocator<Json>>;
    using Object = std::vector<Member, WipingAllocator<Member>>;

    Json() noexcept;  // null
    explicit Json(bool flag) noexcept;
    explicit Json(JsonNumber number) noexcept;
    explicit Json(JsonText text) noexcept;
    explicit Json(Array array) noexcept;
    explicit Json(Object object) noexcept;
    Json(Json&&) noexcept;
    Json& operator=(Json&&) noexcept;
    Json(const Json&) = delete;
    Json& operator=(const Json&) = delete;
    ~Json();

    bool is_null() const noexcept { return std::holds_alternative<std::monostate>(value_); }
    // Each is absent, or nullptr, if the value is of another kind.
    std::optional<bool> flag() const noexcept;
    std::optional<std::string_view> text() const noexcept;
    std::optional<std::string_view> number() const noexcept;  // its text
    const Array* array() const noexcept { return std::get_if<Array>(&value_); }
    const Object* object() const noexcept { return std::get_if<Object>(&value_); }

    bool operator==(const Json& other) const;

private:
    std::variant<std::monostate, bool, JsonNumber, JsonText, Array, Object> value_;
};

struct Json::Member {
    JsonText name;
    Json value;
    bool operator==(const Member&) const = default;
};

// Here and not above, where a member is not known yet.
inline Json::Json() noexcept = default;
inline Json::Json(bool flag) noexcept : value_(flag) {}
inline Json::Json(JsonNumber number) noexcept : value_(std::move(number)) {}
inline Json::Json(JsonText text) noexcept : value_(std::move(text)) {}
inline Json::Json(Array array) noexcept : value_(std::move(array)) {}
inline Json::Json(Object object) noexcept : value_(std::move(object)) {}
inline Json::Json(Json&&) noexcept = default;
inline Json& Json::operator=(Json&&) noexcept = default;
inline Json::~Json() = default;

// The number as a whole one: an integer, or a float that is one. Absent if it is no such, or does
// not fit.
std::optional<std::int64_t> whole_number(std::string_view number);

}  // namespace tresor::codec
