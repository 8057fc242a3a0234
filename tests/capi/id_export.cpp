// ID exports by the C library.

#include "capi/c.hpp"
#include "id_export/codes.hpp"

using namespace test::c;
using test::codes::a1;
using test::codes::l1;

namespace {

// An ID export, opened; what has come out.
struct Opened {
    int open(std::string_view text, std::string_view word, int strict = 0) {
        return tresor_id_export_decode(identity, private_key, public_key, &scheme, text.data(),
                                       text.size(), strict, word.data(), word.size());
    }
    bool empty() const {
        unsigned char nothing[TRESOR_KEY_SIZE] = {};
        return identity[0] == '\0' && std::memcmp(private_key, nothing, sizeof nothing) == 0 &&
               std::memcmp(public_key, nothing, sizeof nothing) == 0 && scheme == 0;
    }
    char identity[TRESOR_IDENTITY_SIZE] = "XXXXXXX";
    unsigned char private_key[TRESOR_KEY_SIZE] = {1}, public_key[TRESOR_KEY_SIZE] = {1};
    int scheme = 9;
};

}  // namespace

TEST_CASE("capi: an ID export goes round, and an official one opens") {
    Opened opened;
    NEED(opened.open(l1, "testpassword", 1));
    CHECK(std::string(opened.identity) == "0ZAHXXHB");
    CHECK(test::hex(opened.private_key) == test::codes::key_l1);
    unsigned char key[TRESOR_KEY_SIZE];
    GOOD(tresor_identity_public_key(key, opened.private_key));
    CHECK(std::memcmp(key, opened.public_key, sizeof key) == 0);
    CHECK(opened.scheme == TRESOR_ID_CLASSIC);

    Buf code;
    NEED(tresor_id_export_encode(code.out(), "echoecho", key, password, 14, TRESOR_ID_CLASSIC));
    CHECK(code.text().size() == 99);
    NEED(opened.open(code.text(), password));
    CHECK(std::string(opened.identity) == id);
    CHECK(std::memcmp(key, opened.private_key, sizeof key) == 0);
    char identity[TRESOR_IDENTITY_SIZE];
    GOOD(tresor_id_export_decode(identity, nullptr, nullptr, nullptr, code.text().data(),
                                 code.text().size(), 1, password, 14));
}

TEST_CASE("capi: each failure of an ID export has its status, and nothing comes out") {
    struct Case {
        std::string text, word;
        int status;
    };
    for (const Case& wrong : {Case{l1, "nopedinope", TRESOR_AUTH_FAILED},
                              {l1, "", TRESOR_INVALID_ARGUMENT},
                              {l1, std::string("a\0b", 3), TRESOR_INVALID_ARGUMENT},
                              {l1.substr(1), "testpassword", TRESOR_MALFORMED},
                              {"", "testpassword", TRESOR_MALFORMED},
                              {std::string("\0", 1), "testpassword", TRESOR_MALFORMED},
                              {test::codes::l3, "password", TRESOR_MALFORMED},
                              {"7777-7777", "testpassword", TRESOR_UNSUPPORTED}}) {
        CAPTURE(wrong.text);
        Opened opened;
        FAILS(opened.open(wrong.text, wrong.word), wrong.status);
        CHECK(opened.empty());
    }
    Buf code;
    unsigned char key[TRESOR_KEY_SIZE] = {};
    FAILS(tresor_id_export_encode(code.out(), id, key, "short", 5, TRESOR_ID_CLASSIC),
          TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_id_export_encode(code.out(), "ECHO", key, password, 14, TRESOR_ID_CLASSIC),
          TRESOR_INVALID_ARGUMENT);
    for (int scheme : {-1, 2})
        FAILS(tresor_id_export_encode(code.out(), id, key, password, 14, scheme),
              TRESOR_INVALID_ARGUMENT);
    CHECK(code.buf.data == nullptr);
}

