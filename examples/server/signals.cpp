#include "signals.hpp"

#include <csignal>
#include <cstdlib>
#include <utility>

#include <pthread.h>
#include <unistd.h>

#include "shared/program.hpp"

namespace safe_server {
namespace {

constexpr int wake_up = SIGUSR2;  // from the destructor

sigset_t waited_for() {
    sigset_t set;
    ::sigemptyset(&set);
    for (int signal : {SIGINT, SIGTERM, SIGHUP, wake_up}) ::sigaddset(&set, signal);
    return set;
}

}  // namespace

void prepare_process() {
    program::prepare_streams();
    std::signal(SIGPIPE, SIG_IGN);
    // All threads that are made from here on have them blocked, too.
    sigset_t set = waited_for();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Signals::Signals(std::function<void()> stop, std::function<void()> reload)
    : stop_(std::move(stop)), reload_(std::move(reload)), thread_([this] { work(); }) {}

Signals::~Signals() {
    ::pthread_kill(thread_.native_handle(), wake_up);
    thread_.join();
}

void Signals::work() {
    constexpr int cancelled = 13;
    const sigset_t set = waited_for();
    for (bool stopping = false;;) {
        int signal = 0;
        if (::sigwait(&set, &signal) != 0 || signal == wake_up) return;
        if (signal == SIGHUP) {
            reload_();
            continue;
        }
        if (std::exchange(stopping, true)) std::_Exit(cancelled);
        stop_();
    }
}

}  // namespace safe_server
