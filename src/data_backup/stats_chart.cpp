#include "data_backup/stats_chart.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "data_backup/html_markup.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::int64_t most_bars = 120;
constexpr std::uint64_t height = 1000;  // of a picture, in its own units

std::uint64_t scaled(std::uint64_t count, std::uint64_t whole) {
    if (whole == 0) return 0;
    auto part = static_cast<double>(count) / static_cast<double>(whole);
    auto length = static_cast<std::uint64_t>(part * static_cast<double>(height));
    return count > 0 ? std::max<std::uint64_t>(length, 4) : 0;
}

// The next of 2, 4, 6, 8, 10, 20 … that is no less.
std::uint64_t round_up(std::uint64_t count) {
    std::uint64_t step = 1;
    while (step <= std::numeric_limits<std::uint64_t>::max() / 20) {
        for (std::uint64_t factor : {1u, 2u, 4u, 6u, 8u})
            if (factor * step >= count) return factor * step;
        step *= 10;
    }
    return count;
}

std::uint64_t highest(const std::vector<Bar>& bars) {
    std::uint64_t most = 0;
    for (const Bar& bar : bars) most = std::max(most, bar.count);
    return most;
}

struct Day {
    std::int64_t year = 0;
    unsigned month = 1, day = 1;

    std::int64_t months() const { return year * 12 + month - 1; }
    std::int64_t days() const {
        using namespace std::chrono;
        auto made = std::chrono::year(static_cast<int>(year)) / static_cast<int>(month) /
                    static_cast<int>(day);
        return sys_days(made).time_since_epoch().count();
    }
};

unsigned digits(std::string_view text) {
    unsigned number = 0;
    for (char c : text)
        number = number * 10 + static_cast<unsigned>(c >= '0' && c <= '9' ? c - '0' : 0);
    return number;
}

Day parsed(std::string_view text) {
    if (text.size() != 10) return {};
    Day day{digits(text.substr(0, 4)), digits(text.substr(5, 2)), digits(text.substr(8, 2))};
    day.month = std::clamp(day.month, 1u, 12u);
    day.day = std::clamp(day.day, 1u, 31u);
    return day;
}

std::string padded(std::int64_t number, std::size_t width) {
    std::string text = std::to_string(number);
    return text.size() < width ? text.insert(0, width - text.size(), '0') : text;
}

std::string day_label(std::int64_t days) {
    std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
    return padded(static_cast<int>(date.year()), 4)
        .append("-")
        .append(padded(static_cast<unsigned>(date.month()), 2))
        .append("-")
        .append(padded(static_cast<unsigned>(date.day()), 2));
}

std::string month_label(std::int64_t months) {
    return padded(months / 12, 4).append("-").append(padded(months % 12 + 1, 2));
}

// Where a day lies, counted in bars from some beginning.
std::int64_t place(const Day& day, const Timeline& line) {
    switch (line.stretch) {
        case Stretch::day: return day.days();
        case Stretch::month: return day.months();
        default: return day.year / line.years;
    }
}

std::string label(std::int64_t place, const Timeline& line) {
    switch (line.stretch) {
        case Stretch::day: return day_label(place);
        case Stretch::month: return month_label(place);
        default: return padded(place * line.years, 4);
    }
}

void choose_stretch(Timeline& line, const Day& first, const Day& last) {
    if (last.days() - first.days() < most_bars) return;
    line.stretch = Stretch::month;
    if (last.months() - first.months() < most_bars) return;
    line.stretch = Stretch::year;
    while ((last.year - first.year) / line.years >= most_bars) {
        line.stretch = Stretch::years;
        line.years *= 10;
    }
}

}  // namespace

std::string grouped(std::uint64_t number, char thousands) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, thousands);
    return text;
}

