// BLAKE2b (RFC 7693) and SHA-256 (FIPS 180-4), both of libsodium.
#pragma once

#include <array>

#include <tresor/bytes.hpp>

namespace tresor::crypto {

// out.size() is 16 to 64 bytes, the key at most 64 (none: unkeyed).
void blake2b(ByteSpan out, ByteView message, ByteView key = {});

// Of bytes that come bit by bit. One thread at a time.
class Sha256 {
public:
    Sha256();
    void update(ByteView bytes);
    std::array<Byte, 32> finish();  // and begins anew

private:
    alignas(8) std::array<Byte, 104> state_;
};

}  // namespace tresor::crypto
