#include "id_export/text.hpp"

#include <algorithm>
#include <utility>

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

// Printable ones are shown; the others are told by their place. Those that may have been meant for
// another come first.
Error bad_text(Sifted sifted, Reading reading) {
    constexpr std::size_t like_prose = 24;
    if (reading == Reading::lenient && sifted.bad_count > like_prose)
        return Error(Errc::malformed,
                     "there is no code in the text, or none that stands apart from other words: "
                     "give the code alone");
    std::stable_partition(sifted.bad.begin(), sifted.bad.end(),
                          [](const BadCharacter& bad) { return !bad.suggestions.empty(); });
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

// Letters and digits of any script, roughly: what is neither punctuation, space nor picture. A byte
// that is no UTF-8 may have been a letter.
bool is_word(char32_t c) {
    if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    auto in = [c](char32_t from, char32_t to) { return c >= from && c <= to; };
    if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
    return !(c == 0xD7 || c == 0xF7 || in(0x2000, 0x2BFF) || in(0x2E00, 0x2E7F) ||
             in(0x3000, 0x303F) || in(0xFE00, 0xFE6F) || in(0xFF00, 0xFF0F) || in(0xFF1A, 0xFF20) ||
             in(0xFF3B, 0xFF40) || in(0xFF5B, 0xFF65) || in(0x1F000, 0x1FAFF) || c == 0x1680 ||
             c == 0xFEFF);
}

// The codes that stand in a text among other things (id-export.md 3.4; 7, D-17): words of four code
// characters in a row, 20 or 26 of them, with nothing but white space and dashes between them, or
// one word of all. Their letters are all capitals or all small. Marks of quoted mail, `<br>` and
// `%2D` count as the space or dash that they stand for.
class Finder {
public:
    explicit Finder(std::string_view text) : left_(text) {}

    std::vector<std::string> found() {
        bool at_line_start = true;
        while (!left_.empty()) {
            if (take_spelled("%2D", "%2d") || (at_line_start && take_spelled(">", ">"))) continue;
            if (take_spelled("<br>", "<BR>") || take_spelled("<br/>", "<br />")) continue;
            char32_t c = take(left_);
            if (is_word(c)) {
                add(c);
                at_line_start = false;
                continue;
            }
            end_word();
            at_line_start = c == '\n' || c == '\r' || (at_line_start && c == ' ');
            if (!is_space(c) && !is_dash(c)) end_row();
        }
        end_word();
        end_row();
        return std::move(codes_);
    }

private:
    enum class Letters { none, capital, small, mixed };

    // What stands for a space or a dash, written in one of two ways.
    bool take_spelled(std::string_view one, std::string_view other) {
        if (!left_.starts_with(one) && !left_.starts_with(other)) return false;
        left_.remove_prefix(left_.starts_with(one) ? one.size() : other.size());
        end_word();
        return true;
    }

    void add(char32_t c) {
        bool small = c >= 'a' && c <= 'z';
        if (small) c -= 'a' - 'A';
        if (!is_code_character(c)) is_code_ = false;
        if (c >= 'A') mix(letters_, small ? Letters::small : Letters::capital);
        if (++length_ <= argon2id_characters) word_ += static_cast<char>(c);
    }
    static void mix(Letters& letters, Letters more) {
        if (more == Letters::none) return;
        letters = letters == Letters::none || letters == more ? more : Letters::mixed;
    }

    void end_word() {
        if (length_ == 0) return;
        bool is_code = is_code_ && letters_ != Letters::mixed;
        bool is_group = is_code && length_ == 4;
        Letters together = row_letters_;
        mix(together, letters_);
        if (!is_group || together == Letters::mixed) end_row();
        if (is_group) {
            mix(row_letters_, letters_);
            if (++groups_ * 4 <= argon2id_characters) row_ += word_;
        } else if (is_code && has_length_of_code(length_)) {
            keep(word_);
        }
        word_.clear();
        length_ = 0;
        is_code_ = true;
        letters_ = Letters::none;
    }

    void end_row() {
        if (has_length_of_code(groups_ * 4)) keep(row_);
        row_.clear();
        groups_ = 0;
        row_letters_ = Letters::none;
    }

    void keep(const std::string& code) {
        if (codes_.size() < 2 && std::find(codes_.begin(), codes_.end(), code) == codes_.end())
            codes_.push_back(code);
    }

    std::string_view left_;
    std::string word_, row_;
    std::size_t length_ = 0, groups_ = 0;  // of the word, of the row
    bool is_code_ = true;
    Letters letters_ = Letters::none, row_letters_ = Letters::none;
    std::vector<std::string> codes_;
};

std::string code_in(std::string_view text) {
    auto codes = Finder(text).found();
    if (codes.size() == 1) return codes.front();
    if (codes.size() > 1) throw Error(Errc::malformed, "there are several codes in the text");
    Sifted sifted = sift(text, Reading::lenient);
    if (sifted.bad_count > 0) throw bad_text(std::move(sifted), Reading::lenient);
    // Two codes, for instance; it says nothing of a version.
    if (sifted.count > argon2id_characters) throw bad_length(sifted.count);
    return sifted.characters;
}

std::string code_at_once(std::string_view text) {
    Sifted sifted = sift(without_padding(text), Reading::strict);
    if (sifted.bad_count > 0) throw bad_text(std::move(sifted), Reading::strict);
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
