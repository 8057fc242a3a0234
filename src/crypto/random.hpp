// The only random source of the library (the system's, through libsodium).
#pragma once

#include <tresor/bytes.hpp>

namespace tresor::crypto {

void random_bytes(ByteSpan out);

}  // namespace tresor::crypto
