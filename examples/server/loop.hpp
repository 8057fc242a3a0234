// A thread that waits for many sockets at once and gives their connections the word.
//
// Idle connections stand in the order in which they became idle: the first is the one that makes
// room for a new one, and the first whose time is up.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <event2/event.h>

#include "connection.hpp"
#include "exchange.hpp"
#include "shared.hpp"

namespace safe_server {

struct FreeEvent {
    void operator()(event* one) const noexcept { event_free(one); }
};
struct FreeBase {
    void operator()(event_base* base) const noexcept { event_base_free(base); }
};
using EventPtr = std::unique_ptr<event, FreeEvent>;

// Keeps a reference to what is shared. What is not said to be for any thread is for its own, or
// for before and after run().
class Loop {
public:
    static constexpr std::int64_t none_idle = INT64_MAX;

    explicit Loop(Shared& shared);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // Until the server stops and the connections have ended or `stop_seconds` are over.
    void run();

    // ---- for any thread ----
    void post(std::function<void()> task);  // is run on the loop's thread
    void wake() noexcept;                   // also for signal handlers
    std::size_t connections() const noexcept { return connections_; }
    std::size_t idle() const noexcept { return idle_count_; }
    // Since when its longest idle connection has been that, in steady nanoseconds.
    std::int64_t oldest_idle() const noexcept { return oldest_idle_; }
    // A connection is on its way to this loop.
    void expect_one() noexcept { ++connections_; }

    // ---- for its own ----
    // Takes over a socket that was announced by expect_one(). One too many is told so and closed.
    void adopt(int socket, std::string peer, bool too_many);
    void close_oldest_idle();
    void worker_done(Connection& connection);
    // Calls its ready() again, when the others have had their turn.
    void go_on_later(Connection& connection);

    Shared& shared() noexcept { return shared_; }
    event_base* base() noexcept { return base_.get(); }
    std::string_view date() const noexcept { return date_; }  // for HTTP
    tresor::ByteSpan in_scratch() noexcept { return in_scratch_; }
    tresor::ByteSpan out_scratch() noexcept { return out_scratch_; }
    std::unique_ptr<Exchange> take_exchange();
    void give_back(std::unique_ptr<Exchange> exchange);

    // Called on stop, before connections are told: to take no more of them.
    std::function<void()> on_stop;

private:
    using Connections = std::list<Connection>;

    static void on_ready(evutil_socket_t, short what, void* connection);
    static void on_wake(evutil_socket_t, short, void* loop);
    static void on_tick(evutil_socket_t, short, void* loop);
    void settle(Connection& connection);
    void publish_idle() noexcept;
    void begin_stop();
    void tick();

    Shared& shared_;
    std::unique_ptr<event_base, FreeBase> base_;
    EventPtr wake_event_, tick_event_;
    std::array<int, 2> pipe_{-1, -1};
    std::mutex guard_;
    std::vector<std::function<void()>> tasks_;  // guarded

    Connections busy_, idle_;
    std::vector<Connection*> later_;
    std::atomic<std::size_t> connections_ = 0, idle_count_ = 0;
    std::atomic<std::int64_t> oldest_idle_ = none_idle;
    std::vector<std::unique_ptr<Exchange>> exchanges_;
    std::string date_;
    tresor::Bytes in_scratch_, out_scratch_;
    bool stopping_ = false;
    Moment stop_at_;
};

}  // namespace safe_server
