// The Safe routes as a Service: accounts, limits, the store, counting and the log around
// tresor::server::handle().
//
// From a folder, what is only read is answered on the loop's thread; what is written, and all of a
// store on the network, by a worker. Without a `config` and without limits of its own the server
// answers 503 to uploads, and 404 to GET config.
#pragma once

#include <memory>
#include <optional>

#include <tresor/server.hpp>
#include <tresor/storage/memory.hpp>

#include "config_cache.hpp"
#include "gate.hpp"
#include "log.hpp"
#include "metrics.hpp"
#include "service.hpp"
#include "stores.hpp"

namespace safe_server {

// Keeps the references.
class SafeService final : public Service {
public:
    // Without a gate all may come in.
    SafeService(Stores& stores, ConfigCache& config, Gate* gate, Log& log, Metrics& metrics)
        : stores_(stores), config_(config), gate_(gate), log_(log), metrics_(metrics) {}

    Admission admit(const tresor::net::Request& head) override;
    std::optional<tresor::net::Response> authenticate(const tresor::net::Request& head) override;
    tresor::net::Response answer(const tresor::net::Request& request, unsigned worker) override;
    void done(const Served& served) override;

private:
    std::optional<tresor::net::Response> refuse(const tresor::net::Request& head);
    Admission::Next next(const tresor::net::Request& head) const;
    tresor::net::Response handle(const tresor::net::Request& request, unsigned worker);
    tresor::net::Response trouble(const tresor::net::Request& request, const tresor::Error& error);
    void note(const tresor::net::Request& request, const tresor::Error& error);

    Stores& stores_;
    ConfigCache& config_;
    Gate* gate_;
    Log& log_;
    Metrics& metrics_;
    tresor::server::Throttle unknown_ids_;
    tresor::storage::Memory nothing_;  // for answers that need no store
};

}  // namespace safe_server
