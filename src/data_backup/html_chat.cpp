#include "data_backup/html_chat.hpp"

#include <algorithm>

namespace tresor::data_backup {

namespace {

std::string month_of(const HtmlTools& tools, Moment moment) {
    CivilTime time = tools.civil(moment);
    return tools.phrases.month(time.month).append(" ").append(std::to_string(time.year));
}

void add_button(std::string& html, std::string_view name, std::string_view kind,
                std::string_view sign) {
    html.append("<button type=\"button\" class=\"").append(kind).append("\" aria-label=\"");
    html.append(name).append("\" title=\"").append(name).append("\">").append(sign);
    html += "</button>\n";
}

// Shown by the script, which also has its words from here.
void add_search(std::string& html, const HtmlWords& words) {
    html.append(
            "<form class=\"search\" role=\"search\" hidden>\n<input type=\"search\" aria-label=\"")
        .append(words.search)
        .append("\" placeholder=\"")
        .append(words.search_hint)
        .append(
            "\" autocomplete=\"off\" spellcheck=\"false\">\n<output role=\"status\" data-none=\"")
        .append(words.no_hits)
        .append("\"></output>\n");
    add_button(html, words.previous_hit, "previous", "↑");
    add_button(html, words.next_hit, "next", "↓");
    html += "</form>\n";
}

void add_lightbox(std::string& html, const HtmlWords& words) {
    html += "<dialog class=\"lightbox\">\n<img alt=\"\">\n<p></p>\n";
    add_button(html, words.close, "close", "✕");
    add_button(html, words.previous_picture, "previous", "‹");
    add_button(html, words.next_picture, "next", "›");
    html += "</dialog>\n";
}

void add_members(std::string& html, const HtmlTools& tools, const HtmlChat& chat) {
    constexpr std::size_t most_named = 1000;
    html.append("<details class=\"members\"><summary>").append(tools.phrases.kind(chat.kind));
    html.append(" · ").append(tools.phrases.members()).append(": ");
    html.append(std::to_string(chat.members.size())).append("</summary>\n<p>");
    std::size_t named = std::min(chat.members.size(), most_named);
    for (std::size_t i = 0; i < named; ++i) {
        html += i == 0 ? "<bdi>" : ", <bdi>";
        html.append(html_text(label(tools.phrases.person(chat.members[i])))).append("</bdi>");
    }
    html += named < chat.members.size() ? " …</p></details>\n" : "</p></details>\n";
}

void add_head(std::string& html, const HtmlTools& tools, const HtmlChat& chat, unsigned up) {
    html.append("<a class=\"skip\" href=\"#messages\">").append(tools.words.skip);
    html.append("</a>\n<header class=\"bar\">\n<a class=\"back\" href=\"");
    html.append(reference("index.html", up)).append("\" title=\"").append(tools.words.all_chats);
    html.append("\"><span aria-hidden=\"true\">‹</span> <span class=\"long\">");
    html.append(tools.words.all_chats).append("</span></a>\n");
    add_face(html, chat.name, chat.id, chat.picture, up);
    html.append("<div class=\"title\">\n<h1><bdi>").append(html_text(label(chat.name)));
    html += "</bdi></h1>\n";
    if (chat.members.empty())
        html.append("<p>")
            .append(tools.phrases.kind(chat.kind))
            .append(chat.kind == ChatKind::contact ? " · " + html_text(label(chat.id, 40)) : "")
            .append("</p>\n");
    else
        add_members(html, tools, chat);
    html += "</div>\n";
    add_search(html, tools.words);
    html += "</header>\n";
}

void add_earlier(std::string& html, const HtmlTools& tools, const HtmlChat& chat, unsigned up) {
    html.append("<nav class=\"pages\" aria-label=\"").append(tools.words.pages).append("\">\n");
    for (std::size_t i = 0; i + 1 < chat.pages.size(); ++i) {
        const HtmlPage& page = chat.pages[i];
        std::string months = months_of(tools, page.from, page.to);
        if (months.empty()) months = filled(tools.words.page, std::to_string(i + 1));
        html.append("<a href=\"").append(reference(page.path, up)).append("\">");
        html.append(filled(tools.words.earlier, months)).append("</a>\n");
    }
    html += "</nav>\n";
}

}  // namespace

std::string months_of(const HtmlTools& tools, const OptionalMoment& from,
                      const OptionalMoment& to) {
    if (!from || !to) return "";
    std::string first = month_of(tools, *from), last = month_of(tools, *to);
    return first == last ? first : first.append(" – ").append(last);
}

ChatPages::ChatPages(OutputFolder& folder, const HtmlTools& tools, const HtmlFrame& frame,
                     const Chat& chat, std::string_view file_name, std::string_view picture)
    : folder_(folder), tools_(tools), frame_(frame), file_name_(file_name), colours_(chat.members) {
    chat_.kind = chat.kind;
    chat_.id = chat.id;
    chat_.name = chat.name;
    chat_.picture = picture;
    chat_.archived = chat.archived;
    chat_.members = chat.members;
}

void ChatPages::add(const Shown& shown) {
    if (page_ && page_is_full(shown.at)) end_page(&shown);
    if (!page_) begin_page(shown);
    begin_day(shown);
    add_message(page_->html(), tools_, shown, place_of(shown));

    const Message& message = shown.message;
    has_sender_ = !is_note(message, shown.content);
    sender_ = message.outgoing ? "" : message.sender;
    if (has_sender_) {
        chat_.said_at = shown.at;
        chat_.said = excerpt_of(tools_, message, shown.content);
    }
    last_index_ = message.index;
    if (shown.at) chat_.pages.back().to = shown.at;
    if (shown.at && !chat_.pages.back().from) chat_.pages.back().from = shown.at;
    ++on_page_;
    page_->flush_if_large();
}

HtmlChat ChatPages::end(const ChatResult& result) {
    if (page_) end_page(nullptr);
    chat_.result = result;
    return std::move(chat_);
}

bool ChatPages::page_is_full(const OptionalMoment& at) const {
    if (on_page_ < long_page) return false;
    if (on_page_ >= 2 * long_page) return true;
    const OptionalMoment& before = chat_.pages.back().to;
    return at && before && tools_.civil(*at).year != tools_.civil(*before).year;
}

std::string ChatPages::path_of_page(std::size_t number) const {
    std::string path = "chats/" + file_name_;
    // A folder beside the first page; no page of another chat has a name that ends so.
    if (number > 1) path.append(" pages/").append(std::to_string(number));
    return path.append(".html");
}

void ChatPages::begin_page(const Shown& shown) {
    std::size_t number = chat_.pages.size() + 1;
    chat_.pages.push_back({path_of_page(number), shown.message.index, shown.at, shown.at});
    page_.emplace(folder_, chat_.pages.back().path);
    std::string title = label(chat_.name);
    if (number > 1) title.append(" · ").append(filled(tools_.words.page, std::to_string(number)));
    std::string& html = page_->html();
    html = frame_.begin(title, "chat");
    add_head(html, tools_, chat_, up());
    if (number > 1) add_earlier(html, tools_, chat_, up());
    html += "<main id=\"messages\" tabindex=\"-1\">\n";
    on_page_ = 0;
    has_sender_ = false;
}

void ChatPages::end_page(const Shown* next) {
    end_day();
    std::string& html = page_->html();
    html += "</main>\n";
    if (next) {
        std::string when = next->at
                               ? month_of(tools_, *next->at)
                               : filled(tools_.words.page, std::to_string(chat_.pages.size() + 1));
        html.append("<nav class=\"pages\" aria-label=\"").append(tools_.words.pages);
        html.append("\">\n<a href=\"")
            .append(reference(path_of_page(chat_.pages.size() + 1), up()));
        html.append("\">").append(filled(tools_.words.later, when)).append("</a>\n</nav>\n");
    }
    html.append("<footer class=\"end\">").append(tools_.phrases.messages(on_page_));
    std::string months = months_of(tools_, chat_.pages.back().from, chat_.pages.back().to);
    if (!months.empty())
        html.append(" · ").append(months).append(" · ").append(
            tools_.clock(*chat_.pages.back().to));
    html += "</footer>\n";
    add_lightbox(html, tools_.words);
    html += frame_.end();
    page_->close();
    page_.reset();
}

void ChatPages::begin_day(const Shown& shown) {
    std::string day =
        shown.at ? tools_.phrases.day(tools_.civil(*shown.at)) : std::string(tools_.words.undated);
    if (in_day_ && day == day_) return;
    end_day();
    std::string& html = page_->html();
    html.append("<section class=\"day\">\n<h2>");
    html.append(day).append("</h2>\n");
    day_ = std::move(day);
    in_day_ = true;
    has_sender_ = false;
}

void ChatPages::end_day() {
    if (in_day_) page_->html() += "</section>\n";
    in_day_ = false;
}

HtmlPlace ChatPages::place_of(const Shown& shown) {
    const Message& message = shown.message;
    HtmlPlace place{colours_};
    place.up = up();
    place.in_group = chat_.kind == ChatKind::group;
    place.same_sender = has_sender_ && sender_ == (message.outgoing ? "" : message.sender);
    bool written = message.quote && on_page_ + chat_.pages.size() > 1 &&
                   message.quote->index <= last_index_ &&
                   message.quote->index >= chat_.pages.front().first_index;
    if (!written) return place;
    auto behind = std::upper_bound(
        chat_.pages.begin(), chat_.pages.end(), message.quote->index,
        [](std::uint64_t index, const HtmlPage& page) { return index < page.first_index; });
    const HtmlPage& page = *std::prev(behind);
    place.links_quote = true;
    quoted_page_ = &page == &chat_.pages.back() ? "" : reference(page.path, up());
    place.quoted_page = quoted_page_;
    return place;
}

}  // namespace tresor::data_backup
