// safe verify, passwd, disable, watch: what happens to a Safe after it was switched on.

#include <algorithm>

#include "account.hpp"
#include "commands.hpp"
#include "system.hpp"

namespace cli {
namespace {

using namespace tresor;
namespace fs = std::filesystem;

// What a drill may find wrong with the backup, other than that it could not be reached.
bool is_answer(Errc code) {
    return code == Errc::not_found || code == Errc::auth_failed || code == Errc::malformed ||
           code == Errc::unsupported || code == Errc::too_large;
}

}  // namespace

Report safe_verify(const Tool& tool) {
    fs::path path = state_path(tool.given);
    auto states = open_states(path);
    auto state = load_state(states, path);
    auto age = [&](std::optional<Timestamp> last) {
        return last ? Json((tool.now - *last).count()) : Json(nullptr);
    };
    Report report;
    report.json = {{"ok", false},
                   {"age_seconds", age(state.cycle.last_upload)},
                   {"differs", nullptr},
                   {"warnings", Json::array()}};
    if (!state.cycle.enabled) throw Error(Errc::not_found, "Safe is off (tresor safe enable)");
    std::string where = storage::shown(state.store.location);
    try {
        auto verified = make_client(tool, states).verify();
        report.json["ok"] = !verified.differs;
        report.json["age_seconds"] = age(verified.last_upload);
        report.json["differs"] = verified.differs;
        report.warnings = std::move(verified.findings);
        if (verified.differs) {
            report.error = Error(Errc::conflict,
                                 "the backup in " + where +
                                     " is not the one that was uploaded last (another device?)");
            return report;
        }
        report.text = "the backup in " + where + " can be restored";
        if (verified.last_upload)
            report.text += "; uploaded " + ago(*verified.last_upload, tool.now);
        report.text += "\n";
    } catch (const Error& error) {
        if (!is_answer(error.code())) throw;
        report.error = error.code() == Errc::not_found
                           ? with_hint(error,
                                       "if the store is there, tresor safe backup --now "
                                       "uploads it again")
                           : error;
    }
    return report;
}

Report safe_passwd(const Tool& tool) {
    fs::path path = state_path(tool.given);
    auto states = open_states(path);
    auto state = load_state(states, path);
    if (!state.cycle.enabled) throw Error(Errc::not_found, "Safe is off (tresor safe enable)");
    if (tool.password_file == "-" && tool.given.new_password_file == "-")
        throw Error(Errc::invalid_argument, "standard input can be read once only");
    if (!tool.password_file.empty() &&
        !(safe::derive_keys(tool.password(false), state.identity).master_key() ==
          *state.master_key))
        throw Error(Errc::auth_failed,
                    "the present password is another one (it is not needed; "
                    "--new-password-file gives the new one)");
    Password password = tool.new_password(tool.given.new_password_file);
    stop_if_interrupted();
    std::vector<Finding> findings;
    auto read = [&](const ThreemaId& identity, const std::string& data) {
        try {
            auto account = read_account(data, identity);
            findings = std::move(account.findings);
            return std::move(account.backup);
        } catch (const Error& error) {
            if (error.code() == Errc::io)
                tool.warn("the last backup is taken instead: " + std::string(error.what()));
            throw;
        }
    };
    auto outcome = make_client(tool, states).change_password(password, read, tool.now);
    auto after = load_state(states, path);
    auto status = client::status_of(after, {}, tool.now);
    auto old = safe::Keys(state.master_key->clone()).backup_id();
    bool removed = *status.backup_id != old &&
                   std::none_of(after.pending_removal.begin(), after.pending_removal.end(),
                                [&](const client::PendingRemoval& pending) {
                                    return pending.backup_id == old &&
                                           pending.store.location == state.store.location;
                                });
    Report report = report_of(outcome, std::move(findings));
    report.json["backup_id"] = status.backup_id->hex();
    report.json["old_removed"] = removed;
    report.text = *status.backup_id == old
                      ? std::string("uploaded again: the password is the one it was\n")
                      : std::string("uploaded under the new password; the old backup ") +
                            (removed ? "was removed\n" : "could not be removed yet\n");
    tell_pending(tool, states);
    return report;
}

Report safe_disable(const Tool& tool) {
    fs::path path = state_path(tool.given);
    auto states = open_states(path);
    auto state = load_state(states, path);
    bool removed = make_client(tool, states).disable(tool.given.keep_backup);
    Report report;
    report.json = {{"removed", removed}};
    std::string id(state.identity.text());
    if (!state.cycle.enabled) {
        report.text = "Safe of " + id + " was off already\n";
    } else {
        report.text = "Safe of " + id + " is off, the keys are forgotten; " +
                      (removed                  ? "the backup was removed\n"
                       : tool.given.keep_backup ? "the backup stays until it expires\n"
                                                : "the backup could not be removed yet\n");
    }
    tell_pending(tool, states);
    return report;
}

namespace {

// Runs the cycle over one state file until the program is ended.
class Watch {
    using Steady = std::chrono::steady_clock;

public:
    Watch(const Tool& tool, fs::path path)
        : tool_(tool), path_(std::move(path)), states_(open_states(path_)) {}

