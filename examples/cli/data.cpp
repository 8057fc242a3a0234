// data info, verify, list, salvage: chat archives as a whole.

#include "archive.hpp"
#include "commands.hpp"
#include "system.hpp"
#include "time_zone.hpp"

namespace cli {

using namespace tresor;
using namespace tresor::data_backup;

namespace {

// Of all chats together.
struct Sum {
    ChatSummary all;
    bool complete = true;  // no chat is damaged

    void add(const std::optional<ChatSummary>& one) {
        complete = complete && one;
        if (!one) return;
        all.messages += one->messages;
        all.media += one->media;
        all.media_bytes += one->media_bytes;
        if (one->first && (!all.first || *one->first < *all.first)) all.first = one->first;
        if (one->last && (!all.last || *one->last > *all.last)) all.last = one->last;
    }
};

Json owner_of(const DataBackup& archive) {
    return archive.identity() ? Json(std::string(archive.identity()->text())) : Json(nullptr);
}

// As wide as each other.
std::string_view kind_text(ChatKind kind) {
    if (kind == ChatKind::contact) return "chat ";
    return kind == ChatKind::group ? "group" : "list ";
}

std::string version_text(int version) {
    return std::to_string(version) +
           (version > newest_version
                ? " (newer than " + std::to_string(newest_version) + ", the newest that is known)"
                : "");
}

}  // namespace

Report data_info(const Tool& tool) {
    Archive file(tool);
    DataBackup archive = file.open();
    Report report;
    Sum sum;
    for (const Chat& chat : archive.chats()) sum.add(summary_of(archive, chat, report));
    Json owner = owner_of(archive);
    report.json = {{"version", archive.version()},
                   {"identity", owner},
                   {"contacts", archive.contacts().size()},
                   {"groups", archive.groups().size()},
                   {"distribution_lists", archive.distribution_lists().size()},
                   {"chats", archive.chats().size()},
                   {"polls", archive.polls().size()},
                   {"messages", sum.all.messages},
                   {"media", sum.all.media},
                   {"media_bytes", sum.all.media_bytes},
                   {"first", time_or_null(whole_seconds(sum.all.first))},
                   {"last", time_or_null(whole_seconds(sum.all.last))},
                   {"bytes", file.size()}};
    report.line("owner", owner.is_null() ? "unknown" : owner.get<std::string>());
    report.line("version", version_text(archive.version()));
    report.line("contacts", std::to_string(archive.contacts().size()));
    report.line("groups", std::to_string(archive.groups().size()));
    report.line("lists", std::to_string(archive.distribution_lists().size()));
    report.line("messages", std::to_string(sum.all.messages) + " in " +
                                plural(archive.chats().size(), "chat") +
                                (sum.complete ? "" : ", without those of damaged ones"));
    report.line("media", sum.all.media == 0 ? "none"
                                            : plural(sum.all.media, "file") + ", " +
                                                  plural(sum.all.media_bytes, "byte"));
    if (sum.all.first) report.line("first message", time_text(sum.all.first));
    if (sum.all.last) report.line("last message", time_text(sum.all.last));
    report.line("size", plural(file.size(), "byte"));
    add_warnings(report, archive.findings());
    return report;
}

Report data_verify(const Tool& tool) {
    Archive file(tool);
    auto verified = file.use(
        [](auto& at, auto& password, auto& options) { return verify(at, password, options); });
    stop_if_interrupted();
    Report report;
    report.json = {{"ok", verified.ok()}, {"entries", verified.entries}, {"bytes", verified.bytes}};
    show_bad_entries(report, verified.bad, verified.bad_count);
    if (verified.ok())
        report.text = entries_text(verified.entries) +
                      ", all whole: " + plural(verified.bytes, "byte") + "\n";
    add_warnings(report, std::move(verified.findings));
    return report;
}

Report data_list(const Tool& tool) {
    Archive file(tool);
    DataBackup archive = file.open();
    Report report;
    Json chats = Json::array();
    for (const Chat& chat : archive.chats()) {
        auto summary = summary_of(archive, chat, report);
        Json messages = nullptr, media = nullptr, first = nullptr, last = nullptr;
        if (summary) {
            messages = summary->messages;
            media = summary->media;
            first = time_or_null(whole_seconds(summary->first));
            last = time_or_null(whole_seconds(summary->last));
        }
        chats.push_back({{"kind", name_of(chat.kind)},
                         {"id", chat.id},
                         {"name", chat.name},
                         {"messages", messages},
                         {"media", media},
                         {"first", first},
                         {"last", last}});
        std::string count = summary ? plural(summary->messages, "message") : "damaged";
        std::string files = summary ? plural(summary->media, "file") : "";
        report.text += right(count, 17) + "  " + right(files, 12) + "  " +
                       time_text(summary ? summary->last : std::nullopt) + "  " +
                       std::string(kind_text(chat.kind)) + "  " + harmless(chat.id) + "  " +
                       harmless(chat.name) + "\n";
    }
    report.json = {{"chats", std::move(chats)}};
    add_warnings(report, archive.findings());
    return report;
}

Report data_salvage(const Tool& tool) {
    const Given& given = tool.given;
    Tool::check_distinct({given.out}, {given.in, tool.password_file});
    tool.check_files();
    Archive file(tool);
    file.without_hints();
    auto save_into = [&](ByteSink& sink) {
        return file.use([&](auto& at, auto& password, auto& options) {
            return salvage(at, password, sink, options);
        });
    };
    Salvaged saved;
    if (tool.talks()) {
        auto sink = tool.open_output();
        saved = save_into(*sink);
        stop_if_interrupted();
        sink->commit();
    } else {
        saved = save_into(*open_stdout());
    }
    Report report;
    report.json = {{"recovered", saved.recovered}, {"lost", saved.lost}};
    report.text = entries_text(saved.recovered) + " saved, " + std::to_string(saved.lost) +
                  " lost, not counting what was cut off\n";
    return report;
}

}  // namespace cli
