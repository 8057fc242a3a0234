#include "crypto/hmac.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <tresor/error.hpp>

namespace tresor::crypto {

struct HmacSha1::State {
    ~State() {
        EVP_MAC_CTX_free(context);
        EVP_MAC_free(mac);
    }
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    EVP_MAC_CTX* context = mac != nullptr ? EVP_MAC_CTX_new(mac) : nullptr;
};

HmacSha1::HmacSha1(ByteView key) : state_(std::make_unique<State>()) {
    char digest[] = "SHA1";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};
    if (state_->context == nullptr ||
        EVP_MAC_init(state_->context, key.data(), key.size(), parameters) != 1)
        throw Error(Errc::out_of_memory, "the authentication code could not be set up");
}

HmacSha1::~HmacSha1() = default;

void HmacSha1::update(ByteView bytes) {
    if (EVP_MAC_update(state_->context, bytes.data(), bytes.size()) != 1)
        throw Error(Errc::internal, "the authentication code failed");
}

std::array<Byte, 20> HmacSha1::finish() {
    std::array<Byte, 20> code;
    std::size_t size = 0;
    if (EVP_MAC_final(state_->context, code.data(), &size, code.size()) != 1 || size != code.size())
        throw Error(Errc::internal, "the authentication code failed");
    return code;
}

}  // namespace tresor::crypto
