// Key derivation (libsodium).
#pragma once

#include <cstdint>

#include <tresor/bytes.hpp>

namespace tresor::crypto {

// RFC 7914.
struct ScryptCost {
    std::uint64_t n;
    std::uint32_t r, p;
};

// Fills `out`. Needs 128 * n * r bytes; throws out_of_memory if they cannot be had.
void scrypt(ByteView password, ByteView salt, const ScryptCost& cost, ByteSpan out);

}  // namespace tresor::crypto
