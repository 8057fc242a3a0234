// store init: make a place where backups can be kept.

#include <tresor/storage/location.hpp>
#include <tresor/storage/retention.hpp>

#include "commands.hpp"

namespace cli {

using namespace tresor;

Report store_init(const Tool& tool) {
    storage::Limits limits{tool.given.max_backup_bytes, tool.given.retention_days};
    storage::require_valid(limits);
    auto store =
        storage::open_storage(tool.given.store, storage::built_in_stores(), {.create = true});
    try {
        storage::put_limits(*store, limits);
    } catch (const Error& error) {
        if (error.code() != Errc::conflict) throw;
        throw Error(Errc::conflict, store->describe() + " is a store already");
    }
    Report report;
    report.json = {{"store", tool.given.store}};
    report.text = store->describe() + " keeps backups of up to " +
                  plural(limits.max_backup_bytes, "byte") + " for " +
                  plural(static_cast<std::uint64_t>(limits.retention_days), "day") +
                  " after their last upload\n";
    return report;
}

}  // namespace cli
