#include <tresor/version.hpp>

namespace tresor {

std::string_view version() noexcept { return TRESOR_VERSION; }

}  // namespace tresor
