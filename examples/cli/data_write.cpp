// data create, filter, merge: archives that the app restores.

#include <filesystem>

#include <tresor/data_backup/filter.hpp>

#include "archive.hpp"
#include "commands.hpp"
#include "progress.hpp"
#include "system.hpp"
#include "time_zone.hpp"

namespace cli {

using namespace tresor;
using namespace tresor::data_backup;

namespace {

// Lengths are those of the app, all else is the policy of a Safe.
safe::PasswordPolicy policy() {
    auto policy = safe::library_policy();
    policy.min_length = 8;
    policy.min_counts = safe::Count::utf16_units;
    policy.max_utf16_units = 256;
    policy.max_bytes = 0;
    return policy;
}

WriteOptions write_options(const Tool& tool) {
    const std::string& zone = tool.given.time_zone;
    WriteOptions options;
    options.made_at = tool.now;
    options.utc_offset = time_zone_named(zone.empty() ? "local" : zone);
    options.jobs = jobs_of(tool.given);
    options.progress = progress_bar(tool);
    return options;
}

Cut cut_of(const Given& given) {
    UtcOffset zone = time_zone_named(given.time_zone.empty() ? "UTC" : given.time_zone);
    Cut cut;
    cut.chats = given.chats;
    cut.since = moment_of(given.since, zone, "--since");
    cut.until = moment_of(given.until, zone, "--until");
    if (cut.since && cut.until && *cut.until <= *cut.since)
        throw Error(Errc::invalid_argument, "--until is not after --since");
    cut.media = !given.no_media;
    return cut;
}

// Before any password is asked for.
void check_paths(const Tool& tool) {
    const Given& given = tool.given;
    if (given.second == "-")
        throw Error(Errc::invalid_argument,
                    "an archive is read from its end: give a file, not standard input");
    Tool::check_distinct({given.out},
                         {given.in, given.second, tool.password_file, given.new_password_file,
                          given.second_password_file, given.identity_password_file});
    tool.check_files();
}

// It would become part of itself.
void check_outside(const std::string& out, const std::string& folder) {
    namespace fs = std::filesystem;
    if (out == "-") return;
    std::error_code none;
    fs::path parent = fs::path(out).parent_path();
    if (fs::equivalent(parent.empty() ? "." : parent, folder, none))
        throw Error(Errc::invalid_argument, out + " lies in the folder that goes into it");
}

// The output with what `make` writes into it.
template <class Make>
Rewritten write_archive(const Tool& tool, const Make& make) {
    if (!tool.talks()) return make(*open_stdout());
    auto sink = tool.open_output();
    Rewritten made = make(*sink);
    stop_if_interrupted();
    sink->commit();
    return made;
}

// Of the new archive: the old one's, unless another is given.
Password output_password(const Tool& tool, const Password& old) {
    const std::string& file = tool.given.new_password_file;
    if (!file.empty()) return tool.new_password(file, policy());
    try {
        require_archive_password(old);
    } catch (const Error& error) {
        throw with_hint(error,
                        "give --new-password-file: the old one is not taken for a new archive");
    }
    return old.clone();
}

Report report_of(Rewritten made) {
    Report report;
    Json conflicts = Json::array();
    for (const Finding& conflict : made.conflicts) {
        conflicts.push_back({{"pointer", conflict.pointer}, {"reason", conflict.reason}});
        report.text +=
            "conflict  " + harmless(conflict.pointer) + ": " + harmless(conflict.reason) + "\n";
    }
    report.json = {{"entries", made.entries},
                   {"bytes", made.bytes},
                   {"messages", made.messages},
                   {"conflicts", std::move(conflicts)}};
    report.text += entries_text(made.entries) + ", " + plural(made.messages, "message") + ", " +
                   plural(made.bytes, "byte") + "\n";
    show_bad_entries(report, made.bad, made.bad.size());
    add_warnings(report, std::move(made.findings));
    return report;
}

// Which of two archives it is about.
void check_second(ReadAt& file, const Password& password, const Tool& tool) {
    try {
        ReadOptions options;
        options.allow_unencrypted = tool.given.allow_unencrypted;
        options.assume_version = tool.given.assume_version;
        DataBackup opened(file, password, options);
    } catch (const Error& error) {
        bool other_password =
            error.code() == Errc::auth_failed && tool.given.second_password_file.empty();
        throw with_hint(error, "of " + tool.given.second +
                                   (other_password ? ": give --second-password-file" : ""));
    }
}

}  // namespace

Report data_create(const Tool& tool) {
    const Given& given = tool.given;
    WriteOptions options = write_options(tool);
    check_paths(tool);
    if (!std::filesystem::is_directory(given.folder))
        throw Error(Errc::io, given.folder + " is no folder that can be read");
    check_outside(given.out, given.folder);
    Password password =
        tool.new_password(tool.password_file, policy(), "Password of the new archive: ");
    const std::string& file = given.identity_password_file;
    Password identity_password =
        file.empty() ? password.clone() : tool.password_of("the ID export", file);
    Rewritten made;
    try {
        made = write_archive(tool, [&](ByteSink& sink) {
            return create(given.folder, identity_password, sink, password, options);
        });
    } catch (const Error& error) {
        if (error.code() != Errc::auth_failed || !file.empty()) throw;
        throw with_hint(error, "give --identity-password-file: the password of the ID export");
    }
    return report_of(std::move(made));
}

Report data_filter(const Tool& tool) {
    WriteOptions write = write_options(tool);
    Cut cut = cut_of(tool.given);
    check_paths(tool);
    Archive file(tool);
    Password password = output_password(tool, file.password());
    return report_of(write_archive(tool, [&](ByteSink& sink) {
        return file.use([&](ReadAt& at, const Password& old, const ReadOptions& read) {
            return filter({at, old}, sink, password, cut, write, read);
        });
    }));
}

Report data_merge(const Tool& tool) {
    const Given& given = tool.given;
    WriteOptions write = write_options(tool);
    check_paths(tool);
    FileReadAt second(given.second);
    Archive file(tool);
    Password second_password =
        given.second_password_file.empty()
            ? file.password().clone()
            : tool.password_of("the second archive", given.second_password_file);
    Password password = output_password(tool, file.password());
    file.open();
    check_second(second, second_password, tool);
    return report_of(write_archive(tool, [&](ByteSink& sink) {
        return file.use([&](ReadAt& at, const Password& old, const ReadOptions& read) {
            return merge({at, old}, {second, second_password}, sink, password, write, read);
        });
    }));
}

}  // namespace cli
