#include <tresor/id_export.hpp>

#include <algorithm>
#include <regex>

#include "codec/base32.hpp"
#include "codes.hpp"
#include "id_export/scheme.hpp"
#include "id_export/text.hpp"

using namespace tresor;
using namespace tresor::id_export;
using namespace test::codes;

namespace {

void check_opens(const Known& known, Scheme scheme) {
    CAPTURE(known.name);
    for (Reading reading : {Reading::strict, Reading::lenient}) {
        if (scheme == Scheme::argon2id && reading == Reading::strict) continue;  // a second each
        Imported imported = decode(known.text, Password(known.password), reading);
        CHECK(imported.identity.text() == known.identity);
        CHECK(test::hex(imported.private_key.expose()) == known.private_key);
        CHECK(imported.public_key == public_key_of(imported.private_key));
        CHECK(imported.scheme == scheme);
    }
}

Errc refused(std::string_view text, std::string_view password) {
    try {
        decode(text, Password(password), Reading::strict);
    } catch (const Error& error) {
        return error.code();
    }
    FAIL("it was accepted");
    return Errc::internal;
}

std::string words_of_refusal(std::string_view text, std::string_view password) {
    try {
        decode(text, Password(password));
    } catch (const Error& error) {
        return error.what();
    }
    return "it was accepted";
}

std::string unpadded(std::string_view hex) {
    auto text = codec::base32_encode(test::unhex(hex));
    return test::text_of(text.expose());
}

}  // namespace

TEST_CASE("D-1, D-5: official and own codes of the classic scheme open") {
    for (const Known& known : classic) check_opens(known, Scheme::classic);
}

TEST_CASE("D-1: an empty password is refused outside, and gives O-7 inside") {
    Raw raw = raw_of(o7, Reading::strict);
    auto key = derive_key(raw.scheme, {}, salt_of(raw.scheme, raw.bytes));
    Contents contents = open(raw.scheme, key, raw.bytes);
    CHECK(contents.identity.text() == "ECHOECHO");
    CHECK(test::hex(contents.private_key.expose()) == counting);
    CHECK(text_of(seal(Scheme::classic, key, Salt{}, contents.identity, contents.private_key)) ==
          o7);
    CHECK_THROWS_CODE(Password(""), Errc::invalid_argument);
}

TEST_CASE("D-2: official and own codes of the scheme argon2id open, where it is built in") {
    for (const Known& known : argon2id) {
        CAPTURE(known.name);
        if (can(Scheme::argon2id))
            check_opens(known, Scheme::argon2id);
        else
            CHECK(refused(known.text, known.password) == Errc::unsupported);
    }
}

TEST_CASE("D-3: keys, salts and texts are those of the second implementation") {
    auto paths = test::vectors_in("id_export");
    CHECK(paths.size() == 7);
    for (const auto& path : paths) {
        CAPTURE(path);
        auto vector = test::read_vector(path);
        Scheme scheme = scheme_named(vector.header["scheme"]).value();
        if (!can(scheme)) continue;
        Salt salt;
        std::ranges::copy(test::unhex(vector.header["salt"]), salt.begin());
        auto password = test::unhex(vector.header["password"]);
        auto key = derive_key(scheme, password, salt);
        PrivateKey private_key(test::unhex(vector.header["private-key"]));
        ThreemaId identity(vector.header["identity"]);
        CHECK(text_of(seal(scheme, key, salt, identity, private_key)) ==
              test::text_of(vector.bytes));
        Contents contents =
            open(scheme, key, raw_of(test::text_of(vector.bytes), Reading::strict).bytes);
        CHECK((contents.identity == identity && contents.private_key == private_key));
    }
}

TEST_CASE("derived keys are those of the specification") {
    auto key = [](Scheme scheme, std::string_view password, const char* salt_text) {
        Salt salt;
        std::ranges::copy(test::unhex(salt_text), salt.begin());
        return test::hex(derive_key(scheme, as_bytes(password), salt).expose());
    };
    CHECK(key(Scheme::classic, "testpassword", "e2b8cec3d3516875") ==
          "4e121f9440f6cc9c2cf36d4a69a322e4c55b8f938fe99234afbcf0ab3220ba62");
    CHECK(key(Scheme::classic, "superS3cr3tpaZZword", "65c5d1b5b098fdf2") ==
          "7d4622a99e10abce10c305c55e5bd1856d905f4a2309a82e3f111113a9253076");
    if (!can(Scheme::argon2id)) return;
    CHECK(key(Scheme::argon2id, "ThisIsABadPassword", "c55c55bd664be3f3") ==
          "e03ae06c2ef3b107c9ee1bbba4b44c4bbce908d29af3fc1a426429dea0bbc538");
}

TEST_CASE("D-4: what is encoded can be decoded, and looks as the apps expect it") {
    std::regex form("([A-Z2-7]{4}-){19}[A-Z2-7]{4}");
    ThreemaId identity("ECHOECHO");
    PrivateKey key(test::unhex(counting));
    Password password(umlauts);
    std::string last;
    for (std::uint64_t round = test::rounds(50); round > 0; --round) {
        std::string code = encode(identity, key, password);
        CHECK(code.size() == 99);
        CHECK(std::regex_match(code, form));
        CHECK(code != last);  // a salt of its own
        Imported imported = decode(code, password, Reading::strict);
        CHECK((imported.identity == identity && imported.private_key == key));
        last = code;
    }
}

