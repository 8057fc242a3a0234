// A result as a table for people and as JSON for programs.
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "result.hpp"

namespace fleet {
namespace {

constexpr double day_seconds = 86400;

template <class... Values>
std::string text(const char* format, Values... values) {
    std::array<char, 128> made;
    std::snprintf(made.data(), made.size(), format, values...);
    return made.data();
}

std::uint64_t sum(const std::array<std::uint64_t, causes>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::uint64_t asked(const Result& result, Method method) {
    return result.steady.requests[static_cast<std::size_t>(method)];
}

std::uint64_t swept(const Result& result, Cause cause) {
    return result.tally.totals.swept[static_cast<std::size_t>(cause)];
}

std::uint64_t removed(const Result& result, Cause cause) {
    return result.steady.removed[static_cast<std::size_t>(cause)];
}

const Day& last_day(const Result& result) {
    return result.tally.daily[static_cast<std::size_t>(result.model.days - 1)];
}

std::int64_t whole(double number) { return std::llround(number); }
double rounded(double number) { return std::round(number * 1000) / 1000; }

Json requests_json(const Result& result) {
    return {
        {"mean_per_second", rounded(result.a_day(result.requests()) / day_seconds)},
        {"peak_per_second", rounded(result.peak.per_second)},
        {"peak_at", tresor::format_rfc3339(result.peak.at)},
        {"put_share", rounded(result.put_share())},
        {"connections_per_second", rounded(result.a_day(result.steady.connections) / day_seconds)},
        {"config_per_day", whole(result.a_day(asked(result, Method::config)))},
        {"put_per_day", whole(result.a_day(asked(result, Method::put)))},
        {"get_per_day", whole(result.a_day(asked(result, Method::get)))},
        {"delete_per_day", whole(result.a_day(asked(result, Method::remove)))},
        {"failed_attempts", whole(result.all(result.tally.totals.failed_attempts))}};
}

Json stored_json(const Result& result) {
    const Day& last = last_day(result);
    return {{"objects", whole(result.all(last.objects))},
            {"bytes", whole(result.all(last.bytes))},
            {"left_behind", whole(result.all(last.left_behind))},
            {"most_objects", whole(result.all(result.most.objects))},
            {"most_bytes", whole(result.all(result.most.bytes))}};
}

Json sweep_json(const Result& result) {
    const Day& steady = result.steady;
    return {{"examined_per_day", whole(result.a_day(static_cast<std::uint64_t>(steady.objects)))},
            {"removed_per_day", whole(result.a_day(sum(steady.removed)))},
            {"left_behind_per_day", whole(result.a_day(removed(result, Cause::left_behind)))},
            {"away_per_day", whole(result.a_day(removed(result, Cause::away)))},
            {"bytes_freed_per_day", whole(result.a_day(steady.bytes_freed))}};
}

Json accounts_json(const Result& result) {
    const Totals& totals = result.tally.totals;
    return {{"joined", whole(result.all(totals.joined))},
            {"with_backup", whole(result.all(totals.with_backup))},
            {"without_backup", whole(result.all(totals.without_backup))},
            {"disabled", whole(result.all(totals.disabled))},
            {"deleted_app", whole(result.all(totals.deleted_app))},
            {"expired_while_away", whole(result.all(totals.expired_accounts))}};
}

Json objects_json(const Result& result) {
    const Totals& totals = result.tally.totals;
    return {{"created", whole(result.all(totals.created))},
            {"deleted", whole(result.all(totals.deleted))},
            {"swept_left_behind", whole(result.all(swept(result, Cause::left_behind)))},
            {"swept_away", whole(result.all(swept(result, Cause::away)))},
            {"swept_lost", whole(result.all(swept(result, Cause::lost)))},
            {"at_end", whole(result.all(totals.at_end))}};
}

Json outages_json(const Result& result) {
    Json list = Json::array();
    for (const auto& [outage, peak] : result.outages)
        list.push_back({{"from", tresor::format_rfc3339(outage.from)},
                        {"to", tresor::format_rfc3339(outage.to)},
                        {"peak_per_second", rounded(peak.per_second)},
                        {"peak_at", tresor::format_rfc3339(peak.at)}});
    return list;
}

}  // namespace

Json json_of(const Result& result) {
    const Model& model = result.model;
    const Totals& totals = result.tally.totals;
    Json json = {{"ok", result.ok()},
                 {"accounts", model.accounts},
                 {"simulated", model.simulated()},
                 {"scaled_from", nullptr},
                 {"seed", model.seed},
                 {"days", model.days},
                 {"retention_days", model.retention_days},
                 {"sweep_days", model.sweep_days},
                 {"steady", {{"from_day", model.steady_day()}, {"reached", model.gets_steady()}}},
                 {"requests", requests_json(result)}};
    if (result.scaled) json["scaled_from"] = model.simulated();
    json["outages"] = outages_json(result);
    json["traffic"] = {{"uploaded_per_day", whole(result.a_day(result.steady.uploaded))},
                       {"downloaded_per_day", whole(result.a_day(result.steady.downloaded))},
                       {"peak_bytes_per_second", whole(result.peak_bytes_per_second)}};
    json["stored"] = stored_json(result);
    json["sweep"] = sweep_json(result);
    json["fleet"] = accounts_json(result);
    json["objects"] = objects_json(result);
    json["renewals"] = {{"all", whole(result.all(totals.renewed))},
                        {"late", whole(result.all(totals.renewed_late))},
                        {"oldest_seconds", totals.oldest_renewed}};
    json["restores"] = {{"found", whole(result.all(totals.restored))},
                        {"missing", whole(result.all(totals.not_restored))}};
    json["lost"] = {{"accounts", whole(result.all(totals.lost_accounts))},
                    {"share", result.lost_share()}};
    return json;
}

namespace {

// Rows of a label and a value, in groups.
class Table {
public:
    explicit Table(std::string title) : text_(std::move(title)) {}
    void group(const std::string& name) { text_.append("\n").append(name).append("\n"); }
    void row(std::string label, const std::string& value, const std::string& note = {}) {
        constexpr std::size_t labels = 34, values = 16;
        label.resize(std::max(labels, label.size()), ' ');
        text_.append("  ").append(label);
        if (value.size() < values) text_.append(values - value.size(), ' ');
        text_.append(value);
        if (!note.empty()) text_.append("   ").append(note);
        text_.append("\n");
    }
    std::string take() { return std::move(text_); }

private:
    std::string text_;
};

std::string title_of(const Result& result) {
    const Model& model = result.model;
    std::string title = grouped(static_cast<double>(model.accounts));
    title.append(" accounts, ").append(std::to_string(model.days)).append(" days, seed ");
    title.append(std::to_string(model.seed)).append("\n");
    if (result.scaled)
        title.append("scaled from ")
            .append(grouped(static_cast<double>(model.simulated())))
            .append(" accounts that were simulated\n");
    title.append("per day and per second: means of days ");
    title.append(std::to_string(model.steady_day())).append(" to ");
    title.append(std::to_string(model.days));
    if (!model.gets_steady()) title.append(" (too few: what is left behind still grows)");
    return title.append("\n");
}

void add_requests(Table& table, const Result& result) {
    double mean = result.a_day(result.requests()) / day_seconds;
    table.group("Requests");
    table.row("a second, mean", rate_text(mean));
    table.row("a second, peak", rate_text(result.peak.per_second),
              "10 s from " + tresor::format_rfc3339(result.peak.at));
    for (const auto& [outage, peak] : result.outages)
        table.row("a second, peak after the outage", rate_text(peak.per_second),
                  tresor::format_rfc3339(peak.at));
    table.row("share of PUT", text("%.1f %%", 100 * result.put_share()));
    table.row("TLS connections a second",
              rate_text(result.a_day(result.steady.connections) / day_seconds));
    table.row("GET config a day", grouped(result.a_day(asked(result, Method::config))));
    table.row("PUT a day", grouped(result.a_day(asked(result, Method::put))));
    table.row("GET and DELETE a day",
              grouped(result.a_day(asked(result, Method::get) + asked(result, Method::remove))));
    if (result.tally.totals.failed_attempts > 0)
        table.row("attempts that met no server",
                  grouped(result.all(result.tally.totals.failed_attempts)));
    table.group("Traffic");
    table.row("uploaded a day", bytes_text(result.a_day(result.steady.uploaded)));
    table.row("downloaded a day", bytes_text(result.a_day(result.steady.downloaded)));
    table.row("both a second, the best minute", bytes_text(result.peak_bytes_per_second));
}

void add_store(Table& table, const Result& result) {
    const Day& last = last_day(result);
    table.group("Stored at the end");
    table.row("backups", grouped(result.all(last.objects)));
    table.row("of these left behind", grouped(result.all(last.left_behind)),
              "their owners are gone; the sweep removes them");
    table.row("bytes", bytes_text(result.all(last.bytes)));
    table.group("Sweep, once a day");
    table.row("examined", grouped(result.a_day(static_cast<std::uint64_t>(result.steady.objects))));
    table.row("removed", text("%.1f", result.a_day(sum(result.steady.removed))));
    table.row("  left behind", text("%.1f", result.a_day(removed(result, Cause::left_behind))));
    table.row("  phone away for too long",
              text("%.1f", result.a_day(removed(result, Cause::away))));
    table.row("bytes freed", bytes_text(result.a_day(result.steady.bytes_freed)));
}

void add_accounts(Table& table, const Result& result) {
    const Totals& totals = result.tally.totals;
    table.group("Accounts, in all the time");
    table.row("switched Safe on", grouped(result.all(totals.joined)));
    table.row("on at the end, with a backup", grouped(result.all(totals.with_backup)));
    table.row("on at the end, without one", grouped(result.all(totals.without_backup)),
              "not renewed in time, or never reached the server");
    table.row("switched off", grouped(result.all(totals.disabled)));
    table.row("deleted the app", grouped(result.all(totals.deleted_app)));
    table.row("restored on a new phone", grouped(result.all(totals.restored)));
    table.row("came too late to restore", grouped(result.all(totals.not_restored)));
    table.row("expired while the phone was away", grouped(result.all(totals.expired_accounts)));
    table.row("oldest backup that was renewed",
              text("%.1f days", static_cast<double>(totals.oldest_renewed) / day_seconds));
    table.row("lost what they should have kept", grouped(result.all(totals.lost_accounts)),
              text("%.4f %%", 100 * result.lost_share()));
}

}  // namespace

std::string table_of(const Result& result) {
    Table table(title_of(result));
    add_requests(table, result);
    add_store(table, result);
    add_accounts(table, result);
    return table.take();
}

std::string grouped(double number) {
    std::string digits = std::to_string(std::llround(number));
    for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
    return digits;
}

std::string bytes_text(double bytes) {
    constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    std::size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < units.size(); ++unit) bytes /= 1024;
    return text(unit == 0 || bytes >= 100 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
}

std::string rate_text(double number) {
    if (number >= 1000) return grouped(number);
    return text(number >= 100 ? "%.0f" : number >= 10 ? "%.1f" : "%.2f", number);
}

}  // namespace fleet
