// Base64 with the standard alphabet and padding (RFC 4648, section 4).
#pragma once

#include <optional>
#include <string_view>

#include <tresor/secret.hpp>

namespace tresor::codec {

enum class LineBreaks { refuse, skip };

// Appends to `out`.
void base64_encode(ByteView bytes, SecretBytes& out);

// Absent unless the text is canonical: full groups, right padding, no spare bits set, nothing but
// the alphabet (and CR and LF, if they are to be skipped).
std::optional<SecretBytes> base64_decode(std::string_view text,
                                         LineBreaks breaks = LineBreaks::refuse);

}  // namespace tresor::codec
