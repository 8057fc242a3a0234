// HTTP/1.1 and TLS around a Service.
//
// - Requests are read strictly (request_reader.hpp). A connection has one request at a time; what
//   a client sends ahead waits in its socket.
// - Every wait has a limit of its own and in all, so that a slow client costs a descriptor and a
//   few hundred bytes for a while, and nobody else notices. When there are too many connections,
//   the one that has been idle longest makes room; if none is idle, the newest is answered 503.
// - A body is in memory while all of them together are below `body_memory`, else in a temporary
//   file without a name.
// - Loops move bytes and give the answers that wait for nothing; workers do what waits. If too
//   many requests wait for a worker, the next is answered 503.
// The program around it ignores SIGPIPE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "request_reader.hpp"
#include "service.hpp"
#include "tls.hpp"

namespace safe_server {

struct ServerOptions {
    std::vector<std::string> listen;  // "HOST:PORT", "[::1]:8443"; port 0: any that is free
    std::optional<TlsFiles> tls;
    unsigned loops = 0;                   // 0: one a core
    unsigned workers = 32;                // most of them wait, for a disk or a network
    std::size_t waiting_requests = 1024;  // for a worker, all together
    std::size_t max_connections =
        0;  // 0: what the descriptor limit, raised to the hard one, has room for

    HeadLimits head;
    // Asked for each body, from any loop: bodies beyond it are answered 413.
    std::function<std::uint64_t()> max_body_bytes = [] { return std::uint64_t(512) * 1024; };
    std::size_t body_memory = 64 * 1024 * 1024;
    std::filesystem::path body_folder = "/var/tmp";  // for bodies that find no room in memory

    unsigned head_seconds = 15;  // TLS handshake; a head from its first byte to its last
    unsigned idle_seconds = 75;  // between two requests, and before the first
    unsigned body_grace_seconds =
        20;  // after these a body comes at `body_bytes_a_second` on average
    unsigned body_bytes_a_second = 1024;
    unsigned body_seconds = 600;  // for a whole body
    unsigned write_seconds = 30;  // without a byte of an answer taken by the client
    unsigned stop_seconds = 20;   // for requests in flight, when the server stops

    std::string behind_proxy;  // the address whose X-Forwarded-For is believed
};

// All since the start, but for those that are "now".
struct ServerStats {
    std::uint64_t accepted = 0;  // connections
    std::uint64_t refused = 0;   // connections answered 503 or closed to make room
    std::uint64_t connections_now = 0;
    std::uint64_t idle_now = 0;
    std::uint64_t requests = 0;
    std::uint64_t body_bytes_now = 0;  // in memory
    std::uint64_t bodies_spilled = 0;  // into a file
    std::uint64_t waiting_now = 0;     // for a worker
    std::uint64_t working_now = 0;
};

class Server {
public:
    // Listens from here on. Keeps a reference to the service. Throws invalid_argument for an
    // address or certificate that is none, io if it cannot listen.
    Server(Service& service, ServerOptions options);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // "https://HOST:PORT/", of the first address.
    std::string url() const;
    // Serves until stop(): then no new connection is taken, idle ones are closed, and requests in
    // flight have `stop_seconds` to end.
    void run();
    // From any thread, and from a signal handler.
    void stop() noexcept;
    // For new connections; those that are open go on with the old certificate. Throws
    // invalid_argument, and changes nothing, if the files are not a certificate and its key.
    void reload_tls();
    ServerStats stats() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace safe_server
