// The bare XSalsa20 key stream, and ChaCha20-Poly1305 (RFC 8439), both of libsodium.
#pragma once

#include <tresor/bytes.hpp>

namespace tresor::crypto {

// NaCl's crypto_stream_xor, in place: encrypts and decrypts, and proves nothing.
void xsalsa20_xor(ByteSpan text, std::span<const Byte, 24> nonce, std::span<const Byte, 32> key);

// Encrypts `text` in place and writes its tag. A nonce seals one text only.
void chacha20_poly1305_seal(ByteSpan text, std::span<Byte, 16> tag, ByteView associated,
                            std::span<const Byte, 12> nonce, std::span<const Byte, 32> key);

// Decrypts into `text`, which has the size of `sealed`. False, and `text` zeros, if the tag does
// not match.
[[nodiscard]] bool chacha20_poly1305_open(ByteSpan text, ByteView sealed,
                                          std::span<const Byte, 16> tag, ByteView associated,
                                          std::span<const Byte, 12> nonce,
                                          std::span<const Byte, 32> key);

}  // namespace tresor::crypto
