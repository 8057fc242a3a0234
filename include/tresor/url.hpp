// Addresses of servers, as people type them (safe.md 2.6).
//
//     [https://][user[:password]@]host[:port][/path]
//
// The host is a name in ASCII, an IPv4 address, or an IPv6 address in brackets; host and path may
// hold `{backupIdPrefix8}`, which stands for the first byte of a backup id in two hex digits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tresor/secret.hpp>

namespace tresor::net {

// Of S3: the id of an access key, its secret, and the session token of temporary keys.
struct Credentials {
    std::string user;  // UTF-8, without colon (but S3's may have one)
    SecretBytes password;
    SecretBytes token = {};

    Credentials clone() const { return {user, password.clone(), token.clone()}; }
};

struct BaseUrl {
    // The normal form without user info: lowercase scheme and host, one slash at the end.
    std::string text;
    std::optional<Credentials> credentials;
};

// Throws invalid_argument, in words that hold nothing of the user info: another scheme; `http`
// unless it leads to this machine or is allowed; a query, fragment or `..`; braces other than the
// placeholder; what cannot stand in an address. Spaces around it are dropped, non-ASCII text in the
// path is percent-encoded.
enum class PlainHttp { loopback_only, allowed };
BaseUrl parse_base_url(std::string_view typed, PlainHttp plain = PlainHttp::loopback_only);

bool has_placeholder(std::string_view url) noexcept;
// `shard`: BackupId::shard().
std::string expand(std::string_view url, std::string_view shard);

}  // namespace tresor::net
