// Bytes and views of bytes: the words of every signature.
//
// A view never owns. A function that takes one looks at it for the length of the call, unless its
// comment says otherwise.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tresor {

using Byte = std::uint8_t;
using Bytes = std::vector<Byte>;
using ByteView = std::span<const Byte>;
using ByteSpan = std::span<Byte>;

inline ByteView as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}

inline std::string_view as_text(ByteView bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace tresor
