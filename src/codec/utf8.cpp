#include "codec/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace tresor::codec {

char32_t next_code_point(std::string_view& text) noexcept {
    if (text.empty()) return not_utf8;
    auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    unsigned first = byte(0);
    std::size_t size = first < 0x80   ? 1
                       : first < 0xC2 ? 0
                       : first < 0xE0 ? 2
                       : first < 0xF0 ? 3
                       : first < 0xF5 ? 4
                                      : 0;
    if (size == 0 || text.size() < size) return not_utf8;
    char32_t point = size == 1 ? first : first & (0x7Fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return not_utf8;
        point = point << 6 | (byte(i) & 0x3F);
    }
    bool overlong = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
    if (overlong || (point >= 0xD800 && point < 0xE000) || point > 0x10FFFF) return not_utf8;
    text.remove_prefix(size);
    return point;
}

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        std::uint64_t eight;
        if (text.size() >= sizeof eight) {
            std::memcpy(&eight, text.data(), sizeof eight);
            if ((eight & 0x8080808080808080) == 0) {
                text.remove_prefix(sizeof eight);
                continue;
            }
        }
        if (next_code_point(text) == not_utf8) return false;
    }
    return true;
}

std::size_t put_code_point(char32_t point, char* into) noexcept {
    auto put = [&](std::size_t i, char32_t bits) { into[i] = static_cast<char>(bits); };
    if (point < 0x80) {
        put(0, point);
        return 1;
    }
    std::size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (std::size_t i = size - 1; i > 0; --i, point >>= 6) put(i, 0x80 | (point & 0x3F));
    put(0, (0xF00u >> size & 0xF0) | point);
    return size;
}

std::string_view front(std::string_view text, std::size_t most) noexcept {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
    return text.substr(0, most);
}

}  // namespace tresor::codec
