// Pages for people: what there is can be found on them, and nothing else runs.
#include "html_pages.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::has;
using test::MemoryFolder;
using test::moment;
using test::Pages;
using test::SmallLookup;
using test::Structure;
using test::text_message;

TEST_CASE("html_export: the policy lets nothing run but the script of the page") {
    Pages pages;
    const std::string& html = pages.say("hello").page();
    auto hash_of = [](std::string_view content) {
        CHECK(!has(std::string(content), "</script"));
        return content;
    };
    std::size_t policy = html.find(
        "content=\"default-src 'none'; img-src 'self'; media-src 'self'; "
        "style-src 'sha256-");
    CHECK(policy != std::string::npos);
    CHECK(policy < html.find("<style>"));
    CHECK(has(html, "base-uri 'none'; form-action 'none'\""));
    CHECK(!has(html, "unsafe"));
    CHECK(has(html, "<script>" + std::string(hash_of(html_script())) + "</script>"));
    CHECK(has(html, "<style>" + std::string(hash_of(html_style())) + "</style>"));
}

TEST_CASE("html_export: no page asks for anything from elsewhere") {
    Pages pages;
    pages.add(text_message(""), Location{47.2, 8.7, 12.5, "Cafe", "Somewhere 1"});
    const std::string& html = pages.page();
    CHECK(has(html,
              "href=\"https://www.openstreetmap.org/?mlat=47.200000&amp;mlon=8.700000#map=16/"));
    CHECK(has(html, "href=\"geo:47.200000,8.700000\""));
    for (auto loading : {"src=\"http", "srcset=\"http", "poster=\"http", "@import", "url("})
        CHECK(!has(html, loading));
}

TEST_CASE("html_export: a message shows who wrote what, and when") {
    Pages pages;
    pages.options.utc_offset = [](Timestamp) { return Seconds(3600); };
    const std::string& html = pages.say("Hello").page();
    CHECK(has(html, "<article id=\"m0\" class=\"in\">"));
    CHECK(has(html, "<bdi>Alice Meier</bdi>"));
    CHECK(has(html,
              "<time datetime=\"2025-01-31T10:00:00Z\" title=\"31 January 2025, 11:00 "
              "UTC+01:00\">11:00"));
    CHECK(has(html, "<h2>Friday, 31 January 2025</h2>"));
    CHECK(has(html, "<html lang=\"en\">"));
}

TEST_CASE("html_export: German pages speak German") {
    Pages pages;
    pages.options.language = Language::german;
    const std::string& html = pages.say("Hallo").page();
    CHECK(has(html, "<html lang=\"de\">"));
    CHECK(has(html, "Freitag, 31. Januar 2025"));
    CHECK(has(html, "Alle Chats"));
    CHECK(has(pages.index(), "Chats von MYSELF01"));
}

TEST_CASE("html_export: states, stars, edits and deletions are told") {
    Pages pages;
    Message message = text_message("a", "MYSELF01");
    message.outgoing = true;
    message.state = MessageState::read;
    message.read_at = moment("2025-01-31T10:05:00Z");
    message.edited_at = moment("2025-01-31T10:07:00Z");
    message.display_tags = 1;
    pages.add(message, Text{"a"});
    message.deleted_at = moment("2025-01-31T10:09:00Z");
    pages.add(message, Text{""});
    const std::string& html = pages.page();
    CHECK(has(html, "class=\"out\""));
    CHECK(has(html, "title=\"Read on 31 January 2025, 10:05 UTC\">Read</span>"));
    CHECK(has(html, "aria-label=\"Starred\">★"));
    CHECK(has(html, "edited <time datetime=\"2025-01-31T10:07:00Z\""));
    CHECK(has(html, "<p class=\"gone\" dir=\"auto\">This message was deleted</p>"));
}

TEST_CASE("html_export: a quote leads to its message if that was written before") {
    Pages pages;
    pages.say("first");
    Message message = text_message("answer");
    message.quote = Quote{Quote::Found::yes, 0, "ALICE001", false, MessageType::text, "first"};
    pages.add(message, Text{"answer"});
    message.quote->index = 7;
    pages.add(message, Text{"answer to what comes later"});
    message.quote = Quote{};
    pages.add(message, Text{"answer to nothing"});
    const std::string& html = pages.page();
    CHECK(Structure(html).count("a class href") >= 1);
    CHECK(has(html, "href=\"#m0\"><span class=\"heard\">In reply to </span>"));
    CHECK(!has(html, "\"#m7\""));
    CHECK(has(html, "The quoted message is not in the backup"));
}

TEST_CASE("html_export: quotes of the old kind are told from the text") {
    Pages pages;
    pages.say("> ALICE001: one\n> two\n\nthe answer").say("> nothing special").say("> ALICE001: x");
    const std::string& html = pages.page();
    CHECK(has(html,
              "dir=\"auto\">one\ntwo</span></div>\n<div class=\"text\" dir=\"auto\">the answer"));
    CHECK(has(html, "&gt; nothing special"));
    CHECK(has(html, "&gt; ALICE001: x"));
}

