// store init, check, sweep: places where backups are kept.

#include <algorithm>

#include <tresor/storage/check.hpp>
#include <tresor/storage/retention.hpp>
#include <tresor/storage/s3.hpp>

#include "commands.hpp"
#include "stores.hpp"
#include "system.hpp"

namespace cli {

using namespace tresor;

namespace {

// Whether the engine of an S3 store removes by itself what has expired; else, why not.
struct Expiry {
    bool by_engine = false;
    std::string why_not;
};

// Absent of other stores.
std::optional<Expiry> set_lifecycle(const Tool& tool, const storage::Limits& limits) {
    if (storage::scheme_of(tool.given.store) != "s3") return std::nullopt;
    if (tool.given.no_lifecycle) return Expiry{false, "as asked for"};
    auto store = open_once(tool);
    try {
        dynamic_cast<storage::S3&>(*store).lifecycle(limits.retention_days);
        return Expiry{true, {}};
    } catch (const Error& error) {
        if (error.code() == Errc::cancelled) throw;
        return Expiry{false, error.what()};
    }
}

std::string text_of(const Expiry& expiry) {
    if (expiry.by_engine) return "it removes by itself what has expired (a lifecycle rule)\n";
    return "it does not remove by itself what has expired: run store sweep now and then (" +
           expiry.why_not + ")\n";
}

}  // namespace

Report store_init(const Tool& tool) {
    storage::Limits limits{tool.given.max_backup_bytes, tool.given.retention_days.value_or(180)};
    storage::require_valid(limits);
    auto store = open_store(tool, true);
    try {
        storage::put_limits(*store, limits);
    } catch (const Error& error) {
        if (error.code() != Errc::conflict) throw;
        throw Error(Errc::conflict, store->describe() + " is a store already");
    }
    auto expiry = set_lifecycle(tool, limits);
    Report report;
    report.json = {{"store", tool.given.store}};
    if (expiry) report.json["lifecycle"] = expiry->by_engine;
    report.text = store->describe() + " keeps backups of up to " +
                  plural(limits.max_backup_bytes, "byte") + " for " +
                  plural(static_cast<std::uint64_t>(limits.retention_days), "day") +
                  " after their last upload\n" + (expiry ? text_of(*expiry) : "");
    return report;
}

namespace {

// What does not work in such a store, in the words of this tool.
std::string cannot(const storage::Abilities& can) {
    std::string text;
    auto line = [&](bool able, const char* words) {
        if (!able) text.append("cannot  ").append(words).append("\n");
    };
    line(can.list, "list what it holds: store list and store sweep do not work here");
    line(can.any_name, "keep anything but Safe backups: no chat archives, no ID exports");
    line(can.put_if_absent,
         "create on condition: two programs that enable one Safe in the same moment may both "
         "believe to be the first");
    line(can.conditional_remove || !can.list,
         "remove on condition: a sweep waits one day longer, and looks again right before");
    return text;
}

}  // namespace

Report store_check(const Tool& tool) {
    auto store = open_once(tool);
    // A store in memory is another one each time it is opened.
    bool in_memory = storage::scheme_of(tool.given.store) == "memory";
    auto again = in_memory ? nullptr : open_once(tool);
    storage::CheckOptions options{.again = in_memory ? store.get() : again.get()};
    if (tool.given.credentials) {
        std::string password(as_text(tool.given.credentials->password.expose()));
        if (tool.given.store.find(password) == std::string::npos)
            options.credentials.push_back(std::move(password));
    }
    auto answers = storage::check(*store, options);
    auto can = store->can();
    Report report;
    report.json = {{"ok", storage::all_ok(answers)},
                   {"checks", Json::array()},
                   {"can",
                    {{"list", can.list},
                     {"put_if_absent", can.put_if_absent},
                     {"conditional_put", can.conditional_put},
                     {"conditional_remove", can.conditional_remove},
                     {"any_name", can.any_name}}}};
    for (const auto& [name, ok, detail] : answers) {
        report.json["checks"].push_back({{"name", name}, {"ok", ok}, {"detail", detail}});
        report.text += (ok ? "yes  " : "no   ") + name + (ok ? "" : ": " + detail) + "\n";
    }
    report.text += cannot(can);
    auto bad = std::count_if(answers.begin(), answers.end(),
                             [](const storage::Answer& answer) { return !answer.ok; });
    if (bad > 0)
        report.error =
            Error(Errc::unsupported,
                  store->describe() + " fails " + plural(static_cast<std::uint64_t>(bad), "check"));
    return report;
}

namespace {

// --at, or the store's own clock, which must not be far from ours.
Timestamp sweep_time(const Tool& tool, storage::Storage& store) {
    if (tool.at_given) return tool.now;
    std::optional<Timestamp> clock;
    try {
        clock = store.clock();
    } catch (const Error& error) {
        // To look at a folder it need not be written to.
        if (error.code() != Errc::io || !tool.given.dry_run) throw;
    }
    if (!clock && !tool.given.force && !tool.given.dry_run && store.can().list)
        throw Error(Errc::conflict, store.describe() +
                                        " tells no time: nothing was removed (--force goes by the "
                                        "local clock)");
    if (!clock) return tool.now;
    Seconds apart = std::chrono::abs(*clock - tool.now);
    if (apart > std::chrono::hours(1) && !tool.given.force)
        throw Error(Errc::conflict, "by the clock of " + store.describe() + " it is " +
                                        format_rfc3339(*clock) + ", by the local one " +
                                        format_rfc3339(tool.now) +
                                        ": nothing was removed (--force goes by the store's)");
    return *clock;
}

storage::SweepOptions sweep_options(const Tool& tool) {
    storage::SweepOptions options;
    options.dry_run = tool.given.dry_run;
    options.jobs = jobs_of(tool.given);
    options.progress = [](std::uint64_t, std::optional<std::uint64_t>) { return !interrupted(); };
    if (!tool.given.limit_rate) return options;
    if (!(*tool.given.limit_rate >= 0.001 && *tool.given.limit_rate <= 1e6))
        throw Error(Errc::invalid_argument, "--limit-rate is between 0.001 and 1000000");
    auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::duration<double>(1 / *tool.given.limit_rate));
    options.before_removal = [pause](const storage::ObjectInfo&) {
        sleep_for(pause);
        return !interrupted();
    };
    return options;
}

}  // namespace

Report store_sweep(const Tool& tool) {
    auto store = open_store(tool);
    auto days = tool.given.retention_days;
    if (!days) days = storage::get_limits(*store).limits.retention_days;
    auto swept = storage::sweep(*store, *days, sweep_time(tool, *store), sweep_options(tool));
    Report report;
    report.json = {{"examined", swept.examined},
                   {"expired", swept.expired},
                   {"removed", swept.removed},
                   {"bytes_freed", swept.bytes_freed},
                   {"kept_changed", swept.kept_changed}};
    report.text = "looked at " + plural(swept.examined, "backup") + ", " +
                  std::to_string(swept.expired) + " not written for " +
                  plural(static_cast<std::uint64_t>(*days), "day") + ": " +
                  (tool.given.dry_run ? "nothing removed, this was a dry run\n"
                                      : std::to_string(swept.removed) + " removed, " +
                                            plural(swept.bytes_freed, "byte") + " freed\n");
    if (swept.kept_changed > 0)
        report.text += plural(swept.kept_changed, "backup") + " renewed meanwhile and kept\n";
    if (swept.first_failure)
        report.error = Error(swept.first_failure->code(),
                             plural(swept.failed, "backup") +
                                 " could not be removed: " + swept.first_failure->what());
    return report;
}

}  // namespace cli
