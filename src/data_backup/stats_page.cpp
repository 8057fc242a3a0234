#include <algorithm>

#include <tresor/data_backup/stats.hpp>

#include "codec/utf8.hpp"
#include "data_backup/html_markup.hpp"
#include "data_backup/phrases.hpp"
#include "data_backup/stats_chart.hpp"
#include "data_backup/stats_style.hpp"
#include "data_backup/stats_words.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::size_t most_chats = 50, most_findings = 100, most_labels = 6;

// Statistics name nobody but in the names of chats.
class NoLookup final : public Lookup {
public:
    std::string owner() const override { return ""; }
    std::string name_of(std::string_view identity) const override { return std::string(identity); }
    const Poll* poll(std::string_view) const override { return nullptr; }
};

std::string filled(std::string_view phrase, std::string_view one, std::string_view two = "") {
    std::string text;
    for (std::size_t i = 0; i < phrase.size(); ++i) {
        bool marked = phrase[i] == '%' && i + 1 < phrase.size();
        if (marked)
            text.append(phrase[++i] == '1' ? one : two);
        else
            text.push_back(phrase[i]);
    }
    return text;
}

// The first so many code points.
std::string beginning(std::string_view text, std::size_t count) {
    std::string_view rest = text;
    while (count-- > 0 && codec::next_code_point(rest) != codec::not_utf8) continue;
    return std::string(text.substr(0, text.size() - rest.size()));
}

class StatsPage {
public:
    StatsPage(const Stats& stats, Language language, const UtcOffset& utc_offset)
        : stats_(stats),
          words_(stats_words_of(language)),
          phrases_(language, lookup_),
          utc_offset_(utc_offset) {}

    std::string write() {
        head();
        tiles();
        if (!stats_.per_day.empty()) charts();
        chats();
        media();
        findings();
        add("</main>\n</body>\n</html>\n");
        return std::move(html_);
    }

private:
    template <class... Part>
    void add(const Part&... parts) {
        (html_.append(parts), ...);
    }
    std::string number(std::uint64_t count) const { return grouped(count, words_.thousands); }
    std::string date(Moment moment) const {
        return phrases_.date(civil_time(second_of(moment), utc_offset_));
    }
    std::string span(Millis length) const;
    void name(Bar& bar, const Timeline& line) const;

    void head();
    void tile(std::string_view name, std::string_view value, std::string_view note = "");
    void tiles();
    void section(Chart chart, std::string_view first_column);
    void charts();
    void over_time();
    void hours();
    void weekdays();
    void chats();
    void chat_row(const ChatStats& chat, std::uint64_t most);
    void media();
    void findings();

    const Stats& stats_;
    const StatsWords& words_;
    NoLookup lookup_;
    Phrases phrases_;
    const UtcOffset& utc_offset_;
    std::string html_;
};

void StatsPage::head() {
    add("<!DOCTYPE html>\n<html lang=\"", words_.language,
        "\">\n<head>\n<meta charset=\"utf-8\">\n",
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ",
        "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
        "<meta name=\"referrer\" content=\"no-referrer\">\n<title>", words_.title,
        "</title>\n<style>", stats_style, "</style>\n</head>\n<body>\n<main>\n<h1>", words_.title,
        "</h1>\n<p class=\"range\">");
    if (stats_.messages == 0) add(words_.empty);
    if (stats_.first && stats_.last) {
        std::string first = date(*stats_.first), last = date(*stats_.last);
        add(first == last ? first : first + " – " + last, " · ",
            Phrases::clock(second_of(*stats_.last), utc_offset_));
    }
    add("</p>\n");
}

std::string StatsPage::span(Millis length) const {
    auto minutes = static_cast<std::uint64_t>(std::max<std::int64_t>(length.count(), 0)) / 60'000;
    auto told = [&](std::uint64_t count, const std::array<std::string_view, 2>& words) {
        return filled(words[count == 1 ? 0 : 1], number(count));
    };
    if (minutes < 120) return told(minutes, words_.minutes);
    if (minutes < 48 * 60) return told(minutes / 60, words_.hours_long);
    return told(minutes / (24 * 60), words_.days);
}

void StatsPage::tile(std::string_view name, std::string_view value, std::string_view note) {
    add("<div><dt>", name, "</dt><dd>", value);
    if (!note.empty()) add("<small>", note, "</small>");
    add("</dd></div>\n");
}