TEST_CASE("capi: schemes have names, and say whether they are built in") {
    CHECK(std::string(tresor_id_scheme_name(TRESOR_ID_CLASSIC)) == "classic");
    CHECK(std::string(tresor_id_scheme_name(TRESOR_ID_ARGON2ID)) == "argon2id");
    CHECK(std::string(tresor_id_scheme_name(2)) == "unknown");
    CHECK(tresor_id_scheme_supported(TRESOR_ID_CLASSIC) == 1);
    CHECK(tresor_id_scheme_supported(2) == 0);
    Opened opened;
    int status = opened.open(a1, "ThisIsABadPassword");
    CHECK(status ==
          (tresor_id_scheme_supported(TRESOR_ID_ARGON2ID) ? TRESOR_OK : TRESOR_UNSUPPORTED));
    if (status == TRESOR_OK) CHECK(opened.scheme == TRESOR_ID_ARGON2ID);
}

TEST_CASE("capi: a text tells its code and its bad characters without a password") {
    Buf out;
    int scheme = 0;
    std::string shared = "Keep it: " + a1;
    GOOD(tresor_id_export_find(out.out(), &scheme, shared.data(), shared.size(), 0));
    CHECK(out.text() == a1);
    CHECK(scheme == TRESOR_ID_ARGON2ID);
    FAILS(tresor_id_export_find(out.out(), &scheme, shared.data(), shared.size(), 1),
          TRESOR_MALFORMED);
    CHECK(out.buf.data == nullptr);
    std::string odd = "A0\xC3\xA4\xFF";
    GOOD(tresor_id_export_bad_characters(out.out(), odd.data(), odd.size()));
    CHECK(out.text() ==
          "[{\"position\":1,\"character\":\"0\",\"suggestions\":\"O\"},"
          "{\"position\":2,\"character\":\"\xC3\xA4\",\"suggestions\":\"\"},"
          "{\"position\":3,\"character\":\"\",\"suggestions\":\"\"}]");
}

TEST_CASE("capi: sheets, QR codes and names") {
    Buf out;
    GOOD(tresor_id_export_sheet(out.out(), id, l1.c_str(), start, TRESOR_SHEET_SVG, "en"));
    CHECK(out.text().starts_with("<svg"));
    CHECK(out.text().find("24 November 2026") != std::string_view::npos);
    GOOD(tresor_id_export_sheet(out.out(), id, l1.c_str(), start, TRESOR_SHEET_HTML, "de"));
    CHECK(out.text().starts_with("<!DOCTYPE html>"));
    CHECK(out.text().find("24. November 2026") != std::string_view::npos);
    for (auto bad : {"fr", "", "EN"})
        FAILS(tresor_id_export_sheet(out.out(), id, l1.c_str(), start, TRESOR_SHEET_SVG, bad),
              TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_id_export_sheet(out.out(), id, l1.c_str(), start, 2, "en"),
          TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_id_export_sheet(out.out(), id, "no code", start, TRESOR_SHEET_SVG, "en"),
          TRESOR_MALFORMED);
    FAILS(tresor_id_export_sheet(out.out(), id, l1.c_str(), TRESOR_NEVER, TRESOR_SHEET_SVG, "en"),
          TRESOR_INVALID_ARGUMENT);

    std::size_t width = 0;
    GOOD(tresor_id_export_qr(out.out(), &width, l1.c_str()));
    CHECK(width == 41);
    CHECK(out.text().size() == width * width);
    CHECK(out.text()[0] == 1);
    CHECK(out.text()[7] == 0);
    FAILS(tresor_id_export_qr(out.out(), &width, "no code"), TRESOR_MALFORMED);
    CHECK(width == 0);

    char name[TRESOR_OBJECT_TEXT_SIZE];
    GOOD(tresor_id_export_name(name, "*SUPPORT", start));
    CHECK(std::string(name) == "id-exports/_SUPPORT-20261124T060000Z.txt");
    FAILS(tresor_id_export_name(name, "*SUPPORT", TRESOR_NEVER), TRESOR_INVALID_ARGUMENT);
}

TEST_CASE("capi: a private key from a file, and back") {
    unsigned char key[TRESOR_KEY_SIZE];
    char text[TRESOR_KEY_TEXT_SIZE];
    std::string digits = test::codes::counting + "\n";
    GOOD(tresor_identity_parse_key(key, digits.data(), digits.size()));
    CHECK(test::hex(key) == test::codes::counting);
    GOOD(tresor_identity_format_key(text, key));
    CHECK(std::string(text) == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    CHECK(tresor_key_text_size() == TRESOR_KEY_TEXT_SIZE);
    FAILS(tresor_identity_parse_key(key, digits.data(), 5), TRESOR_MALFORMED);
}