TEST_CASE("a code of the scheme argon2id goes round, or is unsupported") {
    ThreemaId identity("*SUPPORT");
    PrivateKey key(test::unhex(key_l1));
    Password password("three quiet otters");
    if (!can(Scheme::argon2id)) {
        CHECK_THROWS_CODE(encode(identity, key, password, Scheme::argon2id), Errc::unsupported);
        return;
    }
    std::string code = encode(identity, key, password, Scheme::argon2id);
    CHECK(code.size() == 129);
    Imported imported = decode(code, password);
    CHECK((imported.identity == identity && imported.private_key == key &&
           imported.scheme == Scheme::argon2id));
}

TEST_CASE("D-6: the official negative cases of the classic scheme") {
    CHECK(refused(l1.substr(0, 79), "testpassword") == Errc::unsupported);  // N-1: 0xe2
    CHECK(words_of_refusal(l1.substr(0, 79), "testpassword").find("226") != std::string::npos);
    CHECK(refused(with_group(l1, 0, "764M"), "testpassword") == Errc::auth_failed);   // N-2
    CHECK(refused(with_group(l1, 19, "U3X7"), "testpassword") == Errc::auth_failed);  // N-3
    CHECK(refused(with_group(l1, 3, "L735"), "testpassword") == Errc::auth_failed);   // N-4
    CHECK(refused(l1, "nopedinope") == Errc::auth_failed);                            // N-5
    CHECK(refused(l1.substr(0, 98), "testpassword") == Errc::malformed);              // N-6
    CHECK(refused("", "nopedinope") == Errc::malformed);                              // N-12
    CHECK(refused("AD77-7777", "nopedinope") == Errc::malformed);                     // N-13
    CHECK(refused("7777-7777", "nopedinope") == Errc::unsupported);                   // N-14
    CHECK(words_of_refusal("7777-7777", "nopedinope").find("255") != std::string::npos);
}

TEST_CASE("D-6: the official negative cases of the scheme argon2id") {
    CHECK(refused(a1 + "-OZPR-NZK4-CHVE-LYVL", "ThisIsABadPassword") == Errc::malformed);  // N-7
    if (!can(Scheme::argon2id)) return;
    CHECK(refused(with_group(a1, 1, "2VN5"), "ThisIsABadPassword") == Errc::auth_failed);  // N-8
    Raw raw = raw_of(a1, Reading::strict);
    auto key =
        derive_key(raw.scheme, as_bytes("ThisIsABadPassword"), salt_of(raw.scheme, raw.bytes));
    auto open_text = [&](const std::string& text) {
        return open(Scheme::argon2id, key, raw_of(text, Reading::strict).bytes);
    };
    CHECK(open_text(a1).identity.text() == "0ZAHXXHB");
    CHECK_THROWS_CODE(open_text(with_group(a1, 25, "LYX7")), Errc::auth_failed);  // N-9
    CHECK_THROWS_CODE(open_text(with_group(a1, 4, "75DA")), Errc::auth_failed);   // N-10
    CHECK(refused(a1, "nopedinope") == Errc::auth_failed);                        // N-11
}

TEST_CASE("D-6: a bad identity inside is told only when the password was right") {
    const std::string bad_id =
        "UGRK-HJFF-U2T2-QDAO-XN3S-ZKI2-MBXG-MWUT-YYCK-6EHF-EHRP-BUU5-J73V-ZPVA-VTH7-OGCS-MQNB-274Z-"
        "KCSB-W7V3";  // O-11
    const std::string small_id =
        "UGRK-HJFF-U2T2-QSCJ-6Y7G-NYS3-GJXG-MWUT-YYCK-6EHF-EHRP-BUU5-J73V-ZPVA-VTH7-OGCS-MQNB-274Z-"
        "KCSB-WDLL";  // O-13
    CHECK(refused(bad_id, "nopedinope") == Errc::malformed);
    CHECK(refused(bad_id, "nopedinop") == Errc::auth_failed);
    CHECK(refused(small_id, "nopedinope") == Errc::malformed);
    CHECK(refused(l3, "password") == Errc::malformed);  // L-3
    CHECK(words_of_refusal(l3, "password") == "there is no Threema ID in the code");
    if (!can(Scheme::argon2id)) return;
    CHECK(refused("AGQ2-FI5E-UWTK-PKH6-HBNF-LZNG-P4RN-Z4HC-SIWY-RC5O-EIW7-ZBPT-DIS3-XIXO-6G4S-RERY-"
                  "G47W-VJWF-YFSE-D4B4-CT2I-I2VX-2MH5-BA4Z-SGY7-JQRS",
                  "nopedinope") == Errc::malformed);  // O-12
}

TEST_CASE("D-13: two forms of the same word are two passwords") {
    CHECK(refused(classic[7].text, classic[8].password) == Errc::auth_failed);  // O-9, O-10
    CHECK(refused(classic[8].text, classic[7].password) == Errc::auth_failed);
}

