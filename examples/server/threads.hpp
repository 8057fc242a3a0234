// Threads that leave signals to the rest of the program.
#pragma once

#include <csignal>
#include <thread>
#include <utility>

namespace safe_server {

template <class Work>
std::thread quiet_thread(Work&& work) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread thread(std::forward<Work>(work));
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
}

}  // namespace safe_server
