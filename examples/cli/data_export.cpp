// data extract, export, stats: what is made of a chat archive.

#include <algorithm>

#include <tresor/data_backup/export.hpp>
#include <tresor/data_backup/stats.hpp>

#include "archive.hpp"
#include "commands.hpp"
#include "system.hpp"
#include "time_zone.hpp"

namespace cli {

using namespace tresor;
using namespace tresor::data_backup;

namespace {

Format format_named(const std::string& name) {
    if (name == "html") return Format::html;
    if (name == "json") return Format::json;
    if (name == "text") return Format::text;
    throw Error(Errc::invalid_argument, "the formats are html, json and text");
}

Language language_named(const std::string& name) {
    if (name == "en") return Language::english;
    if (name == "de") return Language::german;
    throw Error(Errc::invalid_argument, "the languages are en and de");
}

ExportOptions options_of(const Given& given) {
    ExportOptions options;
    options.format = format_named(given.format);
    options.chats = given.chats;
    options.utc_offset = time_zone_named(given.time_zone);
    options.since = moment_of(given.since, options.utc_offset, "--since");
    options.until = moment_of(given.until, options.utc_offset, "--until");
    if (options.since && options.until && *options.until <= *options.since)
        throw Error(Errc::invalid_argument, "--until is not after --since");
    options.language = language_named(given.language);
    options.media = !given.no_media;
    return options;
}

}  // namespace

Report data_extract(const Tool& tool) {
    const Given& given = tool.given;
    check_new_folder(given.folder);
    Archive file(tool);
    auto extracted = file.use([&](auto& at, auto& password, auto& options) {
        return extract(at, password, given.folder, given.media_only, options);
    });
    Report report;
    report.json = {{"files", extracted.files}, {"bytes", extracted.bytes}};
    show_bad_entries(report, extracted.bad, extracted.bad.size());
    report.text += plural(extracted.files, "file") + ", " + plural(extracted.bytes, "byte") + "\n";
    return report;
}

Report data_export(const Tool& tool) {
    const Given& given = tool.given;
    ExportOptions options = options_of(given);
    check_new_folder(given.folder);
    Archive file(tool);
    DataBackup archive = file.open();
    auto made = export_chats(archive, given.folder, options);
    Report report;
    report.json = {{"chats", made.chats}, {"messages", made.messages}, {"media", made.media}};
    report.text = plural(made.messages, "message") + " of " + plural(made.chats, "chat") + ", " +
                  plural(made.media, "file") + " in " + given.folder + "\n";
    show_bad_entries(report, made.bad, made.bad.size());
    add_warnings(report, std::move(made.findings));
    return report;
}

namespace {

std::uint64_t messages_of(const ChatStats& chat) { return chat.sent + chat.received; }

// Whole seconds; null where there is no silence.
Json silence(Millis length, OptionalMoment from) {
    if (!from) return nullptr;
    return std::chrono::floor<Seconds>(length).count();
}

Json json_of(const ChatStats& chat) {
    return {{"kind", name_of(chat.kind)},
            {"id", chat.id},
            {"name", chat.name},
            {"messages", messages_of(chat)},
            {"sent", chat.sent},
            {"received", chat.received},
            {"notices", chat.notices},
            {"deleted", chat.deleted},
            {"by_sender", Json(chat.by_sender)},
            {"media", chat.media},
            {"media_bytes", chat.media_bytes},
            {"first", time_or_null(whole_seconds(chat.first))},
            {"last", time_or_null(whole_seconds(chat.last))},
            {"longest_silence_seconds", silence(chat.longest_silence, chat.silence_from)},
            {"silence_from", time_or_null(whole_seconds(chat.silence_from))}};
}

Json json_of(const Stats& stats) {
    Json chats = Json::array(), media = Json::object();
    for (const ChatStats& chat : stats.chats) chats.push_back(json_of(chat));
    for (const auto& [kind, of] : stats.media)
        media[kind] = {{"count", of.count}, {"present", of.present}, {"bytes", of.bytes}};
    return {{"messages", stats.messages},
            {"sent", stats.sent},
            {"received", stats.received},
            {"notices", stats.notices},
            {"deleted", stats.deleted},
            {"first", time_or_null(whole_seconds(stats.first))},
            {"last", time_or_null(whole_seconds(stats.last))},
            {"longest_silence_seconds", silence(stats.longest_silence, stats.silence_from)},
            {"silence_from", time_or_null(whole_seconds(stats.silence_from))},
            {"chats", std::move(chats)},
            {"per_day", Json(stats.per_day)},
            {"per_hour", stats.per_hour},
            {"per_weekday", stats.per_weekday},
            {"media", std::move(media)}};
}

std::string span_text(Millis length) {
    auto seconds = static_cast<std::uint64_t>(std::chrono::floor<Seconds>(length).count());
    return seconds >= 2 * 86400  ? plural(seconds / 86400, "day")
           : seconds >= 2 * 3600 ? plural(seconds / 3600, "hour")
                                 : plural(seconds / 60, "minute");
}

void say(const Stats& stats, Report& report) {
    report.line("messages", std::to_string(stats.messages) + " (" + std::to_string(stats.sent) +
                                " sent, " + std::to_string(stats.received) + " received)");
    report.line("besides", plural(stats.notices, "notice") + ", " + std::to_string(stats.deleted) +
                               " deleted");
    if (stats.first) report.line("first message", time_text(stats.first));
    if (stats.last) report.line("last message", time_text(stats.last));
    auto by_count = [](const auto& a, const auto& b) { return a.second < b.second; };
    auto day = std::max_element(stats.per_day.begin(), stats.per_day.end(), by_count);
    if (day != stats.per_day.end())
        report.line("busiest day", day->first + ", " + plural(day->second, "message"));
    auto hour = std::max_element(stats.per_hour.begin(), stats.per_hour.end());
    if (*hour > 0)
        report.line("busiest hour", std::to_string(hour - stats.per_hour.begin()) + ":00, " +
                                        plural(*hour, "message"));
    if (stats.silence_from)
        report.line("longest silence",
                    span_text(stats.longest_silence) + ", from " + time_text(stats.silence_from));
    for (const auto& [kind, of] : stats.media)
        report.line(kind, std::to_string(of.count) + ", " + std::to_string(of.present) +
                              " with their file, " + plural(of.bytes, "byte"));
    for (const ChatStats& chat : stats.chats)
        report.text += right(std::to_string(messages_of(chat)), 9) + " messages  " +
                       right(std::to_string(chat.media), 6) + " files  " + time_text(chat.last) +
                       "  " + harmless(chat.id) + "  " + harmless(chat.name) + "\n";
}

}  // namespace

Report data_stats(const Tool& tool) {
    const Given& given = tool.given;
    Language language = language_named(given.language);
    UtcOffset zone = time_zone_named(given.time_zone);
    Tool::check_distinct({given.out}, {given.in, tool.password_file});
    tool.check_files();
    Archive file(tool);
    DataBackup archive = file.open();
    Stats stats = statistics(archive, zone);
    stop_if_interrupted();
    if (!given.out.empty()) tool.write_output(as_bytes(statistics_page(stats, language, zone)));
    Report report;
    report.json = json_of(stats);
    say(stats, report);
    if (!given.out.empty()) report.line("page", given.out);
    add_warnings(report, std::move(stats.findings));
    return report;
}

}  // namespace cli
