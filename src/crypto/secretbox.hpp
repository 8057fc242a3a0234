// XSalsa20-Poly1305, NaCl's secretbox (libsodium), with the tag apart from the text.
#pragma once

#include <array>
#include <cstddef>

#include <tresor/bytes.hpp>

namespace tresor::crypto {

inline constexpr std::size_t secretbox_nonce_size = 24;
inline constexpr std::size_t secretbox_tag_size = 16;
inline constexpr std::size_t secretbox_key_size = 32;

using SecretboxNonce = std::span<const Byte, secretbox_nonce_size>;
using SecretboxKey = std::span<const Byte, secretbox_key_size>;

// Encrypts `text` in place and writes its tag. A nonce seals one text only.
void secretbox_seal(ByteSpan text, std::span<Byte, secretbox_tag_size> tag, SecretboxNonce nonce,
                    SecretboxKey key);

// Decrypts into `text`, which has the size of `sealed`. False, and `text` untouched, if the tag
// does not match.
[[nodiscard]] bool secretbox_open(ByteSpan text, ByteView sealed,
                                  std::span<const Byte, secretbox_tag_size> tag,
                                  SecretboxNonce nonce, SecretboxKey key);

}  // namespace tresor::crypto
