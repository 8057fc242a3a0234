// safe enable, backup, status, restore: the life of one account's Safe.

#include <algorithm>
#include <filesystem>

#include <tresor/client.hpp>
#include <tresor/storage/retention.hpp>

#include "commands.hpp"
#include "system.hpp"

namespace cli {
namespace {

using namespace tresor;
namespace fs = std::filesystem;

void make_private_folders(const fs::path& folder) {
    fs::create_directories(folder);
    fs::permissions(folder, fs::perms::owner_all);
}

// --state, or the file of --id in the folder for states, or the only one there.
fs::path state_path(const Given& given) {
    if (!given.state.empty()) return given.state;
    fs::path folder = state_folder();
    if (!given.id.empty()) {
        std::string name(ThreemaId(given.id).text());
        std::replace(name.begin(), name.end(), '*', '_');
        return folder / (name + ".json");
    }
    std::vector<fs::path> found;
    if (fs::exists(folder))
        for (const auto& entry : fs::directory_iterator(folder))
            if (entry.path().extension() == ".json") found.push_back(entry.path());
    if (found.empty())
        throw Error(Errc::not_found, "Safe was never switched on here (tresor safe enable)");
    if (found.size() > 1)
        throw Error(Errc::invalid_argument, "there are several states (give --id or --state)");
    return found.front();
}

client::FileStateStore open_states(const fs::path& path) {
    return client::FileStateStore(path, [] { return !interrupted(); });
}

client::Options options_of(const Tool& tool) {
    client::Options options;
    if (!tool.verbose) return options;
    options.log = [](client::LogLevel, std::string_view event, const client::LogFields& fields) {
        std::string line(event);
        for (const auto& [name, value] : fields)
            line.append(" ").append(name).append("=").append(value);
        write_stderr(harmless(line) + "\n");
    };
    return options;
}

storage::Place place_of(const std::string& location) {
    return storage::place(location, storage::built_in_stores());
}

// Asks for no password where there is no store.
void check_store(const std::string& location) {
    try {
        auto store = storage::open_storage(location, storage::built_in_stores());
        storage::get_limits(*store);
    } catch (const Error& error) {
        if (error.code() != Errc::not_found) throw;
        throw with_hint(error, "tresor store init " + location + " makes a store");
    }
}

// As the state keeps it: the tool may be called from another folder next time.
std::string absolute_location(const std::string& location) {
    auto absolute = [](const std::string& path) {
        return fs::absolute(path).lexically_normal().string();
    };
    std::string_view scheme = storage::scheme_of(location);
    if (scheme.empty()) return absolute(location);
    return scheme == "dir" ? "dir:" + absolute(location.substr(4)) : location;
}

safe::Imported read_account(const std::string& path, const ThreemaId& identity) {
    SecretBytes json = read_input(path, safe::max_json_bytes);
    try {
        return safe::import_backup(json.expose(), identity);
    } catch (const Error& error) {
        throw Error(error.code(), path + ": " + error.what());
    }
}

const char* explain(safe::Reason reason) {
    switch (reason) {
        case safe::Reason::never_uploaded: return "it was the first time";
        case safe::Reason::forced: return "you asked for it";
        case safe::Reason::changed: return "the account has changed";
        case safe::Reason::refresh: return "the last upload was getting old";
        case safe::Reason::after_failure: return "the last attempt had failed";
        case safe::Reason::unchanged: return "the account is as it was at the last upload";
        case safe::Reason::grace:
            return "the account has changed, but the last upload is too young";
        case safe::Reason::disabled: return "Safe is off";
    }
    return "";
}

Report report_of(const client::Outcome& outcome, std::vector<Finding> findings) {
    Report report;
    report.json = {{"outcome", name_of(outcome.kind)},
                   {"reason", name_of(outcome.reason)},
                   {"next_due", time_or_null(outcome.next_due)},
                   {"warnings", Json::array()}};
    report.warnings = std::move(findings);
    report.warnings.insert(report.warnings.end(), outcome.warnings.begin(), outcome.warnings.end());
    bool uploaded = outcome.kind == client::Outcome::Kind::uploaded;
    report.text = std::string(uploaded ? "uploaded" : "nothing uploaded") + ": " +
                  explain(outcome.reason) + "\n";
    if (outcome.next_due) report.text += "next due " + format_rfc3339(*outcome.next_due) + "\n";
    return report;
}

}  // namespace

Report safe_enable(const Tool& tool) {
    const Given& given = tool.given;
    if (given.data == "-")
        throw Error(Errc::invalid_argument,
                    "--data must be a file: every later backup reads it again");
    ThreemaId identity(given.id);
    check_store(given.store);
    fs::path path = state_path(given);
    if (given.state.empty()) make_private_folders(path.parent_path());
    auto states = open_states(path);
    if (auto state = states.load(); state && state->cycle.enabled)
        throw Error(Errc::conflict, "Safe of " + std::string(state->identity.text()) +
                                        " is switched on already (tresor safe status)");
    auto account = read_account(given.data, identity);
    Password password = tool.new_password();
    stop_if_interrupted();
    client::SafeClient client(place_of, states, options_of(tool));
    client::Notes notes{absolute_location(given.store),
                        fs::absolute(given.data).lexically_normal().string()};
    auto outcome = client.enable(password, identity, account.backup, tool.now, notes);
    Report report = report_of(outcome, std::move(account.findings));
    report.text += "remembered in " + path.string() + "\n";
    return report;
}

Report safe_backup(const Tool& tool) {
    fs::path path = state_path(tool.given);
    auto states = open_states(path);
    auto state = states.load();
    if (!state)
        throw Error(Errc::not_found,
                    "there is no " + path.string() + " (tresor safe enable makes it)");
    if (!state->cycle.enabled)
        return report_of({client::Outcome::Kind::disabled, safe::Reason::disabled, {}, {}}, {});
    std::optional<safe::Imported> account;
    if (!tool.given.data.empty()) account = read_account(tool.given.data, state->identity);
    auto read = [&](const ThreemaId& identity, const std::string& data) {
        if (!account) account = read_account(data, identity);
        stop_if_interrupted();
        return std::move(account->backup);
    };
    client::SafeClient client(place_of, states, options_of(tool));
    auto trigger = tool.given.now ? safe::Trigger::force : safe::Trigger::tick;
    try {
        auto outcome = client.tick(read, tool.now, trigger);
        return report_of(outcome, std::move(account->findings));
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
            {"warnings", Json::array()}};
}

void add_lines(Report& report, const client::Status& status, Timestamp now) {
    report.line("Safe of",
                std::string(status.identity.text()) + (status.enabled ? ", on" : ", off"));
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
    auto state = open_states(path).load();
    if (!state)
        throw Error(Errc::not_found,
                    "there is no " + path.string() + " (tresor safe enable makes it)");
    auto status = client::status_of(*state, {}, tool.now);
    Report report;
    report.json = json_of(status);
    for (const auto& warning : status.warnings) report.warnings.push_back({"", warning.text()});
    add_lines(report, status, tool.now);
    return report;
}

Report safe_restore(const Tool& tool) {
    tool.check_files();
    ThreemaId identity(tool.given.id);
    storage::open_storage(tool.given.store, storage::built_in_stores());  // before the password
    Password password = tool.password(false);
    std::optional<client::Restored> restored;
    try {
        restored = client::restore(place_of(tool.given.store), password, identity);
    } catch (const Error& error) {
        if (error.code() != Errc::not_found) throw;
        throw with_hint(error, "another password or ID leads to another name: check both");
    }
    tool.write_output(restored->json.expose());
    Report report;
    report.json = {{"bytes", restored->json.size()},
                   {"warnings", Json::array()},
                   {"contacts", nullptr},
                   {"groups", nullptr},
                   {"modified", time_or_null(restored->modified)}};
    report.warnings = std::move(restored->findings);
    try {
        auto [account, findings] = safe::import_backup(restored->json.expose(), identity);
        report.warnings.insert(report.warnings.end(), findings.begin(), findings.end());
        report.json["contacts"] = account.contacts.size();
        report.json["groups"] = account.groups.size();
        report.line("restored", plural(account.contacts.size(), "contact") + ", " +
                                    plural(account.groups.size(), "group"));
    } catch (const Error& error) {
        report.error =
            with_hint(error, "the text was written to " + tool.given.out + " all the same");
    }
    if (restored->modified)
        report.line("as of", format_rfc3339(*restored->modified) + ", " +
                                 ago(*restored->modified, tool.now));
    return report;
}

}  // namespace cli
