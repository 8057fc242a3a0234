// The Safe container: what a server stores under a BackupId (safe.md 4).
//
//     container := nonce (24) || tag (16) || XSalsa20-Poly1305(gzip(json), encryption key)
//
// gzip is written with stored blocks only: compressing would tell the server something about the
// private key by the size. What older apps compressed is read. open() checks the tag before it
// looks at anything inside, refuses a container over `max_container_bytes` before it allocates,
// stops inflating at `max_json_bytes`, accepts several gzip members and a tail of zeros, and
// reports other bytes behind the gzip data as a finding. Nothing here looks at the JSON itself;
// that is model.hpp. Neither function keeps a reference to its arguments.
#pragma once

#include <cstddef>
#include <vector>

#include <tresor/error.hpp>
#include <tresor/safe/keys.hpp>

namespace tresor::safe {

inline constexpr std::size_t max_json_bytes = std::size_t{16} << 20;
inline constexpr std::size_t max_container_bytes = max_json_bytes + (std::size_t{64} << 10);
inline constexpr std::size_t min_container_bytes = 24 + 16 + 18 + 2;

// The size of the container that seal() makes of n bytes of JSON.
constexpr std::size_t container_size(std::size_t n) noexcept {
    return 24 + 16 + n + 5 * (n == 0 ? 1 : (n + 65534) / 65535) + 18;
}

// Seals JSON text as it is, under a fresh random nonce. Throws too_large over max_json_bytes.
[[nodiscard]] Bytes seal(ByteView json, const EncryptionKey& key);
// The same into memory of the caller's, of container_size(json.size()) bytes (else
// invalid_argument), which does not overlap the text.
void seal(ByteView json, const EncryptionKey& key, ByteSpan container);

struct Opened {
    SecretBytes json;
    std::vector<Finding> findings;
};

// Throws malformed (truncated, not gzip, inflate error, checksum, length), auth_failed (another
// key, or a changed bit anywhere), too_large.
[[nodiscard]] Opened open(ByteView container, const EncryptionKey& key);

}  // namespace tresor::safe
