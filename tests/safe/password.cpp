#include <tresor/safe/password.hpp>

#include <set>

#include "support.hpp"

using namespace tresor;
using namespace tresor::safe;

namespace {

using Issue = PasswordIssue;
using Issues = std::set<Issue>;
constexpr Issue len = Issue::too_short, rep = Issue::repeated, dig = Issue::digits_only,
                list = Issue::listed;

// What of the apps' list the rows of 8.2 need; the caller gives it.
const WordList apps_words(
    "0000000000d\nronaldo7\nZzzzzzz1\n0okmnji9\n1111111a\nzzzz1111\npassword1\npassword2\n"
    "password7\n");

Issues issues(std::string_view password, const PasswordPolicy& policy, const PasswordAids& aids) {
    auto verdict = check_password(password, policy, aids);
    Issues found(verdict.errors.begin(), verdict.errors.end());
    found.insert(verdict.warnings.begin(), verdict.warnings.end());
    return found;
}

// One row of 8.2: what Android, iOS and the library find.
void row(std::string_view password, Issues android, Issues ios, Issues library) {
    CAPTURE(password);
    PasswordAids aids{.words = &apps_words};
    CHECK(issues(password, android_policy(), aids) == android);
    CHECK(issues(password, ios_policy(), aids) == ios);
    CHECK(issues(password, library_policy(), aids) == library);
    for (const auto& policy : {android_policy(), ios_policy(), library_policy()}) {
        auto verdict = check_password(password, policy, aids);
        CHECK(verdict.ok() ==
              !issues(password, policy, aids).contains(len));  // the rest may be overridden
    }
}

void pattern_row(const char* pattern, std::string_view password, Issues android, Issues ios,
                 Issues library) {
    CAPTURE(pattern);
    CAPTURE(password);
    PasswordAids aids{.words = &apps_words, .pattern = pattern};
    CHECK(issues(password, android_policy(), aids) == android);
    CHECK(issues(password, ios_policy(), aids) == ios);
    CHECK(issues(password, library_policy(), aids) == library);
}

}  // namespace

TEST_CASE("P: too short") {
    row("", {len, dig}, {len}, {len, dig});
    row("1", {len, dig}, {len, dig}, {len, dig});
    row("a", {len}, {len}, {len});
    row("abcdefg", {len}, {len}, {len});
    row("83497 8", {len}, {len}, {len});
    row("1234", {len, dig}, {len, dig}, {len, dig});
}

TEST_CASE("P: one character over and over") {
    row("aaaaaaaa", {rep}, {rep}, {rep});
    row("aaaaaaaaaaaa", {rep}, {rep}, {rep});
    row("aaaaaaaaaaab", {}, {}, {});
    row("aAaAaAaA", {}, {rep}, {rep});
    row("        ", {rep}, {rep}, {rep});
    row("11111111", {rep, dig}, {rep, dig}, {rep, dig});
    row("7777777777777777", {rep}, {rep}, {rep});
}

TEST_CASE("P: digits") {
    row("83497585", {dig}, {dig}, {dig});
    row("87654321", {dig}, {dig}, {dig});
    row("1234567890", {dig}, {dig}, {dig});
    row("123456789012345", {dig}, {dig}, {dig});
    row("1234567890123456", {}, {}, {});
    row("12345678901234567890", {}, {}, {});
    row("1111111w", {}, {}, {});
    row("834975 8", {}, {}, {});
    row("\xD9\xA1\xD9\xA2\xD9\xA3\xD9\xA4\xD9\xA5\xD9\xA6\xD9\xA7\xD9\xA8", {}, {},
        {});  // not ASCII
}

TEST_CASE("P: the word list") {
    row("0000000000d", {list}, {list}, {list});
    row("ronaldo7", {list}, {list}, {list});
    row("Zzzzzzz1", {list}, {list}, {list});
    row("zzzzzzz1", {list}, {}, {list});
    row("RONALDO7", {list}, {}, {list});
    row("0okmnji9", {list}, {list}, {list});
    row("1111111a", {list}, {list}, {list});
    row("zzzz1111", {list}, {list}, {list});
    row("Password1", {list}, {}, {list});
    row("passWord2", {list}, {}, {list});
    row("Password7", {list}, {}, {list});
    row("ABcd!@#tgk092", {}, {}, {});
    row("shootdeathstar", {}, {}, {});
}

TEST_CASE("P: the stub list of three lines") {
    WordList stub("Password1\r\nPassword2\r\nPassword3");
    CHECK(stub.size() == 3);
    PasswordAids aids{.words = &stub};
    CHECK(issues("Password1", android_policy(), aids) == Issues{list});
    CHECK(issues("passWord2", android_policy(), aids) == Issues{list});
    CHECK(issues("Password7", android_policy(), aids).empty());
    CHECK(issues("Password1", ios_policy(), aids) == Issues{list});
    CHECK(issues("password1", ios_policy(), aids).empty());
}

