// What the page of statistics says, in the languages it can say it in.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <tresor/data_backup/export.hpp>

namespace tresor::data_backup {

struct StatsWords {
    std::string_view language;  // as in HTML
    std::string_view title, empty;
    std::string_view messages, sent, received, chats, files, notices, deleted, silence, since;
    std::string_view over_time, hours, weekdays, chats_title, media_title, findings;
    std::string_view per_day, per_month, per_year, per_years;  // in a description
    std::string_view most;                                     // "most: %1 (%2)"
    std::string_view numbers, time, hour, weekday, chat, last, kind, count, present, size;
    std::string_view more_chats;                                // "%1 more chats"
    std::string_view more_findings;                             // "%1 more"
    std::array<std::string_view, 2> minutes, hours_long, days;  // one, many
    std::size_t weekday_letters;                                // of a short name
    char thousands;
};

const StatsWords& stats_words_of(Language language);

}  // namespace tresor::data_backup
