// X25519 (RFC 7748, libsodium).
#pragma once

#include <tresor/bytes.hpp>

namespace tresor::crypto {

void x25519_public_key(std::span<Byte, 32> public_key, std::span<const Byte, 32> private_key);

}  // namespace tresor::crypto
