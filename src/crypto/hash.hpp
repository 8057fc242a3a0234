// BLAKE2b (RFC 7693, libsodium).
#pragma once

#include <tresor/bytes.hpp>

namespace tresor::crypto {

// out.size() is 16 to 64 bytes, the key at most 64 (none: unkeyed).
void blake2b(ByteSpan out, ByteView message, ByteView key = {});

}  // namespace tresor::crypto
