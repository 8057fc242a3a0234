#include "codec/hex.hpp"

#include <cassert>

namespace tresor::codec {
namespace {

// All ones if `c` lies in [first, last], else 0; without a branch, so that no digit shows in the
// time.
unsigned within(unsigned c, char first, char last) {
    unsigned below = c - static_cast<unsigned char>(first);
    unsigned above = static_cast<unsigned char>(last) - c;
    return (((below | above) >> 8) & 1) - 1;
}

// The value of a digit, or 0x100.
unsigned digit_value(char digit, HexCase allowed) {
    unsigned c = static_cast<unsigned char>(digit);
    unsigned number = within(c, '0', '9'), lower = within(c, 'a', 'f');
    unsigned upper = allowed == HexCase::any ? within(c, 'A', 'F') : 0;
    return (number & (c - '0')) | (lower & (c - 'a' + 10)) | (upper & (c - 'A' + 10)) |
           (~(number | lower | upper) & 0x100);
}

}  // namespace

void hex_encode_to(ByteView bytes, std::span<char> out) {
    assert(out.size() == 2 * bytes.size());
    auto digit = [](unsigned value) {
        return static_cast<char>('0' + value + (((9 - value) >> 8) & ('a' - '9' - 1)));
    };
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out[2 * i] = digit(bytes[i] >> 4);
        out[2 * i + 1] = digit(bytes[i] & 15u);
    }
}

std::string hex_encode(ByteView bytes) {
    std::string text(2 * bytes.size(), '\0');
    hex_encode_to(bytes, text);
    return text;
}

bool hex_decode(std::string_view text, ByteSpan out, HexCase allowed) {
    if (text.size() != 2 * out.size()) return false;
    unsigned wrong = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        unsigned high = digit_value(text[2 * i], allowed),
                 low = digit_value(text[2 * i + 1], allowed);
        wrong |= high | low;
        out[i] = static_cast<Byte>((high << 4) | low);
    }
    return (wrong & 0x100) == 0;
}

}  // namespace tresor::codec
