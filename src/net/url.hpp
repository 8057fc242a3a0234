// URLs in the normal form of url.hpp, and what a server may answer about them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tresor/url.hpp>

namespace tresor::net {

std::string_view scheme_of(std::string_view url) noexcept;
std::string_view origin_of(std::string_view url) noexcept;  // scheme, host and port
bool is_loopback(std::string_view url) noexcept;
// [user info@]host[:port], and nothing behind it but a slash.
bool is_proxy(std::string_view url);
// A port that the scheme has anyway makes no difference, nor does case.
bool same_origin(std::string_view a, std::string_view b);

// A reference as it stands in a Location header, against the URL that was asked (RFC 3986, 5.2; dot
// segments stay).
std::string resolve(std::string_view base, std::string_view reference);

// `user[:password]` as it stands before the @ of an address, with every %XX as what it stands for;
// a user may have a colon then. Throws invalid_argument.
Credentials parse_user_info(std::string_view text);

// With every %XX as the byte it stands for; absent if one is broken.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace tresor::net
