#include "net/url.hpp"

#include <algorithm>
#include <array>

#include <tresor/error.hpp>

#include "codec/hex.hpp"
#include "codec/utf8.hpp"
#include "net/text.hpp"

namespace tresor::net {
namespace {

constexpr std::string_view placeholder = "{backupIdPrefix8}";
constexpr std::size_t longest = 2000;

[[noreturn]] void refuse(const char* why) {
    throw Error(Errc::invalid_argument, std::string("the address of a server ") + why);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }

// The text without placeholders; braces that are none are refused.
std::string without_placeholders(std::string_view text) {
    std::string rest;
    while (!text.empty()) {
        if (text.starts_with(placeholder)) {
            rest += "00";
            text.remove_prefix(placeholder.size());
            continue;
        }
        if (text.front() == '{' || text.front() == '}')
            refuse("may hold no braces but {backupIdPrefix8}");
        rest += text.front();
        text.remove_prefix(1);
    }
    return rest;
}

// Each byte of the text, %XX decoded, to `take`; false if one is broken.
template <class Take>
bool each_byte(std::string_view text, const Take& take) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::array<Byte, 1> byte = {static_cast<Byte>(text[i])};
        if (text[i] == '%') {
            if (text.size() - i < 3 || !codec::hex_decode(text.substr(i + 1, 2), byte))
                return false;
            i += 2;
        }
        take(byte[0]);
    }
    return true;
}

SecretBytes decoded_user_info(std::string_view text) {
    SecretBytes bytes;
    bytes.reserve(text.size());
    if (!each_byte(text, [&](Byte byte) { bytes.push_back(byte); }))
        refuse("has a % in user or password that is no %XX");
    if (!codec::is_utf8(as_text(bytes.expose()))) refuse("has a user or password that is no UTF-8");
    if (std::any_of(bytes.expose().begin(), bytes.expose().end(),
                    [](Byte byte) { return byte < 0x20 || byte == 0x7F; }))
        refuse("has a control character in user or password");
    return bytes;
}

// host[:port]; the port as it is.
void check_host_and_port(std::string_view text) {
    std::string plain = without_placeholders(text);
    std::string_view left = plain;
    if (left.starts_with('[')) {
        std::size_t end = left.find(']');
        if (end == left.npos || end < 3 ||
            !std::all_of(left.begin() + 1, left.begin() + static_cast<std::ptrdiff_t>(end),
                         [](char c) { return is_hex(c) || c == ':' || c == '.'; }))
            refuse("has a broken IPv6 address");
        left.remove_prefix(end + 1);
    } else {
        std::size_t end = std::min(left.find(':'), left.size());
        std::string_view host = left.substr(0, end);
        if (host.empty()) refuse("has no host");
        if (host.size() > 253 || host.front() == '.' || host.front() == '-' ||
            !std::all_of(host.begin(), host.end(),
                         [](char c) { return is_alnum(c) || c == '.' || c == '-' || c == '_'; }))
            refuse("has a host that is no name (names of other scripts in their xn-- form)");
        left.remove_prefix(end);
    }
    if (left.empty()) return;
    std::string_view port = left.substr(1);
    if (left.front() != ':' || port.empty() || port.size() > 5 ||
        !std::all_of(port.begin(), port.end(), is_digit))
        refuse("has a port that is no number");
    int number = std::stoi(std::string(port));
    if (number < 1 || number > 65535) refuse("has a port that is not between 1 and 65535");
}

bool may_stand_in_path(char c) {
    return is_alnum(c) ||
           std::string_view("-._~!$&'()*+,;=:@/{}").find(c) != std::string_view::npos;
}

// Percent-encodes what is not ASCII; one slash at the end.
std::string parse_path(std::string_view text) {
    without_placeholders(text);
    if (!codec::is_utf8(text)) refuse("has a path that is no UTF-8");
    std::string path;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        auto byte = static_cast<Byte>(c);
        if (c == '%') {
            if (text.size() - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))
                refuse("has a % in its path that is no %XX");
            path += c;
        } else if (byte >= 0x80) {
            path.append("%").append(codec::hex_encode(std::array<Byte, 1>{byte}));
        } else if (may_stand_in_path(c)) {
            path += c;
        } else {
            refuse("has a space or another character in its path that no address has");
        }
    }
    while (path.ends_with('/')) path.pop_back();
    path += '/';
    std::string low = lowercase(path);
    for (auto dot : {"/./", "/../", "/%2e/", "/%2e%2e/", "/.%2e/", "/%2e./"})
        if (low.find(dot) != low.npos) refuse("may not hold . or .. as a part of its path");
    return path;
}

}  // namespace

Credentials parse_user_info(std::string_view text) {
    std::size_t colon = std::min(text.find(':'), text.size());
    SecretBytes user = decoded_user_info(text.substr(0, colon));
    return {std::string(as_text(user.expose())),
            decoded_user_info(text.substr(std::min(colon + 1, text.size())))};
}

