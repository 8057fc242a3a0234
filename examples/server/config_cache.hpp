// What the store allows, as far as is known: read at the start, then every ten seconds by a thread
// of its own, so that no request waits for it.
//
// A `config` in the store goes before the limits that were given to the server. While the store
// cannot be read, or its `config` is damaged, the last limits are kept. When the `config` is gone
// there are none, unless some were given. It is read once a second while anybody misses it.
// Threads may share it.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include <tresor/storage.hpp>
#include <tresor/storage/retention.hpp>

#include "log.hpp"

namespace safe_server {

class ConfigCache {
public:
    using Limits = tresor::storage::Limits;

    // Reads it once: throws not_found if there is neither a `config` nor `given`, and what the
    // store throws. Keeps the log.
    ConfigCache(std::unique_ptr<tresor::storage::Storage> store, std::optional<Limits> given,
                Log& log, std::chrono::milliseconds every = std::chrono::seconds(10));
    ~ConfigCache();
    ConfigCache(const ConfigCache&) = delete;
    ConfigCache& operator=(const ConfigCache&) = delete;

    std::optional<Limits> limits() const;
    // Whether it could be read the last time.
    bool is_well() const;
    // Whether the server needs no `config`.
    bool is_given() const noexcept { return given_.has_value(); }
    // The largest body that may come. The least a store can have while nothing is known.
    std::uint64_t max_backup_bytes() const;
    // Somebody misses the limits, or has reason to think they are others now.
    void look_soon();

private:
    std::optional<Limits> read();
    void refresh();
    void work();
    void tell(const std::string& trouble);

    std::unique_ptr<tresor::storage::Storage> store_;
    const std::optional<Limits> given_;
    Log& log_;
    const std::chrono::milliseconds every_;
    std::string trouble_;  // what was told last

    mutable std::mutex guard_;
    std::condition_variable wake_;
    std::optional<Limits> limits_;
    bool wanted_ = false, ending_ = false, well_ = true;
    std::thread reader_;
};

}  // namespace safe_server
