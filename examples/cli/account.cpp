#include "account.hpp"

#include <algorithm>

#include "stores.hpp"
#include "system.hpp"

namespace cli {

using namespace tresor;
namespace fs = std::filesystem;

namespace {

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

}  // namespace

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

client::State load_state(client::FileStateStore& states, const fs::path& path) {
    auto state = states.load();
    if (!state)
        throw Error(Errc::not_found,
                    "there is no " + path.string() + " (tresor safe enable makes it)");
    return std::move(*state);
}

client::SafeClient make_client(const Tool& tool, client::StateStore& states) {
    return client::SafeClient(opener_of(tool), states, options_of(tool));
}

void tell_pending(const Tool& tool, client::StateStore& states) {
    auto state = states.load();
    if (!state) return;
    for (const auto& pending : state->pending_removal)
        tool.warn("an old backup in " + storage::shown(pending.store.location) +
                  " could not be removed; every backup tries again");
}

client::Restored restore_from(const storage::Place& place, const Password& password,
                              const ThreemaId& identity) {
    try {
        return client::restore(place, password, identity);
    } catch (const Error& error) {
        if (error.code() != Errc::not_found) throw;
        throw with_hint(error, "another password or ID leads to another name: check both");
    }
}

safe::Imported read_account(const std::string& path, const ThreemaId& identity) {
    SecretBytes json = read_input(path, safe::max_json_bytes);
    try {
        return safe::import_backup(json.expose(), identity);
    } catch (const Error& error) {
        throw Error(error.code(), path + ": " + error.what());
    }
}

Report report_of(const client::Outcome& outcome, std::vector<Finding> findings, const char* why) {
    Report report;
    report.json = {{"outcome", name_of(outcome.kind)},
                   {"reason", name_of(outcome.reason)},
                   {"next_due", time_or_null(outcome.next_due)},
                   {"warnings", Json::array()}};
    report.warnings = std::move(findings);
    report.warnings.insert(report.warnings.end(), outcome.warnings.begin(), outcome.warnings.end());
    bool uploaded = outcome.kind == client::Outcome::Kind::uploaded;
    report.text = std::string(uploaded ? "uploaded" : "nothing uploaded") + ": " +
                  (why != nullptr ? why : explain(outcome.reason)) + "\n";
    if (outcome.next_due) report.text += "next due " + format_rfc3339(*outcome.next_due) + "\n";
    return report;
}

}  // namespace cli
