// The text form of a code (id-export.md 3).
#pragma once

#include <tresor/id_export.hpp>

namespace tresor::id_export {

struct Raw {
    Scheme scheme;
    Bytes bytes;
};

// Throws malformed, unsupported.
Raw raw_of(std::string_view text, Reading reading);

// Groups of four with dashes between them.
std::string text_of(ByteView raw);

}  // namespace tresor::id_export
