// Strict hexadecimal.
#pragma once

#include <string>
#include <string_view>

#include <tresor/bytes.hpp>

namespace tresor::codec {

enum class HexCase { lower, any };

// Lowercase. The digits of a secret go into memory that wipes: hex_encode_to().
std::string hex_encode(ByteView bytes);
void hex_encode_to(ByteView bytes, std::span<char> out);  // out.size() == 2 * bytes.size()

// True if the text is exactly 2 * out.size() digits. The time taken does not depend on the digits.
[[nodiscard]] bool hex_decode(std::string_view text, ByteSpan out, HexCase allowed = HexCase::any);

}  // namespace tresor::codec
