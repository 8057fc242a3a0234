// Addresses: where a server listens, and who asks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

struct sockaddr;

namespace safe_server {

// A socket that listens, and what it is called. Owns it.
class ListeningSocket {
public:
    // "HOST:PORT", "[IPv6]:PORT", ":PORT" for all addresses; port 0: any that is free. Throws
    // invalid_argument if that is no address here, io if it cannot be listened on.
    explicit ListeningSocket(std::string_view address);
    ~ListeningSocket();
    ListeningSocket(ListeningSocket&& other) noexcept;
    ListeningSocket& operator=(ListeningSocket&&) = delete;

    int socket() const noexcept { return socket_; }
    // "HOST:PORT", as a URL has it.
    const std::string& name() const noexcept { return name_; }
    void close() noexcept;

private:
    int socket_ = -1;
    std::string name_;
};

// Numeric; an IPv4 address within IPv6 is that IPv4 address. Empty if it is neither.
std::string numeric_address(const sockaddr& address);
// The same form of an address as text, brackets around it or not; empty if it is none.
std::string numeric_address(std::string_view text);

}  // namespace safe_server
