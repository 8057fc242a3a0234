#include "http_load.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <numeric>
#include <random>
#include <stdexcept>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& why) { throw std::runtime_error(why); }

// What of an answer matters here.
struct Head {
    int status = 0;
    std::uint64_t length = 0;
    bool close = false;
};

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

Head parse_head(std::string_view text) {
    Head head;
    if (!text.starts_with("HTTP/1.1 ") || text.size() < 12) fail("an answer that is not HTTP/1.1");
    std::from_chars(text.data() + 9, text.data() + 12, head.status);
    bool sized = head.status == 204;
    for (std::size_t at = text.find("\r\n"); at + 2 < text.size(); at = text.find("\r\n", at + 2)) {
        std::string_view line = text.substr(at + 2, text.find("\r\n", at + 2) - at - 2);
        std::size_t colon = line.find(':');
        if (colon == line.npos) continue;
        std::string_view name = line.substr(0, colon), value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        if (same(name, "Connection") && same(value, "close")) head.close = true;
        if (!same(name, "Content-Length")) continue;
        sized = true;
        std::from_chars(value.data(), value.data() + value.size(), head.length);
    }
    if (head.status < 200 || head.status > 299) fail("status " + std::to_string(head.status));
    if (!sized) fail("an answer without its length");
    return head;
}

class Connection {
public:
    Connection(std::uint16_t port, int poll) : port_(port), poll_(poll) { connect(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { ::close(socket_); }

    void start(const std::string& head, const std::string& body) {
        parts_ = {::iovec{const_cast<char*>(head.data()), head.size()},
                  ::iovec{const_cast<char*>(body.data()), body.size()}};
        began_ = Clock::now();
        answer_.clear();
        read_ = Head();
        whole_head_ = false;
        busy_ = true;
        send();
    }

    // True when the answer is whole; then `milliseconds` says how long it took.
    bool go_on(char* buffer, std::size_t size, double& milliseconds) {
        if (!busy_) return false;
        send();
        while (!whole_head_ || read_.length > 0) {
            ::ssize_t got = ::recv(socket_, buffer, size, 0);
            if (got < 0 && errno == EAGAIN) return false;
            if (got <= 0) fail("the connection was closed within an answer");
            take({buffer, static_cast<std::size_t>(got)});
        }
        milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - began_).count();
        busy_ = false;
        if (read_.close) {
            ::close(socket_);
            connect();
        }
        return true;
    }

private:
    void connect() {
        socket_ = connect_to(port_);
        ::fcntl(socket_, F_SETFL, O_NONBLOCK);
        ::epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = this}};
        ::epoll_ctl(poll_, EPOLL_CTL_ADD, socket_, &event);
    }

    void send() {
        while (parts_[0].iov_len + parts_[1].iov_len > 0) {
            ::msghdr message{};
            message.msg_iov = parts_.data();
            message.msg_iovlen = parts_.size();
            ::ssize_t sent = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
            if (sent < 0 && errno == EAGAIN) return;
            if (sent < 0) fail("the connection was closed within a request");
            auto rest = static_cast<std::size_t>(sent);
            for (auto& part : parts_) {
                std::size_t here = std::min(rest, part.iov_len);
                part.iov_base = static_cast<char*>(part.iov_base) + here;
                part.iov_len -= here;
                rest -= here;
            }
        }
    }

    void take(std::string_view bytes) {
        if (!whole_head_) {
            std::size_t before = answer_.size();
            answer_.append(bytes.substr(0, 4096));
            std::size_t end = answer_.find("\r\n\r\n");
            if (end == answer_.npos) {
                if (answer_.size() > 16384) fail("an answer whose head does not end");
                return;
            }
            read_ = parse_head(std::string_view(answer_).substr(0, end + 2));
            whole_head_ = true;
            bytes.remove_prefix(end + 4 - before);
        }
        if (bytes.size() > read_.length) fail("an answer longer than it says");
        read_.length -= bytes.size();
    }

    std::uint16_t port_;
    int poll_;
    int socket_ = -1;
    std::array<::iovec, 2> parts_{};
    Clock::time_point began_;
    std::string answer_;  // its head
    Head read_;           // `length`: what is still to come
    bool whole_head_ = false;
    bool busy_ = false;
};

double quantile(std::vector<double>& times, double part) {
    auto at = times.begin() +
              static_cast<std::ptrdiff_t>(part * static_cast<double>(times.size() - 1) + 0.5);
    std::nth_element(times.begin(), at, times.end());
    return *at;
}

class Poll {
public:
    Poll() : fd_(::epoll_create1(EPOLL_CLOEXEC)) {}
    Poll(const Poll&) = delete;
    Poll& operator=(const Poll&) = delete;
    ~Poll() { ::close(fd_); }
    int fd() const { return fd_; }

private:
    int fd_;
};

}  // namespace

std::string head_of(std::string_view method, const std::string& target, std::size_t body_size,
                    const std::string& authorization) {
    std::string head(method);
    head += " " + target +
            " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Threema\r\n"
            "Accept: application/octet-stream\r\n";
    if (!authorization.empty()) head += "Authorization: " + authorization + "\r\n";
    if (body_size > 0)
        head += "Content-Type: application/octet-stream\r\nContent-Length: " +
                std::to_string(body_size) + "\r\n";
    return head + "\r\n";
}

int connect_to(std::uint16_t port) {
    int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<::sockaddr*>(&address), sizeof address) != 0) {
        ::close(socket);
        fail("cannot connect");
    }
    int yes = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return socket;
}

Load load(std::uint16_t port, const Requests& requests, int connections, const Extent& extent) {
    std::vector<std::size_t> order(requests.heads.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), std::minstd_rand(1));
    std::vector<char> buffer(256 * 1024);
    std::vector<double> times;
    times.reserve(1 << 16);
    Poll poll;
    std::vector<std::unique_ptr<Connection>> all;
    for (int i = 0; i < connections; ++i)
        all.push_back(std::make_unique<Connection>(port, poll.fd()));

    auto began = Clock::now();
    auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - began).count(); };
    std::uint64_t asked = 0, open = 0;
    auto ask = [&](Connection& connection) {
        connection.start(requests.heads[order[asked % order.size()]], requests.body);
        ++asked, ++open;
    };
    for (auto& connection : all)
        if (asked < extent.requests) ask(*connection);
    while (open > 0) {
        std::array<::epoll_event, 64> events;
        int ready = ::epoll_wait(poll.fd(), events.data(), events.size(), 10000);
        if (ready == 0) fail("no answer for 10 seconds");
        for (int i = 0; i < ready; ++i) {
            auto& connection =
                *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
            double took = 0;
            if (!connection.go_on(buffer.data(), buffer.size(), took)) continue;
            --open;
            times.push_back(took);
            if (asked < extent.requests && seconds() < extent.seconds) ask(connection);
        }
    }
    double whole = seconds();
    return {static_cast<double>(times.size()) / whole, quantile(times, 0.5), quantile(times, 0.99)};
}

}  // namespace bench
