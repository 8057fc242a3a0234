#include "crypto/random.hpp"

#include <sodium.h>

#include "crypto/sodium.hpp"

namespace tresor::crypto {

void random_bytes(ByteSpan out) {
    ready();
    randombytes_buf(out.data(), out.size());
}

}  // namespace tresor::crypto
