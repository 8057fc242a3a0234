#include "safe/fields.hpp"

#include <algorithm>

#include "codec/base64.hpp"
#include "codec/hex.hpp"
#include "codec/json_writer.hpp"

namespace tresor::safe {

using codec::Json;
using codec::JsonPath;

Fields::Fields(const Json::Object& object, const JsonPath& path, Findings& findings)
    : members_(object), path_(path), findings_(findings), asked_(object.size()) {}

void Fields::report(const JsonPath& path, const char* reason) {
    findings_.add(findings_.full() ? std::string() : path.pointer(), reason);
}

const Json* Fields::value(std::string_view name) {
    for (std::size_t n = members_.size(); n > 0; --n) {
        std::size_t i = next_;
        next_ = next_ + 1 == members_.size() ? 0 : next_ + 1;
        if (codec::view(members_[i].name) != name) continue;
        asked_[i] = true;
        return &members_[i].value;
    }
    return nullptr;
}

bool Fields::flag(std::string_view name, bool otherwise) {
    const Json* value = this->value(name);
    if (value == nullptr) return otherwise;
    if (auto flag = value->flag()) return *flag;
    report(name, "not true or false; the default stands");
    return otherwise;
}

std::optional<std::string> Fields::text(std::string_view name) {
    const Json* value = this->value(name);
    if (value == nullptr) return std::nullopt;
    if (auto text = value->text()) return std::string(*text);
    report(name, "not a string; ignored");
    return std::nullopt;
}

std::optional<Milliseconds> Fields::time(std::string_view name) {
    const Json* value = this->value(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    auto number = value->number();
    auto whole = number ? codec::whole_number(*number) : std::nullopt;
    if (whole && *whole >= 0) return whole;
    if (number && number->front() == '-') {
        report(name, "a negative time; taken as 0");
        return 0;
    }
    report(name, "not a time in whole milliseconds; ignored");
    return std::nullopt;
}

int Fields::choice(std::string_view name, int most) {
    const Json* value = this->value(name);
    if (value == nullptr) return 0;
    auto whole = value->number() ? codec::whole_number(*value->number()) : std::nullopt;
    if (whole && *whole >= 0 && *whole <= most) return static_cast<int>(*whole);
    report(name, "not one of the known numbers; taken as 0");
    return 0;
}

std::optional<SecretBytes> Fields::base64(std::string_view name) {
    const Json* value = this->value(name);
    if (value == nullptr) return std::nullopt;
    if (auto text = value->text()) {
        if (auto bytes = codec::base64_decode(*text)) return bytes;
        if (auto bytes = codec::base64_decode(*text, codec::LineBreaks::skip)) {
            report(name, "base64 with line breaks");
            return bytes;
        }
    }
    report(name, "not base64; ignored");
    return std::nullopt;
}

std::optional<ThreemaId> Fields::identity_in(const Json& value, const JsonPath& path,
                                             const char* otherwise) {
    auto text = value.text();
    auto identity = text ? ThreemaId::parse(*text) : std::nullopt;
    if (!identity)
        report(path, otherwise);
    else if (identity->text() != *text)
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
    auto text = value == nullptr ? std::nullopt : value->text();
    if (!text || !codec::hex_decode(*text, id.bytes)) return std::nullopt;
    return id;
}

const Json::Array* Fields::array_of(std::string_view name) {
    const Json* value = this->value(name);
    if (value == nullptr) return nullptr;
    if (const Json::Array* array = value->array()) return array;
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
    for (std::size_t i = 0; i < members_.size(); ++i) {
        if (asked_[i]) continue;
        unknown.push_back({std::string(codec::view(members_[i].name)),
                           RawJson(codec::write_json(members_[i].value))});
    }
    std::sort(unknown.begin(), unknown.end(),
              [](const Unknown& a, const Unknown& b) { return a.name < b.name; });
    return unknown;
}

}  // namespace tresor::safe
