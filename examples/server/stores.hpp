// The store of a server, opened as often as its threads need it.
//
// A folder is opened once and shared; so is a store in memory, which is for trying things. A store
// on the network has one object for each thread that uses it, because each holds a connection.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <tresor/storage.hpp>
#include <tresor/storage/location.hpp>

namespace safe_server {

// How a store is reached.
struct StoreOptions {
    std::string location;  // without user info
    std::optional<tresor::net::Credentials> credentials = {};
    tresor::net::Options net = {};
};

class Stores {
public:
    // Opens the store once. Throws invalid_argument for a location whose host depends on the backup
    // id, and what the store throws.
    Stores(StoreOptions options, unsigned workers);

    // All threads have the same object, and it answers without a network.
    bool is_local() const noexcept { return shared_ != nullptr; }
    // Of a worker, by its number from 1 on; 0 is for a local store only. One thread for each.
    tresor::storage::Storage& of(unsigned worker);
    // One more, for a thread that is no worker. False from `progress` ends what it does.
    std::unique_ptr<tresor::storage::Storage> open(tresor::Progress progress = {}) const;

private:
    StoreOptions options_;
    std::unique_ptr<tresor::storage::Storage> shared_;
    std::vector<std::unique_ptr<tresor::storage::Storage>> own_;  // by worker; made when needed
};

}  // namespace safe_server
