// Names of headers and their words, which mean the same in either case.
#pragma once

#include <algorithm>
#include <string_view>

namespace safe_server {

// `lower_case` is; the other may be in any case.
inline bool same_name(std::string_view a, std::string_view lower_case) noexcept {
    return std::equal(a.begin(), a.end(), lower_case.begin(), lower_case.end(), [](char x, char y) {
        return (x >= 'A' && x <= 'Z' ? static_cast<char>(x | 0x20) : x) == y;
    });
}

}  // namespace safe_server
