// MD5 (RFC 1321, OpenSSL): broken as a hash, but what the header Content-MD5 is made of.
#pragma once

#include <array>

#include <tresor/bytes.hpp>

namespace tresor::crypto {

// Throws unsupported where OpenSSL has none, as in FIPS mode.
std::array<Byte, 16> md5(ByteView bytes);

}  // namespace tresor::crypto
