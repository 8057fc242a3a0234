// Whatever people write stays text; what they mean by it is shown.
#include "data_backup/html_markup.hpp"

#include "html_pages.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::has;
using test::Pages;
using test::SmallLookup;
using test::Structure;
using test::text_message;

namespace {

std::string marked(std::string_view text) {
    SmallLookup lookup;
    Phrases phrases(Language::english, lookup);
    std::string html;
    MarkupWriter(phrases, html_words_of(Language::english)).add(html, text);
    return html;
}

const std::string_view hostile[] = {
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></style></script></article></main><h1>x",
    "--> ]]> <!-- <![CDATA[ </textarea>",
    "&lt;b&gt; &#x3c;b&#x3e; &amp",
    "javascript:alert(1) data:text/html,<b>",
    "\u202E\u2066\u202D backwards",
    std::string_view("\0\x01\x1B[31m\x7F\u0085\xFF\xC3", 13),
    "*<b>* _</em>_ ~&~ @[<SCRIPT>]",
    "http://x/\"onclick=alert(1) https://y/<b>'",
    "`${alert(1)}` {{x}} %s %n \\",
};

}  // namespace

TEST_CASE("html_markup: nothing that is written anywhere becomes markup") {
    auto structure_with = [](std::string_view text) {
        std::string word(text);
        Pages pages;
        pages.chat.kind = ChatKind::group;
        pages.chat.name = pages.chat.id = word;
        pages.chat.members = {word, "ALICE001"};
        pages.media = "media/x/" + word;
        pages.thumbnail = "media/x/thumbnails/" + word;
        Message message = text_message("", word);
        message.quote = Quote{Quote::Found::yes, 0, word, false, MessageType::text, word};
        message.reactions = {{word, word, {}}};
        message.state_text = word;
        pages.add(message, Text{"a"});
        message.quote.reset();
        for (FileKind kind : {FileKind::file, FileKind::video, FileKind::audio}) {
            File file;
            file.kind = kind;
            file.name = word;
            file.media_type = word;
            pages.add(message, file);
        }
        pages.add(message, Location{1, 2, {}, word, word});
        pages.add(message, GroupEvent{1, word, word, word});
        pages.add(message, GroupCall{GroupCallAction::started, word});
        pages.add(message, ForwardSecurity{0, 0, word});
        message.is_status = true;
        pages.add(message, Text{word});
        pages.write();
        auto tags = Structure(pages.folder.files.begin()->second).tags();
        auto index = Structure(pages.index()).tags();
        tags.insert(tags.end(), index.begin(), index.end());
        return tags;
    };
    auto harmless = structure_with("harmless");
    for (auto text : hostile) {
        CAPTURE(text);
        auto tags = structure_with(text);
        CHECK(tags.size() == harmless.size());
        for (std::size_t i = 0; i < std::min(tags.size(), harmless.size()); ++i)
            CHECK(tags[i] == harmless[i]);
    }
    CHECK(structure_with(std::string(300, 'n')) == harmless);
}

TEST_CASE("html_markup: texts get no tags but those of marks, mentions and links") {
    for (auto text : hostile) {
        Pages pages;
        pages.say(std::string(text));
        Structure structure(pages.page());
        CHECK(structure.count("script") == 1);
        CHECK(structure.count("style") == 1);
        CHECK(structure.count("article id class") == 1);
        CHECK(!has(pages.page(), "javascript:alert(1)\""));
    }
}

TEST_CASE("html_markup: random texts keep the page whole") {
    test::Random random(9);
    constexpr std::string_view pieces[] = {
        "*", "_",  "~", "@[ALICE001]", "@[",          "]",      "http://", "a",
        " ", "\n", "<", ">",           "\"",          "&",      "'",       "\xF0",
        "é", "(",  ")", "https://x.y", "@[@@@@@@@@]", "\u202E", "> ",      ": "};
    const std::set<std::string> allowed{"strong", "em", "s", "bdi", "span class", "a href rel"};
    for (auto i = test::rounds(5000); i > 0; --i) {
        std::string text;
        for (auto n = test::below(random, 40); n > 0; --n)
            text += pieces[test::below(random, std::size(pieces))];
        CAPTURE(text);
        Structure structure(marked(text));
        for (const std::string& tag : structure.tags()) CHECK(allowed.count(tag) == 1);
    }
}

