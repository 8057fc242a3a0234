#include "data_backup/json_members.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <tresor/error.hpp>
#include <tresor/time.hpp>

#include "codec/base64.hpp"
#include "codec/json_reader.hpp"

namespace tresor::data_backup {

using codec::Json;
using codec::JsonPath;

namespace {

// A message of many megabytes is odd, but was read from a table as well.
constexpr codec::JsonLimits limits{
    .document = std::size_t{64} << 20,
    .depth = 8,
    .string = std::size_t{16} << 20,
    .array = 1'000'000,
    .values = std::size_t{4} << 20,
};

[[noreturn]] void refuse(const std::string& pointer, std::string_view what) {
    std::string text = pointer.empty() ? std::string("the JSON text") : pointer;
    throw Error(Errc::invalid_argument, text.append(" ").append(what));
}

[[noreturn]] void refuse(const JsonPath& path, std::string_view what) {
    refuse(path.pointer(), what);
}

std::string text_of(const Json& value, const JsonPath& path) {
    auto text = value.text();
    if (!text) refuse(path, "is no text");
    return std::string(*text);
}

// The milliseconds behind the second of an RFC 3339 time; what is finer is cut.
Millis fraction_of(std::string_view text) {
    std::size_t point = text.find('.');
    if (point == text.npos) return Millis(0);
    std::int64_t value = 0;
    std::size_t at = point + 1;
    for (int digits = 0; digits < 3; ++digits) {
        bool more = at < text.size() && text[at] >= '0' && text[at] <= '9';
        value = value * 10 + (more ? text[at++] - '0' : 0);
    }
    return Millis(value);
}

}  // namespace

JsonMembers::JsonMembers(const Json& value, const JsonPath& path)
    : members_(value.object()), path_(path) {
    if (members_ == nullptr) refuse(path, "is no object");
    asked_.resize(members_->size());
}

void JsonMembers::fail(std::string_view name, const char* what) const {
    refuse(JsonPath(path_, name), what);
}

const Json* JsonMembers::find(std::string_view name) {
    for (std::size_t i = 0; i < members_->size(); ++i) {
        if (codec::view((*members_)[i].name) != name) continue;
        asked_[i] = true;
        const Json& value = (*members_)[i].value;
        return value.is_null() ? nullptr : &value;
    }
    return nullptr;
}

bool JsonMembers::has(std::string_view name) const {
    return std::any_of(members_->begin(), members_->end(), [&](const Json::Member& member) {
        return codec::view(member.name) == name && !member.value.is_null();
    });
}

std::string JsonMembers::text(std::string_view name) {
    const Json* value = find(name);
    return value == nullptr ? std::string() : text_of(*value, JsonPath(path_, name));
}

bool JsonMembers::flag(std::string_view name) {
    const Json* value = find(name);
    if (value == nullptr) return false;
    if (!value->flag()) fail(name, "is neither true nor false");
    return *value->flag();
}

std::optional<std::int64_t> JsonMembers::integer(std::string_view name) {
    const Json* value = find(name);
    if (value == nullptr) return std::nullopt;
    auto number = value->number();
    auto whole = number ? codec::whole_number(*number) : std::nullopt;
    if (!whole) fail(name, "is no whole number of 64 bits");
    return whole;
}

std::optional<std::int64_t> JsonMembers::natural(std::string_view name) {
    auto number = integer(name);
    if (number && *number < 0) fail(name, "is negative");
    return number;
}

std::optional<double> JsonMembers::real(std::string_view name) {
    const Json* value = find(name);
    if (value == nullptr) return std::nullopt;
    auto number = value->number();
    if (!number) fail(name, "is no number");
    double read = 0;
    auto parsed = std::from_chars(number->data(), number->data() + number->size(), read);
    if (parsed.ec != std::errc() || !std::isfinite(read)) fail(name, "is out of range");
    return read;
}

OptionalMoment JsonMembers::moment(std::string_view name) {
    const Json* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->number()) return Moment(Millis(*integer(name)));
    const std::string text = text_of(*value, JsonPath(path_, name));
    auto second = parse_rfc3339(text);
    if (!second) fail(name, "is no time in UTC, such as 2025-01-31T10:00:00.123Z");
    return Moment(*second) + fraction_of(text);
}

std::vector<std::string> JsonMembers::texts(std::string_view name) {
    std::vector<std::string> read;
    const Json* value = find(name);
    if (value == nullptr) return read;
    const Json::Array* array = value->array();
    if (array == nullptr) fail(name, "is no list");
    const JsonPath path(path_, name);
    for (const Json& one : *array) read.push_back(text_of(one, JsonPath(path, read.size())));
    return read;
}

Cells JsonMembers::cells(std::string_view name) {
    Cells read;
    const Json* value = find(name);
    if (value == nullptr) return read;
    const Json::Object* object = value->object();
    if (object == nullptr) fail(name, "is no object");
    const JsonPath path(path_, name);
    for (const Json::Member& cell : *object) {
        const std::string_view column = codec::view(cell.name);
        read.emplace_back(column, text_of(cell.value, JsonPath(path, column)));
    }
    return read;
}

std::optional<PublicKey> JsonMembers::public_key(std::string_view name) {
    if (!has(name)) return std::nullopt;
    const std::string given = text(name);
    auto bytes = codec::base64_decode(given);
    PublicKey key{};
    if (!bytes || bytes->size() != key.size()) fail(name, "is no key of 32 bytes in base64");
    std::ranges::copy(std::as_const(*bytes).expose(), key.begin());
    return key;
}

bool JsonMembers::object(std::string_view name, const Read& read) {
    const Json* value = find(name);
    if (value == nullptr) return false;
    const JsonPath path(path_, name);
    JsonMembers members(*value, path);
    read(members);
    members.end();
    return true;
}

void JsonMembers::objects(std::string_view name, const Read& read) {
    const Json* value = find(name);
    if (value == nullptr) return;
    const Json::Array* array = value->array();
    if (array == nullptr) fail(name, "is no list");
    const JsonPath path(path_, name);
    for (std::size_t i = 0; i < array->size(); ++i) {
        const JsonPath place(path, i);
        JsonMembers members((*array)[i], place);
        read(members);
        members.end();
    }
}

void JsonMembers::ignore(std::initializer_list<std::string_view> names) {
    for (std::string_view name : names) find(name);
}

void JsonMembers::end() const {
    for (std::size_t i = 0; i < asked_.size(); ++i)
        if (!asked_[i]) fail(codec::view((*members_)[i].name), "is no member that is known");
}

void read_object(ByteView json, const JsonMembers::Read& read) {
    Findings findings;
    const Json value = codec::read_json(json, limits, findings);
    const std::vector<Finding> odd = findings.take();
    if (!odd.empty()) refuse(odd[0].pointer, std::string("is odd: ").append(odd[0].reason));
    const JsonPath path;
    JsonMembers members(value, path);
    read(members);
    members.end();
}

}  // namespace tresor::data_backup
