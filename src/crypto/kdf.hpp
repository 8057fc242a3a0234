// Key derivation: libsodium's scrypt, OpenSSL's PBKDF2, libargon2's Argon2id.
#pragma once

#include <cstdint>

#include <tresor/bytes.hpp>

namespace tresor::crypto {

// RFC 7914.
struct ScryptCost {
    std::uint64_t n;
    std::uint32_t r, p;
};

// Fills `out`. Needs 128 * n * r bytes; throws out_of_memory if they cannot be had.
void scrypt(ByteView password, ByteView salt, const ScryptCost& cost, ByteSpan out);

// RFC 8018 with HMAC-SHA-256, and with HMAC-SHA-1.
void pbkdf2_sha256(ByteView password, ByteView salt, std::uint32_t iterations, ByteSpan out);
void pbkdf2_sha1(ByteView password, ByteView salt, std::uint32_t iterations, ByteSpan out);

// RFC 9106.
struct Argon2Cost {
    std::uint32_t memory_kib, passes, lanes;
};

// Version 0x13; the salt has 8 bytes or more. Throws out_of_memory if the memory cannot be had,
// unsupported in a build without libargon2.
void argon2id(ByteView password, ByteView salt, const Argon2Cost& cost, ByteSpan out);

}  // namespace tresor::crypto
