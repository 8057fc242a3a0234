#include <tresor/error.hpp>

namespace tresor {

std::string_view name_of(Errc code) noexcept {
    switch (code) {
        case Errc::internal: return "internal";
        case Errc::invalid_argument: return "invalid_argument";
        case Errc::malformed: return "malformed";
        case Errc::unsupported: return "unsupported";
        case Errc::auth_failed: return "auth_failed";
        case Errc::too_large: return "too_large";
        case Errc::not_found: return "not_found";
        case Errc::denied: return "denied";
        case Errc::unavailable: return "unavailable";
        case Errc::io: return "io";
        case Errc::out_of_memory: return "out_of_memory";
        case Errc::conflict: return "conflict";
        case Errc::cancelled: return "cancelled";
    }
    return "internal";
}

}  // namespace tresor
