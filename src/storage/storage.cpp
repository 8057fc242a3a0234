#include <tresor/storage.hpp>

#include <algorithm>

namespace tresor::storage {
namespace {

bool is_segment(std::string_view segment) {
    auto allowed = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    };
    return !segment.empty() && segment.front() != '.' && segment.back() != '.' &&
           std::all_of(segment.begin(), segment.end(), allowed);
}

}  // namespace

std::optional<ObjectName> ObjectName::parse(std::string_view text) {
    constexpr std::size_t longest = 255;
    if (text.size() > longest) return std::nullopt;
    for (std::size_t from = 0; from <= text.size();) {
        std::size_t end = std::min(text.find('/', from), text.size());
        if (!is_segment(text.substr(from, end - from))) return std::nullopt;
        from = end + 1;
    }
    ObjectName name;
    name.text_ = text;
    return name;
}

ObjectName::ObjectName(std::string_view text) {
    auto parsed = parse(text);
    if (!parsed)
        throw Error(Errc::invalid_argument,
                    "an object's name is made of A-Z a-z 0-9 . _ - and /, no part begins or ends "
                    "with a dot, and it has at most 255 characters");
    *this = std::move(*parsed);
}

void Storage::list(std::string_view, const Visitor&) {
    throw Error(Errc::unsupported, describe() + " cannot list what it holds");
}

std::optional<Timestamp> Storage::clock() { return std::nullopt; }

}  // namespace tresor::storage
