#include "crypto/stream.hpp"

#include <sodium.h>

#include "crypto/sodium.hpp"

namespace tresor::crypto {

static_assert(crypto_stream_xsalsa20_NONCEBYTES == 24 && crypto_stream_xsalsa20_KEYBYTES == 32);
static_assert(crypto_aead_chacha20poly1305_ietf_NPUBBYTES == 12 &&
              crypto_aead_chacha20poly1305_ietf_KEYBYTES == 32 &&
              crypto_aead_chacha20poly1305_ietf_ABYTES == 16);

void xsalsa20_xor(ByteSpan text, std::span<const Byte, 24> nonce, std::span<const Byte, 32> key) {
    ready();
    crypto_stream_xsalsa20_xor(text.data(), text.data(), text.size(), nonce.data(), key.data());
}

void chacha20_poly1305_seal(ByteSpan text, std::span<Byte, 16> tag, ByteView associated,
                            std::span<const Byte, 12> nonce, std::span<const Byte, 32> key) {
    ready();
    crypto_aead_chacha20poly1305_ietf_encrypt_detached(
        text.data(), tag.data(), nullptr, text.data(), text.size(), associated.data(),
        associated.size(), nullptr, nonce.data(), key.data());
}

bool chacha20_poly1305_open(ByteSpan text, ByteView sealed, std::span<const Byte, 16> tag,
                            ByteView associated, std::span<const Byte, 12> nonce,
                            std::span<const Byte, 32> key) {
    ready();
    return crypto_aead_chacha20poly1305_ietf_decrypt_detached(
               text.data(), nullptr, sealed.data(), sealed.size(), tag.data(), associated.data(),
               associated.size(), nonce.data(), key.data()) == 0;
}

}  // namespace tresor::crypto
