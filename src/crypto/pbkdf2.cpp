#include <limits>

#include <openssl/evp.h>

#include <tresor/error.hpp>

#include "crypto/kdf.hpp"

namespace tresor::crypto {

namespace {

void pbkdf2(const EVP_MD* hash, ByteView password, ByteView salt, std::uint32_t iterations,
            ByteSpan out) {
    constexpr std::size_t most = std::numeric_limits<int>::max();
    if (password.size() > most) throw Error(Errc::too_large, "the password is too long");
    int result =
        PKCS5_PBKDF2_HMAC(as_text(password).data(), static_cast<int>(password.size()), salt.data(),
                          static_cast<int>(salt.size()), static_cast<int>(iterations), hash,
                          static_cast<int>(out.size()), out.data());
    if (result != 1) throw Error(Errc::out_of_memory, "the key derivation failed");
}

}  // namespace

void pbkdf2_sha256(ByteView password, ByteView salt, std::uint32_t iterations, ByteSpan out) {
    pbkdf2(EVP_sha256(), password, salt, iterations, out);
}

void pbkdf2_sha1(ByteView password, ByteView salt, std::uint32_t iterations, ByteSpan out) {
    pbkdf2(EVP_sha1(), password, salt, iterations, out);
}

}  // namespace tresor::crypto
