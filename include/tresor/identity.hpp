// Who a backup belongs to: the Threema ID and its key pair.
//
// A ThreemaId is 8 ASCII characters, the first from 0-9 A-Z *, the other seven from 0-9 A-Z
// (safe.md 0.2); lowercase letters are raised when one is made. Keys are X25519 keys of 32 bytes.
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include <tresor/bytes.hpp>
#include <tresor/secret.hpp>

namespace tresor {

class ThreemaId {
public:
    // Throws invalid_argument if the text is no Threema ID.
    explicit ThreemaId(std::string_view text);
    static std::optional<ThreemaId> parse(std::string_view text) noexcept;

    std::string_view text() const noexcept { return {text_.data(), text_.size()}; }
    auto operator<=>(const ThreemaId&) const = default;

private:
    ThreemaId() = default;
    std::array<char, 8> text_{};
};

using PublicKey = std::array<Byte, 32>;
using PrivateKey = Secret<32, struct PrivateKeyTag>;

PublicKey public_key_of(const PrivateKey& key);

// A private key as people keep it in a file: 32 bytes as they are or, one line end aside, 64 hex
// digits or 44 characters of base64. Absent if it is none of them.
std::optional<PrivateKey> parse_private_key(ByteView content);
// In base64, 44 characters.
SecretBytes format_private_key(const PrivateKey& key);
std::string format_public_key(const PublicKey& key);

}  // namespace tresor
