#include <tresor/identity.hpp>

#include "codec/base64.hpp"
#include "codec/hex.hpp"
#include "crypto/x25519.hpp"

namespace tresor {
namespace {

char raised(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool allowed(char c, std::size_t position) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c == '*' && position == 0);
}

}  // namespace

std::optional<ThreemaId> ThreemaId::parse(std::string_view text) noexcept {
    ThreemaId made;
    if (text.size() != made.text_.size()) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        made.text_[i] = raised(text[i]);
        if (!allowed(made.text_[i], i)) return std::nullopt;
    }
    return made;
}

ThreemaId::ThreemaId(std::string_view text) {
    auto parsed = parse(text);
    if (!parsed)
        throw Error(Errc::invalid_argument,
                    "a Threema ID has 8 characters, digits and letters, the first may be *");
    *this = *parsed;
}

PublicKey public_key_of(const PrivateKey& key) {
    PublicKey made;
    crypto::x25519_public_key(made, key.expose());
    return made;
}

std::optional<PrivateKey> parse_private_key(ByteView content) {
    if (content.size() == PrivateKey::size) return PrivateKey(content);
    std::string_view text = as_text(content);
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r') && text.size() < content.size()) text.remove_suffix(1);
    if (text.size() == 2 * PrivateKey::size) {
        SecretBytes bytes(PrivateKey::size);
        if (codec::hex_decode(text, bytes.expose())) return PrivateKey(bytes.expose());
    }
    auto bytes = codec::base64_decode(text);
    if (!bytes || bytes->size() != PrivateKey::size) return std::nullopt;
    return PrivateKey(bytes->expose());
}

SecretBytes format_private_key(const PrivateKey& key) {
    SecretBytes text;
    text.reserve(44);
    codec::base64_encode(key.expose(), text);
    return text;
}

std::string format_public_key(const PublicKey& key) {
    SecretBytes text;
    codec::base64_encode(key, text);
    return std::string(as_text(text.expose()));
}

}  // namespace tresor
