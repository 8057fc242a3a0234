#include "net/loopback.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.hpp"

namespace test {
namespace {

std::string lowered(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

// The value of a header in a head, "" if it is not there.
std::string value_of(const std::string& head, std::string_view name) {
    std::string low = lowered(head), wanted = "\r\n" + std::string(name) + ":";
    std::size_t at = low.find(wanted);
    if (at == low.npos) return "";
    at += wanted.size();
    std::string value = low.substr(at, low.find("\r\n", at) - at);
    return value.substr(std::min(value.find_first_not_of(' '), value.size()));
}

}  // namespace

Said answer(std::string_view status, std::string_view body, std::string_view headers) {
    Said said;
    said.bytes = "HTTP/1.1 ";
    said.bytes.append(status).append("\r\nContent-Length: ");
    said.bytes.append(std::to_string(body.size())).append("\r\n");
    said.bytes.append(headers).append("\r\n").append(body);
    return said;
}

Loopback::Loopback(std::vector<Said> script, bool ipv6) : script_(std::move(script)), ipv6_(ipv6) {
    std::reverse(script_.begin(), script_.end());
    listening_ = ::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(listening_ >= 0);
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = in6addr_loopback;
    auto* address = ipv6 ? reinterpret_cast<sockaddr*>(&v6) : reinterpret_cast<sockaddr*>(&v4);
    socklen_t size = ipv6 ? sizeof v6 : sizeof v4;
    REQUIRE(::bind(listening_, address, size) == 0);
    REQUIRE(::listen(listening_, 16) == 0);
    REQUIRE(::getsockname(listening_, address, &size) == 0);
    port_ = ntohs(ipv6 ? v6.sin6_port : v4.sin_port);
    accepting_ = std::jthread([this] { accept_all(); });
}

Loopback::~Loopback() {
    ends_ = true;
    ::shutdown(listening_, SHUT_RDWR);
    accepting_.join();
    {
        std::lock_guard lock(guard_);
        for (int connection : open_) ::shutdown(connection, SHUT_RDWR);
    }
    serving_.clear();
    ::close(listening_);
}

std::string Loopback::url() const {
    return (ipv6_ ? "http://[::1]:" : "http://127.0.0.1:") + std::to_string(port_) + "/";
}

std::vector<Loopback::Seen> Loopback::seen() const {
    std::lock_guard lock(guard_);
    return seen_;
}

void Loopback::accept_all() {
    while (!ends_) {
        int connection = ::accept(listening_, nullptr, nullptr);
        if (connection < 0) return;
        ++connections_;
        std::lock_guard lock(guard_);
        open_.push_back(connection);
        serving_.emplace_back([this, connection] { serve(connection); });
    }
}

bool Loopback::read_until(int connection, std::string& buffer, std::size_t size) {
    char block[4096];
    while (buffer.size() < size) {
        ssize_t got = ::recv(connection, block, sizeof block, 0);
        if (got <= 0) return false;
        buffer.append(block, static_cast<std::size_t>(got));
    }
    return true;
}

void Loopback::serve(int connection) {
    std::string buffer;
    for (bool goes_on = true; goes_on && !ends_;) {
        std::size_t end;
        while ((end = buffer.find("\r\n\r\n")) == buffer.npos)
            if (!read_until(connection, buffer, buffer.size() + 1)) goto done;
        {
            Seen request{buffer.substr(0, end + 2), ""};
            buffer.erase(0, end + 4);
            Said said = next();
            std::size_t length = 0;
            std::string digits = value_of(request.head, "content-length");
            std::from_chars(digits.data(), digits.data() + digits.size(), length);
            bool chunked = value_of(request.head, "transfer-encoding") == "chunked";
            if (said.before_body) {
                std::lock_guard lock(guard_);
                seen_.push_back(request);
            } else {
                if (value_of(request.head, "expect") == "100-continue") {
                    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
                    ::send(connection, go_on.data(), go_on.size(), MSG_NOSIGNAL);
                }
                if (!read_until(connection, buffer, length)) goto done;
                while (chunked && (end = buffer.find("0\r\n\r\n")) == buffer.npos)
                    if (!read_until(connection, buffer, buffer.size() + 1)) goto done;
                if (chunked) length = end + 5;
                request.body = buffer.substr(0, length);
                buffer.erase(0, length);
                std::lock_guard lock(guard_);
                seen_.push_back(request);
            }
            goes_on = say(connection, said);
        }
    }
done:
    ::shutdown(connection, SHUT_RDWR);
    std::lock_guard lock(guard_);
    std::erase(open_, connection);
    ::close(connection);
}

bool Loopback::say(int connection, const Said& said) {
    do {
        std::size_t at_once = said.pause_ms > 0 ? 1 : said.bytes.size();
        for (std::size_t at = 0; at < said.bytes.size() && !ends_;) {
            if (said.pause_ms > 0)
                std::this_thread::sleep_for(std::chrono::milliseconds(said.pause_ms));
            ssize_t sent = ::send(connection, said.bytes.data() + at,
                                  std::min(at_once, said.bytes.size() - at), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            at += static_cast<std::size_t>(sent);
        }
    } while (said.endless && !ends_);
    return !said.then_close;
}

Said Loopback::next() {
    std::lock_guard lock(guard_);
    Said said = script_.back();
    if (script_.size() > 1) script_.pop_back();
    return said;
}

}  // namespace test
