// What makes a password good enough for a Safe (safe.md 8).
//
// A Safe is as strong as its password: whoever has the object, or the server's list of names, can
// try passwords at home. Errors must not be overridden; warnings a person may override. The rules
// of both official apps stand here as data, and library_policy() is the stricter of the two.
// Passwords are checked only where one is chosen: to restore, any password that is not empty may be
// tried.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tresor::safe {

enum class PasswordIssue {
    invalid_text,  // not UTF-8, or holds U+0000
    too_short,
    too_long,
    repeated,  // one character over and over
    digits_only,
    listed,            // in the word list
    weak,              // the caller's entropy estimate lies under the policy's
    mismatch,          // differs from its confirmation
    pattern_mismatch,  // not of the form that the administrator wants
    invalid_pattern,   // the administrator's pattern is none
};
// A sentence for a person: "it is too short".
std::string_view describe(PasswordIssue issue) noexcept;

// Words nobody should use, one a line. Empty lines do not count. Letters of either case are told
// apart for ASCII only.
class WordList {
public:
    explicit WordList(std::string_view lines);
    static WordList built_in();  // a short list of this library's own

    bool contains(std::string_view password, bool ignore_case) const;
    std::size_t size() const noexcept { return words_.size(); }

private:
    std::vector<std::string> words_, folded_;  // sorted
};

enum class Count { code_points, utf16_units, graphemes };
enum class Repeats {
    exact,          // one code point over and over (Android)
    ignoring_case,  // one user-perceived character, "aAaAaAaA" too (iOS)
    either,
};
enum class PatternRule {
    all_of_it,    // matches the whole password; no pattern: ignored (Android)
    once_inside,  // matches exactly once anywhere; no pattern: an error (iOS)
    strict,       // matches the whole password; no pattern: an error (this library)
};

struct PasswordPolicy {
    std::size_t min_length;
    std::size_t min_length_with_pattern;  // the pattern replaces all other rules but this one
    Count min_counts;
    std::size_t max_utf16_units;  // 0: no limit
    std::size_t max_bytes;        // 0: no limit
    Repeats repeats;
    std::size_t digits_from, digits_to;  // so many digits and nothing else are bad
    bool list_ignores_case;
    PatternRule pattern_rule;
    double min_entropy_bits;  // 0: do not ask
};

PasswordPolicy android_policy() noexcept;
PasswordPolicy ios_policy() noexcept;
PasswordPolicy library_policy() noexcept;

// What a check may use; all of it is the caller's and optional.
struct PasswordAids {
    const WordList* words = nullptr;
    // The form that an administrator demands (the apps' th_safe_password_pattern): a regular
    // expression in what Java, ICU and PCRE2 have in common.
    std::optional<std::string> pattern = {};
    std::optional<std::string_view> confirmation = {};
    std::function<double(std::string_view)> entropy_bits = {};
};

struct PasswordVerdict {
    std::vector<PasswordIssue> errors, warnings;
    bool ok() const noexcept { return errors.empty(); }
};

// Throws unsupported for a pattern that the apps would read differently, too_large for one that
// searches for too long (of the order of a million steps). Never keeps the password.
[[nodiscard]] PasswordVerdict check_password(std::string_view password,
                                             const PasswordPolicy& policy,
                                             const PasswordAids& aids = {});

}  // namespace tresor::safe
