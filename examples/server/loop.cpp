#include "loop.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <tresor/error.hpp>
#include <tresor/time.hpp>

namespace safe_server {
namespace {

constexpr std::size_t read_size = 16 * 1024, write_size = 64 * 1024;
constexpr std::size_t spare_exchanges = 64, spare_memory = 8 * 1024;  // bytes of each
constexpr timeval tick_time{0, 250'000};

std::int64_t nanoseconds(Moment moment) {
    return std::chrono::nanoseconds(moment.time_since_epoch()).count();
}

}  // namespace

Loop::Loop(Shared& shared)
    : shared_(shared), base_(event_base_new()), in_scratch_(read_size), out_scratch_(write_size) {
    if (!base_ || pipe(pipe_.data()) != 0)
        throw tresor::Error(tresor::Errc::io, "no descriptor for an event loop");
    for (int end : pipe_) {
        fcntl(end, F_SETFL, O_NONBLOCK);
        fcntl(end, F_SETFD, FD_CLOEXEC);
    }
    wake_event_.reset(event_new(base_.get(), pipe_[0], EV_READ | EV_PERSIST, on_wake, this));
    tick_event_.reset(event_new(base_.get(), -1, EV_PERSIST, on_tick, this));
    if (!wake_event_ || !tick_event_ || event_add(wake_event_.get(), nullptr) != 0 ||
        event_add(tick_event_.get(), &tick_time) != 0)
        throw tresor::Error(tresor::Errc::io, "an event loop could not be set up");
    date_ = tresor::net::format_http_date(tresor::now());
}

Loop::~Loop() {
    busy_.clear();
    idle_.clear();
    wake_event_.reset();
    tick_event_.reset();
    for (int end : pipe_)
        if (end >= 0) close(end);
}

void Loop::run() {
    event_base_dispatch(base_.get());
    for (auto& connection : busy_) connection.cut_off();
}

void Loop::wake() noexcept {
    int before = errno;
    // A full pipe wakes it, too.
    [[maybe_unused]] auto written = write(pipe_[1], "!", 1);
    errno = before;
}

void Loop::post(std::function<void()> task) {
    bool first = false;
    {
        std::lock_guard lock(guard_);
        first = tasks_.empty();
        tasks_.push_back(std::move(task));
    }
    if (first) wake();
}

void Loop::on_wake(evutil_socket_t handle, short, void* self) {
    auto& loop = *static_cast<Loop*>(self);
    std::array<char, 64> signs;
    while (read(handle, signs.data(), signs.size()) == std::ssize(signs)) continue;
    std::vector<std::function<void()>> tasks;
    {
        std::lock_guard lock(loop.guard_);
        tasks.swap(loop.tasks_);
    }
    for (auto& task : tasks) task();
    for (auto* connection : std::exchange(loop.later_, {})) {
        connection->among_later = false;
        on_ready(-1, 0, connection);
    }
    if (loop.shared_.stopping && !loop.stopping_) loop.begin_stop();
}

void Loop::on_ready(evutil_socket_t, short, void* who) {
    auto& connection = *static_cast<Connection*>(who);
    connection.ready();
    connection.loop().settle(connection);
}

void Loop::on_tick(evutil_socket_t, short, void* self) { static_cast<Loop*>(self)->tick(); }

void Loop::adopt(int socket, std::string peer, bool too_many) {
    TlsSession session;
    if (shared_.tls) session = shared_.tls->session(socket);
    auto& connection = busy_.emplace_back(*this, socket, std::move(peer), std::move(session));
    connection.place = std::prev(busy_.end());
    connection.begin(on_ready);
    if (shared_.tls && !connection.has_tls()) connection.cut_off();
    if (too_many) connection.turn_away();
    if (stopping_) connection.stop();
    settle(connection);
}

// Puts a connection where it belongs now, or lets it go.
void Loop::settle(Connection& connection) {
    auto& here = connection.among_idle ? idle_ : busy_;
    if (connection.closed()) {
        std::erase(later_, &connection);
        here.erase(connection.place);
        --connections_;
        --shared_.connections;
    } else if (connection.idle() != connection.among_idle ||
               (connection.idle() && connection.since() > idle_.back().since())) {
        connection.among_idle = connection.idle();
        auto& there = connection.among_idle ? idle_ : busy_;
        there.splice(there.end(), here, connection.place);
    }
    publish_idle();
    if (stopping_ && busy_.empty() && idle_.empty()) event_base_loopbreak(base_.get());
}

void Loop::publish_idle() noexcept {
    idle_count_.store(idle_.size(), std::memory_order_relaxed);
    oldest_idle_.store(idle_.empty() ? none_idle : nanoseconds(idle_.front().since()),
                       std::memory_order_relaxed);
}

void Loop::close_oldest_idle() {
    if (idle_.empty()) return;
    auto& connection = idle_.front();
    connection.cut_off();
    settle(connection);
}

void Loop::go_on_later(Connection& connection) {
    if (std::exchange(connection.among_later, true)) return;
    if (later_.empty()) wake();
    later_.push_back(&connection);
}

void Loop::worker_done(Connection& connection) {
    connection.worker_done();
    settle(connection);
}

void Loop::tick() {
    date_ = tresor::net::format_http_date(tresor::now());
    auto now = std::chrono::steady_clock::now();
    auto idle_time = std::chrono::seconds(shared_.options.idle_seconds);
    while (!idle_.empty() && now - idle_.front().since() > idle_time) close_oldest_idle();
    for (auto next = busy_.begin(); next != busy_.end();) {
        auto& connection = *next++;
        connection.tick(now);
        settle(connection);
    }
    if (stopping_ && now > stop_at_) event_base_loopbreak(base_.get());
}

void Loop::begin_stop() {
    stopping_ = true;
    stop_at_ =
        std::chrono::steady_clock::now() + std::chrono::seconds(shared_.options.stop_seconds);
    if (on_stop) on_stop();
    for (auto* connections : {&idle_, &busy_})
        for (auto next = connections->begin(); next != connections->end();) {
            auto& connection = *next++;
            connection.stop();
            settle(connection);
        }
    if (busy_.empty() && idle_.empty()) event_base_loopbreak(base_.get());
}

std::unique_ptr<Exchange> Loop::take_exchange() {
    auto exchange =
        exchanges_.empty() ? std::make_unique<Exchange>() : std::move(exchanges_.back());
    if (!exchanges_.empty()) exchanges_.pop_back();
    exchange->clear(shared_.options.head);
    return exchange;
}

void Loop::give_back(std::unique_ptr<Exchange> exchange) {
    if (exchanges_.size() >= spare_exchanges) return;
    exchange->clear(shared_.options.head);
    if (exchange->memory() <= spare_memory) exchanges_.push_back(std::move(exchange));
}

}  // namespace safe_server
