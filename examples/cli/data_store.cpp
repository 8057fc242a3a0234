// data schedule, put, status: chat archives in a safe place, on time.

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>

#include <tresor/client/archives.hpp>

#include "archive.hpp"
#include "commands.hpp"
#include "stores.hpp"
#include "system.hpp"
#include "time_zone.hpp"

namespace cli {

using namespace tresor;
namespace fs = std::filesystem;

namespace {

storage::Every every_of(const Given& given) {
    auto every = storage::every_named(given.every);
    if (!every)
        throw Error(Errc::invalid_argument,
                    "--every is daily, weekly, monthly, quarterly or yearly");
    return *every;
}

std::optional<ThreemaId> owner_of(const Given& given) {
    return given.id.empty() ? std::nullopt : std::optional(ThreemaId(given.id));
}

constexpr const char* temporary_name = "tresor-deep-";

// In the folder for such things (TMPDIR): an archive may be larger than what is free there.
fs::path temporary_file() {
    std::error_code none;
    fs::path folder = fs::temp_directory_path(none);
    if (none) throw Error(Errc::io, "there is no folder for temporary files (TMPDIR names one)");
    std::random_device random;
    return folder / (temporary_name + std::to_string(random()) + std::to_string(random()) + ".zip");
}

// What a person can do about it.
std::string hint_for(const Error& error, const Given& given) {
    bool is_temporary = std::string_view(error.what()).find(temporary_name) != std::string::npos;
    if (error.code() == Errc::not_found)
        return "tresor store init " + given.store + " makes a store";
    if (error.code() == Errc::conflict && !given.force) return "--force replaces it";
    if (error.code() == Errc::io && is_temporary)
        return "the copy is there, but was not verified: TMPDIR names the folder for that";
    return {};
}

// What `work(store)` comes to; a failure gets a hint.
template <class Work>
auto with_store(const Tool& tool, const Work& work) {
    try {
        return work(*open_store(tool));
    } catch (const Error& error) {
        std::string hint = hint_for(error, tool.given);
        if (hint.empty()) throw;
        throw with_hint(error, hint);
    }
}

client::PutArchiveOptions options_of(const Tool& tool) {
    const Given& given = tool.given;
    client::PutArchiveOptions options;
    if (!given.keep.empty()) options.keep = storage::parse_keep_policy(given.keep);
    options.utc_offset = time_zone_named(given.time_zone);
    options.owner = owner_of(given);
    if (given.deep) options.deep = temporary_file();
    if (given.force) options.existing = Existing::replace;
    options.dry_run = given.dry_run;
    options.now = tool.now;
    return options;
}

std::string joined(const std::vector<std::string>& reasons) {
    std::string all;
    for (const std::string& reason : reasons) all += (all.empty() ? "" : ", ") + reason;
    return all;
}

const char* word_of(client::Fate fate, bool dry_run) {
    if (fate == client::Fate::kept) return "keep   ";
    if (fate == client::Fate::failed) return "failed ";
    return dry_run ? "would remove " : "removed";
}

void show_copies(Report& report, const std::vector<client::ThinnedCopy>& copies, bool dry_run) {
    for (auto list : {"kept", "removed", "failed"}) report.json[list] = Json::array();
    for (const auto& one : copies) {
        const char* list = one.fate == client::Fate::kept      ? "kept"
                           : one.fate == client::Fate::removed ? "removed"
                                                               : "failed";
        report.json[list].push_back({{"name", one.copy.object.name.text()},
                                     {"time", format_rfc3339(one.copy.time)},
                                     {"bytes", one.copy.object.size},
                                     {"reasons", one.reasons}});
        report.text += std::string(word_of(one.fate, dry_run)) + "  " +
                       one.copy.object.name.text() + "  (" + joined(one.reasons) + ")\n";
    }
}

const char* deed_of(const client::PutArchive& put, bool dry_run) {
    if (!put.uploaded) return " holds already ";
    return dry_run ? " would get " : " holds ";
}

Report report_of(const client::PutArchive& put, const std::string& where, bool dry_run) {
    Report report;
    report.json = {{"name", put.name.text()},
                   {"bytes", put.transferred.bytes},
                   {"sha256", hex(put.transferred.sha256)},
                   {"uploaded", put.uploaded},
                   {"dry_run", dry_run}};
    report.text = where + deed_of(put, dry_run) + put.name.text() + ": " +
                  plural(put.transferred.bytes, "byte") + ", SHA-256 " +
                  hex(put.transferred.sha256) + "\n";
    show_copies(report, put.copies, dry_run);
    report.error = put.first_failure;
    return report;
}

}  // namespace

Report data_schedule(const Tool& tool) {
    const Given& given = tool.given;
    auto zone = time_zone_named(given.time_zone);
    auto last = whole_seconds(moment_of(given.last, zone, "--last"));
    if (!last) throw Error(Errc::invalid_argument, "--last is when the last backup was made");
    Timestamp due = storage::next_due(every_of(given), *last, zone);
    Report report;
    report.json = {{"next_due", format_rfc3339(due)}, {"overdue", due <= tool.now}};
    report.line("next due", format_rfc3339(due) + " (" + ago(due, tool.now) + ")" +
                                (due <= tool.now ? ": overdue" : ""));
    return report;
}

Report data_put(const Tool& tool) {
    auto options = options_of(tool);
    std::string name = fs::path(tool.given.in).filename().string();
    return with_store(tool, [&](storage::Storage& store) {
        Archive file(tool);
        auto put = file.use([&](auto& at, auto& password, auto& reading) {
            options.reading = reading;
            return client::put_archive(store, at, name, password, options);
        });
        stop_if_interrupted();
        return report_of(put, store.describe(), options.dry_run);
    });
}

namespace {

struct OwnersStatus {
    std::optional<ThreemaId> owner;
    client::ArchiveStatus status;
};

Json json_of(const OwnersStatus& one) {
    const auto& last = one.status.last_good;
    Json json = {{"identity", nullptr},
                 {"last_good", nullptr},
                 {"name", nullptr},
                 {"bytes", nullptr},
                 {"generations", one.status.count},
                 {"total_bytes", one.status.bytes},
                 {"next_due", time_or_null(one.status.next_due)},
                 {"overdue", one.status.overdue}};
    if (one.owner) json["identity"] = std::string(one.owner->text());
    if (!last) return json;
    json["last_good"] = format_rfc3339(last->time);
    json["name"] = last->object.name.text();
    json["bytes"] = last->object.size;
    return json;
}

// Of each owner who has a copy, or of the one who was asked for.
std::vector<OwnersStatus> statuses_of(const Tool& tool, storage::Storage& store) {
    auto asked = owner_of(tool.given);
    auto zone = time_zone_named(tool.given.time_zone);
    std::map<ThreemaId, std::vector<client::ArchiveCopy>> by_owner;
    if (asked) by_owner[*asked] = {};
    for (auto& copy : client::archive_copies(store, asked)) by_owner[copy.owner].push_back(copy);
    std::vector<OwnersStatus> all;
    for (const auto& [owner, copies] : by_owner)
        all.push_back(
            {owner, client::archive_status(copies, every_of(tool.given), tool.now, zone)});
    return all;
}

void show(Report& report, const OwnersStatus& one, Timestamp now) {
    const auto& last = one.status.last_good;
    report.line("owner", one.owner ? one.owner->text() : std::string_view("unknown"));
    if (last) {
        report.line("last good", format_rfc3339(last->time) + " (" + ago(last->time, now) + ")");
        report.line("name", last->object.name.text());
        report.line("size", plural(last->object.size, "byte"));
        report.line("all", plural(one.status.count, "generation") + ", " +
                               plural(one.status.bytes, "byte"));
        report.line("next due",
                    format_rfc3339(*one.status.next_due) + (one.status.overdue ? ": overdue" : ""));
        return;
    }
    report.line("last good", "none: a backup is overdue");
}

Report status_of(const Tool& tool, storage::Storage& store) {
    auto all = statuses_of(tool, store);
    // The one who has waited longest speaks for all: nobody is overdue unless he is.
    auto worst = std::min_element(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return a.status.next_due < b.status.next_due;
    });
    Report report;
    report.json = json_of(worst == all.end() ? OwnersStatus{} : *worst);
    report.json["store"] = store.describe();
    report.json["owners"] = Json::array();
    report.line("store", store.describe());
    if (all.empty()) report.line("last good", "none: a backup is overdue");
    for (const OwnersStatus& one : all) {
        report.json["owners"].push_back(json_of(one));
        show(report, one, tool.now);
    }
    return report;
}

}  // namespace

Report data_status(const Tool& tool) {
    every_of(tool.given);
    return with_store(tool, [&](storage::Storage& store) { return status_of(tool, store); });
}

}  // namespace cli
