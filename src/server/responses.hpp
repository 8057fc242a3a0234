// The answers of the handlers: what all of them have in common.
#pragma once

#include <string_view>

#include <tresor/error.hpp>
#include <tresor/http.hpp>

namespace tresor::server {

// With Content-Length, unless it is 204, and Cache-Control.
net::Response answer(int status, net::Headers headers = {}, Bytes body = {});
// With a line of text.
net::Response refuse(int status, std::string_view why, net::Headers headers = {});
net::Response too_large();
// For a client to see: nothing about the store gets out.
net::Response failed(const Error& error);

}  // namespace tresor::server
