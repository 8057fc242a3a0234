#include "codec/json_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>

#include "codec/json_path.hpp"
#include "codec/utf8.hpp"

namespace tresor::codec {
namespace {

constexpr auto is_plain = [] {  // bytes that stand for themselves in a string, ASCII only
    std::array<bool, 256> made{};
    for (unsigned c = 0x20; c < 0x80; ++c) made[c] = c != '"' && c != '\\';
    return made;
}();

class Reader {
public:
    Reader(std::string_view text, const JsonLimits& limits, Findings& findings)
        : text_(text), limits_(limits), findings_(findings) {}

    Json read() {
        if (text_.substr(0, 3) == "\xEF\xBB\xBF") {
            at_ = 3;
            findings_.add("", "a byte order mark was skipped");
        }
        skip_space();
        if (at_ == text_.size()) fail("the document is empty");
        Json value = read_value(JsonPath(), 0, limits_.string);
        skip_space();
        if (at_ < text_.size())
            findings_.add(
                "", std::to_string(text_.size() - at_) + " bytes behind the document were ignored");
        return value;
    }

private:
    using Member = Json::Member;

    [[noreturn]] void fail(const char* what) const {
        throw Error(Errc::malformed,
                    std::string("JSON: ") + what + " at byte " + std::to_string(at_));
    }
    [[noreturn]] static void too_large(const char* what) {
        throw Error(Errc::too_large, std::string("JSON: ") + what);
    }

    bool at_end() const { return at_ == text_.size(); }
    char peek() const { return at_end() ? '\0' : text_[at_]; }
    bool take(char c) {
        if (at_end() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    void skip_space() {
        while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' ||
                             text_[at_] == '\t'))
            ++at_;
    }

    Json read_value(const JsonPath& path, std::size_t depth, std::size_t longest_string) {
        if (++values_ > limits_.values) too_large("too many values");
        switch (peek()) {
            case '{': return read_object(path, depth + 1);
            case '[': return read_array(path, depth + 1);
            case '"': return Json(read_string(path, longest_string));
            case 't': return read_word("true", Json(true));
            case 'f': return read_word("false", Json(false));
            case 'n': return read_word("null", Json());
            default: return read_number();
        }
    }

    Json read_word(std::string_view word, Json value) {
        if (text_.substr(at_, word.size()) != word) fail("unknown word");
        at_ += word.size();
        return value;
    }

    void enter(std::size_t depth) {
        if (depth > limits_.depth) fail("nested too deep");
        ++at_;
        skip_space();
    }

    Json read_array(const JsonPath& path, std::size_t depth) {
        enter(depth);
        std::size_t from = elements_.size();
        if (!take(']')) {
            do {
                std::size_t index = elements_.size() - from;
                if (index == limits_.array) too_large("an array has too many elements");
                skip_space();
                elements_.push_back(read_value(JsonPath(path, index), depth, limits_.string));
                skip_space();
            } while (take(','));
            if (!take(']')) fail("expected , or ]");
        }
        Json::Array array;
        array.reserve(elements_.size() - from);
        std::move(elements_.begin() + static_cast<std::ptrdiff_t>(from), elements_.end(),
                  std::back_inserter(array));
        elements_.resize(from);
        return Json(std::move(array));
    }

    Json read_object(const JsonPath& path, std::size_t depth) {
        enter(depth);
        std::size_t from = members_.size();
        if (!take('}')) {
            do read_member(path, depth);
            while (take(','));
            if (!take('}')) fail("expected , or }");
        }
        drop_repeated(path, from);
        Json::Object object;
        object.reserve(members_.size() - from);
        std::move(members_.begin() + static_cast<std::ptrdiff_t>(from), members_.end(),
                  std::back_inserter(object));
        members_.resize(from);
        return Json(std::move(object));
    }

    void read_member(const JsonPath& path, std::size_t depth) {
        skip_space();
        if (peek() != '"') fail("expected a member name");
        JsonText name = read_string(path, limits_.string);
        skip_space();
        if (!take(':')) fail("expected :");
        skip_space();
        JsonPath place(path, view(name));
        Json value = read_value(place, depth, longest_at(place, view(name)));
        members_.push_back({std::move(name), std::move(value)});
        skip_space();
    }

    std::size_t longest_at(const JsonPath& place, std::string_view name) const {
        bool may_be = !limits_.long_pointer.empty() && limits_.long_pointer.ends_with(name);
        return may_be && place.pointer() == limits_.long_pointer ? limits_.long_string
                                                                 : limits_.string;
    }

    // Looks at few members one by one; of many it says yes, and sorting finds out.
    bool may_have_repeated(std::size_t from) const {
        if (members_.size() - from > 16) return true;
        for (std::size_t i = from; i < members_.size(); ++i)
            for (std::size_t k = i + 1; k < members_.size(); ++k)
                if (members_[i].name == members_[k].name) return true;
        return false;
    }

