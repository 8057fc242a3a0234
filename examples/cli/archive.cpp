#include "archive.hpp"

#include <algorithm>
#include <filesystem>

#include "progress.hpp"
#include "system.hpp"
#include "time_zone.hpp"

namespace cli {

using namespace tresor;
using namespace tresor::data_backup;

namespace {

ReadOptions options_of(const Tool& tool) {
    if (tool.given.in == "-")
        throw Error(Errc::invalid_argument,
                    "an archive is read from its end: give a file, not standard input");
    ReadOptions options;
    options.allow_unencrypted = tool.given.allow_unencrypted;
    options.assume_version = tool.given.assume_version;
    options.unix_line_ends = tool.given.unix_line_ends;
    options.jobs = jobs_of(tool.given);
    options.progress = progress_bar(tool);
    return options;
}

bool is_damage(Errc code) {
    return code == Errc::auth_failed || code == Errc::malformed || code == Errc::too_large ||
           code == Errc::unsupported;
}

}  // namespace

Archive::Archive(const Tool& tool)
    : options_(options_of(tool)),
      file_(tool.given.in),
      password_(tool.password_of("the archive", tool.password_file)) {}

// By the texts of the library, which tell one case from another better than codes can.
std::string Archive::hint_for(const Error& error) const {
    auto says = [&](const char* word) {
        return std::string_view(error.what()).find(word) != std::string_view::npos;
    };
    if (error.code() == Errc::unsupported && says("encrypted"))
        return "--allow-unencrypted reads it all the same";
    if (says("does not tell whose it is")) return "--id tells it";
    if (says("does not tell when it was made"))
        return "name the file as the app does: threema-backup_<milliseconds since 1970>_1.zip";
    if (says("damaged entries")) return "tresor data verify names them";
    if (error.code() != Errc::malformed || !hints_) return {};
    if (says("exported chat")) return "any program for zip files with AES opens it";
    if (says("no settings")) return "--assume-version reads it all the same";
    bool begins_like_one = file_.size() >= 4;
    if (begins_like_one) {
        Bytes head(4);
        const_cast<FileReadAt&>(file_).read_at(0, head);
        begins_like_one = as_text(head) == "PK\x03\x04";
    }
    return begins_like_one ? "tresor data salvage may save what is whole in it" : "";
}

DataBackup Archive::open() {
    return use([](ReadAt& file, const Password& password, const ReadOptions& options) {
        return DataBackup(file, password, options);
    });
}

std::optional<ChatSummary> summary_of(DataBackup& archive, const Chat& chat, Report& report) {
    stop_if_interrupted();
    try {
        return archive.summary(chat);
    } catch (const Error& error) {
        if (!is_damage(error.code())) throw;
        report.warnings.push_back({chat.entry, error.what()});
        return std::nullopt;
    }
}

void add_warnings(Report& report, std::vector<Finding> findings) {
    auto ours = std::exchange(report.warnings, std::move(findings));
    auto is_told = [&](const Finding& finding) {
        return std::any_of(report.warnings.begin(), report.warnings.end(),
                           [&](const Finding& told) { return told.pointer == finding.pointer; });
    };
    std::erase_if(ours, is_told);
    report.warnings.insert(report.warnings.end(), ours.begin(), ours.end());
    report.json["warnings"] = Json::array();  // filled where it is shown
}

void show_bad_entries(Report& report, const std::vector<BadEntry>& bad, std::uint64_t count) {
    report.json["bad_entries"] = Json::array();
    for (const BadEntry& entry : bad) {
        report.json["bad_entries"].push_back({{"name", entry.name},
                                              {"code", static_cast<int>(entry.code)},
                                              {"reason", entry.reason}});
        report.text += "damaged  " + harmless(entry.name) + ": " + harmless(entry.reason) + "\n";
    }
    report.json["bad_count"] = count;
    if (count > bad.size())
        report.text += "damaged  " + std::to_string(count - bad.size()) + " more\n";
    if (count == 0) return;
    bool tampered = std::any_of(bad.begin(), bad.end(), [](const BadEntry& entry) {
        return entry.code == Errc::auth_failed;
    });
    report.error = Error(tampered ? Errc::auth_failed : Errc::malformed,
                         entries_text(count).append(count == 1 ? " is damaged" : " are damaged"));
}

void check_new_folder(const std::string& path) {
    namespace fs = std::filesystem;
    if (path == "-") throw Error(Errc::invalid_argument, "this goes into a folder, not to -");
    if (!fs::exists(fs::symlink_status(path))) return;
    if (!fs::is_directory(path) || !fs::is_empty(path))
        throw Error(Errc::conflict, path + " exists already (give a folder that is new or empty)");
}

std::string entries_text(std::uint64_t count) {
    return std::to_string(count) + (count == 1 ? " entry" : " entries");
}

std::string time_text(OptionalMoment moment) {
    return moment ? format_rfc3339(whole_seconds(*moment)) : std::string(20, ' ');
}

}  // namespace cli
