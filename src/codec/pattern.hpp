// Regular expressions with limits (PCRE2), for the patterns that administrators set for passwords.
//
// Only the common ground of Java's, ICU's and Perl's syntax is taken: a class within a class, &&
// and
// -- mean different things to them, so such a pattern is refused instead of guessed at. Texts must
// be UTF-8.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace tresor::codec {

class Pattern {
public:
    // `unicode`: \d, \w, \s and the like know all of Unicode (ICU), else ASCII only (Java).
    // Absent if the text is no pattern; throws unsupported outside the common ground.
    static std::optional<Pattern> compile(std::string_view text, bool unicode);

    Pattern(Pattern&&) noexcept;
    Pattern& operator=(Pattern&&) noexcept;
    ~Pattern();

    // Whether the pattern matches all of the text. Throws too_large over a million steps.
    bool matches_all_of(std::string_view text) const;
    // How many matches there are one behind the other, counted up to `most`. Throws too_large when
    // the search from one place takes over a million steps divided by the places there are, but
    // never for under 5,000.
    std::size_t count_in(std::string_view text, std::size_t most) const;

private:
    struct Code;
    explicit Pattern(std::unique_ptr<Code> code);
    std::unique_ptr<Code> code_;
};

// The number of user-perceived characters (extended grapheme clusters) in UTF-8 text, counted up to
// `most`.
std::size_t count_graphemes(std::string_view text, std::size_t most);

// Whether the text is one character at least twice: the same code point, or with `ignore_case` the
// same user-perceived character in either case.
bool repeats_one_character(std::string_view text, bool ignore_case);

}  // namespace tresor::codec
