#include "crypto/md5.hpp"

#include <openssl/evp.h>

#include <tresor/error.hpp>

namespace tresor::crypto {

std::array<Byte, 16> md5(ByteView bytes) {
    std::array<Byte, 16> digest;
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr) != 1 ||
        size != digest.size())
        throw Error(Errc::unsupported, "there is no MD5 on this machine");
    return digest;
}

}  // namespace tresor::crypto
