#include "id_export/text.hpp"

#include <algorithm>

#include "codec/base32.hpp"
#include "codec/utf8.hpp"
#include "id_export/scheme.hpp"

namespace tresor::id_export {

namespace {

constexpr std::size_t classic_characters = 80, argon2id_characters = 104;
// No version of the format will be longer; what is, need not be kept.
constexpr std::size_t most_characters = 1024;

bool is_code_character(char32_t c) { return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7'); }

bool is_space(char32_t c) {
    return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200D) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x2060 || c == 0x3000 || c == 0xFEFF;
}

bool is_dash(char32_t c) {
    return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFE58 || c == 0xFE63 ||
           c == 0xFF0D;
}

std::string_view suggestions_for(char32_t c) {
    switch (c) {
        case '0': return "O";
        case '1': return "IL";
        case '8': return "B";
        case '9': return "G";
        default: return "";
    }
}

std::string utf8_of(char32_t c) {
    char bytes[4];
    return c == codec::not_utf8 ? "" : std::string(bytes, codec::put_code_point(c, bytes));
}

// Takes the next one off; a byte that is no UTF-8 counts as one.
char32_t take(std::string_view& text) {
    char32_t c = codec::next_code_point(text);
    if (c == codec::not_utf8) text.remove_prefix(1);
    return c;
}

// What is left when all that does not matter is left out.
struct Sifted {
    std::string characters;               // the first of them
    std::size_t count = 0, position = 0;  // all of them; what was looked at
    std::vector<BadCharacter> bad;        // the first of them
    std::size_t bad_count = 0;

    void add(char32_t c) {
        if (count++ < most_characters) characters += static_cast<char>(c);
    }
    void refuse(char32_t c) {
        if (bad_count++ < 256) bad.push_back({position, utf8_of(c), suggestions_for(c)});
    }
};

Sifted sift(std::string_view text, Reading reading) {
    Sifted sifted;
    bool lenient = reading == Reading::lenient;
    for (; !text.empty(); ++sifted.position) {
        char32_t c = take(text);
        if (lenient && c >= 'a' && c <= 'z') c -= 'a' - 'A';
        if (is_code_character(c))
            sifted.add(c);
        else if (lenient ? !is_dash(c) && !is_space(c) : c != '-')
            sifted.refuse(c);
    }
    return sifted;
}

// A padding that is right for the characters before it changes nothing but the length.
std::string_view without_padding(std::string_view text) {
    std::string_view unpadded = text.substr(0, text.find_last_not_of('=') + 1);
    auto count = std::count_if(unpadded.begin(), unpadded.end(), [](char c) { return c != '-'; });
    auto padding = static_cast<std::ptrdiff_t>(text.size() - unpadded.size());
    bool possible = count % 8 != 1 && count % 8 != 3 && count % 8 != 6;
    return possible && padding == (8 - count % 8) % 8 ? unpadded : text;
}

Error bad_length(std::size_t count) {
    return Error(Errc::malformed, "a code has 80 or 104 characters besides its dashes, not " +
                                      std::to_string(count));
}

// Printable ones are shown; the others are told by their place.
Error bad_text(const Sifted& sifted) {
    std::string text = std::to_string(sifted.bad_count);
    text +=
        sifted.bad_count == 1 ? " character that no code has:" : " characters that no code has:";
    for (std::size_t i = 0; i < std::min<std::size_t>(sifted.bad.size(), 3); ++i) {
        const BadCharacter& bad = sifted.bad[i];
        text += i == 0 ? " " : ", ";
        if (bad.character.size() == 1 && bad.character[0] > ' ' && bad.character[0] < 0x7F)
            text.append("\"").append(bad.character).append("\" ");
        text.append("at ").append(std::to_string(bad.position + 1));
        for (std::size_t k = 0; k < bad.suggestions.size(); ++k)
            text.append(k == 0 ? " (perhaps " : " or ").append(1, bad.suggestions[k]);
        if (!bad.suggestions.empty()) text += ")";
    }
    return Error(Errc::malformed, text + (sifted.bad_count > 3 ? ", ..." : ""));
}

bool has_length_of_code(std::size_t count) {
    return count == classic_characters || count == argon2id_characters;
}

// The codes that stand in a text among other things (id-export.md 7, D-17): unbroken runs of code
// characters and dashes, where a line may end behind a dash.
class Finder {
public:
    explicit Finder(std::string_view text) : text_(text) {}

