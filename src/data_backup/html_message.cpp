#include "data_backup/html_message.hpp"

#include <charconv>
#include <map>
#include <vector>

namespace tresor::data_backup {

namespace {

template <class Type>
bool is(const Content& content) {
    return std::holds_alternative<Type>(content);
}

void add_text(std::string& html, const HtmlTools& tools, std::string_view text) {
    html.append("<div class=\"text")
        .append(is_emoji(text) ? " big" : "")
        .append("\" dir=\"auto\">");
    tools.markup.add(html, text);
    html += "</div>\n";
}

void add_line(std::string& html, std::string_view kind, std::string_view text) {
    html.append("<p class=\"").append(kind).append("\" dir=\"auto\">");
    add_escaped(html, text);
    html += "</p>\n";
}

void add_sender(std::string& html, const HtmlTools& tools, const Message& message,
                const HtmlPlace& place) {
    bool seen = place.in_group && !message.outgoing && !place.same_sender;
    html.append("<p class=\"who ").append(seen ? place.colours.of(message.sender) : "heard");
    html += "\"><bdi>";
    add_escaped(html, label(tools.phrases.sender(message)));
    html += "</bdi></p>\n";
}

void add_quote(std::string& html, const HtmlTools& tools, std::string_view person,
               std::string_view colour, std::string_view text) {
    html.append("<span class=\"heard\">").append(tools.words.reply_to).append(" </span>");
    if (!person.empty()) {
        html.append("<span class=\"who ").append(colour).append("\"><bdi>");
        add_escaped(html, label(person));
        html += "</bdi></span> ";
    }
    html += "<span class=\"said\" dir=\"auto\">";
    add_escaped(html, tools.phrases.with_mentions(text));
    html += "</span>";
}

void add_quote(std::string& html, const HtmlTools& tools, const Quote& quote,
               const HtmlPlace& place) {
    bool links = place.links_quote && quote.found != Quote::Found::missing;
    std::string colour;
    if (!quote.sender.empty()) colour = place.colours.of(quote.sender);
    if (links)
        html.append("<a class=\"quote ").append(colour).append("\" href=\"");
    else
        html.append("<div class=\"quote ").append(colour).append("\">");
    if (links)
        html.append(place.quoted_page)
            .append("#m")
            .append(std::to_string(quote.index))
            .append("\">");
    add_quote(html, tools, tools.phrases.quoted_person(quote), colour, tools.phrases.quoted(quote));
    html += links ? "</a>\n" : "</div>\n";
}

// Quotes of the old kind stand in the text: "> ABCD1234: what was said", then a blank line.
struct Answer {
    std::string_view person;
    std::string said;
    std::string_view text;
};
std::optional<Answer> answer_in(std::string_view text) {
    if (text.size() < 12 || !text.starts_with("> ") || text.substr(10, 2) != ": ")
        return std::nullopt;
    Answer answer{text.substr(2, 8), "", text.substr(12)};
    if (answer.person.find_first_of(" \n>:") != std::string_view::npos) return std::nullopt;
    for (;;) {
        std::size_t end = answer.text.find('\n');
        answer.said.append(answer.text.substr(0, end));
        if (end == std::string_view::npos) return std::nullopt;
        answer.text.remove_prefix(end + 1);
        if (!answer.text.starts_with("> ")) break;
        answer.text.remove_prefix(2);
        answer.said += '\n';
    }
    if (!answer.text.starts_with('\n')) return std::nullopt;
    answer.text.remove_prefix(1);
    return answer;
}

std::string degrees(double value) {
    char text[400];
    auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 6).ptr;
    return std::string(text, end);
}

void add_location(std::string& html, const HtmlTools& tools, const Location& location) {
    std::string latitude = degrees(location.latitude), longitude = degrees(location.longitude);
    if (!location.name.empty()) add_line(html, "place", label(location.name, 500));
    if (!location.address.empty()) add_line(html, "address", label(location.address, 500));
    html.append("<p class=\"coordinates\">").append(latitude).append(", ").append(longitude);
    if (location.accuracy && *location.accuracy > 0 && *location.accuracy < 1e7)
        html.append(" (")
            .append(filled(tools.words.accuracy,
                           std::to_string(static_cast<long>(*location.accuracy + 0.5))))
            .append(")");
    html +=
        "</p>\n<p class=\"links\"><a rel=\"noopener noreferrer\" "
        "href=\"https://www.openstreetmap.org/?mlat=";
    html.append(latitude).append("&amp;mlon=").append(longitude).append("#map=16/");
    html.append(latitude).append("/").append(longitude).append("\">").append(tools.words.map);
    html.append("</a> <a rel=\"noopener noreferrer\" href=\"geo:").append(latitude).append(",");
    html.append(longitude).append("\">").append(tools.words.app).append("</a></p>\n");
}

// What it says, without the frame.
struct Body {
    std::string& html;
    const HtmlTools& tools;
    const Shown& shown;
    const HtmlPlace& place;

