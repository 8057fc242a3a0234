#include <algorithm>

#include "data_backup/html_chat.hpp"

namespace tresor::data_backup {

namespace {

void add_meta(std::string& html, const HtmlTools& tools, const HtmlChat& chat) {
    html.append("<p class=\"meta\">").append(tools.phrases.kind(chat.kind)).append(" · ");
    html += tools.phrases.messages(chat.result.messages);
    if (chat.result.media > 0)
        html.append(" · ").append(
            chat.result.media == 1 ? std::string(tools.words.file)
                                   : filled(tools.words.files, std::to_string(chat.result.media)));
    std::string months = months_of(tools, chat.result.first, chat.result.last);
    if (!months.empty()) html.append(" · ").append(months);
    if (chat.archived) html.append(" · ").append(tools.words.archived);
    html += "</p>\n";
}

void add_pages(std::string& html, const HtmlTools& tools, const HtmlChat& chat) {
    if (chat.pages.size() < 2) return;
    html.append("<nav class=\"pages\" aria-label=\"").append(tools.words.pages).append("\">\n");
    for (std::size_t i = 0; i < chat.pages.size(); ++i) {
        std::string months = months_of(tools, chat.pages[i].from, chat.pages[i].to);
        if (months.empty()) months = filled(tools.words.page, std::to_string(i + 1));
        html.append("<a href=\"").append(reference(chat.pages[i].path, 0)).append("\">");
        html.append(months).append("</a>\n");
    }
    html += "</nav>\n";
}

void add_chat(std::string& html, const HtmlTools& tools, const HtmlChat& chat) {
    html += "<li>\n";
    add_face(html, chat.name, chat.id, chat.picture, 0);
    html.append("<div>\n<h2><a href=\"").append(reference(chat.pages.front().path, 0));
    html.append("\"><bdi>").append(html_text(label(chat.name))).append("</bdi></a></h2>\n");
    html += "<p class=\"said\">";
    if (chat.said_at) {
        tools.add_time(html, *chat.said_at, tools.phrases.date(tools.civil(*chat.said_at)));
        html += " ";
    }
    html.append("<span dir=\"auto\">").append(html_text(chat.said)).append("</span></p>\n");
    add_meta(html, tools, chat);
    add_pages(html, tools, chat);
    html += "</div>\n</li>\n";
}

void add_filter(std::string& html, const HtmlWords& words) {
    html.append(
            "<form class=\"search filter\" role=\"search\" hidden>\n<input type=\"search\" "
            "aria-label=\"")
        .append(words.filter)
        .append("\" placeholder=\"")
        .append(words.filter)
        .append(
            "\" autocomplete=\"off\" spellcheck=\"false\">\n<output role=\"status\" data-none=\"")
        .append(words.no_hits)
        .append("\"></output>\n</form>\n");
}

void add_head(std::string& html, const HtmlTools& tools, std::string_view title,
              const std::vector<HtmlChat>& chats) {
    std::uint64_t messages = 0;
    OptionalMoment first, last;
    for (const HtmlChat& chat : chats) {
        messages += chat.result.messages;
        if (chat.result.first && (!first || *chat.result.first < *first)) first = chat.result.first;
        if (chat.result.last && (!last || *chat.result.last > *last)) last = chat.result.last;
    }
    html.append("<header class=\"bar\">\n<div class=\"title\">\n<h1>").append(html_text(title));
    html.append("</h1>\n<p>").append(tools.phrases.messages(messages));
    std::string months = months_of(tools, first, last);
    if (!months.empty()) html.append(" · ").append(months);
    html += "</p>\n</div>\n";
    add_filter(html, tools.words);
    html += "</header>\n";
}

void add_empty(std::string& html, const HtmlTools& tools, const std::vector<HtmlChat>& chats) {
    auto empty = static_cast<std::size_t>(std::count_if(
        chats.begin(), chats.end(), [](const HtmlChat& chat) { return chat.pages.empty(); }));
    if (empty == 0) return;
    html.append("<details class=\"empty\"><summary>")
        .append(filled(tools.words.empty_chats, std::to_string(empty)))
        .append("</summary>\n<ul>\n");
    for (const HtmlChat& chat : chats)
        if (chat.pages.empty())
            html.append("<li><bdi>").append(html_text(label(chat.name))).append("</bdi></li>\n");
    html += "</ul>\n</details>\n";
}

}  // namespace

void write_index(OutputFolder& folder, const HtmlTools& tools, const HtmlFrame& frame,
                 std::vector<HtmlChat> chats) {
    // The last one first, as in the apps; what is put away there stands behind.
    std::stable_sort(chats.begin(), chats.end(), [](const HtmlChat& a, const HtmlChat& b) {
        if (a.archived != b.archived) return b.archived;
        return a.result.last > b.result.last;
    });
    std::string owner = tools.lookup.owner();
    std::string title = owner.empty() ? std::string(tools.words.chats)
                                      : filled(tools.words.chats_of, label(owner, 40));
    PageFile page(folder, "index.html");
    std::string& html = page.html();
    html = frame.begin(title, "index");
    add_head(html, tools, title, chats);
    html += "<main>\n";
    bool any = std::any_of(chats.begin(), chats.end(),
                           [](const HtmlChat& chat) { return !chat.pages.empty(); });
    if (!any) html.append("<p>").append(tools.words.no_chats).append("</p>\n");
    html += "<ul class=\"chats\">\n";
    for (const HtmlChat& chat : chats) {
        if (chat.pages.empty()) continue;
        add_chat(html, tools, chat);
        page.flush_if_large();
    }
    html += "</ul>\n";
    add_empty(html, tools, chats);
    html.append("</main>\n").append(frame.end());
    page.close();
}

}  // namespace tresor::data_backup