    void run() {
        while (!interrupted()) {
            Timestamp now = tresor::now();
            if (now < due(now)) {
                // In short pieces: the state may change, and the clock.
                auto left = std::min<Seconds>(due(now) - now, std::chrono::minutes(1));
                sleep_for(left);
                continue;
            }
            tick(now);
        }
    }
    std::uint64_t ticks() const { return ticks_; }

private:
    Timestamp due(Timestamp now) {
        auto state = load_state(states_, path_);
        auto due = safe::next_due(state.cycle, {}, now);
        if (!due && !state.pending_removal.empty()) due = now;
        if (!due) due = later(now, std::chrono::hours(24));
        // By a clock that nobody sets.
        auto pause = std::chrono::ceil<Seconds>(quiet_until_ - Steady::now());
        return std::max(*due, pause > Seconds(0) ? later(now, pause) : now);
    }

    void tick(Timestamp now) {
        auto read = [](const ThreemaId& identity, const std::string& data) {
            return std::move(read_account(data, identity).backup);
        };
        std::string line = format_rfc3339(now) + " ";
        try {
            auto outcome = make_client(tool_, states_).tick(read, now);
            line.append(name_of(outcome.kind)).append(" (").append(name_of(outcome.reason));
            line += ")";
            if (outcome.next_due) line += ", next due " + format_rfc3339(*outcome.next_due);
            for (const auto& warning : outcome.warnings) line += ", " + warning.reason;
            bool off = outcome.kind == client::Outcome::Kind::disabled;
            quiet_for(off ? std::chrono::hours(24) : std::chrono::minutes(1));
        } catch (const Error& error) {
            if (error.code() == Errc::cancelled) return;
            line.append("failed (").append(name_of(error.code())).append("): ");
            line += error.what();
            // The state says when to try again, if it could be written.
            quiet_for(std::chrono::minutes(15));
        }
        ++ticks_;
        write_stderr(harmless(line) + "\n");
    }

    void quiet_for(Seconds span) { quiet_until_ = Steady::now() + span; }

    const Tool& tool_;
    fs::path path_;
    client::FileStateStore states_;
    Steady::time_point quiet_until_ = Steady::now();
    std::uint64_t ticks_ = 0;
};

}  // namespace

Report safe_watch(const Tool& tool) {
    if (tool.at_given)
        throw Error(Errc::invalid_argument, "watch goes by the clock: it takes no --at");
    Watch watch(tool, state_path(tool.given));
    watch.run();
    if (!terminated()) stop_if_interrupted();
    Report report;
    report.json = {{"ticks", watch.ticks()}};
    return report;
}

}  // namespace cli
