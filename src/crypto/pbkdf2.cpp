#include <limits>

#include <openssl/evp.h>

#include <tresor/error.hpp>

#include "crypto/kdf.hpp"

namespace tresor::crypto {

void pbkdf2_sha256(ByteView password, ByteView salt, std::uint32_t iterations, ByteSpan out) {
    constexpr std::size_t most = std::numeric_limits<int>::max();
    if (password.size() > most) throw Error(Errc::too_large, "the password is too long");
    int result =
        PKCS5_PBKDF2_HMAC(as_text(password).data(), static_cast<int>(password.size()), salt.data(),
                          static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(),
                          static_cast<int>(out.size()), out.data());
    if (result != 1) throw Error(Errc::out_of_memory, "the key derivation failed");
}

}  // namespace tresor::crypto
