#include "data_backup/stats_words.hpp"

namespace tresor::data_backup {

namespace {

const StatsWords english{
    .language = "en",
    .title = "Chat statistics",
    .empty = "There are no messages in this backup.",
    .messages = "Messages",
    .sent = "Sent",
    .received = "Received",
    .chats = "Chats",
    .files = "Files",
    .notices = "Calls and notices",
    .deleted = "Deleted",
    .silence = "Longest silence",
    .since = "from %1 on",
    .over_time = "Messages over time",
    .hours = "By hour",
    .weekdays = "By weekday",
    .chats_title = "Chats",
    .media_title = "Pictures, videos, files",
    .findings = "What was odd",
    .per_day = "Messages on each day, %1 to %2",
    .per_month = "Messages in each month, %1 to %2",
    .per_year = "Messages in each year, %1 to %2",
    .per_years = "Messages in stretches of years, %1 to %2",
    .most = "Most: %1 (%2)",
    .numbers = "As numbers",
    .time = "Time",
    .hour = "Hour",
    .weekday = "Weekday",
    .chat = "Chat",
    .last = "Last message",
    .kind = "Kind",
    .count = "Messages",
    .present = "In the backup",
    .size = "Size",
    .more_chats = "%1 more chats",
    .more_findings = "%1 more",
    .minutes = {"1 minute", "%1 minutes"},
    .hours_long = {"1 hour", "%1 hours"},
    .days = {"1 day", "%1 days"},
    .weekday_letters = 3,
    .thousands = ',',
};

const StatsWords german{
    .language = "de",
    .title = "Chat-Statistik",
    .empty = "In diesem Backup sind keine Nachrichten.",
    .messages = "Nachrichten",
    .sent = "Gesendet",
    .received = "Empfangen",
    .chats = "Chats",
    .files = "Dateien",
    .notices = "Anrufe und Hinweise",
    .deleted = "Gelöscht",
    .silence = "Längste Stille",
    .since = "ab %1",
    .over_time = "Nachrichten im Lauf der Zeit",
    .hours = "Nach Stunde",
    .weekdays = "Nach Wochentag",
    .chats_title = "Chats",
    .media_title = "Bilder, Videos, Dateien",
    .findings = "Auffälligkeiten",
    .per_day = "Nachrichten an jedem Tag, %1 bis %2",
    .per_month = "Nachrichten in jedem Monat, %1 bis %2",
    .per_year = "Nachrichten in jedem Jahr, %1 bis %2",
    .per_years = "Nachrichten in Zeiträumen von Jahren, %1 bis %2",
    .most = "Am meisten: %1 (%2)",
    .numbers = "Als Zahlen",
    .time = "Zeit",
    .hour = "Stunde",
    .weekday = "Wochentag",
    .chat = "Chat",
    .last = "Letzte Nachricht",
    .kind = "Art",
    .count = "Nachrichten",
    .present = "Im Backup",
    .size = "Größe",
    .more_chats = "%1 weitere Chats",
    .more_findings = "%1 weitere",
    .minutes = {"1 Minute", "%1 Minuten"},
    .hours_long = {"1 Stunde", "%1 Stunden"},
    .days = {"1 Tag", "%1 Tage"},
    .weekday_letters = 2,
    .thousands = '.',
};

}  // namespace

const StatsWords& stats_words_of(Language language) {
    return language == Language::german ? german : english;
}

}  // namespace tresor::data_backup
