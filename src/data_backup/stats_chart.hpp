// Bar charts as HTML with inline SVG, without scripts: the bars stretch, the words do not.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tresor::data_backup {

struct Bar {
    std::string label;
    std::uint64_t count = 0;
    std::string axis = {};  // below the bar
};

struct Chart {
    std::string id;  // of its elements; plain
    std::string title, description;
    std::vector<Bar> bars;
    std::size_t label_every = 1;  // the bars that have words below them
};

std::string grouped(std::uint64_t number, char thousands);

// The picture alone; of at most some hundred bars.
std::string chart_html(const Chart& chart, char thousands);

// One bar of two parts, `whole` being the longest there is. For the eye: the numbers stand beside
// it.
std::string stacked_bar(std::uint64_t first, std::uint64_t second, std::uint64_t whole);

// What happened on days ("2025-01-31"), by the days, months, years or stretches of years in which
// it fills at most about a hundred bars, those without anything included.
enum class Stretch { day, month, year, years };
struct Timeline {
    Stretch stretch = Stretch::day;
    std::int64_t years = 1;  // how many are in a bar
    std::vector<Bar> bars;   // labels: "2025-01-31", "2025-01", "2025", "2020"
};
Timeline timeline_of(const std::map<std::string, std::uint64_t>& per_day);

}  // namespace tresor::data_backup
