#include <tresor/safe/password.hpp>

#include <algorithm>

#include <tresor/secret.hpp>

#include "codec/pattern.hpp"
#include "codec/utf8.hpp"

namespace tresor::safe {
namespace {

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

struct Lengths {
    std::size_t code_points = 0, utf16_units = 0;
};

Lengths lengths_of(std::string_view text) {
    Lengths lengths;
    while (!text.empty()) {
        ++lengths.code_points;
        lengths.utf16_units += codec::next_code_point(text) > 0xFFFF ? 2 : 1;
    }
    return lengths;
}

bool is_shorter(std::string_view password, const Lengths& lengths, Count how, std::size_t least) {
    switch (how) {
        case Count::code_points: return lengths.code_points < least;
        case Count::utf16_units: return lengths.utf16_units < least;
        case Count::graphemes: break;
    }
    return codec::count_graphemes(password, least) < least;
}

bool repeated(std::string_view password, Repeats how) {
    return (how != Repeats::ignoring_case && codec::repeats_one_character(password, false)) ||
           (how != Repeats::exact && codec::repeats_one_character(password, true));
}

bool only_digits(std::string_view password) {
    return std::all_of(password.begin(), password.end(),
                       [](char c) { return c >= '0' && c <= '9'; });
}

// Whether the pattern decided; if not, the ordinary rules do.
bool decided_by_pattern(std::string_view password, std::string_view pattern, PatternRule rule,
                        std::vector<PasswordIssue>& errors) {
    bool is_ios = rule == PatternRule::once_inside;
    auto compiled = codec::Pattern::compile(pattern, is_ios);
    if (!compiled && rule == PatternRule::all_of_it) return false;
    if (!compiled)
        errors.push_back(PasswordIssue::invalid_pattern);
    else if (is_ios ? compiled->count_in(password, 2) != 1 : !compiled->matches_all_of(password))
        errors.push_back(PasswordIssue::pattern_mismatch);
    return true;
}

}  // namespace

std::string_view describe(PasswordIssue issue) noexcept {
    switch (issue) {
        case PasswordIssue::invalid_text: return "it is not UTF-8 text or holds U+0000";
        case PasswordIssue::too_short: return "it is too short";
        case PasswordIssue::too_long: return "it is too long";
        case PasswordIssue::repeated: return "it is one character over and over";
        case PasswordIssue::digits_only: return "it is a short row of digits";
        case PasswordIssue::listed: return "it is one of the words that are tried first";
        case PasswordIssue::weak: return "it is easy to guess";
        case PasswordIssue::mismatch: return "the two entries differ";
        case PasswordIssue::pattern_mismatch: return "it has not the form that is demanded";
        case PasswordIssue::invalid_pattern: return "the demanded form is no valid pattern";
    }
    return "";
}

WordList::WordList(std::string_view lines) {
    while (!lines.empty()) {
        std::string_view word = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(word.size() + 1, lines.size()));
        if (word.ends_with('\r')) word.remove_suffix(1);
        if (!word.empty()) words_.emplace_back(word);
    }
    std::sort(words_.begin(), words_.end());
    folded_ = words_;
    for (std::string& word : folded_)
        std::transform(word.begin(), word.end(), word.begin(), lowered);
    std::sort(folded_.begin(), folded_.end());
}

bool WordList::contains(std::string_view password, bool ignore_case) const {
    if (!ignore_case)
        return std::binary_search(words_.begin(), words_.end(), password, std::less<>());
    SecretBytes folded(as_bytes(password));
    for (Byte& byte : folded.expose()) byte = static_cast<Byte>(lowered(static_cast<char>(byte)));
    return std::binary_search(folded_.begin(), folded_.end(), as_text(folded.expose()),
                              std::less<>());
}

PasswordPolicy android_policy() noexcept {
    return {.min_length = 8,
            .min_length_with_pattern = 1,
            .min_counts = Count::utf16_units,
            .max_utf16_units = 4096,
            .max_bytes = 0,
            .repeats = Repeats::exact,
            .digits_from = 0,
            .digits_to = 15,
            .list_ignores_case = true,
            .pattern_rule = PatternRule::all_of_it,
            .min_entropy_bits = 0};
}

PasswordPolicy ios_policy() noexcept {
    return {.min_length = 8,
            .min_length_with_pattern = 0,
            .min_counts = Count::graphemes,
            .max_utf16_units = 0,
            .max_bytes = 0,
            .repeats = Repeats::ignoring_case,
            .digits_from = 1,
            .digits_to = 15,
            .list_ignores_case = false,
            .pattern_rule = PatternRule::once_inside,
            .min_entropy_bits = 0};
}

PasswordPolicy library_policy() noexcept {
    return {.min_length = 8,
            .min_length_with_pattern = 1,
            .min_counts = Count::code_points,
            .max_utf16_units = 4096,
            .max_bytes = 16384,
            .repeats = Repeats::either,
            .digits_from = 0,
            .digits_to = 15,
            .list_ignores_case = true,
            .pattern_rule = PatternRule::strict,
            .min_entropy_bits = 0};
}

PasswordVerdict check_password(std::string_view password, const PasswordPolicy& policy,
                               const PasswordAids& aids) {
    PasswordVerdict verdict;
    auto error = [&](PasswordIssue issue) { verdict.errors.push_back(issue); };
    auto warning = [&](PasswordIssue issue) { verdict.warnings.push_back(issue); };

    if (aids.confirmation && *aids.confirmation != password) error(PasswordIssue::mismatch);
    if (!codec::is_utf8(password) || password.find('\0') != password.npos) {
        error(PasswordIssue::invalid_text);
        return verdict;
    }
    Lengths lengths = lengths_of(password);
    if ((policy.max_utf16_units > 0 && lengths.utf16_units > policy.max_utf16_units) ||
        (policy.max_bytes > 0 && password.size() > policy.max_bytes)) {
        error(PasswordIssue::too_long);
        return verdict;
    }
    bool by_pattern = aids.pattern && decided_by_pattern(password, *aids.pattern,
                                                         policy.pattern_rule, verdict.errors);
    std::size_t least = by_pattern ? policy.min_length_with_pattern : policy.min_length;
    if (is_shorter(password, lengths, policy.min_counts, least)) error(PasswordIssue::too_short);
    if (by_pattern) return verdict;

    if (repeated(password, policy.repeats)) warning(PasswordIssue::repeated);
    if (only_digits(password) && password.size() >= policy.digits_from &&
        password.size() <= policy.digits_to)
        warning(PasswordIssue::digits_only);
    if (aids.words != nullptr && aids.words->contains(password, policy.list_ignores_case))
        warning(PasswordIssue::listed);
    // An estimate that is no number is none.
    if (aids.entropy_bits && policy.min_entropy_bits > 0 &&
        !(aids.entropy_bits(password) >= policy.min_entropy_bits))
        warning(PasswordIssue::weak);
    return verdict;
}

}  // namespace tresor::safe
