// The version of these headers (SemVer). version() is the version of the library that was linked.
#pragma once

#include <string_view>

#define TRESOR_VERSION "0.1.0"

namespace tresor {

std::string_view version() noexcept;

}  // namespace tresor