TEST_CASE("html_export: reactions are counted and named") {
    Pages pages;
    Message message = text_message("a");
    message.reactions = {{"ALICE001", "👍", {}}, {"BOB00001", "❤", {}}, {"MYSELF01", "👍", {}}};
    const std::string& html = pages.add(message, Text{"a"}).page();
    CHECK(has(html,
              "👍</bdi></span> <b>2</b> <span class=\"names\"><bdi>Alice Meier</bdi>, "
              "<bdi>You</bdi></span>"));
    CHECK(has(html, "❤</bdi></span> <b>1</b>"));
}

TEST_CASE("html_export: a poll shows its choices, votes and voters") {
    Pages pages;
    pages.add(text_message(""), PollNotice{PollAction::created, "7"});
    pages.add(text_message(""), PollNotice{PollAction::created, "8"});
    const std::string& html = pages.page();
    CHECK(has(html, "Where to?"));
    CHECK(has(html, "<span dir=\"auto\">Town</span> <b>2 votes</b>"));
    CHECK(has(html, "<bdi>Alice Meier</bdi>, <bdi>Bob</bdi>"));
    CHECK(has(html, "<rect width=\"67\" height=\"1\"/>"));
    CHECK(has(html, "The poll is not in the backup"));
}

TEST_CASE("html_export: pictures are shown small and lead to themselves") {
    Pages pages;
    File file;
    file.kind = FileKind::image;
    file.name = "holiday.jpg";
    file.caption = "Say *cheese*";
    file.width = 1600;
    file.height = 1200;
    pages.media = "media/Alice ALICE001/holiday #1?.jpg";
    pages.thumbnail = "media/Alice ALICE001/thumbnails/holiday.jpg";
    const std::string& html = pages.add(text_message(""), file).page();
    CHECK(has(html, "href=\"../media/Alice%20ALICE001/holiday%20%231%3F.jpg\""));
    CHECK(has(html,
              "<img src=\"../media/Alice%20ALICE001/thumbnails/holiday.jpg\" alt=\"Picture: "
              "holiday.jpg\" loading=\"lazy\" decoding=\"async\" width=\"380\" height=\"285\">"));
    CHECK(has(html, "Say <strong>cheese</strong>"));
}

TEST_CASE("html_export: films and sounds are played on demand") {
    Pages pages;
    File film;
    film.kind = FileKind::video;
    film.seconds = 75;
    File sound;
    sound.kind = FileKind::voice_message;
    pages.media = "media/x/a.mp4";
    const std::string& html = pages.add(text_message(""), film).add(text_message(""), sound).page();
    CHECK(has(html, "<video controls preload=\"none\" src=\"../media/x/a.mp4\""));
    CHECK(has(html, "<audio controls preload=\"none\" src=\"../media/x/a.mp4\""));
    CHECK(has(html, "1:15 · 1.2 kB"));
}

TEST_CASE("html_export: what is no picture is never shown as one") {
    Pages pages;
    File file;
    file.kind = FileKind::image;  // as the sender says
    pages.media = "media/x/page.html.txt";
    const std::string& html = pages.add(text_message(""), file).page();
    CHECK(!has(html, "<img src=\"../media"));
    CHECK(has(html,
              "<a class=\"file\" href=\"../media/x/page.html.txt\" download=\"page.html.txt\">"));
}

TEST_CASE("html_export: a missing file is said to be missing, and why") {
    auto said = [](bool in_archive, bool with_media, std::string thumbnail) {
        Pages pages;
        pages.options.media = with_media;
        pages.thumbnail = std::move(thumbnail);
        Message message = text_message("");
        if (in_archive) message.media = "message_media_x";
        File file;
        file.name = "plan.pdf";
        std::string html = pages.add(message, file).page();
        CHECK(has(html, "plan.pdf"));
        CHECK(!has(html, "<a class=\"file\""));
        return html;
    };
    CHECK(has(said(false, true, ""), "The file is not in the backup"));
    CHECK(has(said(true, true, ""), "could not be read"));
    CHECK(has(said(true, false, ""), "left out of this export"));
    CHECK(has(said(false, true, "media/x/t.jpg"), "Only this preview"));
}

TEST_CASE("html_export: calls and events stand in words, in their place") {
    Pages pages;
    pages.chat.kind = ChatKind::group;
    pages.add(text_message(""), Call{CallOutcome::finished, {}, 75});
    pages.add(text_message(""), GroupEvent{3, "BOB00001", "", ""});
    pages.add(text_message(""), Unreadable{});
    const std::string& html = pages.page();
    CHECK(has(html, "1:15"));
    CHECK(has(html, "class=\"aside\""));
    CHECK(has(html, "Bob was added to the group"));
    CHECK(has(html, "This message cannot be read"));
}