    // Of the members from `from` on that share a name the last stays, at the place of the first.
    // Sorted, not hashed: nobody can choose names that make this slow.
    void drop_repeated(const JsonPath& path, std::size_t from) {
        if (!may_have_repeated(from)) return;
        std::vector<std::size_t> order(members_.size() - from);
        std::iota(order.begin(), order.end(), from);
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            int compared = members_[a].name.compare(members_[b].name);
            return compared < 0 || (compared == 0 && a < b);
        });
        std::vector<bool> dropped(members_.size(), false);
        for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
            Member &kept = members_[order[first]], &later = members_[order[i]];
            if (kept.name != later.name) {
                first = i;
                continue;
            }
            report(JsonPath(path, view(kept.name)), "stands more than once; the last one counts");
            kept.value = std::move(later.value);
            dropped[order[i]] = true;
        }
        std::size_t end = from;
        for (std::size_t i = from; i < members_.size(); ++i) {
            if (dropped[i]) continue;
            if (end != i) members_[end] = std::move(members_[i]);
            ++end;
        }
        members_.resize(end);
    }

    void report(const JsonPath& path, const char* reason) {
        findings_.add(findings_.full() ? std::string() : path.pointer(), reason);
    }

    JsonText read_string(const JsonPath& path, std::size_t longest) {
        JsonText text;
        bool replaced = false;
        for (++at_;;) {
            std::string_view run = take_run();
            if (run.size() > longest - text.size()) too_large("a string is too long");
            text.append(run);
            if (take('"')) break;
            if (!take('\\')) fail(at_end() ? "a string without end" : "a control character");
            char32_t point = read_escape();
            if (point == not_utf8) {
                point = 0xFFFD;
                replaced = true;
            }
            char bytes[4];
            std::size_t size = put_code_point(point, bytes);
            if (size > longest - text.size()) too_large("a string is too long");
            text.append(bytes, size);
        }
        if (replaced) report(path, "a lone surrogate was replaced by U+FFFD");
        return text;
    }

    // What stands for itself up to the next quote, backslash or control character.
    std::string_view take_run() {
        std::size_t from = at_;
        while (!at_end()) {
            unsigned char c = static_cast<unsigned char>(text_[at_]);
            if (is_plain[c]) {
                ++at_;
                continue;
            }
            if (c < 0x80) break;
            std::string_view rest = text_.substr(at_);
            if (next_code_point(rest) == not_utf8) fail("not UTF-8");
            at_ = text_.size() - rest.size();
        }
        return text_.substr(from, at_ - from);
    }

    // What follows a backslash; not_utf8 for a lone surrogate.
    char32_t read_escape() {
        char c = peek();
        constexpr std::string_view from = "\"\\/bfnrt", to = "\"\\/\b\f\n\r\t";
        if (std::size_t i = from.find(c); !at_end() && i != from.npos) {
            ++at_;
            return static_cast<unsigned char>(to[i]);
        }
        if (!take('u')) fail("unknown escape");
        char32_t first = read_four_digits();
        if (first < 0xD800 || first >= 0xE000) return first;
        if (first >= 0xDC00 || text_.substr(at_, 2) != "\\u") return not_utf8;
        std::size_t behind_first = at_;
        at_ += 2;
        char32_t second = read_four_digits();
        if (second >= 0xDC00 && second < 0xE000)
            return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        at_ = behind_first;
        return not_utf8;
    }

    char32_t read_four_digits() {
        unsigned value = 0;
        auto digits = text_.substr(at_, 4);
        auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (digits.size() != 4 || error != std::errc() || end != digits.data() + 4)
            fail("a bad \\u escape");
        at_ += 4;
        return value;
    }

    bool take_digits() {
        std::size_t from = at_;
        while (!at_end() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
        return at_ > from;
    }

    Json read_number() {
        std::size_t from = at_;
        take('-');
        if (!take('0') && !take_digits()) fail("expected a value");
        if (take('.') && !take_digits()) fail("a bad number");
        if (take('e') || take('E')) {
            if (!take('+')) take('-');
            if (!take_digits()) fail("a bad number");
        }
        return Json(JsonNumber{JsonText(text_.substr(from, at_ - from))});
    }

    std::string_view text_;
    const JsonLimits& limits_;
    Findings& findings_;
    std::size_t at_ = 0;
    std::size_t values_ = 0;
    // What belongs to arrays and objects that are still open, innermost last.
    std::vector<Json, WipingAllocator<Json>> elements_;
    std::vector<Member, WipingAllocator<Member>> members_;
};

}  // namespace

Json read_json(ByteView text, const JsonLimits& limits, Findings& findings) {
    if (text.size() > limits.document)
        throw Error(Errc::too_large,
                    "JSON: more than " + std::to_string(limits.document) + " bytes");
    return Reader(as_text(text), limits, findings).read();
}

}  // namespace tresor::codec