void StatsPage::tiles() {
    std::uint64_t files = 0, bytes = 0;
    for (const auto& kind : stats_.media) {  // as the table below
        files += kind.second.present;
        bytes += kind.second.bytes;
    }
    add("<dl class=\"tiles\">\n");
    tile(words_.messages, number(stats_.messages));
    tile(words_.sent, number(stats_.sent));
    tile(words_.received, number(stats_.received));
    tile(words_.chats, number(stats_.chats.size()));
    tile(words_.files, number(files), files > 0 ? phrases_.size(bytes) : "");
    tile(words_.notices, number(stats_.notices));
    tile(words_.deleted, number(stats_.deleted));
    if (stats_.silence_from)
        tile(words_.silence, span(stats_.longest_silence),
             filled(words_.since, date(*stats_.silence_from)));
    add("</dl>\n");
}

// A chart with its numbers in a table.
void StatsPage::section(Chart chart, std::string_view first_column) {
    const Bar* most = nullptr;
    for (const Bar& bar : chart.bars)
        if (bar.count > 0 && (!most || bar.count > most->count)) most = &bar;
    std::string note = most ? filled(words_.most, most->label, number(most->count)) : "";
    chart.description.append(chart.description.empty() ? "" : ". ").append(note);
    add("<section>\n<h2>", chart.title, "</h2>\n", chart_html(chart, words_.thousands));
    if (most) add("<p class=\"note\">", html_text(note), "</p>\n");
    add("<details>\n<summary>", words_.numbers,
        "</summary>\n<table>\n<thead><tr><th scope=\"col\">", first_column,
        "</th><th scope=\"col\">", words_.messages, "</th></tr></thead>\n<tbody>\n");
    for (const Bar& bar : chart.bars)
        add("<tr><th scope=\"row\">", html_text(bar.label), "</th><td>", number(bar.count),
            "</td></tr>\n");
    add("</tbody>\n</table>\n</details>\n</section>\n");
}

// What the bar of a timeline is called.
void StatsPage::name(Bar& bar, const Timeline& line) const {
    auto part = [&](std::size_t at, std::size_t size) {
        return static_cast<unsigned>(std::stoul(bar.label.substr(at, size)));
    };
    CivilTime time;
    time.year = part(0, 4);
    std::string year = bar.axis = bar.label.substr(0, 4);
    if (line.stretch == Stretch::year) return;
    if (line.stretch == Stretch::years) {
        auto last = std::min<std::int64_t>(time.year + line.years - 1, 9999);
        bar.label.append("–").append(std::to_string(last));
        return;
    }
    time.month = part(5, 2);
    std::string month = phrases_.month(time.month);
    if (line.stretch == Stretch::month) {
        bar.axis = beginning(month, 3).append(" ").append(year);
        bar.label = month.append(" ").append(year);
        return;
    }
    time.day = part(8, 2);
    bar.label = phrases_.date(time);
    bar.axis = bar.label.substr(0, bar.label.find(month)).append(beginning(month, 3));
}

void StatsPage::charts() {
    over_time();
    add("<div class=\"pair\">\n");
    hours();
    weekdays();
    add("</div>\n");
}

void StatsPage::over_time() {
    Timeline line = timeline_of(stats_.per_day);
    for (Bar& bar : line.bars) name(bar, line);
    std::string_view what = line.stretch == Stretch::day     ? words_.per_day
                            : line.stretch == Stretch::month ? words_.per_month
                            : line.stretch == Stretch::year  ? words_.per_year
                                                             : words_.per_years;
    Chart chart{.id = "time",
                .title = std::string(words_.over_time),
                .description = filled(what, line.bars.front().label, line.bars.back().label),
                .bars = std::move(line.bars)};
    chart.label_every = (chart.bars.size() + most_labels - 1) / most_labels;
    section(std::move(chart), words_.time);
}

void StatsPage::hours() {
    Chart chart{.id = "hours",
                .title = std::string(words_.hours),
                .description = "",
                .bars = {},
                .label_every = 6};
    for (std::size_t hour = 0; hour < stats_.per_hour.size(); ++hour) {
        CivilTime time;
        time.hour = static_cast<unsigned>(hour);
        std::string name = phrases_.time(time);
        chart.bars.push_back({name, stats_.per_hour[hour], name});
    }
    section(std::move(chart), words_.hour);
}