TEST_CASE("html_export: a long chat has a page for its years, and quotes lead across") {
    Pages pages;
    auto add = [&](std::string_view when, std::optional<std::uint64_t> quoted) {
        Message message = text_message("x");
        message.posted_at = moment(when);
        if (quoted)
            message.quote =
                Quote{Quote::Found::yes, *quoted, "ALICE001", false, MessageType::text, "x"};
        pages.add(message, Text{"x"});
    };
    for (std::uint64_t i = 0; i < ChatPages::long_page + 10; ++i) add("2023-05-01T10:00:00Z", {});
    add("2024-02-01T10:00:00Z", 3);
    for (std::uint64_t i = 0; i < 2 * ChatPages::long_page; ++i) add("2024-03-01T10:00:00Z", {});
    add("2024-03-01T10:00:00Z", 0);
    pages.write();
    CHECK(pages.folder.files.size() == 4);
    const std::string& first = pages.folder.files.at("chats/Alice ALICE001.html");
    const std::string& second = pages.folder.files.at("chats/Alice ALICE001 pages/2.html");
    const std::string& third = pages.folder.files.at("chats/Alice ALICE001 pages/3.html");
    CHECK(Structure(first).count("article id class") == ChatPages::long_page + 10);
    CHECK(Structure(second).count("article id class") == 2 * ChatPages::long_page);
    CHECK(has(first,
              "<a href=\"../chats/Alice%20ALICE001%20pages/2.html\">Later: from February 2024"));
    CHECK(has(second, "href=\"../../chats/Alice%20ALICE001.html#m3\""));
    CHECK(has(second, "<a href=\"../../chats/Alice%20ALICE001.html\">Earlier: May 2023"));
    CHECK(has(second, "href=\"../../index.html\""));
    CHECK(has(third, "href=\"../../chats/Alice%20ALICE001.html#m0\""));
    CHECK(has(pages.index(), "<a href=\"./chats/Alice%20ALICE001%20pages/3.html\">March 2024"));
}

TEST_CASE("html_export: a quote of what comes first on its page leads there") {
    Pages pages;
    Message message = text_message("x");
    message.quote = Quote{Quote::Found::yes, 0, "ALICE001", false, MessageType::text, "x"};
    pages.add(message, Text{"itself"});
    CHECK(!has(pages.page(), "<a class=\"quote"));
}

TEST_CASE("html_export: the index lists chats by their last message, those put away behind") {
    MemoryFolder folder;
    SmallLookup lookup;
    ExportOptions options;
    auto writer = html_writer(folder, lookup, options);
    auto add = [&](std::string name, std::string_view when, bool archived, bool empty) {
        Chat chat;
        chat.id = chat.name = name;
        chat.archived = archived;
        writer->begin(chat, name, "");
        Message message = text_message("last words of " + name);
        message.posted_at = moment(when);
        ChatResult result;
        if (!empty) {
            Content content = Text{message.body};
            result = {1, 1, message.posted_at, message.posted_at};
            writer->add({message, content, message.posted_at, "", "", 0});
        }
        writer->end(result);
    };
    add("OLD00001", "2020-01-01T00:00:00Z", false, false);
    add("AWAY0001", "2025-01-01T00:00:00Z", true, false);
    add("NEW00001", "2024-01-01T00:00:00Z", false, false);
    add("EMPTY001", "2024-01-01T00:00:00Z", false, true);
    writer->finish();
    const std::string& index = folder.files.at("index.html");
    Structure check(index);
    CHECK(index.find("NEW00001") < index.find("OLD00001"));
    CHECK(index.find("OLD00001") < index.find("AWAY0001"));
    CHECK(has(index, "last words of NEW00001"));
    CHECK(has(index, "1 message · 1 file · January 2024"));
    CHECK(has(index, "Chats without messages (1)"));
    CHECK(folder.files.count("chats/EMPTY001.html") == 0);
}

TEST_CASE("html_export: an archive without chats has an index that says so") {
    MemoryFolder folder;
    SmallLookup lookup;
    ExportOptions options;
    html_writer(folder, lookup, options)->finish();
    CHECK(folder.files.size() == 1);
    CHECK(has(folder.files.at("index.html"), "There are no chats with messages."));
}

TEST_CASE("html_export: times at the ends of what 64 bits hold do no harm") {
    for (auto count : {INT64_MIN, INT64_MAX, std::int64_t{-62135596800001}}) {
        Pages pages;
        Message message = text_message("x");
        message.posted_at = Moment(Millis(count));
        message.edited_at = message.posted_at;
        Structure structure(pages.add(message, Text{"x"}).page());
        CHECK(structure.count("time") >= 1);
    }
    Pages pages;
    Message message;
    CHECK(has(pages.add(message, Text{"x"}).page(), "Without a date"));
}

TEST_CASE("html_export: people of a group have colours of their own") {
    std::vector<std::string> members;
    for (int i = 0; i < 12; ++i) members.push_back("MEMBER" + std::to_string(10 + i));
    Colours colours(members);
    std::set<std::string> different;
    for (const std::string& member : members) different.insert(colours.of(member));
    CHECK(different.size() == 12);
    CHECK(colours.of("ALICE001") == Colours().of("ALICE001"));
}
