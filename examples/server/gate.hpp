// Who may come in: HTTP Basic authentication (RFC 7617) against the accounts.
//
// - A pair that was verified once is remembered as BLAKE2b of its header under a key of this
//   process; looking it up tells nothing about what is remembered. 65,536 to 131,072 of them at
//   most, until the accounts are replaced.
// - Wrong pairs are not remembered. An address may send twenty of them at once and then one in ten
//   seconds; more is 429. Whoever is known is let in all the same.
// - Passwords are hashed two at a time; where too many wait for that, the next is 503.
// - Names and passwords are taken as the bytes that came: ASCII is the same in all apps, other
//   characters are not (safe.md 5.2).
// Threads may share it.
#pragma once

#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <unordered_set>

#include <tresor/http.hpp>
#include <tresor/server.hpp>

#include "accounts.hpp"

namespace safe_server {

class Gate {
public:
    // `waiting`: how many may wait while two passwords are hashed.
    explicit Gate(Accounts accounts, unsigned waiting = 8);

    struct Verdict {
        enum class Kind { pass, ask, refuse } kind;  // ask: verify() has to say
        tresor::net::Response refusal = {};
    };
    // Waits for nothing.
    Verdict look(const tresor::net::Request& head, tresor::Timestamp now);
    // Slow. A response is a refusal: 401, 429 or 503.
    std::optional<tresor::net::Response> verify(const tresor::net::Request& head,
                                                tresor::Timestamp now);
    // Forgets all pairs.
    void replace(Accounts accounts);

private:
    using Mark = std::array<std::uint64_t, 4>;
    struct MarkHash {
        std::size_t operator()(const Mark& mark) const noexcept {
            return static_cast<std::size_t>(mark[0]);
        }
    };
    using Marks = std::unordered_set<Mark, MarkHash>;
    enum class Turn { now, known, too_many };

    Mark mark_of(tresor::ByteView authorization) const;
    bool is_known(const Mark& mark) const;  // with the lock
    void remember(const Mark& mark);        // with the lock
    Turn wait_for_turn(const Mark& mark);
    bool hash(const Mark& mark, tresor::ByteView pair);

    using Key = tresor::Secret<32, struct GateKeyTag>;
    Key key_;
    std::mutex guard_;
    std::condition_variable done_;
    Accounts accounts_;
    std::uint64_t generation_ = 0;  // of accounts_
    Marks young_, old_;
    unsigned hashing_ = 0, waiting_ = 0, most_waiting_;
    tresor::server::Throttle wrong_{20, tresor::Seconds(10)};
};

// The bytes `user:password` of an Authorization header; absent for another scheme, for what is no
// base64, without a user or colon, or with control characters.
std::optional<tresor::SecretBytes> basic_pair(tresor::ByteView authorization);

}  // namespace safe_server
