#include "chart.hpp"

#include <array>
#include <cmath>

#include "panel.hpp"

namespace fleet {
namespace {

constexpr std::string_view style = R"css(
svg { color-scheme: light dark; --page: #ffffff; --ink: #22272b; --soft: #5d666d; --line: #e2e0da;
  --a: #2b6f77; --b: #c08a2e; --c: #b3382c; --shade: #f0d9d4 }
@media (prefers-color-scheme: dark) { svg { --page: #14171a; --ink: #e6e3dd; --soft: #a0a8ae;
  --line: #31373c; --a: #6cb6bd; --b: #dcae5d; --c: #e8786b; --shade: #4a2b28 } }
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  fill: var(--ink) }
.head { font-size: 18px; font-weight: 600 } .title { font-size: 14px; font-weight: 600 }
.small { font-size: 11px; fill: var(--soft) } .end { text-anchor: end }
.middle { text-anchor: middle }
.page { fill: var(--page) } .a { fill: var(--a) } .b { fill: var(--b) } .c { fill: var(--c) }
.shade { fill: var(--shade) } .grid { stroke: var(--line); fill: none }
.axis { stroke: var(--soft); fill: none }
)css";

constexpr double width = 1100;
constexpr double left = 84, right = 24;  // of all panels
constexpr std::array<std::pair<double, const char*>, 6> units = {{{0x1p0, "bytes"},
                                                                  {0x1p10, "KiB"},
                                                                  {0x1p20, "MiB"},
                                                                  {0x1p30, "GiB"},
                                                                  {0x1p40, "TiB"},
                                                                  {0x1p50, "PiB"}}};

std::string date(Timestamp time) { return tresor::format_rfc3339(time).substr(0, 10); }

// All, and those that are PUT, in minutes [from, to).
std::pair<double, double> requests_in(const Tally& tally, std::size_t from, std::size_t to) {
    double all = 0, puts = 0;
    for (std::size_t i = from; i < to; ++i) {
        for (std::uint32_t count : tally.minutes[i].requests) all += count;
        puts += tally.minutes[i].puts;
    }
    return {all, puts};
}

// How many minutes one step of the curve takes: so many that chance does not hide its shape.
std::int64_t minutes_a_step(const Result& result) {
    auto a_minute = static_cast<double>(result.requests()) /
                    static_cast<double>(result.steady_days() * minutes_a_day);
    for (std::int64_t wide : {1, 2, 5, 10, 20})
        if (a_minute * static_cast<double>(wide) >= 400) return wide;
    return 30;
}

// The day that is shown begins 12 hours before the peak, or 8 before the end of the outage with the
// highest peak after it.
Timestamp day_shown(const Result& result) {
    Timestamp from = result.peak.at - hours(12);
    double most = 0;
    for (const auto& [outage, peak] : result.outages)
        if (peak.per_second > most) {
            most = peak.per_second;
            from = outage.to - hours(8);
        }
    return std::clamp(Timestamp(std::chrono::floor<hours>(from)), beginning,
                      result.model.end() - days(1));
}

Panel day_panel(const Result& result) {
    Timestamp start = day_shown(result);
    std::int64_t wide = minutes_a_step(result);
    std::string axis("Hour of the day (UTC), from ");
    axis.append(date(start)).append(" on; steps of ").append(std::to_string(wide));
    axis.append(wide == 1 ? " minute" : " minutes");
    Panel panel{result.outages.empty() ? "Requests around the peak" : "Requests around the outage",
                "requests a second",
                left,
                112,
                width - left - right,
                210,
                0,
                24,
                {},
                axis,
                {}};
    for (int hour = 0; hour <= 24; hour += 2)
        panel.marks.push_back(
            {static_cast<double>(hour), tresor::format_rfc3339(start + hours(hour)).substr(11, 5)});
    Layer puts{"PUT", "b", {}}, others{"GET config, and others", "a", {}};
    for (std::int64_t i = 0; i < minutes_a_day; i += wide) {
        auto first = static_cast<std::size_t>((start - beginning) / minutes(1) + i);
        auto [all, put] = requests_in(result.tally, first, first + static_cast<std::size_t>(wide));
        double rate = result.factor / static_cast<double>(wide * 60);
        puts.heights.push_back(rate * put);
        others.heights.push_back(rate * (all - put));
    }
    panel.layers = {std::move(puts), std::move(others)};
    auto hour_of = [&](Timestamp time) {
        return static_cast<double>((time - start).count()) / 3600;
    };
    for (const Outage& outage : result.model.outages)
        if (outage.to > start && outage.from < start + hours(24))
            panel.shaded.push_back({hour_of(outage.from), hour_of(outage.to)});
    panel.shaded_name = "server out";
    return panel;
}

// One of three below, over the whole time.
Panel below(const Result& result, int column, std::string title, std::string unit) {
    constexpr double gap = 86, each = (width - left - right - 2 * gap) / 3;
    auto last = static_cast<double>(result.model.days);
    Panel panel{std::move(title),
                std::move(unit),
                left + column * (each + gap),
                448,
                each,
                180,
                0,
                last,
                {},
                "Day",
                {}};
    double step = 1;
    for (double wider : {2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0})
        if (last / step > 5) step = wider;
    for (double day = 0; day <= last; day += step) panel.marks.push_back({day, number_text(day)});
    return panel;
}

template <class Height>
std::vector<double> heights(const Result& result, Height&& height_of) {
    std::vector<double> heights;
    for (std::int64_t i = 0; i < result.model.days; ++i)
        heights.push_back(result.factor * static_cast<double>(height_of(
                                              result.tally.daily[static_cast<std::size_t>(i)])));
    return heights;
}

Panel objects_panel(const Result& result) {
    Panel panel = below(result, 0, "Backups stored", "backups");
    panel.layers = {
        {"kept by a phone", "a",
         heights(result, [](const Day& day) { return day.objects - day.left_behind; })},
        {"left behind", "b", heights(result, [](const Day& day) { return day.left_behind; })}};
    return panel;
}

Panel bytes_panel(const Result& result) {
    double most = result.factor * static_cast<double>(result.most.bytes);
    auto unit = units.begin();
    while (unit + 1 != units.end() && (unit + 1)->first <= most) ++unit;
    Panel panel = below(result, 1, "Bytes stored", unit->second);
    panel.layers = {{"all backups", "a", heights(result, [&](const Day& day) {
                         return static_cast<double>(day.bytes) / unit->first;
                     })}};
    return panel;
}

// The means of weeks, where days are too many to be told apart.
std::vector<double> by_week(const std::vector<double>& daily) {
    std::vector<double> weekly;
    for (std::size_t i = 0; i < daily.size(); i += 7) {
        std::size_t to = std::min(i + 7, daily.size());
        double sum = 0;
        for (std::size_t j = i; j < to; ++j) sum += daily[j];
        weekly.push_back(sum / static_cast<double>(to - i));
    }
    return weekly;
}

Panel sweep_panel(const Result& result) {
    bool weekly = result.model.days > 120;
    auto removed = [&](Cause cause) {
        auto daily = heights(result, [cause](const Day& day) {
            return day.removed[static_cast<std::size_t>(cause)];
        });
        return weekly ? by_week(daily) : daily;
    };
    Panel panel = below(result, 2, "Removed by the sweep", "backups a day");
    panel.bar = weekly ? 7 : 1;
    panel.layers = {{"left behind", "b", removed(Cause::left_behind)},
                    {"phone away", "a", removed(Cause::away)}};
    if (!result.ok()) panel.layers.push_back({"lost", "c", removed(Cause::lost)});
    return panel;
}

std::string heading(const Result& result) {
    std::string text = grouped(static_cast<double>(result.model.accounts));
    text.append(" accounts on one Safe service");
    return text;
}

std::string subheading(const Result& result) {
    auto mean = result.a_day(result.requests()) / 86400;
    std::string text = rate_text(mean);
    text.append(" requests a second on average, ").append(rate_text(result.peak.per_second));
    text.append(" at the peak. Lost though they should have been kept: ");
    text.append(result.ok() ? "none" : grouped(result.all(result.tally.totals.lost_accounts)));
    text.append(".");
    if (result.scaled)
        text.append(" Scaled from ")
            .append(grouped(static_cast<double>(result.model.simulated())))
            .append(" simulated accounts.");
    return text;
}

}  // namespace

std::string chart_of(const Result& result) {
    std::string head = heading(result), below = subheading(result);
    std::string svg("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1100 690\" ");
    svg.append("width=\"1100\" height=\"690\" role=\"img\" aria-labelledby=\"t d\">\n");
    svg.append("<title id=\"t\">").append(escaped(head)).append("</title>\n");
    svg.append("<desc id=\"d\">").append(escaped(below)).append("</desc>\n");
    svg.append("<style>").append(style).append("</style>\n");
    svg.append("<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
    svg.append("<text class=\"head\" x=\"24\" y=\"32\">").append(escaped(head)).append("</text>\n");
    svg.append("<text x=\"24\" y=\"53\">").append(escaped(below)).append("</text>\n");
    for (const Panel& panel :
         {day_panel(result), objects_panel(result), bytes_panel(result), sweep_panel(result)})
        svg.append(svg_of(panel));
    return svg.append("</svg>\n");
}

}  // namespace fleet