    void operator()(const Text& text) const {
        if (is_note(shown.message, text)) return add_notice("note");
        if (text.text.empty()) return add_line(html, "gone", tools.words.nothing);
        auto answer = shown.message.quote ? std::nullopt : answer_in(text.text);
        if (!answer) return add_text(html, tools, text.text);
        std::string colour = place.colours.of(answer->person);
        html.append("<div class=\"quote ").append(colour).append("\">");
        add_quote(html, tools, tools.phrases.person(answer->person), colour, answer->said);
        html += "</div>\n";
        if (!answer->text.empty()) add_text(html, tools, answer->text);
    }
    void operator()(const File& file) const {
        add_file(html, tools, shown, file, place.up);
        if (!file.caption.empty()) add_text(html, tools, file.caption);
    }
    void operator()(const Location& location) const { add_location(html, tools, location); }
    void operator()(const PollNotice& notice) const {
        add_poll(html, tools, shown.message, notice);
    }
    void operator()(const Call&) const { add_notice("call"); }
    void operator()(const Unreadable&) const { add_notice("gone"); }
    template <class Other>
    void operator()(const Other&) const {
        add_notice("note");
    }
    void add_notice(std::string_view kind) const {
        std::string said = tools.phrases.notice(shown.message, shown.content);
        add_line(html, kind, said.empty() ? shown.message.body : said);
    }
};

void add_reactions(std::string& html, const HtmlTools& tools,
                   const std::vector<Reaction>& reactions) {
    constexpr std::size_t few = 4;
    std::vector<std::string_view> order;
    std::map<std::string_view, std::vector<std::string_view>> people;
    for (const Reaction& reaction : reactions) {
        auto& list = people[reaction.emoji];
        if (list.empty()) order.push_back(reaction.emoji);
        list.push_back(reaction.sender);
    }
    html.append("<ul class=\"reactions\" aria-label=\"").append(tools.words.reactions);
    html += "\">\n";
    for (std::string_view emoji : order) {
        const auto& list = people[emoji];
        bool many = list.size() > few;
        html += many ? "<li><details><summary>" : "<li>";
        html.append("<span class=\"emoji\"><bdi>").append(html_text(label(emoji, 40)));
        html.append("</bdi></span> <b>").append(std::to_string(list.size())).append("</b> ");
        if (many) html.append("</summary>");
        html += "<span class=\"names\">";
        for (std::size_t i = 0; i < list.size(); ++i) {
            html += i == 0 ? "<bdi>" : ", <bdi>";
            html.append(html_text(label(tools.phrases.person(list[i])))).append("</bdi>");
        }
        html += many ? "</span></details></li>\n" : "</span></li>\n";
    }
    html += "</ul>\n";
}

void add_edit(std::string& html, const HtmlTools& tools, const Shown& shown) {
    Moment at = *shown.message.edited_at;
    CivilTime time = tools.civil(at);
    bool same_day = false;
    if (shown.at) {
        CivilTime sent = tools.civil(*shown.at);
        same_day = sent.year == time.year && sent.month == time.month && sent.day == time.day;
    }
    html.append("<span class=\"edited\">").append(tools.phrases.edited()).append(" ");
    tools.add_time(html, at, same_day ? tools.phrases.time(time) : tools.phrases.date(time));
    html += "</span> · ";
}

void add_state(std::string& html, const HtmlTools& tools, const Message& message) {
    auto state = tools.words.states[static_cast<std::size_t>(message.state)];
    if (!message.outgoing || state.empty()) return;
    html += " <span class=\"state\"";
    std::string when;
    if (message.delivered_at)
        when = filled(tools.words.delivered_at, tools.moment(*message.delivered_at));
    if (message.read_at)
        when.append(when.empty() ? "" : ", ")
            .append(filled(tools.words.read_at, tools.moment(*message.read_at)));
    if (!when.empty()) html.append(" title=\"").append(html_text(when)).append("\"");
    html.append(">").append(state).append("</span>");
}

void add_foot(std::string& html, const HtmlTools& tools, const Shown& shown) {
    const Message& message = shown.message;
    html += "<footer>";
    if (message.starred())
        html.append("<span class=\"star\" title=\"")
            .append(tools.words.starred)
            .append("\" role=\"img\" aria-label=\"")
            .append(tools.words.starred)
            .append("\">★</span> ");
    if (message.edited_at && !message.deleted_at) add_edit(html, tools, shown);
    html.append("<a href=\"#m").append(std::to_string(message.index)).append("\">");
    if (shown.at)
        tools.add_time(html, *shown.at, tools.phrases.time(tools.civil(*shown.at)));
    else
        html += "–";
    html += "</a>";
    add_state(html, tools, message);
    html += "</footer>\n";
}

}  // namespace

