// Threads for work that waits: for a disk, a network or a password hash.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace safe_server {

// Threads may share it.
class Workers {
public:
    using Job = std::function<void(unsigned worker)>;  // `worker` counts from 1; does not throw

    // Begins `count` threads. At most `most_waiting` jobs wait for one.
    Workers(unsigned count, std::size_t most_waiting);
    ~Workers() { stop(); }
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    // False if too many wait, or after stop().
    bool add(Job job);
    // Waits for the jobs that have begun and drops the others.
    void stop();

    std::size_t waiting() const;
    std::size_t working() const;

private:
    void work(unsigned number);

    const std::size_t most_waiting_;
    mutable std::mutex guard_;
    std::condition_variable changed_;
    std::deque<Job> jobs_;
    std::size_t working_ = 0;
    bool stopped_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace safe_server
