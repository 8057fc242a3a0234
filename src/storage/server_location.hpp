// The locations that are addresses of servers.
#pragma once

#include <tresor/storage/location.hpp>

namespace tresor::storage {

// https, http, webdav+https, webdav+http, threema, s3; none where the library has no network.
void add_servers(Registry& registry);

// An address as it may be asked by these options. Throws invalid_argument.
net::BaseUrl server_url(std::string_view url, const net::Options& options);

}  // namespace tresor::storage
