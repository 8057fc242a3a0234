// A Safe server without its sockets: what it answers to a request (safe.md 5).
//
//     GET config                               what the store allows, as JSON
//     GET | HEAD | PUT | DELETE backups/<id>   a Safe; 201 for a new one, 204 for one replaced
//     GET healthz                              200 while the store can be read
//
// - The User-Agent contains `Threema`, else 400; only healthz does not ask for it.
// - A PUT has a Content-Length (else 411), the type application/octet-stream (else 400), and at
// most
//   `maxBackupBytes` of the store's `config` (else 413, before the body is read). It is answered
//   when the store has the object for good.
// - An id is 64 lowercase hex digits, else 400. Nothing is ever listed.
// - Ids are guessed by asking for them: whoever asks for too many that are not there is told to
// wait
//   (429), before anybody looks.
// - What a store cannot do is 503 if trying again may help, 507 if it has no room, 500 else; the
// text
//   of its error is for the log, not for the client.
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

namespace tresor::server {

// How many unknown ids each address may ask for: `burst` at once, then one a second. An IPv6
// network of 64 bits is one address. Remembers some 130,000 addresses at most. Threads may share
// it.
class Throttle {
public:
    static constexpr std::int64_t burst = 60;

    // How long this address is to wait before it may ask; absent if it may now.
    std::optional<Seconds> wait(std::string_view peer, Timestamp now);
    // It asked for an id that is not there.
    void missed(std::string_view peer, Timestamp now);

private:
    // What is left at a time; more comes with time, up to `burst`.
    struct Allowance {
        std::int64_t left;
        Timestamp at;
    };
    using Allowances = std::unordered_map<std::string, Allowance>;

    std::int64_t left(const std::string& address, Timestamp now);
    void forget(Timestamp now);

    std::mutex guard_;
    Allowances young_, old_;  // whoever is in neither has all of it
    Timestamp turned_{};
};

// `target` is the path, with or without a query. Never throws; what the store threw is noted in
// `failure`, for a log.
net::Response handle(const net::Request& request, storage::Storage& storage, Throttle& throttle,
                     Timestamp now, std::optional<Error>* failure = nullptr);

}  // namespace tresor::server
