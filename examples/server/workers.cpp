#include "workers.hpp"

#include <utility>

#include "threads.hpp"

namespace safe_server {

Workers::Workers(unsigned count, std::size_t most_waiting) : most_waiting_(most_waiting) {
    for (unsigned number = 1; number <= count; ++number)
        threads_.push_back(quiet_thread([this, number] { work(number); }));
}

bool Workers::add(Job job) {
    {
        std::lock_guard lock(guard_);
        if (stopped_ || jobs_.size() >= most_waiting_) return false;
        jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
    return true;
}

void Workers::work(unsigned number) {
    std::unique_lock lock(guard_);
    while (true) {
        changed_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
        if (stopped_) return;
        Job job = std::move(jobs_.front());
        jobs_.pop_front();
        ++working_;
        lock.unlock();
        job(number);
        job = nullptr;
        lock.lock();
        --working_;
    }
}

void Workers::stop() {
    {
        std::lock_guard lock(guard_);
        stopped_ = true;
        jobs_.clear();
    }
    changed_.notify_all();
    for (auto& thread : threads_)
        if (thread.joinable()) thread.join();
}

std::size_t Workers::waiting() const {
    std::lock_guard lock(guard_);
    return jobs_.size();
}

std::size_t Workers::working() const {
    std::lock_guard lock(guard_);
    return working_;
}

}  // namespace safe_server
