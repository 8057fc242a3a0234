#include "codec/base64.hpp"

#include <array>

namespace tresor::codec {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr Byte no_digit = 0xFF;

constexpr auto digits = [] {
    std::array<Byte, 256> made{};
    made.fill(no_digit);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        made[static_cast<unsigned char>(alphabet[i])] = static_cast<Byte>(i);
    return made;
}();

}  // namespace

void base64_encode(ByteView bytes, SecretBytes& out) {
    std::size_t from = out.size();
    out.resize(from + (bytes.size() + 2) / 3 * 4);
    Byte* at = out.expose().data() + from;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::size_t size = std::min<std::size_t>(3, bytes.size() - i);
        unsigned group = static_cast<unsigned>(bytes[i]) << 16;
        if (size > 1) group |= static_cast<unsigned>(bytes[i + 1]) << 8;
        if (size > 2) group |= bytes[i + 2];
        for (unsigned k = 0; k < 4; ++k)
            *at++ = static_cast<Byte>(k > size ? '=' : alphabet[(group >> (18 - 6 * k)) & 63]);
    }
}

std::optional<SecretBytes> base64_decode(std::string_view text, LineBreaks breaks) {
    SecretBytes out;
    out.reserve(text.size() / 4 * 3);
    unsigned group = 0, size = 0, padding = 0;
    for (char c : text) {
        if (breaks == LineBreaks::skip && (c == '\r' || c == '\n')) continue;
        Byte digit = digits[static_cast<unsigned char>(c)];
        if (c == '=' && size >= 2)
            digit = 0, ++padding;
        else if (digit == no_digit || padding > 0)
            return std::nullopt;
        group = group << 6 | digit;
        if (++size < 4) continue;
        if (group & ((1u << 8 * padding) - 1)) return std::nullopt;
        for (unsigned k = 0; k < 3 - padding; ++k)
            out.push_back(static_cast<Byte>(group >> (16 - 8 * k)));
        group = size = 0;
    }
    if (size != 0) return std::nullopt;
    return out;
}

}  // namespace tresor::codec
