// A bounded JSON reader (RFC 8259) with the repair rules of safe.md 3.5.
//
// Strict but for what is reported as a finding: a byte order mark is skipped; of members with one
// name the last wins; a lone surrogate becomes U+FFFD; bytes behind the document are ignored. Error
// texts hold an offset, never a token, and no token stays in memory that is not wiped.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/findings.hpp"
#include "codec/json.hpp"

namespace tresor::codec {

struct JsonLimits {
    std::size_t document = std::size_t{16} << 20;  // bytes
    std::size_t depth = 32;                        // arrays and objects within each other
    std::size_t string = std::size_t{1} << 20;     // bytes once decoded
    std::size_t array = 100'000;                   // elements
    std::size_t values = std::size_t{2} << 20;     // of all kinds together: bounds the memory
    std::string_view long_pointer = {};            // the string at this place may be longer:
    std::size_t long_string = 0;                   // bytes once decoded
};

// Throws malformed, nested too deep included, and too_large over any other limit.
Json read_json(ByteView text, const JsonLimits& limits, Findings& findings);

}  // namespace tresor::codec
