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

}  // namespace tresor::crypto
