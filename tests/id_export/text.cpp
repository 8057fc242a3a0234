// How a code is read: strictly, leniently, and from among other things.

#include <algorithm>

#include <tresor/id_export.hpp>

#include "codes.hpp"

using namespace tresor;
using namespace tresor::id_export;
using namespace test::codes;

namespace {

bool reads(std::string_view text, Reading reading) {
    try {
        return find_code(text, reading).text == l1;
    } catch (const Error& error) {
        CHECK(error.code() == Errc::malformed);
        return false;
    }
}

std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
    std::string made;
    for (std::size_t at; (at = text.find(what)) != text.npos; text.remove_prefix(at + what.size()))
        made.append(text.substr(0, at)).append(by);
    return made.append(text);
}

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text;
}

std::string why(std::string_view text) {
    try {
        return std::string("it was read: ") + find_code(text).text;
    } catch (const Error& error) {
        CHECK(error.code() == Errc::malformed);
        return error.what();
    }
}

}  // namespace

TEST_CASE("D-7: lenient reading takes what people make of a code, strict reading does not") {
    struct Form {
        const char* name;
        std::string text;
        bool strict;
    };
    const Form forms[] = {
        {"as it is", l1, true},
        {"without dashes", replaced(l1, "-", ""), true},
        {"extra dashes", std::string("--") + replaced(l1, "-", "---") + "-", true},
        {"small letters", lower(l1), false},
        {"spaces", replaced(l1, "-", " "), false},
        {"spaces and dashes", replaced(l1, "-", " - "), false},
        {"tabs", replaced(l1, "-", "\t"), false},
        {"lines of groups", replaced(l1, "-", "\r\n"), false},
        {"no-break spaces", replaced(l1, "-", "\u00A0"), false},
        {"zero-width spaces", replaced(l1, "-", "\u200B-\u2060"), false},
        {"en dashes", replaced(l1, "-", "\u2013"), false},
        {"minus signs", replaced(l1, "-", "\u2212"), false},
        {"full-width hyphens", replaced(l1, "-", "\uFF0D"), false},
        {"small hyphens", replaced(l1, "-", "\uFE63"), false},
        {"two lines", l1.substr(0, 50) + "\n" + l1.substr(50), false},
        {"blanks around", std::string("  \n") + l1 + " \n", false},
        {"a byte order mark", std::string("\uFEFF") + l1, false},
    };
    for (const Form& form : forms) {
        CAPTURE(form.name);
        CHECK(reads(form.text, Reading::lenient));
        CHECK(reads(form.text, Reading::strict) == form.strict);
    }
}

TEST_CASE("a dash or space of every kind may stand in a code") {
    for (auto dash :
         {u8"-",      u8"\u2010", u8"\u2011", u8"\u2012", u8"\u2013", u8"\u2014", u8"\u2015",
          u8"\u2212", u8"\uFE58", u8"\uFE63", u8"\uFF0D", u8" ",      u8"\t",     u8"\n",
          u8"\v",     u8"\f",     u8"\r",     u8"\u0085", u8"\u00A0", u8"\u1680", u8"\u2000",
          u8"\u2009", u8"\u200B", u8"\u200C", u8"\u200D", u8"\u2028", u8"\u2029", u8"\u202F",
          u8"\u205F", u8"\u2060", u8"\u3000", u8"\uFEFF"}) {
        std::string text = replaced(l1, "-", reinterpret_cast<const char*>(dash));
        CAPTURE(text);
        CHECK(reads(text, Reading::lenient));
    }
}

TEST_CASE("D-8: a character that no code has is told with its place") {
    struct Case {
        const char *character, *words;
    };
    for (auto [character, words] : {Case{"0", "\"0\" at 7 (perhaps O)"},
                                    {"1", "\"1\" at 7 (perhaps I or L)"},
                                    {"8", "\"8\" at 7 (perhaps B)"},
                                    {"9", "\"9\" at 7 (perhaps G)"},
                                    {"ä", " at 7"},
                                    {"=", "\"=\" at 7"},
                                    {"\xFF", " at 7"},
                                    {"\n\x01", " at 8"}}) {
        std::string text = l1;
        text.replace(6, 1, character);
        CAPTURE(text);
        CHECK(why(text) == std::string("1 character that no code has: ") +
                               (words[0] == ' ' ? words + 1 : words));
    }
    CHECK_THROWS_WITH_AS(find_code(lower(l1), Reading::strict),
                         doctest::Contains("\"k\" at 2, \"m\" at 4, \"q\" at 7, ..."), Error);
}

TEST_CASE("places of bad characters count code points, and suggestions come with them") {
    auto bad = bad_characters("ä4K0-\xFFM1😀");
    REQUIRE(bad.size() == 5);
    CHECK((bad[0].position == 0 && bad[0].character == "ä" && bad[0].suggestions.empty()));
    CHECK((bad[1].position == 3 && bad[1].character == "0" && bad[1].suggestions == "O"));
    CHECK((bad[2].position == 5 && bad[2].character.empty()));
    CHECK((bad[3].position == 7 && bad[3].character == "1" && bad[3].suggestions == "IL"));
    CHECK((bad[4].position == 8 && bad[4].character == "😀"));
    CHECK(bad_characters(lower(l1) + " \u2013 ").empty());
    CHECK(bad_characters(std::string(100000, '0')).size() == 256);
}

