#include "crypto/x25519.hpp"

#include <sodium.h>

#include "crypto/sodium.hpp"

namespace tresor::crypto {

void x25519_public_key(std::span<Byte, 32> public_key, std::span<const Byte, 32> private_key) {
    ready();
    crypto_scalarmult_base(public_key.data(), private_key.data());
}

}  // namespace tresor::crypto
