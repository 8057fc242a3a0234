#include "crypto/sodium.hpp"

#include <sodium.h>

#include <tresor/error.hpp>

namespace tresor::crypto {

void ready() {
    static const bool started = sodium_init() >= 0;
    if (!started) throw Error(Errc::internal, "libsodium did not start");
}

}  // namespace tresor::crypto
