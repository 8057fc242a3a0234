#include "codec/pattern.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <tresor/error.hpp>

namespace tresor::codec {
namespace {

// PCRE2 counts the steps anew from each place in the text where a match may begin.
constexpr std::uint32_t most_steps = 1'000'000, least_steps = 5'000;
constexpr std::uint32_t most_depth = 100'000, most_heap_kib = 16'384;

struct Free {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
    void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

template <class T>
Owned<T> had(T* made) {
    if (made == nullptr) throw Error(Errc::out_of_memory, "a pattern did not get its memory");
    return Owned<T>(made);
}

PCRE2_SPTR units(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

enum class Ground { common, foreign, broken };

// Looks for what the three dialects read differently.
Ground ground_of(std::string_view text) {
    std::size_t classes = 0;
    bool foreign = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string_view here = text.substr(i, 2);
        if (here == "\\Q") {
            i = text.find("\\E", i);
            if (i == text.npos) break;
            ++i;
        } else if (here[0] == '\\') {
            ++i;
        } else if (here[0] == '[') {
            foreign =
                foreign || classes > 0 || text.substr(i, 2) == "[]" || text.substr(i, 3) == "[^]";
            ++classes;
        } else if (here[0] == ']' && classes > 0) {
            --classes;
        } else if (classes > 0 && (here == "&&" || here == "--")) {
            foreign = true;
        } else if (classes == 0 && here == "(*") {
            return Ground::broken;  // a verb of Perl's, a mistake to the others
        }
    }
    return classes > 0 ? Ground::broken : foreign ? Ground::foreign : Ground::common;
}

Owned<pcre2_code> compile_code(std::string_view text, std::uint32_t options) {
    auto context = had(pcre2_compile_context_create(nullptr));
    pcre2_set_newline(context.get(), PCRE2_NEWLINE_ANY);
    int error = 0;
    PCRE2_SIZE where = 0;
    return Owned<pcre2_code>(pcre2_compile(units(text), text.size(),
                                           options | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &error,
                                           &where, context.get()));
}

struct Match {
    std::size_t begin, end;
};

// `text` is UTF-8: its owner has checked that once.
std::optional<Match> find(const pcre2_code* code, std::string_view text, std::size_t from,
                          std::uint32_t options) {
    auto context = had(pcre2_match_context_create(nullptr));
    bool anchored = options & PCRE2_ANCHORED;
    auto places = static_cast<std::uint32_t>(std::min<std::size_t>(text.size(), most_steps) + 1);
    pcre2_set_match_limit(context.get(),
                          anchored ? most_steps : std::max(most_steps / places, least_steps));
    pcre2_set_depth_limit(context.get(), most_depth);
    pcre2_set_heap_limit(context.get(), most_heap_kib);
    auto data = had(pcre2_match_data_create_from_pattern(code, nullptr));
    int result = pcre2_match(code, units(text), text.size(), from, options | PCRE2_NO_UTF_CHECK,
                             data.get(), context.get());
    if (result == PCRE2_ERROR_NOMATCH) return std::nullopt;
    if (result < 0) throw Error(Errc::too_large, "the pattern needs too many steps");
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data.get());
    return Match{ends[0], ends[1]};
}

std::size_t count(const pcre2_code* code, std::string_view text, std::size_t most) {
    std::size_t counted = 0, from = 0;
    while (counted < most && from <= text.size()) {
        auto match = find(code, text, from, 0);
        if (!match) break;
        ++counted;
        from = match->end;
        if (match->end > match->begin) continue;
        do ++from;  // past one code point
        while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80);
    }
    return counted;
}

// An extended grapheme cluster (UAX 29). PCRE2's own \X, up to 10.42 at least, takes emoji in a row
// for one cluster even without a joiner between them, so those are spelled out here.
#define TRESOR_EMOJI "\\p{Extended_Pictographic}"
#define TRESOR_EXTEND "\\p{Grapheme_Extend}\\p{Emoji_Modifier}"
constexpr std::string_view grapheme =
    "(?>" TRESOR_EMOJI "(?:[" TRESOR_EXTEND "]*\\x{200D}" TRESOR_EMOJI
    ")*"
    "[" TRESOR_EXTEND "\\x{200D}\\p{Mc}]*|\\X)";
#undef TRESOR_EMOJI
#undef TRESOR_EXTEND

}  // namespace

struct Pattern::Code {
    Owned<pcre2_code> compiled;
};

Pattern::Pattern(std::unique_ptr<Code> code) : code_(std::move(code)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

std::optional<Pattern> Pattern::compile(std::string_view text, bool unicode) {
    Ground ground = ground_of(text);
    if (ground == Ground::broken) return std::nullopt;
    if (ground == Ground::foreign)
        throw Error(Errc::unsupported, "the pattern holds a class within a class, && or --");
    auto compiled = compile_code(text, unicode ? PCRE2_UCP : 0);
    if (!compiled) return std::nullopt;
    return Pattern(std::make_unique<Code>(Code{std::move(compiled)}));
}

bool Pattern::matches_all_of(std::string_view text) const {
    return find(code_->compiled.get(), text, 0, PCRE2_ANCHORED | PCRE2_ENDANCHORED).has_value();
}

std::size_t Pattern::count_in(std::string_view text, std::size_t most) const {
    return count(code_->compiled.get(), text, most);
}

std::size_t count_graphemes(std::string_view text, std::size_t most) {
    return count(compile_code(grapheme, 0).get(), text, most);
}

bool repeats_one_character(std::string_view text, bool ignore_case) {
    auto code = ignore_case ? compile_code("(" + std::string(grapheme) + ")\\1+",
                                           PCRE2_CASELESS | PCRE2_UCP)
                            : compile_code("(.)\\1+", PCRE2_DOTALL);
    return find(code.get(), text, 0, PCRE2_ANCHORED | PCRE2_ENDANCHORED).has_value();
}

}  // namespace tresor::codec
