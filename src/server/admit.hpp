// Reading the head of a request.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <tresor/http.hpp>

namespace tresor::server {

constexpr std::string_view backups_path = "/backups/";

// Of the target, which may have a query.
std::string_view path_of(const net::Request& head) noexcept;
std::optional<std::uint64_t> content_length(const net::Request& head) noexcept;

}  // namespace tresor::server
