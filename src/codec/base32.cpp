#include "codec/base32.hpp"

namespace tresor::codec {

SecretBytes base32_encode(ByteView bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    SecretBytes out;
    out.reserve((bytes.size() * 8 + 4) / 5);
    unsigned held = 0, bits = 0;
    for (Byte byte : bytes) {
        held = (held << 8 | byte) & 0xFFF;
        for (bits += 8; bits >= 5; bits -= 5)
            out.push_back(static_cast<Byte>(alphabet[(held >> (bits - 5)) & 31]));
    }
    if (bits > 0) out.push_back(static_cast<Byte>(alphabet[(held << (5 - bits)) & 31]));
    return out;
}

std::optional<SecretBytes> base32_decode(std::string_view text) {
    SecretBytes out;
    out.reserve(text.size() * 5 / 8);
    unsigned held = 0, bits = 0;
    for (char c : text) {
        bool letter = c >= 'A' && c <= 'Z', number = c >= '2' && c <= '7';
        if (!letter && !number) return std::nullopt;
        held = (held << 5 | static_cast<unsigned>(letter ? c - 'A' : c - '2' + 26)) & 0xFFF;
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        out.push_back(static_cast<Byte>(held >> bits));
    }
    if (bits >= 5 || (held & ((1u << bits) - 1)) != 0) return std::nullopt;
    return out;
}

}  // namespace tresor::codec
