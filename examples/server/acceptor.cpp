#include "acceptor.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tresor/error.hpp>

namespace safe_server {
namespace {

constexpr unsigned most_at_once = 64;  // until those that are open have the word
// Connections above the limit that are there for a moment: to be told, or until another is closed.
constexpr std::size_t headroom = 48;
constexpr timeval rest_time{0, 100'000};

}  // namespace

Acceptor::Acceptor(Shared& shared, std::vector<ListeningSocket>& sockets,
                   std::vector<std::unique_ptr<Loop>>& loops)
    : shared_(shared), sockets_(sockets), loops_(loops) {
    auto* base = loops_.front()->base();
    rest_event_.reset(evtimer_new(base, on_rest, this));
    for (const auto& socket : sockets_) {
        events_.emplace_back(
            event_new(base, socket.socket(), EV_READ | EV_PERSIST, on_ready, this));
        if (!rest_event_ || !events_.back() || event_add(events_.back().get(), nullptr) != 0)
            throw tresor::Error(tresor::Errc::io, "an event loop could not be set up");
    }
}

void Acceptor::stop() {
    // Who has connected already may have sent a request.
    for (const auto& socket : sockets_) accept_some(socket.socket());
    rest_event_.reset();
    events_.clear();
    for (auto& socket : sockets_) socket.close();
}

void Acceptor::on_ready(evutil_socket_t socket, short, void* self) {
    static_cast<Acceptor*>(self)->accept_some(socket);
}

void Acceptor::accept_some(int socket) {
    for (unsigned i = 0; i < most_at_once; ++i) {
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        auto* general = reinterpret_cast<sockaddr*>(&address);
        int taken = accept4(socket, general, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (taken >= 0) {
            hand_over(taken, numeric_address(*general));
            continue;
        }
        bool short_of = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
        if (short_of) return rest();
        if (errno != ECONNABORTED && errno != EINTR) return;
    }
}

void Acceptor::hand_over(int socket, std::string peer) {
    int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    shared_.accepted.fetch_add(1, std::memory_order_relaxed);
    bool full = shared_.connections >= shared_.most_connections;
    if (full) shared_.refused.fetch_add(1, std::memory_order_relaxed);
    if (shared_.connections >= shared_.most_connections + headroom) {
        close(socket);
        return;
    }
    bool too_many = full && !make_room();
    // When the server stops, other loops may have ended.
    auto last = shared_.stopping ? loops_.begin() + 1 : loops_.end();
    auto& least = *std::min_element(
        loops_.begin(), last, [](auto& a, auto& b) { return a->connections() < b->connections(); });
    ++shared_.connections;
    least->expect_one();
    if (least == loops_.front()) return least->adopt(socket, std::move(peer), too_many);
    least->post([loop = least.get(), socket, who = std::move(peer), too_many] {
        loop->adopt(socket, who, too_many);
    });
}

// False if no connection is idle.
bool Acceptor::make_room() {
    if (shared_.stopping) return false;
    auto& oldest = *std::min_element(loops_.begin(), loops_.end(), [](auto& a, auto& b) {
        return a->oldest_idle() < b->oldest_idle();
    });
    if (oldest->oldest_idle() == Loop::none_idle) return false;
    if (oldest == loops_.front())
        oldest->close_oldest_idle();
    else
        oldest->post([loop = oldest.get()] { loop->close_oldest_idle(); });
    return true;
}

// No descriptor is left: makes one free and lets a moment pass, for the socket stays ready.
void Acceptor::rest() {
    make_room();
    for (auto& event : events_) event_del(event.get());
    event_add(rest_event_.get(), &rest_time);
}

void Acceptor::on_rest(evutil_socket_t, short, void* self) {
    for (auto& event : static_cast<Acceptor*>(self)->events_) event_add(event.get(), nullptr);
}

}  // namespace safe_server
