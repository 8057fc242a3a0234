#include "server.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <sched.h>
#include <sys/resource.h>

#include <tresor/error.hpp>

#include "acceptor.hpp"
#include "address.hpp"
#include "loop.hpp"
#include "shared.hpp"
#include "threads.hpp"

namespace safe_server {
namespace {

using tresor::Errc;
using tresor::Error;

// Those this process may use.
unsigned cores() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        return static_cast<unsigned>(std::max(CPU_COUNT(&allowed), 1));
    return std::max(std::thread::hardware_concurrency(), 1U);
}

ServerOptions completed(ServerOptions options) {
    if (options.listen.empty()) throw Error(Errc::invalid_argument, "no address to listen on");
    if (options.loops == 0) options.loops = cores();
    if (options.workers == 0) options.workers = 1;
    if (options.behind_proxy.empty()) return options;
    auto proxy = numeric_address(options.behind_proxy);
    if (proxy.empty())
        throw Error(Errc::invalid_argument, options.behind_proxy + " is not an IP address");
    options.behind_proxy = proxy;
    return options;
}

// How many descriptors the process may have; its own limit is raised as far as it goes.
std::size_t descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    rlimit raised{limit.rlim_max, limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    constexpr rlim_t enough = 1'000'000;
    return static_cast<std::size_t>(std::min(limit.rlim_cur, enough));
}

// Some are for workers and whatever else the program has open, some for bodies, the rest for
// connections.
Descriptors share_out(const ServerOptions& options) {
    std::size_t limit = descriptor_limit();
    std::size_t body_files = std::min<std::size_t>(limit / 16, 4096);
    std::size_t others = 128 + 4 * std::size_t(options.workers) + 8 * std::size_t(options.loops);
    std::size_t left = limit - std::min(limit, body_files + others);
    std::size_t most = std::max<std::size_t>(left, 8);
    if (options.max_connections > 0) most = std::min(most, options.max_connections);
    return {most, body_files};
}

}  // namespace

class Server::Impl {
public:
    Impl(Service& service, ServerOptions options) : shared_(service, options, share_out(options)) {
        for (const auto& address : options.listen) sockets_.emplace_back(address);
        for (unsigned i = 0; i < options.loops; ++i)
            loops_.push_back(std::make_unique<Loop>(shared_));
        acceptor_.emplace(shared_, sockets_, loops_);
        loops_.front()->on_stop = [this] { acceptor_->stop(); };
    }

    std::string url() const {
        return (shared_.tls ? "https://" : "http://") + sockets_.front().name() + "/";
    }

    void run() {
        std::vector<std::thread> threads;
        for (auto& loop : loops_)
            threads.push_back(quiet_thread([one = loop.get()] { one->run(); }));
        for (auto& thread : threads) thread.join();
        shared_.workers.stop();
    }

    void stop() noexcept {
        shared_.stopping = true;
        for (auto& loop : loops_) loop->wake();
    }

    void reload_tls() {
        if (shared_.tls) shared_.tls->reload();
    }

    ServerStats stats() const {
        ServerStats stats;
        stats.accepted = shared_.accepted;
        stats.refused = shared_.refused;
        stats.requests = shared_.requests;
        stats.connections_now = shared_.connections;
        for (const auto& loop : loops_) stats.idle_now += loop->idle();
        stats.body_bytes_now = shared_.room.used();
        stats.bodies_spilled = shared_.room.files_made();
        stats.waiting_now = shared_.workers.waiting();
        stats.working_now = shared_.workers.working();
        return stats;
    }

private:
    Shared shared_;
    std::vector<ListeningSocket> sockets_;
    std::vector<std::unique_ptr<Loop>> loops_;
    std::optional<Acceptor> acceptor_;
};

Server::Server(Service& service, ServerOptions options)
    : impl_(std::make_unique<Impl>(service, completed(std::move(options)))) {}
Server::~Server() = default;
std::string Server::url() const { return impl_->url(); }
void Server::run() { impl_->run(); }
void Server::stop() noexcept { impl_->stop(); }
void Server::reload_tls() { impl_->reload_tls(); }
ServerStats Server::stats() const { return impl_->stats(); }

}  // namespace safe_server
