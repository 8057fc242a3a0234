// gzip (RFC 1952): a reader with a hard bound, and the writer of stored blocks of safe.md 4.3.
#pragma once

#include <cstddef>

#include <tresor/secret.hpp>

namespace tresor::codec {

struct Gunzipped {
    SecretBytes bytes;
    std::size_t ignored;  // bytes behind the last member, not counting a tail of zeros
};

// Reads one or more members. Throws too_large as soon as there are more than `most` bytes,
// malformed for anything that is damaged or no gzip. All memory that ever held content is wiped.
Gunzipped gunzip(ByteView packed, std::size_t most);

// The size gzip_stored() writes for n bytes.
constexpr std::size_t gzip_stored_size(std::size_t n) noexcept {
    return n + 5 * (n == 0 ? 1 : (n + 65534) / 65535) + 18;
}

// Packs without compressing: header 1f8b0800 00000000 0000, stored blocks of 65535 bytes, trailer.
// out.size() == gzip_stored_size(bytes.size()). The same bytes always give the same result.
void gzip_stored(ByteView bytes, ByteSpan out);

}  // namespace tresor::codec
