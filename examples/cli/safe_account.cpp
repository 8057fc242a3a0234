// safe enable, backup, status, restore: the life of one account's Safe.

#include <tresor/storage/retention.hpp>

#include "account.hpp"
#include "commands.hpp"
#include "stores.hpp"
#include "system.hpp"

namespace cli {
namespace {

using namespace tresor;
namespace fs = std::filesystem;

void make_private_folders(const fs::path& folder) {
    fs::create_directories(folder);
    fs::permissions(folder, fs::perms::owner_all);
}

// Asks for no password where there is no store.
void check_store(const Tool& tool) {
    const std::string& location = tool.given.store;
    if (storage::depends_on_backup_id(location)) return;
    try {
        storage::get_limits(*open_store(tool));
    } catch (const Error& error) {
        if (error.code() != Errc::not_found) throw;
        bool server = location.starts_with("http");
        throw with_hint(error, server ? "whoever runs the server makes it; a WebDAV folder of your "
                                        "own: webdav+" +
                                            location
                                      : "tresor store init " + location + " makes a store");
    }
}

}  // namespace

Report safe_enable(const Tool& tool) {
    const Given& given = tool.given;
    if (given.data == "-")
        throw Error(Errc::invalid_argument,
                    "--data must be a file: every later backup reads it again");
    ThreemaId identity(given.id);
    check_store(tool);
    fs::path path = state_path(given);
    if (given.state.empty()) make_private_folders(path.parent_path());
    auto states = open_states(path);
    auto existing = given.replace ? Existing::replace : Existing::refuse;
    auto state = states.load();
    if (state && state->cycle.enabled && !given.replace)
        throw Error(Errc::conflict, "Safe of " + std::string(state->identity.text()) +
                                        " is switched on already (tresor safe status; --replace "
                                        "changes password or store)");
    auto account = read_account(given.data, identity);
    Password password = tool.new_password(tool.password_file);
    stop_if_interrupted();
    client::Notes notes{note_of(given), absolute_path(given.data)};
    try {
        auto outcome = make_client(tool, states)
                           .enable(password, identity, account.backup, tool.now, notes, existing);
        Report report = report_of(outcome, std::move(account.findings),
                                  given.replace ? "it replaces what was there" : nullptr);
        report.text += "remembered in " + path.string() + "\n";
        tell_pending(tool, states);
        return report;
    } catch (const Error& error) {
        if (error.code() != Errc::conflict) throw;
        if (given.replace) throw;
        throw with_hint(error, "--replace writes over it");
    }
}

Report safe_backup(const Tool& tool) {
    fs::path path = state_path(tool.given);
    auto states = open_states(path);
    auto state = load_state(states, path);
    std::optional<safe::Imported> account;
    if (!tool.given.data.empty() && state.cycle.enabled)
        account = read_account(tool.given.data, state.identity);
    auto read = [&](const ThreemaId& identity, const std::string& data) {
        if (!account) account = read_account(data, identity);
        stop_if_interrupted();
        return std::move(account->backup);
    };
    auto trigger = tool.given.now ? safe::Trigger::force : safe::Trigger::tick;
    try {
        auto outcome = make_client(tool, states).tick(read, tool.now, trigger);
        tell_pending(tool, states);
        return report_of(outcome, account ? std::move(account->findings) : std::vector<Finding>());
    } catch (const Error& error) {
        Report report;
        report.json = {{"warnings", Json::array()}};
        report.error = error;
        if (auto now_saved = states.load())
            for (const auto& warning : safe::cycle_warnings(now_saved->cycle, tool.now))
                report.warnings.push_back({"", warning.text()});
        return report;
    }
}

namespace {

Json json_of(const client::Status& status) {
    auto number = [&](auto value) { return status.enabled ? Json(value) : Json(nullptr); };
    auto text = [&](std::string_view value) { return value.empty() ? Json(nullptr) : Json(value); };
    return {{"enabled", status.enabled},
            {"identity", status.identity.text()},
            {"store", text(status.store)},
            {"backup_id", status.backup_id ? Json(status.backup_id->hex()) : Json(nullptr)},
            {"last_upload", time_or_null(status.cycle.last_upload)},
            {"last_outcome", text(status.last_outcome)},
            {"next_due", time_or_null(status.next_due)},
            {"refresh_due", time_or_null(status.refresh_due)},
            {"expires_at", time_or_null(status.expires_at)},
            {"retention_days", number(status.cycle.retention_days)},
            {"max_backup_bytes", number(status.max_backup_bytes)},
            {"backup_bytes", number(status.backup_bytes)},
            {"failing_since", time_or_null(status.cycle.failing_since)},
            {"pending_removal", status.pending_removal},
            {"warnings", Json::array()}};
}

void add_lines(Report& report, const client::Status& status, Timestamp now) {
    report.line("Safe of",
                std::string(status.identity.text()) + (status.enabled ? ", on" : ", off"));
    for (const std::string& store : status.pending_removal)
        report.line("still to remove", "an old backup in " + store);
    if (!status.enabled) return;
    auto when = [&](std::optional<Timestamp> time) {
        return time ? format_rfc3339(*time) + ", " + ago(*time, now) : std::string("never");
    };
    const safe::CycleState& cycle = status.cycle;
    report.line("store", status.store);
    report.line("last upload",
                when(cycle.last_upload) + " (" + plural(status.backup_bytes, "byte") + ")");
    report.line("last outcome",
                status.last_outcome +
                    (cycle.last_error ? " (" + std::string(name_of(*cycle.last_error)) + ")" : ""));
    report.line("next due", when(status.next_due));
    report.line("refresh due", when(status.refresh_due));
    report.line("expires", when(status.expires_at));
    if (cycle.failing_since) report.line("failing since", when(cycle.failing_since));
}

}  // namespace

Report safe_status(const Tool& tool) {
    fs::path path = state_path(tool.given);
    auto states = open_states(path);
    auto status = client::status_of(load_state(states, path), {}, tool.now);
    Report report;
    report.json = json_of(status);
    for (const auto& warning : status.warnings) report.warnings.push_back({"", warning.text()});
    add_lines(report, status, tool.now);
    return report;
}

Report safe_restore(const Tool& tool) {
    tool.check_files();
    ThreemaId identity(tool.given.id);
    // Before it asks for the password.
    if (!storage::depends_on_backup_id(tool.given.store)) open_store(tool);
    Password password = tool.password(false);
    auto restored = restore_from(place_of(tool), password, identity);
    tool.write_output(restored.json.expose());
    Report report;
    report.json = {{"bytes", restored.json.size()},
                   {"warnings", Json::array()},
                   {"contacts", nullptr},
                   {"groups", nullptr},
                   {"modified", time_or_null(restored.modified)}};
    report.warnings = std::move(restored.findings);
    try {
        auto [account, findings] = safe::import_backup(restored.json.expose(), identity);
        report.warnings.insert(report.warnings.end(), findings.begin(), findings.end());
        report.json["contacts"] = account.contacts.size();
        report.json["groups"] = account.groups.size();
        report.line("restored", plural(account.contacts.size(), "contact") + ", " +
                                    plural(account.groups.size(), "group"));
    } catch (const Error& error) {
        report.error =
            with_hint(error, "the text was written to " + tool.given.out + " all the same");
    }
    if (restored.modified)
        report.line("as of",
                    format_rfc3339(*restored.modified) + ", " + ago(*restored.modified, tool.now));
    return report;
}

}  // namespace cli