TEST_CASE("what is suggested is never taken") {
    std::string text = l1;
    text[text.find('O')] = '0';
    CHECK(why(text).find("(perhaps O)") != std::string::npos);
}

TEST_CASE("D-12: huge and strange texts are refused") {
    CHECK(why(std::string(1 << 20, 'A')).ends_with("not 1048576"));
    CHECK_THROWS_CODE(find_code(std::string(1 << 20, 'A'), Reading::strict), Errc::malformed);
    CHECK(why(std::string(1 << 20, '-')).ends_with("not 0"));
    CHECK(why(std::string("4K4M\0", 5) + l1.substr(4)).find(" at 5") != std::string::npos);
    CHECK(why(std::string("\xC3\x28") + l1.substr(2)).find(" at 1") != std::string::npos);
    CHECK(why(std::string(1 << 20, ' ')).ends_with("not 0"));
    std::string dashes;
    for (int i = 0; i < 100000; ++i) dashes += "-          ";
    CHECK(why(dashes).ends_with("not 0"));
}

TEST_CASE("D-17: the one code in a shared text, a title or a link counts") {
    const std::string sentence = "With this text and the password you get the ID back (keep it!):";
    const std::string bare = replaced(l1, "-", "");
    auto at_20 = [](std::string_view between) {
        return l1.substr(0, 20) + std::string(between) + l1.substr(20);
    };
    for (const std::string& text :
         {l1 + "\n",
          l1 + "\r\n",
          sentence + "\n\n" + l1,
          std::string("Threema ID 0ZAHXXHB: ") + l1,
          std::string("0ZAHXXHB\n") + l1,
          std::string("Das ist mein Backup Code hier\n") + l1,  // 24 letters that codes have
          std::string("ID-\n") + l1,
          std::string("xyz://restore?backup=") + l1,
          std::string("xyz://restore?backup=") + replaced(l1, "-", "%2D") + "&x=1",
          std::string("xyz://restore?backup=") + bare + "&x=1",
          std::string("xyz://restore?backup=") + lower(bare),
          sentence + "\n\n" + at_20("\n"),
          sentence + "\n\n" + at_20("\r\n  "),
          sentence + "\n\n> " + at_20("\n> "),
          sentence + "\n\n" + replaced(l1, "-", "\n-"),
          sentence + "\n\n" + replaced(l1, "-", " "),
          sentence + "\n\n" + replaced(l1, "-", "\u2013"),
          sentence + "\n\n" + replaced(l1, "-", "<br>"),
          sentence + "\n\n" + at_20("\u2028"),
          sentence + "\n\n" + lower(l1),
          std::string("Code: \u201E") + l1 + "\u201C.",
          std::string("«") + l1 + "»",
          std::string("代码：") + l1 + "。",
          std::string("🔑") + l1 + "\u200E!",
          std::string("(") + l1 + ") and once more: " + l1,
          std::string("<desc>") + l1 + "</desc><text>" + l1.substr(0, 20) + "</text>"}) {
        CAPTURE(text);
        CHECK(find_code(text).text == l1);
    }
    for (std::string_view between : {"\n-", "\n", " ", "-\n"}) {
        // What would be a classic code is the beginning of a longer one.
        std::string broken = a1.substr(0, 99) + std::string(between) + a1.substr(100);
        CAPTURE(broken);
        CHECK(find_code(std::string("Code:\n") + broken).text == a1);
    }
    CHECK(find_code(std::string("The code: ") + a1).text == a1);
}

TEST_CASE("two codes in a text, or parts of a longer one, are none") {
    CHECK(why(std::string("a: ") + l1 + " b: " + o5) == "there are several codes in the text");
    for (const std::string& text :
         {std::string("code: ") + l1 + "-4K4M", std::string("code: x") + l1,
          std::string("code: ") + l1 + "x", std::string("code: ") + l1 + "ä",
          std::string("code: ") + l1.substr(0, 94) + ".", std::string("code: ECHO ") + l1}) {
        CAPTURE(text);
        CHECK(why(text).find("no code has") != std::string::npos);
    }
    std::string prose = "This is a letter (1), and there is no code in it, only 80 or 104 words!";
    CHECK(why(prose + prose + prose + prose).find("give the code alone") != std::string::npos);
}

TEST_CASE("a character that may have been meant for another is told first") {
    std::string text = std::string("\"") + l1 + "\" + ;";
    text[text.find('O')] = '0';
    CHECK(why(text).find("has: \"0\" at 67 (perhaps O), ") != std::string::npos);
}

TEST_CASE("a code tells its scheme without a password") {
    CHECK(find_code(l1).scheme == Scheme::classic);
    CHECK(find_code(o5).scheme == Scheme::classic);  // though it begins as the others do
    CHECK(find_code(a1).scheme == Scheme::argon2id);
    CHECK(find_code(lower(replaced(a1, "-", "\n"))).text == a1);
}
