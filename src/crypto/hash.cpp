#include "crypto/hash.hpp"

#include <cassert>

#include <sodium.h>

#include "crypto/sodium.hpp"

namespace tresor::crypto {

void blake2b(ByteSpan out, ByteView message, ByteView key) {
    ready();
    [[maybe_unused]] int result = crypto_generichash(out.data(), out.size(), message.data(),
                                                     message.size(), key.data(), key.size());
    assert(result == 0);
}

namespace {

crypto_hash_sha256_state* state_in(std::array<Byte, 104>& bytes) {
    static_assert(sizeof(crypto_hash_sha256_state) <= 104 &&
                  alignof(crypto_hash_sha256_state) <= 8);
    return reinterpret_cast<crypto_hash_sha256_state*>(bytes.data());
}

}  // namespace

Sha256::Sha256() {
    ready();
    crypto_hash_sha256_init(state_in(state_));
}

void Sha256::update(ByteView bytes) {
    crypto_hash_sha256_update(state_in(state_), bytes.data(), bytes.size());
}

std::array<Byte, 32> Sha256::finish() {
    std::array<Byte, 32> digest;
    crypto_hash_sha256_final(state_in(state_), digest.data());
    crypto_hash_sha256_init(state_in(state_));
    return digest;
}

}  // namespace tresor::crypto
