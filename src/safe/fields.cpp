#include "safe/fields.hpp"

#include <algorithm>
#include <cmath>

#include "codec/base64.hpp"
#include "codec/hex.hpp"

namespace tresor::safe {

using codec::Json;
using codec::JsonPath;

std::optional<std::int64_t> whole_number_in(const Json& value) {
    constexpr double limit = 9223372036854775808.0;  // 2^63
    if (value.is_number_unsigned()) {
        auto number = value.get<std::uint64_t>();
        if (number >> 63) return std::nullopt;
        return static_cast<std::int64_t>(number);
    }
    if (value.is_number_integer()) {
        auto number = value.get<std::int64_t>();
        if (number < 0) return std::nullopt;
        return number;
    }
    if (!value.is_number_float()) return std::nullopt;
    double number = value.get<double>();
    if (!(number >= 0 && number < limit) || number != std::floor(number)) return std::nullopt;
    return static_cast<std::int64_t>(number);
}

Fields::Fields(const Json& object, const JsonPath& path, Findings& findings)
    : members_(object.get_ref<const Json::object_t&>()),
      path_(path),
      findings_(findings),
      asked_(members_.size()) {}

void Fields::report(const JsonPath& path, const char* reason) {
    findings_.add(findings_.full() ? std::string() : path.pointer(), reason);
}

const Json* Fields::value(std::string_view name) {
    for (std::size_t n = members_.size(); n > 0; --n) {
        std::size_t i = next_;
        next_ = next_ + 1 == members_.size() ? 0 : next_ + 1;
        if (codec::view(members_[i].first) != name) continue;
        asked_[i] = true;
        return &members_[i].second;
    }
    return nullptr;
}

bool Fields::flag(std::string_view name, bool otherwise) {
    const Json* value = this->value(name);
    if (value == nullptr) return otherwise;
    if (value->is_boolean()) return value->get<bool>();
    report(name, "not true or false; the default stands");
    return otherwise;
}

std::optional<std::string> Fields::text(std::string_view name) {
    const Json* value = this->value(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) return std::string(text_in(*value));
    report(name, "not a string; ignored");
    return std::nullopt;
}

std::optional<Milliseconds> Fields::time(std::string_view name) {
    const Json* value = this->value(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (auto number = whole_number_in(*value)) return number;
    if (value->is_number() && value->get<double>() < 0) {
        report(name, "a negative time; taken as 0");
        return 0;
    }
    report(name, "not a time in whole milliseconds; ignored");
    return std::nullopt;
}

int Fields::choice(std::string_view name, int most) {
    const Json* value = this->value(name);
    if (value == nullptr) return 0;
    if (auto number = whole_number_in(*value); number && *number <= most)
        return static_cast<int>(*number);
    report(name, "not one of the known numbers; taken as 0");
    return 0;
}

std::optional<SecretBytes> Fields::base64(std::string_view name) {
    const Json* value = this->value(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) {
        if (auto bytes = codec::base64_decode(text_in(*value))) return bytes;
        if (auto bytes = codec::base64_decode(text_in(*value), codec::LineBreaks::skip)) {
            report(name, "base64 with line breaks");
            return bytes;
        }
    }
    report(name, "not base64; ignored");
    return std::nullopt;
}

std::optional<ThreemaId> Fields::identity_in(const Json& value, const JsonPath& path,
                                             const char* otherwise) {
    auto identity = value.is_string() ? ThreemaId::parse(text_in(value)) : std::nullopt;
    if (!identity)
        report(path, otherwise);
    else if (identity->text() != text_in(value))
        report(path, "a Threema ID in lowercase letters; raised");
    return identity;
}

std::optional<ThreemaId> Fields::identity(std::string_view name) {
    constexpr const char* otherwise = "missing or no Threema ID; the entry is skipped";
    const Json* value = this->value(name);
    if (value != nullptr) return identity_in(*value, JsonPath(path_, name), otherwise);
    report(name, otherwise);
    return std::nullopt;
}

std::optional<ListId> Fields::list_id(std::string_view name) {
    const Json* value = this->value(name);
    ListId id;
    if (value == nullptr || !value->is_string() || !codec::hex_decode(text_in(*value), id.bytes))
        return std::nullopt;
    return id;
}

const Json* Fields::array_of(std::string_view name) {
    const Json* value = this->value(name);
    if (value == nullptr || value->is_array()) return value;
    report(name, "not an array; ignored");
    return nullptr;
}

std::vector<ThreemaId> Fields::identities(std::string_view name) {
    struct Entry {
        ThreemaId identity;
        std::size_t index;
    };
    std::vector<Entry> entries;
    std::size_t index = 0;
    each(name, [&](const Json& element, const JsonPath& path) {
        if (auto identity = identity_in(element, path, "no Threema ID; ignored"))
            entries.push_back({*identity, index});
        ++index;
    });
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::pair(a.identity, a.index) < std::pair(b.identity, b.index);
    });
    std::vector<ThreemaId> identities;
    JsonPath path(path_, name);
    for (const Entry& entry : entries) {
        if (identities.empty() || identities.back() != entry.identity)
            identities.push_back(entry.identity);
        else
            report(JsonPath(path, entry.index), "stands more than once; ignored");
    }
    return identities;
}

Unknowns Fields::unknown() const {
    Unknowns unknown;
    for (std::size_t i = 0; i < members_.size(); ++i)
        if (!asked_[i])
            unknown.push_back({std::string(codec::view(members_[i].first)),
                               codec::write_json(members_[i].second)});
    std::sort(unknown.begin(), unknown.end(),
              [](const Unknown& a, const Unknown& b) { return a.name < b.name; });
    return unknown;
}

}  // namespace tresor::safe
