// What all loops of a server have in common.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "body.hpp"
#include "server.hpp"
#include "tls.hpp"
#include "workers.hpp"

namespace safe_server {

// How the descriptors of the process are shared out.
struct Descriptors {
    std::size_t connections;
    std::size_t body_files;
};

struct Shared {
    // Throws invalid_argument if a certificate is none.
    Shared(Service& what, ServerOptions how, const Descriptors& descriptors)
        : service(what),
          options(std::move(how)),
          most_connections(descriptors.connections),
          room(options.body_memory, options.body_folder, descriptors.body_files),
          workers(options.workers, options.waiting_requests) {
        if (options.tls) tls.emplace(*options.tls);
    }

    Service& service;
    const ServerOptions options;
    const std::size_t most_connections;
    BodyRoom room;
    std::optional<Tls> tls;
    std::atomic<bool> stopping = false;
    std::atomic<std::size_t> connections = 0;
    std::atomic<std::uint64_t> accepted = 0, refused = 0, requests = 0;
    Workers workers;  // the first to go: its jobs use the others
};

}  // namespace safe_server
