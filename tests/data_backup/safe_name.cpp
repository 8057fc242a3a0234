// Names of files, of what other people wrote.
#include "data_backup/safe_name.hpp"

#include <set>

#include "codec/utf8.hpp"
#include "support.hpp"

using namespace tresor;
using namespace tresor::data_backup;

namespace {

std::string media_name(const std::string& name, const std::string& type = "image/jpeg") {
    File file;
    file.name = name;
    file.media_type = type;
    Message message;
    message.api_id = "0011223344556677";
    message.posted_at =
        Moment(std::chrono::sys_days(std::chrono::year(2025) / 1 / 31)) + std::chrono::hours(10);
    return media_file_name(file, message, {});
}

// What holds of any name on any system.
bool is_safe(std::string_view name) {
    bool first = name.empty() || name[0] == '.' || name[0] == '-' || name[0] == ' ';
    bool last = name.empty() || name.back() == '.' || name.back() == ' ';
    bool bad = name.find_first_of("/\\:*?\"<>|") != std::string_view::npos;
    for (char c : name) bad = bad || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    return !first && !last && !bad && name.size() <= most_name_bytes && codec::is_utf8(name);
}

}  // namespace

TEST_CASE("safe_name: a usual name stays as it is") {
    for (auto name :
         {"holiday.jpg", "Urlaub in Zürich (2).jpeg", "写真.png", "a.tar.gz", "x",
          "👩‍🚀.webp", "it's 100% #1 & more!.txt", "CONTRACT.pdf", "com.txt", "~me"})
        CHECK(safe_name(name) == name);
}

TEST_CASE("safe_name: what a system refuses is replaced") {
    CHECK(safe_name("a/b\\c:d*e?f\"g<h>i|j") == "a_b_c_d_e_f_g_h_i_j");
    CHECK(safe_name("../../etc/passwd") == "_._.._etc_passwd");
    CHECK(safe_name("  many \t\r\n spaces  ") == "many spaces");
    CHECK(safe_name("ends. . .") == "ends");
    CHECK(safe_name(".hidden") == "_hidden");
    CHECK(safe_name("-rf") == "_rf");
    CHECK(safe_name("a\xFF"
                    "b") == "a_b");
    for (auto name : {"", ".", "..", "...", " ", "\n", "\u202E", "\xE2\x80\x8B"})
        CHECK(safe_name(name).find_first_not_of('_') == std::string::npos);
}

TEST_CASE("safe_name: controls and marks that turn the writing are left out") {
    using namespace std::string_view_literals;
    CHECK(safe_name("a\0b\x1B[31m\x7F\u0085.txt"sv) == "ab[31m .txt");
    CHECK(safe_name("photo\u202Egnp.exe") == "photognp.exe");
    CHECK(safe_name("\u2066a\u2069\uFEFF\u200Fb\u061C") == "ab");
}

TEST_CASE("safe_name: no name is that of a device") {
    for (auto name : {"CON", "con.txt", "Nul", "aux.tar.gz", "COM1", "lpt9.jpg", "PRN .txt",
                      "COM\u00B9", "conin$", "CLOCK$.x"})
        CHECK(safe_name(name) == std::string("_") + name);
}

TEST_CASE("safe_name: a long name is cut between code points and keeps its extension") {
    std::string name = safe_name(std::string(300, 'n') + ".jpeg");
    CHECK(name == std::string(115, 'n') + ".jpeg");
    std::string umlauts;
    for (int i = 0; i < 300; ++i) umlauts += "ü";
    name = safe_name(umlauts + ".pdf");
    CHECK(is_safe(name));
    CHECK(name.size() == 120);
    CHECK(parts_of(name).extension == ".pdf");
    CHECK(is_safe(safe_name("a." + std::string(300, 'x'))));
    CHECK(is_safe(safe_name(std::string(117, 'n') + " . .jpeg")));
}

