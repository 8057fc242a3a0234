#include "stores.hpp"

#include <utility>

#include <tresor/storage/wrapper.hpp>

namespace safe_server {

namespace storage = tresor::storage;
using tresor::Errc;
using tresor::Error;

Stores::Stores(StoreOptions options, unsigned workers)
    : options_(std::move(options)), own_(workers + 1) {
    const std::string& location = options_.location;
    if (storage::depends_on_backup_id(location))
        throw Error(Errc::invalid_argument,
                    "one server has one store: this location depends on the backup id");
    auto scheme = storage::scheme_of(location);
    auto first = open();
    if (scheme.empty() || scheme == "dir" || scheme == "memory")
        shared_ = std::move(first);
    else
        own_.back() = std::move(first);
}

storage::Storage& Stores::of(unsigned worker) {
    if (shared_) return *shared_;
    auto& own = own_.at(worker);
    if (!own) own = open();
    return *own;
}

std::unique_ptr<storage::Storage> Stores::open(tresor::Progress progress) const {
    // Another one in memory would be empty.
    if (shared_ && storage::scheme_of(options_.location) == "memory")
        return std::make_unique<storage::Wrapper>(*shared_);
    storage::LocationOptions how;
    how.progress = std::move(progress);
    how.net = options_.net;
    if (options_.credentials) how.credentials = options_.credentials->clone();
    return storage::open_storage(options_.location, storage::built_in_stores(), how);
}

}  // namespace safe_server
