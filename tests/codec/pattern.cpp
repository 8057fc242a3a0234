#include "codec/pattern.hpp"

#include "support.hpp"

using namespace tresor;
using namespace tresor::codec;

namespace {

bool all_of(std::string_view pattern, std::string_view text) {
    return Pattern::compile(pattern, false).value().matches_all_of(text);
}

std::size_t count(std::string_view pattern, std::string_view text) {
    return Pattern::compile(pattern, true).value().count_in(text, 100);
}

}  // namespace

TEST_CASE("pattern: a full match is the whole text, a newline at the end counts") {
    CHECK(all_of("a+", "aaa"));
    CHECK_FALSE(all_of("a+", "aaab"));
    CHECK_FALSE(all_of("a+", "aaa\n"));
    CHECK_FALSE(all_of("^a+$", "aaa\n"));
    CHECK(all_of("a|ab", "ab"));
    CHECK(all_of("", ""));
}

TEST_CASE("pattern: matches are counted one behind the other") {
    CHECK(count("[0-9]", "a1b2") == 2);
    CHECK(count("aa", "aaaa") == 2);
    CHECK(count("x*", "\xC3\xA4") == 2);
    CHECK(count("a", "") == 0);
    CHECK(Pattern::compile("a", true).value().count_in("aaaa", 2) == 2);
}

TEST_CASE("pattern: \\d is ASCII for Java and Unicode for ICU") {
    std::string arabic_five = "\xD9\xA5";
    CHECK_FALSE(Pattern::compile("\\d", false).value().matches_all_of(arabic_five));
    CHECK(Pattern::compile("\\d", true).value().matches_all_of(arabic_five));
}

TEST_CASE("pattern: what is no pattern is absent") {
    for (auto text :
         {"(", ")", "*a", "[a", "^[a-z{4[0-9]{4}$", "a{2,1}", "(?<x", "\\", "(*ACCEPT)", "[z-a]"})
        CHECK_MESSAGE(!Pattern::compile(text, false), text);
}

TEST_CASE("pattern: what the dialects read differently is refused") {
    for (auto text : {"[a-z[0-9]]", "[a-z&&[def]]", "[a--b]", "[[:alpha:]]", "[]a]", "[^]a]"})
        CHECK_THROWS_CODE(Pattern::compile(text, false), Errc::unsupported);
    for (auto text : {"[\\[a]", "\\[[a]", "\\Q[[\\E", "[a&b]", "a&&b", "a--b", "[a\\]b]"})
        CHECK_MESSAGE(Pattern::compile(text, false), text);
}

TEST_CASE("pattern: catastrophic backtracking stops at the limit") {
    auto pattern = Pattern::compile("(a+)+$", false).value();
    CHECK_THROWS_CODE(pattern.matches_all_of(std::string(64, 'a') + "c"), Errc::too_large);
    CHECK_THROWS_CODE(pattern.count_in(std::string(64, 'a') + "c", 2), Errc::too_large);
    auto wide = Pattern::compile("(?:a|a){17}[XY]", true).value();
    CHECK_THROWS_CODE(wide.count_in(std::string(128, 'a'), 2), Errc::too_large);
    auto deep = Pattern::compile("(?:(a)|b)*", false).value();
    CHECK_NOTHROW(deep.matches_all_of(std::string(4096, 'a')));
}

TEST_CASE("pattern: user-perceived characters are counted") {
    CHECK(count_graphemes("", 100) == 0);
    CHECK(count_graphemes("abc", 100) == 3);
    CHECK(count_graphemes("e\xCC\x81", 100) == 1);
    CHECK(count_graphemes("\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD", 100) == 1);  // thumb, skin tone
    CHECK(count_graphemes("\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA", 100) == 1);  // a flag
    CHECK(count_graphemes("😀😀😁", 100) == 3);
    CHECK(count_graphemes("👍🏽👍🏽", 100) == 2);
    CHECK(count_graphemes("👩🏽‍🚀❤️‍🔥", 100) == 2);  // joined by U+200D
    CHECK(count_graphemes("❤️❤️a", 100) == 3);
    CHECK(count_graphemes("🇩🇪🇨🇭", 100) == 2);
    CHECK(count_graphemes("각\r\n", 100) == 2);
}

TEST_CASE("pattern: one character over and over") {
    CHECK(repeats_one_character("aa", false));
    CHECK_FALSE(repeats_one_character("a", false));
    CHECK_FALSE(repeats_one_character("", true));
    CHECK_FALSE(repeats_one_character("aA", false));
    CHECK(repeats_one_character("aA", true));
    CHECK(repeats_one_character("\xC3\xA4\xC3\x84", true));
    CHECK(repeats_one_character("\n\n\n", false));
    CHECK(repeats_one_character("😀😀😀", true));
    CHECK_FALSE(repeats_one_character("😀😁", true));
    CHECK(
        repeats_one_character("e\xCC\x81"
                              "e\xCC\x81",
                              true));
    CHECK_FALSE(
        repeats_one_character("e\xCC\x81"
                              "e\xCC\x81",
                              false));
}