void StatsPage::weekdays() {
    Chart chart{.id = "weekdays",
                .title = std::string(words_.weekdays),
                .description = "",
                .bars = {},
                .label_every = 1};
    for (unsigned day = 0; day < stats_.per_weekday.size(); ++day) {
        std::string name = phrases_.weekday(day);
        chart.bars.push_back(
            {name, stats_.per_weekday[day], beginning(name, words_.weekday_letters)});
    }
    section(std::move(chart), words_.weekday);
}

void StatsPage::chat_row(const ChatStats& chat, std::uint64_t most) {
    add("<tr><th scope=\"row\"><bdi>", html_text(one_line(chat.name)), "</bdi>",
        stacked_bar(chat.sent, chat.received, most), "</th><td>", number(chat.sent + chat.received),
        "</td><td>", number(chat.sent), "</td><td>", number(chat.received), "</td><td>",
        number(chat.media), "</td><td>", chat.last ? date(*chat.last) : "", "</td></tr>\n");
}

void StatsPage::chats() {
    if (stats_.chats.empty()) return;
    add("<section class=\"long\">\n<h2>", words_.chats_title,
        "</h2>\n<p class=\"note\"><span class=\"legend a\"></span>", words_.sent,
        "<span class=\"legend b\"></span>", words_.received,
        "</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"",
        words_.chats_title, "\">\n<table class=\"wide\">\n<thead><tr>");
    for (auto column :
         {words_.chat, words_.messages, words_.sent, words_.received, words_.files, words_.last})
        add("<th scope=\"col\">", column, "</th>");
    add("</tr></thead>\n<tbody>\n");
    std::uint64_t most = 0;
    for (const ChatStats& chat : stats_.chats) most = std::max(most, chat.sent + chat.received);
    std::size_t count = std::min(stats_.chats.size(), most_chats);
    for (std::size_t i = 0; i < count; ++i) chat_row(stats_.chats[i], most);
    add("</tbody>\n</table>\n</div>\n");
    if (count < stats_.chats.size())
        add("<p class=\"note\">", filled(words_.more_chats, number(stats_.chats.size() - count)),
            "</p>\n");
    add("</section>\n");
}

void StatsPage::media() {
    if (stats_.media.empty()) return;
    add("<section>\n<h2>", words_.media_title, "</h2>\n<div class=\"scroll\" tabindex=\"0\" ",
        "role=\"region\" aria-label=\"", words_.media_title,
        "\">\n<table class=\"wide\">\n<thead><tr>");
    for (auto column : {words_.kind, words_.count, words_.present, words_.size})
        add("<th scope=\"col\">", column, "</th>");
    add("</tr></thead>\n<tbody>\n");
    std::uint64_t most = 0;
    for (const auto& kind : stats_.media) most = std::max(most, kind.second.count);
    for (FileKind kind : {FileKind::image, FileKind::gif, FileKind::video, FileKind::audio,
                          FileKind::voice_message, FileKind::contact, FileKind::file}) {
        auto found = stats_.media.find(std::string(name_of(kind)));
        if (found == stats_.media.end()) continue;
        const MediaStats& media = found->second;
        File file;
        file.kind = kind;
        add("<tr><th scope=\"row\">", phrases_.kind(file), stacked_bar(media.count, 0, most),
            "</th><td>", number(media.count), "</td><td>", number(media.present), "</td><td>",
            phrases_.size(media.bytes), "</td></tr>\n");
    }
    add("</tbody>\n</table>\n</div>\n</section>\n");
}

void StatsPage::findings() {
    if (stats_.findings.empty()) return;
    add("<section class=\"long\">\n<h2>", words_.findings, "</h2>\n<ul class=\"findings\">\n");
    std::size_t count = std::min(stats_.findings.size(), most_findings);
    for (std::size_t i = 0; i < count; ++i) {
        const Finding& finding = stats_.findings[i];
        add("<li>", html_text(one_line(finding.pointer)), finding.pointer.empty() ? "" : ": ",
            html_text(one_line(finding.reason)), "</li>\n");
    }
    add("</ul>\n");
    if (count < stats_.findings.size())
        add("<p class=\"note\">",
            filled(words_.more_findings, number(stats_.findings.size() - count)), "</p>\n");
    add("</section>\n");
}

}  // namespace

std::string statistics_page(const Stats& stats, Language language, const UtcOffset& utc_offset) {
    return StatsPage(stats, language, utc_offset).write();
}

}  // namespace tresor::data_backup