TEST_CASE("html_markup: marks are set at the edges of words, within a line") {
    CHECK(marked("a *bold* _italic_ ~gone~.") ==
          "a <strong>bold</strong> <em>italic</em> <s>gone</s>.");
    CHECK(marked("*_both_*") == "<strong><em>both</em></strong>");
    CHECK(marked("(*x*), „*y*“") == "(<strong>x</strong>), „<strong>y</strong>“");
    CHECK(marked("*two words* *again*") == "<strong>two words</strong> <strong>again</strong>");
    for (auto text : {"2*3*4", "snake_case_name", "* a *", "*a", "a*", "**a**", "*a\nb*", "~ ~",
                      "*", "* *", "_ü_b", "größe_x_größe"})
        CHECK(marked(text) == text);
    CHECK(marked("*a _b* c_") == "<strong>a _b</strong> c_");
}

TEST_CASE("html_markup: mentions are told by name") {
    CHECK(marked("@[ALICE001]!") == "<span class=\"mention\">@<bdi>Alice Meier</bdi></span>!");
    CHECK(has(marked("@[MYSELF01]"), "<bdi>You</bdi>"));
    CHECK(has(marked("@[@@@@@@@@]"), "<bdi>All</bdi>"));
    CHECK(has(marked("*@[BOB00001]*"), "<strong><span class=\"mention\">@<bdi>Bob"));
    for (auto text : {"@[alice001]", "@[ALICE01]", "@[ALICE0011]", "@[ALICE001"})
        CHECK(marked(text) == text);
}

TEST_CASE("html_markup: links lead to http and https only, and end where the sentence goes on") {
    auto link = [](std::string address) {
        return "<a href=\"" + address + "\" rel=\"noopener noreferrer\">" + address + "</a>";
    };
    CHECK(marked("see https://a.example/b?c=1&d=(2).") ==
          "see " + link("https://a.example/b?c=1&amp;d=(2)") + ".");
    CHECK(marked("(http://a.example)") == "(" + link("http://a.example") + ")");
    CHECK(marked("HTTPS://A.example/x_y_z*") == link("HTTPS://A.example/x_y_z") + "*");
    CHECK(marked("https://a.example/\u202Egpj") == link("https://a.example/") + "\u202Egpj");
    CHECK(marked("<https://a.example>") == "&lt;" + link("https://a.example") + "&gt;");
    for (auto text : {"javascript:alert(1)", "http://", "https://.", "xhttp://a", "ftp://a.example",
                      "file:///etc/passwd"})
        CHECK(marked(text) == text);
    CHECK(!has(marked("https://" + std::string(5000, 'a')), "<a"));
}

TEST_CASE("html_markup: a text of any kind takes time and memory by its length") {
    for (std::string_view piece :
         {"*", "_a", "http://", "@[", "\xFF", "<", "https://a.b ", "*a* "}) {
        std::string text;
        while (text.size() < 1'000'000) text += piece;
        CHECK(marked(text).size() < 50'000'000);
        std::replace(text.begin(), text.end(), ' ', 'x');
        CHECK(marked(text).size() < 50'000'000);
    }
}

TEST_CASE("html_markup: emoji alone are shown large, other texts are not") {
    for (auto text : {"👍", "👩‍🚀", "❤️ 🎉"}) CHECK(is_emoji(text));
    for (auto text : {"", " ", "a👍", "1", "*", "\xFF"}) CHECK(!is_emoji(text));
}
