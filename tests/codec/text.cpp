// hex, base64, base32, UTF-8

#include "codec/base32.hpp"
#include "codec/base64.hpp"
#include "codec/hex.hpp"
#include "codec/utf8.hpp"
#include "support.hpp"

using namespace tresor;
using namespace tresor::codec;

namespace {

std::string base64(std::string_view text) {
    SecretBytes out;
    base64_encode(as_bytes(text), out);
    return test::text_of(out.expose());
}

std::optional<std::string> decoded(const std::optional<SecretBytes>& bytes) {
    if (!bytes) return std::nullopt;
    return test::text_of(bytes->expose());
}

}  // namespace

TEST_CASE("hex: every byte there and back, in either case") {
    Bytes all(256), back(256);
    for (unsigned i = 0; i < 256; ++i) all[i] = static_cast<Byte>(i);
    std::string text = hex_encode(all);
    CHECK(text == test::hex(all));
    REQUIRE(hex_decode(text, back));
    CHECK(back == all);
    for (char& c : text) c = static_cast<char>(std::toupper(c));
    REQUIRE(hex_decode(text, back));
    CHECK(back == all);
    CHECK_FALSE(hex_decode(text, back, HexCase::lower));
}

TEST_CASE("hex: only digits, and exactly as many as are wanted") {
    Bytes one(1);
    for (int c = 0; c < 256; ++c) {
        std::string text = {'0', static_cast<char>(c)};
        bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        CHECK(hex_decode(text, one) == digit);
        CHECK(hex_decode(text, one, HexCase::lower) == (digit && (c < 'A' || c > 'F')));
    }
    CHECK_FALSE(hex_decode("0", one));
    CHECK_FALSE(hex_decode("000", one));
    CHECK_FALSE(hex_decode("", one));
}

TEST_CASE("base64: the vectors of RFC 4648") {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (auto [plain, text] : vectors) {
        CHECK(base64(plain) == text);
        CHECK(decoded(base64_decode(text)) == plain);
    }
}

TEST_CASE("base64: random bytes there and back") {
    test::Random random(2);
    for (std::size_t size = 0; size < 200; ++size) {
        std::string plain(size, '\0');
        for (char& c : plain) c = static_cast<char>(random());
        CHECK(decoded(base64_decode(base64(plain))) == plain);
    }
}

TEST_CASE("base64: what is not canonical is refused") {
    for (auto text :
         {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Zm8=Zm8=", "Zg==Zg==", "Zm 9v",
          "Zm9v\n", "Zm-_", "Zm9v=", "Z===", "Zg=a", "\xC3\xA4Zm9"})
        CHECK_MESSAGE(!base64_decode(text), text);
}

TEST_CASE("base64: line breaks are skipped only if wanted, other space never") {
    CHECK(decoded(base64_decode("Zm9v\r\nYm\nFy\r\n", LineBreaks::skip)) == "foobar");
    CHECK_FALSE(base64_decode("Zm9v\r\nYmFy"));
    CHECK_FALSE(base64_decode("Zm9v YmFy", LineBreaks::skip));
    CHECK_FALSE(base64_decode("Zm9v\tYmFy", LineBreaks::skip));
}

TEST_CASE("base32: the vectors of RFC 4648 without padding") {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "MY"},
                                                           {"fo", "MZXQ"},
                                                           {"foo", "MZXW6"},
                                                           {"foob", "MZXW6YQ"},
                                                           {"fooba", "MZXW6YTB"},
                                                           {"foobar", "MZXW6YTBOI"}};
    for (auto [plain, text] : vectors) {
        CHECK(decoded(base32_encode(as_bytes(plain))) == text);
        CHECK(decoded(base32_decode(text)) == plain);
    }
}

TEST_CASE("base32: random bytes there and back") {
    test::Random random(3);
    for (std::size_t size = 0; size < 100; ++size) {
        Bytes plain(size);
        for (Byte& b : plain) b = static_cast<Byte>(random());
        auto text = base32_encode(plain);
        CHECK(decoded(base32_decode(as_text(text.expose()))) == test::text_of(plain));
    }
}

TEST_CASE("base32: what is not canonical is refused") {
    for (auto text : {"M", "MZX", "MZXW6Y", "mzxw6", "MZ======", "MZ", "M1", "M0", "M8", "MZXW6 "})
        CHECK_MESSAGE(!base32_decode(text), text);
}

TEST_CASE("utf8: every code point there and back, and nothing else") {
    for (char32_t point = 0; point < 0x110000; ++point) {
        if (point == 0xD800) point = 0xE000;
        char bytes[4];
        std::string_view text(bytes, put_code_point(point, bytes));
        if (next_code_point(text) != point || !text.empty()) FAIL(static_cast<unsigned>(point));
    }
}

TEST_CASE("utf8: overlong, surrogate, too high, cut and stray bytes are refused") {
    for (std::string_view text :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80", "\xE0\x9F\xBF",
          "\xED\xA0\x80", "\xED\xBF\xBF", "\xE2\x82", "\xE2\x28\xA1", "\xF0\x80\x80\x80",
          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF0\x9F\x98", "\xFE",
          "\xFF"}) {
        CHECK_FALSE(is_utf8(text));
        CHECK_FALSE(is_utf8("12345678" + std::string(text)));
        std::string_view rest = text;
        CHECK(next_code_point(rest) == not_utf8);
        CHECK(rest == text);
    }
    CHECK(is_utf8(""));
    CHECK(is_utf8("abcdefgh\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"));
}