TEST_CASE("D-6: other versions than 1 in the longer form") {
    CHECK(words_of_refusal("AD77-7777", "nopedinope").find("version 0") != std::string::npos);
    CHECK(words_of_refusal(std::string("ALCV") + a1.substr(4), "x").find("version 2,") !=
          std::string::npos);
    CHECK(words_of_refusal(std::string("ADCV") + a1.substr(4), "x").find("version 0") !=
          std::string::npos);
    CHECK(refused(std::string("ALCV") + a1.substr(4), "ThisIsABadPassword") ==
          Errc::unsupported);  // O-14
    CHECK(refused(std::string("ADCV") + a1.substr(4), "ThisIsABadPassword") ==
          Errc::malformed);  // O-15
}

TEST_CASE("D-9: a missing or extra character is a length, and never completed") {
    struct Case {
        std::string text, count;
    };
    for (const Case& wrong :
         {Case{l1.substr(0, 98), "79"}, {l1 + "A", "81"}, {o6.substr(0, 98), "79"}}) {
        CAPTURE(wrong.text);
        CHECK(refused(wrong.text, "shootdeathstar") == Errc::malformed);
        CHECK(words_of_refusal(wrong.text, "shootdeathstar").ends_with(", not " + wrong.count));
    }
}

TEST_CASE("D-10: 64 and 66 bytes with the right padding are a length") {
    std::string bytes = "01" + std::string(126, '5');
    std::string sixty_four = unpadded(bytes) + "=";
    std::string sixty_six = unpadded(bytes + "5555") + "======";
    for (const auto& text : {sixty_four, sixty_six}) {
        CHECK(text.size() % 8 == 0);
        CHECK(refused(text, "nopedinope") == Errc::malformed);
        try {
            find_code(text, Reading::strict);
        } catch (const Error& error) {
            CHECK(std::string(error.what()).find("80 or 104 characters") != std::string::npos);
        }
    }
    // A padding that is not right is a character like others.
    CHECK_THROWS_WITH_AS(find_code(sixty_four + "=", Reading::strict),
                         doctest::Contains("\"=\" at 104"), Error);
}

TEST_CASE("D-11: fifty zero bytes do not open") {
    CHECK(refused(std::string(80, 'A'), "nopedinope") == Errc::auth_failed);
}

TEST_CASE("D-13: passwords for a new code have 8 characters to 4096 bytes") {
    ThreemaId identity("ECHOECHO");
    PrivateKey key(test::unhex(counting));
    auto encoded = [&](std::string_view password) {
        return encode(identity, key, Password(password)).size();
    };
    for (std::string_view few : {"abc", "abcd", "abcdefg", "äöüäöüä"})
        CHECK_THROWS_CODE(encoded(few), Errc::invalid_argument);
    CHECK(encoded("abcdefgh") == 99);
    CHECK(encoded("äöüäöüäö") == 99);
    CHECK(encoded(std::string(256, 'a')) == 99);
    CHECK(encoded(std::string(257, 'a')) == 99);
    CHECK(encoded(std::string(4096, 'a')) == 99);
    CHECK_THROWS_CODE(encoded(std::string(4097, 'a')), Errc::invalid_argument);
    CHECK_THROWS_CODE(encoded("abcdefg\xFF"), Errc::invalid_argument);
    CHECK_THROWS_CODE(Password(std::string_view("abcd\0efgh", 9)), Errc::invalid_argument);
    CHECK_THROWS_CODE(decode(l1, Password("abc\xFF")), Errc::invalid_argument);
}

TEST_CASE("D-13: to open, any password may be tried") {
    PrivateKey key(test::unhex(counting));
    Salt salt{1, 2, 3, 4, 5, 6, 7, 8};
    auto derived = derive_key(Scheme::classic, as_bytes("abcd"), salt);
    auto text = text_of(seal(Scheme::classic, derived, salt, ThreemaId("ECHOECHO"), key));
    CHECK(decode(text, Password("abcd")).private_key == key);
    CHECK(refused(text, "abc") == Errc::auth_failed);
}

TEST_CASE("names of schemes are the same everywhere") {
    for (Scheme scheme : {Scheme::classic, Scheme::argon2id})
        CHECK(scheme_named(name_of(scheme)) == scheme);
    CHECK(name_of(Scheme::classic) == "classic");
    CHECK(name_of(Scheme::argon2id) == "argon2id");
    CHECK(!scheme_named("Classic"));
    CHECK(can(Scheme::classic));
}

TEST_CASE("a code in a store is named by owner and time") {
    auto time = test::at("2026-11-24T06:05:00Z");
    CHECK(object_name(ThreemaId("ECHOECHO"), time) == "id-exports/ECHOECHO-20261124T060500Z.txt");
    CHECK(object_name(ThreemaId("*SUPPORT"), time) == "id-exports/_SUPPORT-20261124T060500Z.txt");
    CHECK_THROWS_CODE(object_name(ThreemaId("*SUPPORT"), last_timestamp + Seconds(1)),
                      Errc::invalid_argument);
}