    std::vector<std::string> found() {
        std::vector<std::string> codes;
        while (at_ < text_.size()) {
            std::size_t start = at_;
            std::string run = take_run();
            bool alone = !is_word(start, -1) && !is_word(at_, 0);
            if (alone && has_length_of_code(run.size()) && codes.size() < 2 &&
                std::find(codes.begin(), codes.end(), run) == codes.end())
                codes.push_back(run);
            if (at_ == start) ++at_;
        }
        return codes;
    }

private:
    bool is_word(std::size_t at, std::ptrdiff_t shift) const {
        std::size_t i = at + static_cast<std::size_t>(shift);
        if (i >= text_.size()) return false;
        auto c = static_cast<unsigned char>(text_[i]);
        return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
               (c >= 'a' && c <= 'z');
    }

    std::string take_run() {
        std::string run;
        while (at_ < text_.size()) {
            char c = text_[at_];
            if (c != '-' && !is_code_character(static_cast<unsigned char>(c))) break;
            ++at_;
            if (c != '-' && run.size() <= argon2id_characters) run += c;
            if (c == '-') skip_line_end();
        }
        return run;
    }

    void skip_line_end() {
        std::size_t end = text_.find_first_not_of(" \t\r\n", at_);
        if (end == text_.npos) return;
        if (text_.substr(at_, end - at_).find('\n') != text_.npos) at_ = end;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::string code_in(std::string_view text) {
    Sifted sifted = sift(text, Reading::lenient);
    if (sifted.bad_count == 0 && has_length_of_code(sifted.count)) return sifted.characters;
    auto codes = Finder(text).found();
    if (codes.size() == 1) return codes.front();
    if (codes.size() > 1) throw Error(Errc::malformed, "there are several codes in the text");
    if (sifted.bad_count > 0) throw bad_text(sifted);
    if (sifted.count > most_characters) throw bad_length(sifted.count);
    return sifted.characters;
}

std::string code_at_once(std::string_view text) {
    Sifted sifted = sift(without_padding(text), Reading::strict);
    if (sifted.bad_count > 0) throw bad_text(sifted);
    if (sifted.count > most_characters) throw bad_length(sifted.count);
    return sifted.characters;
}

}  // namespace

Raw raw_of(std::string_view text, Reading reading) {
    std::string characters = reading == Reading::lenient ? code_in(text) : code_at_once(text);
    auto decoded = codec::base32_decode(characters);
    if (!decoded || decoded->empty()) throw bad_length(characters.size());
    ByteView bytes = decoded->expose();
    Raw raw{Scheme::classic, Bytes(bytes.begin(), bytes.end())};
    if (raw.bytes.size() == classic_size) return raw;
    unsigned version = raw.bytes[0];
    if (version == 0) throw Error(Errc::malformed, "a code that says version 0 is none");
    if (version != 1)
        throw Error(Errc::unsupported, "the code is of version " + std::to_string(version) +
                                           ", which is not known here");
    if (raw.bytes.size() != argon2id_size) throw bad_length(characters.size());
    raw.scheme = Scheme::argon2id;
    return raw;
}

std::string text_of(ByteView raw) {
    SecretBytes characters = codec::base32_encode(raw);
    std::string_view left = as_text(characters.expose());
    std::string text;
    for (; !left.empty(); left.remove_prefix(std::min<std::size_t>(4, left.size())))
        text.append(text.empty() ? "" : "-").append(left.substr(0, 4));
    return text;
}

std::vector<BadCharacter> bad_characters(std::string_view text) {
    return sift(text, Reading::lenient).bad;
}

}  // namespace tresor::id_export
