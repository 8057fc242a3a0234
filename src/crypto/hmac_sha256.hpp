// HMAC-SHA256 (RFC 2104, libsodium).
#pragma once

#include <span>

#include <tresor/bytes.hpp>

namespace tresor::crypto {

// The key may have any length.
void hmac_sha256(std::span<Byte, 32> out, ByteView key, ByteView message);

}  // namespace tresor::crypto