TEST_CASE("P: a confirmation that differs is an error everywhere") {
    for (const auto& policy : {android_policy(), ios_policy(), library_policy()}) {
        auto verdict = check_password("abcdefghijkl", policy, {.confirmation = "abcdefgh"});
        CHECK(verdict.errors == std::vector{Issue::mismatch});
        CHECK(check_password("abcdefghijkl", policy, {.confirmation = "abcdefghijkl"}).ok());
    }
}

TEST_CASE("P: the patterns of administrators") {
    const Issue no = Issue::pattern_mismatch, bad = Issue::invalid_pattern;
    pattern_row("X.*X", "X123Y", {no}, {no}, {no});
    pattern_row("X.*X", "X123X", {}, {}, {});
    pattern_row("X.*X", "XXX", {}, {}, {});
    const char* strong = "(?=(.*[0-9]))(?=.*[a-z])(?=(.*[A-Z]))(?=(.*)).{10,}";
    pattern_row(strong, "", {no, len}, {no}, {no, len});
    pattern_row(strong, "12345678aA", {}, {}, {});
    pattern_row(strong, "123456789aA", {}, {}, {});
    pattern_row(strong, "1234567aA", {no}, {no}, {no});
    pattern_row(strong, "12345678aa", {no}, {no}, {no});
    pattern_row("^[a-z]{4}[0-9]{4}$", "1234abcd", {no}, {no}, {no});
    pattern_row("^[a-z]{4}[0-9]{4}$", "abcd1234", {}, {}, {});
    pattern_row("^[a-z{4[0-9]{4}$", "abcd1234", {}, {bad}, {bad});
    pattern_row("^[a-z{4[0-9]{4}$", "11111111", {rep, dig}, {bad}, {bad});
    pattern_row("[0-9]", "a1b", {no}, {}, {no});
    pattern_row("[0-9]", "a1b2", {no}, {no}, {no});
}

TEST_CASE("P: a pattern that the apps read differently is refused, an endless one stops") {
    CHECK_THROWS_CODE(check_password("abcdefgh", library_policy(), {.pattern = "[a-z[0-9]]*"}),
                      Errc::unsupported);
    CHECK_THROWS_CODE(
        check_password(std::string(60, 'a') + "!", library_policy(), {.pattern = "(a+)+$"}),
        Errc::too_large);
}

TEST_CASE("P: how the platforms count") {
    const std::string four_emoji =
        "\xF0\x9F\x98\x80\xF0\x9F\x98\x81\xF0\x9F\x98\x82\xF0\x9F\x98\x83";
    row(four_emoji, {}, {len}, {len});
    row(four_emoji + four_emoji, {}, {}, {});
    std::string accents;
    for (int i = 0; i < 4; ++i) accents += std::string(1, static_cast<char>('a' + i)) + "\xCC\x81";
    row(accents, {}, {len}, {});
}

TEST_CASE("M-2: lengths of 7, 8, 4096 and 4097") {
    auto text = [](std::size_t size) { return std::string("x").append(size - 1, 'y'); };
    for (const auto& policy : {android_policy(), library_policy()}) {
        CHECK(issues(text(7), policy, {}) == Issues{len});
        CHECK(issues(text(8), policy, {}).empty());
        CHECK(issues(text(4096), policy, {}).empty());
        CHECK(issues(text(4097), policy, {}) == Issues{Issue::too_long});
    }
    CHECK(issues(text(4097), ios_policy(), {}).empty());
    std::string astral;
    for (int i = 0; i < 2048; ++i) astral += i % 2 ? "\xF0\x9F\x98\x80" : "\xF0\x9F\x98\x81";
    CHECK(issues(astral, library_policy(), {}).empty());
    CHECK(issues(astral + "x", library_policy(), {}) == Issues{Issue::too_long});
}

TEST_CASE("password: what is no text is an error") {
    CHECK(issues("\xFF\xFE\xFD\xFC\xFB\xFA\xF9\xF8", library_policy(), {}) ==
          Issues{Issue::invalid_text});
    CHECK(issues(std::string_view("abcdefgh\0", 9), library_policy(), {}) ==
          Issues{Issue::invalid_text});
}

TEST_CASE("password: the caller's entropy estimate is asked if the policy wants bits") {
    auto policy = library_policy();
    PasswordAids aids{.entropy_bits = [](std::string_view text) {
        return 4.0 * static_cast<double>(text.size());
    }};
    CHECK(issues("abcdefgh", policy, aids).empty());
    policy.min_entropy_bits = 40;
    CHECK(issues("abcdefgh", policy, aids) == Issues{Issue::weak});
    CHECK(issues("abcdefghij", policy, aids).empty());
    CHECK(check_password("abcdefgh", policy, aids).ok());
}

TEST_CASE("password: the own list is of use, and every issue has words") {
    auto words = WordList::built_in();
    CHECK(words.size() >= 100);
    for (auto word : {"password", "Password1", "threema123", "qwertzuiop", "iloveyou"})
        CHECK_MESSAGE(words.contains(word, true), word);
    CHECK_FALSE(words.contains("shootdeathstar", true));
    CHECK_FALSE(words.contains("", true));
    for (int i = 0; i <= static_cast<int>(Issue::invalid_pattern); ++i)
        CHECK_FALSE(describe(static_cast<Issue>(i)).empty());
}
