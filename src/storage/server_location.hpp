// The locations that are addresses of servers.
#pragma once

#include <tresor/storage/location.hpp>

namespace tresor::storage {

// https, http, webdav+https, webdav+http, threema; none where the library has no network.
void add_servers(Registry& registry);

}  // namespace tresor::storage
