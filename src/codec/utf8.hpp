// UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace tresor::codec {

inline constexpr char32_t not_utf8 = 0xFFFFFFFF;

bool is_utf8(std::string_view text) noexcept;

// Takes one code point off the front of `text`; not_utf8, and `text` as it was, if there is none.
char32_t next_code_point(std::string_view& text) noexcept;

// The front of a text: at most so many bytes, and no part of a code point.
std::string_view front(std::string_view text, std::size_t most) noexcept;

// Writes 1 to 4 bytes to `into` and returns how many. `point` must be a Unicode scalar value.
std::size_t put_code_point(char32_t point, char* into) noexcept;

}  // namespace tresor::codec