namespace {

std::string bars_svg(const Chart& chart, std::uint64_t most, char thousands) {
    std::string html =
        "<svg class=\"bars\" role=\"img\" preserveAspectRatio=\"none\" viewBox=\"0 0 ";
    html.append(std::to_string(chart.bars.size() * 10)).append(" 1000\" aria-labelledby=\"");
    html.append(chart.id).append("-t ").append(chart.id).append("-d\">\n<title id=\"");
    html.append(chart.id).append("-t\">").append(html_text(chart.title));
    html.append("</title>\n<desc id=\"").append(chart.id).append("-d\">");
    html.append(html_text(chart.description)).append("</desc>\n<path class=\"grid\" d=\"");
    std::string width = std::to_string(chart.bars.size() * 10);
    for (const char* y : {"0", "500", "1000"})
        html.append("M0 ").append(y).append("h").append(width);
    html.append("\"/>\n");
    for (std::size_t i = 0; i < chart.bars.size(); ++i) {
        const Bar& bar = chart.bars[i];
        if (bar.count == 0) continue;
        std::uint64_t length = scaled(bar.count, most);
        html.append("<rect x=\"").append(std::to_string(i * 10 + 1));
        html.append("\" y=\"").append(std::to_string(height - length));
        html.append("\" width=\"8\" height=\"").append(std::to_string(length));
        html.append("\"><title>").append(html_text(bar.label)).append(": ");
        html.append(grouped(bar.count, thousands)).append("</title></rect>\n");
    }
    return html.append("</svg>\n");
}

}  // namespace

std::string chart_html(const Chart& chart, char thousands) {
    std::uint64_t most = std::max<std::uint64_t>(round_up(highest(chart.bars)), 2);
    std::string html = "<div class=\"chart\">\n<div class=\"scale\" aria-hidden=\"true\"><span>";
    html.append(grouped(most, thousands)).append("</span><span>");
    html.append(grouped(most / 2, thousands)).append("</span><span>0</span></div>\n");
    html.append(bars_svg(chart, most, thousands));
    std::string labels, columns;
    std::size_t every = std::max<std::size_t>(chart.label_every, 1);
    for (std::size_t i = 0; i < chart.bars.size(); i += every) {
        columns.append(" minmax(0,").append(std::to_string(std::min(every, chart.bars.size() - i)));
        columns.append("fr)");
        bool narrow = 2 * (chart.bars.size() - i) < every;
        labels.append("<span>")
            .append(narrow ? "" : html_text(chart.bars[i].axis))
            .append("</span>");
    }
    html.append("<div class=\"labels").append(every == 1 ? " each" : "");
    html.append("\" aria-hidden=\"true\" style=\"grid-template-columns:").append(columns);
    return html.append("\">").append(labels).append("</div>\n</div>\n");
}

std::string stacked_bar(std::uint64_t first, std::uint64_t second, std::uint64_t whole) {
    std::uint64_t one = scaled(first, whole), two = scaled(second, whole);
    std::string html =
        "<svg class=\"bar\" aria-hidden=\"true\" preserveAspectRatio=\"none\" "
        "viewBox=\"0 0 1000 10\"><rect class=\"a\" width=\"";
    html.append(std::to_string(one)).append("\" height=\"10\"/><rect class=\"b\" x=\"");
    html.append(std::to_string(one)).append("\" width=\"").append(std::to_string(two));
    return html.append("\" height=\"10\"/></svg>");
}

Timeline timeline_of(const std::map<std::string, std::uint64_t>& per_day) {
    Timeline line;
    if (per_day.empty()) return line;
    Day first = parsed(per_day.begin()->first), last = parsed(per_day.rbegin()->first);
    choose_stretch(line, first, last);
    std::int64_t from = place(first, line), to = place(last, line);
    for (std::int64_t at = from; at <= to; ++at) line.bars.push_back({label(at, line)});
    for (const auto& day : per_day) {
        std::int64_t at = place(parsed(day.first), line);
        if (at >= from && at <= to)
            line.bars[static_cast<std::size_t>(at - from)].count += day.second;
    }
    return line;
}

}  // namespace tresor::data_backup
