// A Safe server without its sockets: what it answers to a request (safe.md 5).
//
//     GET config                               what the store allows, as JSON
//     GET | HEAD | PUT | DELETE backups/<id>   a Safe; 201 for a new one, 204 for one replaced
//     GET healthz                              200 while the store can be read
//
// - The User-Agent contains `Threema`, else 400; only healthz does not ask for it.
// - A PUT has a Content-Length (else 411), the type application/octet-stream (else 400), and at
//   most `maxBackupBytes` of the store's `config` (else 413, before the body is read). It is
//   answered when the store has the object for good.
// - An id is 64 lowercase hex digits, else 400. Nothing is ever listed.
// - Ids are guessed by asking for them: whoever asks for too many that are not there is told to
//   wait (429), before anybody looks.
// - What a store cannot do is 503 if trying again may help, 507 if it has no room, 500 else; the
//   text of its error is for the log, not for the client.
//
// Accounts, TLS and base paths belong to the program around it (examples/server).
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <tresor/http.hpp>
#include <tresor/storage.hpp>
#include <tresor/storage/retention.hpp>

namespace tresor::server {

// How often each address may ask for what it should not: `at_once` times at once, then once in
// `apiece`; for unknown ids that is 60 and a second. An IPv6 network of 64 bits is one address.
// Remembers some 130,000 addresses at most. Threads may share it.
class Throttle {
public:
    explicit Throttle(std::int64_t at_once = 60, Seconds apiece = Seconds(1))
        : at_once_(at_once), apiece_(apiece) {}

    // How long this address is to wait before it may ask; absent if it may now.
    std::optional<Seconds> wait(std::string_view peer, Timestamp now);
    // It asked for an id that is not there.
    void missed(std::string_view peer, Timestamp now);

private:
    // What is left at a time; more comes with time, up to `at_once`.
    struct Allowance {
        std::int64_t left;
        Timestamp at;
    };
    using Allowances = std::unordered_map<std::string, Allowance>;

    Allowance allowance(const std::string& address, Timestamp now);
    void forget(Timestamp now);

    std::int64_t at_once_;
    Seconds apiece_;
    std::mutex guard_;
    Allowances young_, old_;  // whoever is in neither has all of it
    Timestamp turned_{};
};

// What can be said of a request by its head, before there is a body: a refusal, or nothing. It asks
// no store and waits for nothing. A server that holds the limits asks this first, so that a body
// that is not wanted is never read; handle() says the same.
std::optional<net::Response> admit(const net::Request& head, const storage::Limits& limits);

// The answer to a whole request; `target` is the path, with or without a query. Never throws; what
// the store threw is noted in `failure`, for a log. Threads may call it as the store allows.
net::Response handle(const net::Request& request, storage::Storage& storage, Throttle& throttle,
                     Timestamp now, std::optional<Error>* failure = nullptr);

// The same with limits of one's own, for a store without `config`, or to save reading it at each
// PUT: GET config tells these, and `config` is not read.
net::Response handle(const net::Request& request, storage::Storage& storage,
                     const storage::Limits& limits, Throttle& throttle, Timestamp now,
                     std::optional<Error>* failure = nullptr);

}  // namespace tresor::server
