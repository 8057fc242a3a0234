// Signals as calls: a thread of its own waits for them, so that what they do may take time.
#pragma once

#include <functional>
#include <thread>

namespace safe_server {

// Once, first of all: SIGINT, SIGTERM and SIGHUP wait for a Signals; a closed connection or a file
// that cannot grow is an error, not the end; the standard streams are open.
void prepare_process();

class Signals {
public:
    // SIGHUP calls `reload`; SIGTERM and SIGINT call `stop`, a second one ends the process at once.
    Signals(std::function<void()> stop, std::function<void()> reload);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

private:
    void work();

    std::function<void()> stop_, reload_;
    std::thread thread_;
};

}  // namespace safe_server
