#include "storage/server_location.hpp"

#include <algorithm>
#include <array>

#include <tresor/storage/safe_server.hpp>
#include <tresor/storage/webdav.hpp>

#include "codec/hex.hpp"
#include "storage/s3_location.hpp"

namespace tresor::storage {
namespace {

constexpr std::string_view webdav = "webdav+";
constexpr std::string_view official = "threema";

// What stands before the URL ("" or "webdav+") in a location; absent if there is no URL in it.
std::optional<std::string_view> before_url(std::string_view location) {
    std::string_view scheme = scheme_of(location);
    std::size_t size = scheme.starts_with(webdav) ? webdav.size() : 0;
    std::string_view rest = scheme.substr(size);
    if (rest != "https" && rest != "http") return std::nullopt;
    return location.substr(0, size);
}

// Mistyped, it would be taken for a folder, and shown with its password.
bool looks_like_address(std::string_view location) {
    std::size_t slashes = location.find("//");
    return scheme_of(location).empty() && slashes != location.npos && slashes > 0 &&
           location[0] != '/' && location[0] != '.' && location.find('@') != location.npos;
}

std::string percent_encoded(std::string_view text) {
    std::string encoded;
    for (char c : text) {
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     std::string_view("-._~").find(c) != std::string_view::npos;
        if (plain)
            encoded += c;
        else
            encoded.append("%").append(codec::hex_encode(std::array{static_cast<Byte>(c)}));
    }
    return encoded;
}

#ifdef TRESOR_NET

net::BaseUrl base_of(std::string_view url, const LocationOptions& options) {
    net::BaseUrl base = server_url(url, options.net);
    if (options.credentials) base.credentials = options.credentials->clone();
    if (!net::has_placeholder(base.text)) return base;
    if (!options.backup_id)
        throw Error(Errc::unsupported,
                    "which server it is depends on the backup: this goes by ID and password only");
    base.text = net::expand(base.text, options.backup_id->shard());
    return base;
}

std::unique_ptr<Storage> open_safe_server(std::string_view url, const LocationOptions& options) {
    if (options.create)
        throw Error(Errc::unsupported,
                    "a Safe server is set up by whoever runs it (a WebDAV folder: webdav+https:)");
    return std::make_unique<SafeServer>(base_of(url, options),
                                        net::curl_transport(options.net, options.progress),
                                        options.net.user_agent);
}

std::unique_ptr<Storage> open_webdav(std::string_view url, const LocationOptions& options) {
    auto store = std::make_unique<WebDav>(base_of(url, options),
                                          net::curl_transport(options.net, options.progress),
                                          options.net.user_agent);
    if (options.create) store->create();
    return store;
}

#endif

}  // namespace

net::BaseUrl server_url(std::string_view url, const net::Options& options) {
    auto plain = options.allow_insecure ? net::PlainHttp::allowed : net::PlainHttp::loopback_only;
    net::BaseUrl base = net::parse_base_url(url, plain);
    if (base.text.starts_with("http:") && !options.proxy.empty() && !options.allow_insecure)
        throw Error(Errc::invalid_argument, "http:// by a proxy leaves this machine: use https://");
    return base;
}

void add_servers([[maybe_unused]] Registry& registry) {
#ifdef TRESOR_NET
    for (const char* scheme : {"https:", "http:"}) {
        auto url = [scheme](std::string_view rest) { return std::string(scheme).append(rest); };
        std::string name(std::string_view(scheme).substr(0, url("").size() - 1));
        registry[name] = [url](std::string_view rest, const LocationOptions& options) {
            return open_safe_server(url(rest), options);
        };
        registry[std::string(webdav) + name] = [url](std::string_view rest,
                                                     const LocationOptions& options) {
            return open_webdav(url(rest), options);
        };
    }
    registry[std::string(official)] = [](std::string_view rest, const LocationOptions& options) {
        if (!rest.empty()) throw Error(Errc::invalid_argument, "nothing stands behind threema:");
        return open_safe_server(official_server, options);
    };
    add_s3(registry);
#endif
}

Parted part(std::string_view location) {
    if (is_s3(location)) return part_s3(location);
    auto before = before_url(location);
    if (!before && looks_like_address(location))
        throw Error(Errc::invalid_argument,
                    "that looks like an address with a user in it, but begins with no word for a "
                    "store: https:, webdav+https: and s3: are some (a folder: dir:)");
    if (!before) return {std::string(location), std::nullopt};
    auto url = net::parse_base_url(location.substr(before->size()), net::PlainHttp::allowed);
    return {std::string(*before).append(url.text), std::move(url.credentials)};
}

std::string shown(std::string_view location) {
    std::string text(location);
    if (before_url(location) || is_s3(location) || looks_like_address(location)) {
        try {
            return part(location).location;
        } catch (const Error&) {
            return "an address that is none";
        }
    }
    // Of a program's own kind: what looks like user info is none of anybody's business, either.
    std::string_view scheme = scheme_of(location);
    std::size_t begin = scheme.size() + 3;
    if (scheme.empty() || location.substr(scheme.size(), 3) != "://") return text;
    std::size_t at = location.substr(0, location.find('/', begin)).rfind('@');
    return at == location.npos || at < begin ? text : text.erase(begin, at + 1 - begin);
}

std::string with_user(const Parted& parted) {
    if (!parted.credentials || parted.credentials->user.empty()) return parted.location;
    std::string location = parted.location;
    std::size_t host = location.find("://");
    bool may_have_user = before_url(location) || is_s3(location);
    if (!may_have_user || host == location.npos) return location;
    return location.insert(host + 3, percent_encoded(parted.credentials->user) + "@");
}

bool depends_on_backup_id(std::string_view location) noexcept {
    return scheme_of(location) == official ||
           (before_url(location) && net::has_placeholder(location));
}

}  // namespace tresor::storage