BaseUrl parse_base_url(std::string_view typed, PlainHttp plain) {
    std::string_view text = trimmed(typed);
    if (text.empty()) refuse("is empty");
    if (text.size() > longest) refuse("is too long");
    std::string scheme = "https";
    if (std::size_t end = text.find("://"); end != text.npos && end < text.find('/')) {
        scheme = lowercase(text.substr(0, end));
        text.remove_prefix(end + 3);
    }
    if (scheme != "https" && scheme != "http") refuse("begins with https://");
    if (text.find_first_of("?#") != text.npos) refuse("has no query and no fragment");

    std::size_t slash = std::min(text.find('/'), text.size());
    std::string_view authority = text.substr(0, slash), path = text.substr(slash);
    BaseUrl url;
    if (std::size_t at = authority.rfind('@'); at != authority.npos) {
        if (at > 0) url.credentials = parse_user_info(authority.substr(0, at));
        if (url.credentials && url.credentials->user.find(':') != std::string::npos)
            refuse("has a colon in the user");
        authority.remove_prefix(at + 1);
    }
    check_host_and_port(authority);
    std::string host;
    for (std::string_view left = authority; !left.empty();) {
        bool variable = left.starts_with(placeholder);
        host += variable ? std::string(placeholder) : std::string(1, lower(left.front()));
        left.remove_prefix(variable ? placeholder.size() : 1);
    }
    url.text = scheme + "://" + host + parse_path(path);
    if (scheme == "http" && plain == PlainHttp::loopback_only && !is_loopback(url.text))
        refuse("with http:// must lead to this machine: use https://");
    return url;
}

bool has_placeholder(std::string_view url) noexcept { return url.find(placeholder) != url.npos; }

std::string expand(std::string_view url, std::string_view shard) {
    std::string text(url);
    for (std::size_t at = 0; (at = text.find(placeholder, at)) != text.npos;)
        text.replace(at, placeholder.size(), shard);
    return text;
}

std::string_view scheme_of(std::string_view url) noexcept { return url.substr(0, url.find(':')); }

std::string_view origin_of(std::string_view url) noexcept {
    return url.substr(0, url.find('/', std::min(url.find("://") + 3, url.size())));
}

bool is_loopback(std::string_view url) noexcept {
    std::string_view host = origin_of(url);
    host.remove_prefix(std::min(host.find("://") + 3, host.size()));
    if (host.starts_with("[")) return host.starts_with("[::1]");
    host = host.substr(0, host.find(':'));
    if (host == "localhost") return true;
    // 127.0.0.0/8 in its usual form only: 127.example.com is somebody else.
    int parts = 0;
    for (std::string_view left = host; !left.empty() || parts == 0; ++parts) {
        std::size_t size = std::min(left.find('.'), left.size());
        std::string_view part = left.substr(0, size);
        bool number = !part.empty() && part.size() <= 3 &&
                      std::all_of(part.begin(), part.end(), is_digit) &&
                      std::stoi(std::string(part)) <= 255;
        if (!number || left.ends_with('.')) return false;
        left.remove_prefix(std::min(size + 1, left.size()));
    }
    return parts == 4 && host.starts_with("127.");
}

bool is_proxy(std::string_view url) {
    std::size_t end = url.find("://");
    constexpr std::array schemes = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
    if (end == url.npos ||
        std::find(schemes.begin(), schemes.end(), url.substr(0, end)) == schemes.end())
        return false;
    url.remove_prefix(end + 3);
    if (url.ends_with('/')) url.remove_suffix(1);
    std::size_t at = url.rfind('@');
    std::string_view user_info = url.substr(0, at == url.npos ? 0 : at);
    bool plain = std::all_of(user_info.begin(), user_info.end(), [](char c) {
        return c > ' ' && c <= '~' && std::string_view("/?#").find(c) == std::string_view::npos;
    });
    try {
        std::string_view host = url.substr(at == url.npos ? 0 : at + 1);
        if (host.find('{') == host.npos) check_host_and_port(host);
        return plain && host.find('{') == host.npos;
    } catch (const Error&) {
        return false;
    }
}

bool same_origin(std::string_view a, std::string_view b) {
    auto normal = [](std::string_view url) {
        std::string origin = lowercase(origin_of(url));
        std::string_view port = scheme_of(origin) == "https" ? ":443" : ":80";
        if (origin.ends_with(port)) origin.erase(origin.size() - port.size());
        return origin;
    };
    return normal(a) == normal(b);
}

std::string resolve(std::string_view base, std::string_view reference) {
    if (reference.find("://") < reference.find_first_of("/?#")) return std::string(reference);
    std::string url(origin_of(base));
    if (reference.starts_with("//")) {
        url = scheme_of(base);
        url += ':';
    } else if (!reference.starts_with('/')) {
        std::string_view path = base.substr(url.size());
        path = path.substr(0, path.find_first_of("?#"));
        url += path.substr(0, path.rfind('/') + 1);
        if (path.empty()) url += '/';
    }
    url += reference;
    return url;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    bool whole = each_byte(text, [&](Byte byte) { decoded += static_cast<char>(byte); });
    return whole ? std::optional(std::move(decoded)) : std::nullopt;
}

}  // namespace tresor::net
