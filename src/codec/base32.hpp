// Base32 with the standard uppercase alphabet (RFC 4648, section 6), without padding.
#pragma once

#include <optional>
#include <string_view>

#include <tresor/secret.hpp>

namespace tresor::codec {

SecretBytes base32_encode(ByteView bytes);

// Absent unless the text is canonical: nothing but the alphabet, a possible length, no spare bits.
std::optional<SecretBytes> base32_decode(std::string_view text);

}  // namespace tresor::codec