TEST_CASE("safe_name: random bytes always come to a safe name, and that to itself") {
    test::Random random(5);
    constexpr std::string_view pieces[] = {"..", "/", "\\", "CON", "\u202E", "\xF0",
                                           " ",  ".", "-",  "é",   "com1",   ".html",
                                           "\n", "😀", "|",  "nul", "a"};
    for (auto i = test::rounds(20'000); i > 0; --i) {
        std::string text;
        for (auto n = test::below(random, 60); n > 0; --n)
            text += pieces[test::below(random, std::size(pieces))];
        std::string name = safe_name(text);
        if (!name.empty() && (!is_safe(name) || safe_name(name) != name))
            FAIL(test::hex(as_bytes(text)));
    }
}

TEST_CASE("safe_name: what acts when it is opened gets another extension behind its own") {
    CHECK(media_name("page.html", "text/html") == "page.html.txt");
    CHECK(media_name("PAGE.HTM", "text/plain") == "PAGE.HTM.txt");
    CHECK(media_name("drawing.svg", "image/svg+xml") == "drawing.svg.txt");
    CHECK(media_name("photo.html", "image/jpeg") == "photo.html.jpg");
    CHECK(media_name("feed.xml", "") == "feed.xml.txt");
    CHECK(media_name("go.url", "application/octet-stream") == "go.url.txt");
    CHECK(media_name("desktop.ini", "") == "desktop.ini.txt");
    CHECK(media_name("page.html. ", "text/html") == "page.html.txt");
    CHECK(media_name("page.html\u202E", "text/html") == "page.html.txt");
    CHECK(media_name("script.js", "text/javascript") == "script.js");
    std::string longest = media_name(std::string(300, 'n') + ".html", "text/html");
    CHECK(longest.ends_with(".html.txt"));
    CHECK(is_safe(longest));
}

TEST_CASE("safe_name: a file without a name is called by its time and id") {
    CHECK(media_name("") == "threema-20250131-100000-0011223344556677.jpg");
    CHECK(media_name("\u202E..", "video/mp4") == "threema-20250131-100000-0011223344556677.mp4");
    CHECK(media_name("", "application/octet-stream") ==
          "threema-20250131-100000-0011223344556677.bin");
    CHECK(media_file_name(File(), Message(), {}) == "threema.bin");
    Message strange;
    strange.uid = "../../x";
    CHECK(media_file_name(File(), strange, {}) == "threema-_._.._x.bin");
}

TEST_CASE("safe_name: an extension is added where there is none") {
    CHECK(media_name("photo") == "photo.jpg");
    CHECK(media_name("photo", "IMAGE/JPEG; q=1") == "photo.jpg");
    CHECK(media_name("notes", "application/x-unknown") == "notes");
    CHECK(media_name("Version 2. Draft", "application/pdf") == "Version 2. Draft.pdf");
}

TEST_CASE("safe_name: a chat is called by its name and id") {
    Chat chat;
    chat.name = "Ada Example";
    chat.id = "ABCD1234";
    CHECK(chat_file_name(chat) == "Ada Example ABCD1234");
    chat.name = chat.id;
    CHECK(chat_file_name(chat) == "ABCD1234");
    chat.name = "..";
    CHECK(chat_file_name(chat) == "ABCD1234");
    chat.name = std::string(300, 'n');
    chat.id = std::string(300, '/');
    CHECK(is_safe(chat_file_name(chat)));
    CHECK(chat_file_name(Chat()) == "chat");
}

TEST_CASE("safe_name: names in one folder differ where case does not count") {
    UniqueNames names;
    CHECK(names.take("a.jpg") == "a.jpg");
    CHECK(names.take("A.JPG") == "A (2).JPG");
    CHECK(names.take("a.jpg") == "a (3).jpg");
    CHECK(names.take("a (2).jpg") == "a (2) (2).jpg");
    CHECK(names.take("Über.txt") == "Über.txt");
    CHECK(names.take("über.TXT") == "über (2).TXT");
    CHECK(names.take("Мир") == "Мир");
    CHECK(names.take("МИР") == "МИР (2)");
    CHECK(names.take("写真.png") == "写真.png");
    CHECK(names.take("真写.png") == "真写.png");
}

TEST_CASE("safe_name: many equal names get numbers in no time and stay short") {
    UniqueNames names;
    std::string name = std::string(116, 'n') + ".jpg";
    std::set<std::string> all;
    for (int i = 0; i < 20'000; ++i) {
        all.insert(names.take(name));
        CHECK_MESSAGE(all.rbegin()->size() <= most_name_bytes, *all.rbegin());
    }
    CHECK(all.size() == 20'000);
}

TEST_CASE("safe_name: pictures are told by their first bytes") {
    CHECK(picture_extension("\xFF\xD8\xFF\xE0") == ".jpg");
    CHECK(picture_extension("\x89PNG\r\n\x1A\n...") == ".png");
    CHECK(picture_extension("GIF89a") == ".gif");
    CHECK(picture_extension(std::string_view("RIFF\0\0\0\0WEBP", 12)) == ".webp");
    for (auto content : {"", "RIFF", "<svg onload=alert(1)>", "<!DOCTYPE html>"})
        CHECK(picture_extension(content) == "");
}
