#include "crypto/secretbox.hpp"

#include <sodium.h>

#include "crypto/sodium.hpp"

namespace tresor::crypto {

static_assert(secretbox_nonce_size == crypto_secretbox_NONCEBYTES);
static_assert(secretbox_tag_size == crypto_secretbox_MACBYTES);
static_assert(secretbox_key_size == crypto_secretbox_KEYBYTES);

void secretbox_seal(ByteSpan text, std::span<Byte, secretbox_tag_size> tag, SecretboxNonce nonce,
                    SecretboxKey key) {
    ready();
    crypto_secretbox_detached(text.data(), tag.data(), text.data(), text.size(), nonce.data(),
                              key.data());
}

bool secretbox_open(ByteSpan text, ByteView sealed, std::span<const Byte, secretbox_tag_size> tag,
                    SecretboxNonce nonce, SecretboxKey key) {
    ready();
    return crypto_secretbox_open_detached(text.data(), sealed.data(), tag.data(), sealed.size(),
                                          nonce.data(), key.data()) == 0;
}

}  // namespace tresor::crypto