bool is_note(const Message& message, const Content& content) noexcept {
    if (message.deleted_at) return false;
    return is<GroupCall>(content) || is<ForwardSecurity>(content) || is<GroupEvent>(content) ||
           message.is_status || message.type == MessageType::status ||
           message.type == MessageType::date_separator;
}

void add_message(std::string& html, const HtmlTools& tools, const Shown& shown,
                 const HtmlPlace& place) {
    const Message& message = shown.message;
    const auto* file = std::get_if<File>(&shown.content);
    bool note = is_note(message, shown.content);
    html.append("<article id=\"m").append(std::to_string(message.index)).append("\" class=\"");
    html += note ? "aside" : message.outgoing ? "out" : "in";
    if (file && file->sticker && !message.deleted_at) html += " sticker";
    if (place.same_sender && !note) html += " same";
    html += "\">\n";
    if (!note) add_sender(html, tools, message, place);
    if (message.deleted_at)
        add_line(html, "gone", tools.phrases.deleted());
    else {
        if (message.quote) add_quote(html, tools, *message.quote, place);
        std::visit(Body{html, tools, shown, place}, shown.content);
    }
    if (!message.reactions.empty()) add_reactions(html, tools, message.reactions);
    add_foot(html, tools, shown);
    html += "</article>\n";
}

std::string excerpt_of(const HtmlTools& tools, const Message& message, const Content& content) {
    constexpr std::size_t most = 140;
    if (message.deleted_at) return tools.phrases.deleted();
    if (const auto* file = std::get_if<File>(&content)) {
        std::string text = tools.phrases.kind(*file);
        const std::string& more = file->caption.empty() ? file->name : file->caption;
        return more.empty() ? text : text.append(": ").append(label(more, most));
    }
    const auto* text = std::get_if<Text>(&content);
    return label(text ? text->text : tools.phrases.notice(message, content), most);
}

}  // namespace tresor::data_backup
