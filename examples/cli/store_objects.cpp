// store list, put, get, remove: what lies in a store.

#include <algorithm>
#include <filesystem>

#include <tresor/client/transfer.hpp>
#include <tresor/storage/retention.hpp>

#include "commands.hpp"
#include "stores.hpp"
#include "system.hpp"

namespace cli {

using namespace tresor;

namespace {

// Absent if the store does not say how long it keeps a Safe.
std::optional<std::int64_t> retention_of(storage::Storage& store) {
    try {
        return storage::get_limits(store).limits.retention_days;
    } catch (const Error& error) {
        if (error.code() != Errc::not_found && error.code() != Errc::malformed) throw;
        return std::nullopt;
    }
}

Json days_left(const storage::ObjectInfo& info, std::optional<std::int64_t> retention,
               Timestamp now) {
    using std::chrono::days;
    // Only what a sweep looks at has days to count.
    if (!retention || !info.modified || !storage::expired(info, *retention, last_timestamp))
        return nullptr;
    return std::chrono::floor<days>(later(*info.modified, days(*retention)) - now).count();
}

std::string days_text(const Json& left) {
    if (left.is_null()) return "";
    return left < 0 ? "expired" : left.dump() + " days left";
}

}  // namespace

Report store_list(const Tool& tool) {
    auto store = open_store(tool);
    auto retention = retention_of(*store);
    std::vector<storage::ObjectInfo> found;
    store->list(tool.given.name, [&](const storage::ObjectInfo& info) {
        stop_if_interrupted();
        found.push_back(info);
        return true;
    });
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    Report report;
    Json objects = Json::array();
    for (const auto& info : found) {
        Json left = days_left(info, retention, tool.now);
        objects.push_back({{"name", info.name.text()},
                           {"bytes", info.size},
                           {"modified", time_or_null(info.modified)},
                           {"days_left", left}});
        report.text += right(std::to_string(info.size), 12) + "  " +
                       (info.modified ? format_rfc3339(*info.modified) : std::string(20, ' ')) +
                       "  " + right(days_text(left), 15) + "  " + info.name.text() + "\n";
    }
    report.json = {{"objects", std::move(objects)}};
    return report;
}

namespace {

Report report_of(const storage::ObjectName& name, const client::Transferred& moved) {
    Report report;
    report.json = {{"name", name.text()}, {"bytes", moved.bytes}, {"sha256", hex(moved.sha256)}};
    return report;
}

}  // namespace

Report store_put(const Tool& tool) {
    const Given& given = tool.given;
    if (given.in == "-" && given.name.empty())
        throw Error(Errc::invalid_argument, "what comes from standard input needs a NAME");
    auto name = given.name.empty()
                    ? client::archive_name(std::filesystem::path(given.in).filename().string())
                    : storage::ObjectName(given.name);
    auto content = given.in == "-" ? open_stdin() : std::make_unique<FileSource>(given.in);
    auto store = open_store(tool);
    auto existing = given.force ? Existing::replace : Existing::refuse;
    try {
        auto moved = client::put_verified(*store, name, *content, existing);
        Report report = report_of(name, moved);
        report.text = store->describe() + " holds " + name.text() + ": " +
                      plural(moved.bytes, "byte") + ", SHA-256 " + hex(moved.sha256) + "\n";
        return report;
    } catch (const Error& error) {
        if (error.code() != Errc::conflict) throw;
        throw with_hint(error, "--force replaces it");
    }
}

Report store_get(const Tool& tool) {
    tool.check_files();
    storage::ObjectName name(tool.given.name);
    auto store = open_store(tool);
    std::optional<client::Transferred> moved;
    if (!tool.talks()) {
        moved = client::get_hashed(*store, name, *open_stdout());
    } else {
        auto sink = tool.open_output();
        moved = client::get_hashed(*store, name, *sink);
        stop_if_interrupted();
        if (moved) sink->commit();
    }
    if (!moved) throw Error(Errc::not_found, store->describe() + " holds no " + name.text());
    Report report = report_of(name, *moved);
    report.text = plural(moved->bytes, "byte") + ", SHA-256 " + hex(moved->sha256) + "\n";
    return report;
}

Report store_remove(const Tool& tool) {
    storage::ObjectName name(tool.given.name);
    auto store = open_store(tool);
    auto info = store->stat(name);
    if (!store->remove(name))
        throw Error(Errc::not_found, store->describe() + " holds no " + name.text());
    Report report;
    report.json = {{"name", name.text()},
                   {"bytes", info ? Json(info->size) : Json(nullptr)},
                   {"sha256", nullptr}};
    report.text = "removed " + name.text() + " from " + store->describe() + "\n";
    return report;
}

}  // namespace cli
