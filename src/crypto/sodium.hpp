// libsodium wants one call before any other; it is safe from many threads.
#pragma once

namespace tresor::crypto {

// Throws internal if libsodium cannot start.
void ready();

}  // namespace tresor::crypto
