#include "crypto/hmac_sha256.hpp"

#include <sodium.h>

#include "crypto/sodium.hpp"

namespace tresor::crypto {

void hmac_sha256(std::span<Byte, 32> out, ByteView key, ByteView message) {
    ready();
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key.data(), key.size());
    crypto_auth_hmacsha256_update(&state, message.data(), message.size());
    crypto_auth_hmacsha256_final(&state, out.data());
    sodium_memzero(&state, sizeof state);
}

}  // namespace tresor::crypto
