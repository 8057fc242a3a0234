#include "address.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tresor/error.hpp>

namespace safe_server {
namespace {

using tresor::Errc;
using tresor::Error;

using AddressList = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

struct HostPort {
    std::string host, port;
};

HostPort split(std::string_view address) {
    std::size_t colon = address.rfind(':');
    if (colon == address.npos || colon + 1 == address.size() ||
        address.find_first_not_of("0123456789", colon + 1) != address.npos)
        throw Error(Errc::invalid_argument, std::string(address) + " is not HOST:PORT");
    auto digits = address.substr(colon + 1);
    std::uint16_t port = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), port).ec != std::errc())
        throw Error(Errc::invalid_argument, std::string(digits) + " is no port");
    auto host = address.substr(0, colon);
    bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (!bracketed && host.find(':') != host.npos)
        throw Error(Errc::invalid_argument, std::string(address) + " is not [HOST]:PORT");
    if (bracketed) host = host.substr(1, host.size() - 2);
    return {std::string(host), std::to_string(port)};
}

AddressList resolve(const HostPort& where, std::string_view address) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const char* host = where.host.empty() ? nullptr : where.host.c_str();
    if (getaddrinfo(host, where.port.c_str(), &hints, &found) != 0)
        throw Error(Errc::invalid_argument, "no address is called " + std::string(address));
    return {found, freeaddrinfo};
}

// -1 and errno if it cannot be had.
int listening_socket(const addrinfo& address) {
    int handle = socket(address.ai_family, SOCK_STREAM, 0);
    if (handle < 0) return -1;
    int on = 1, off = 0;
    setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // [::] is for IPv4, too.
    if (address.ai_family == AF_INET6)
        setsockopt(handle, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    bool fine = fcntl(handle, F_SETFD, FD_CLOEXEC) == 0 &&
                fcntl(handle, F_SETFL, O_NONBLOCK) == 0 &&
                bind(handle, address.ai_addr, address.ai_addrlen) == 0 && listen(handle, 4096) == 0;
    if (fine) return handle;
    int why = errno;
    close(handle);
    errno = why;
    return -1;
}

std::string port_of(int handle) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* general = reinterpret_cast<sockaddr*>(&address);
    if (getsockname(handle, general, &size) != 0) return "0";
    auto port = address.ss_family == AF_INET6
                    ? reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port
                    : reinterpret_cast<const sockaddr_in*>(&address)->sin_port;
    return std::to_string(ntohs(port));
}

std::string text_of(int family, const void* bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (inet_ntop(family, bytes, text.data(), text.size()) == nullptr) return {};
    return text.data();
}

std::string text_of(const in6_addr& address) {
    if (IN6_IS_ADDR_V4MAPPED(&address)) return text_of(AF_INET, address.s6_addr + 12);
    return text_of(AF_INET6, &address);
}

}  // namespace

ListeningSocket::ListeningSocket(std::string_view address) {
    auto where = split(address);
    auto list = resolve(where, address);
    // Of all addresses the one of IPv6, which is for IPv4, too.
    for (int family : {where.host.empty() ? AF_INET6 : AF_UNSPEC, AF_UNSPEC})
        for (auto* one = list.get(); one != nullptr && socket_ < 0; one = one->ai_next)
            if (family == AF_UNSPEC || family == one->ai_family) socket_ = listening_socket(*one);
    if (socket_ < 0)
        throw Error(Errc::io, "cannot listen on " + std::string(address) + ": " + strerror(errno));
    bool v6 = where.host.find(':') != std::string::npos;
    std::string host = where.host.empty() ? "localhost" : where.host;
    if (v6) host.insert(0, 1, '[').push_back(']');
    name_ = host + ":" + port_of(socket_);
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), name_(std::move(other.name_)) {}

ListeningSocket::~ListeningSocket() { close(); }

void ListeningSocket::close() noexcept {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

std::string numeric_address(const sockaddr& address) {
    if (address.sa_family == AF_INET)
        return text_of(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr);
    if (address.sa_family != AF_INET6) return {};
    return text_of(reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
}

std::string numeric_address(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    std::string terminated(text);
    in_addr v4{};
    in6_addr v6{};
    if (inet_pton(AF_INET, terminated.c_str(), &v4) == 1) return text_of(AF_INET, &v4);
    if (inet_pton(AF_INET6, terminated.c_str(), &v6) == 1) return text_of(v6);
    return {};
}

}  // namespace safe_server
