// The two schemes, bytes to bytes (id-export.md 1 and 2).
#pragma once

#include <array>

#include <tresor/id_export.hpp>

namespace tresor::id_export {

using ExportKey = Secret<32, struct ExportKeyTag>;
using Salt = std::array<Byte, 8>;

inline constexpr std::size_t classic_size = 50, argon2id_size = 65;

struct Contents {
    ThreemaId identity;
    PrivateKey private_key;
};

// `password` may be anything here.
ExportKey derive_key(Scheme scheme, ByteView password, const Salt& salt);

// `raw` has the size of its scheme.
Salt salt_of(Scheme scheme, ByteView raw);
Bytes seal(Scheme scheme, const ExportKey& key, const Salt& salt, const ThreemaId& identity,
           const PrivateKey& private_key);
// Throws auth_failed for a wrong key or other bytes, malformed if no Threema ID is inside.
Contents open(Scheme scheme, const ExportKey& key, ByteView raw);

}  // namespace tresor::id_export
