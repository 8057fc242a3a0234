// What stands on a sheet; that it prints and scans is tried by tests/cli/test_sheet.py.
#include <tresor/id_export/sheet.hpp>

#include "codes.hpp"

using namespace tresor;
using namespace tresor::id_export;
using namespace test::codes;

namespace {

Sheet sheet_of(const std::string& code, Language language) {
    return {ThreemaId("*SUPPORT"), code, test::at("2026-03-09T23:59:59Z"), language};
}

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; ++at) ++found;
    return found;
}

std::string in_tag(std::string_view text) { return std::string(">").append(text).append("<"); }

}  // namespace

TEST_CASE("sheet: ID, date, scheme and the whole code are on it, in both languages") {
    for (auto [language, date, tag] : {std::tuple(Language::en, "9 March 2026", "lang=\"en\""),
                                       {Language::de, "9. März 2026", "lang=\"de\""}}) {
        std::string svg = sheet_svg(sheet_of(l1, language));
        CHECK(svg.find(date) != svg.npos);
        CHECK(svg.find(tag) != svg.npos);
        CHECK(count(svg, ">*SUPPORT<") == 1);
        CHECK(count(svg, ">classic<") == 1);
        for (std::size_t line = 0; line < 5; ++line)
            CHECK(count(svg, in_tag(l1.substr(line * 20, 20))) == 1);
        CHECK(svg.find("argon2id") == svg.npos);
    }
}

TEST_CASE("sheet: a code that Threema for iOS cannot read says so") {
    std::string svg = sheet_svg(sheet_of(a1, Language::en));
    CHECK(count(svg, ">argon2id<") == 1);
    CHECK(svg.find("Threema for iOS cannot") != svg.npos);
    CHECK(count(svg, in_tag(a1.substr(120))) == 1);
}

TEST_CASE("sheet: the page holds the drawing and refers to nothing outside") {
    Sheet sheet = sheet_of(l1, Language::de);
    std::string html = sheet_html(sheet), svg = sheet_svg(sheet);
    CHECK(html.find(svg) != html.npos);
    CHECK(html.starts_with("<!DOCTYPE html>\n<html lang=\"de\">"));
    for (auto outside : {"href", "src=", "url(", "@import", "<script"})
        CHECK(html.find(outside) == html.npos);
    CHECK(count(html, "http") == 1);  // the name of SVG
    CHECK(find_code(html).text == l1);
    CHECK(find_code(svg).text == l1);
}

TEST_CASE("sheet: a code is read leniently, and what is none is refused") {
    std::string typed = l1;
    for (char& c : typed) c = c == '-' ? ' ' : c;
    CHECK(sheet_svg(sheet_of(typed, Language::en)) == sheet_svg(sheet_of(l1, Language::en)));
    CHECK_THROWS_CODE(sheet_html(sheet_of("<script>", Language::en)), Errc::malformed);
    Sheet late = sheet_of(l1, Language::en);
    late.made_at = last_timestamp + Seconds(1);
    CHECK_THROWS_CODE(sheet_svg(late), Errc::invalid_argument);
}

TEST_CASE("D-16: the QR code is of the version that alphanumeric mode and correction Q give") {
    CHECK(qr_code(l1).size() == 41);  // version 6: 108 characters at most, 74 bytes at most
    CHECK(qr_code(a1).size() == 49);  // version 8: 157 characters, 108 bytes
    for (const auto& row : qr_code(l1)) CHECK(row.size() == 41);
    // The three corners.
    auto code = qr_code(l1);
    for (auto [row, column] : {std::pair(0, 0), {0, 34}, {34, 0}})
        for (std::size_t i = 0; i < 7; ++i) {
            CHECK(code[static_cast<std::size_t>(row)][static_cast<std::size_t>(column) + i]);
            CHECK(code[static_cast<std::size_t>(row) + i][static_cast<std::size_t>(column)]);
        }
    CHECK_THROWS_CODE(qr_code("4K4M"), Errc::malformed);
}
