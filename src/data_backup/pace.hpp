// Progress of work that several threads do together.
#pragma once

#include <cstdint>
#include <mutex>

#include <tresor/error.hpp>
#include <tresor/io.hpp>

namespace tresor::data_backup {

// Keeps the callback. Any number of threads.
class Pace {
public:
    Pace(const Progress& progress, std::uint64_t total) : progress_(progress), total_(total) {}

    // Throws cancelled if the callback says so; it is called by one thread at a time.
    void add(std::uint64_t bytes) {
        if (!progress_) return;
        std::lock_guard lock(mutex_);
        done_ += bytes;
        if (stopped_ || !progress_(done_, total_)) {
            stopped_ = true;
            throw Error(Errc::cancelled, "cancelled");
        }
    }

    // For what is small and many: asks now and then. By one thread.
    void tick() {
        if (++ticks_ % 4096 == 0) add(0);
    }

private:
    const Progress& progress_;
    std::mutex mutex_;
    std::uint64_t done_ = 0, total_, ticks_ = 0;
    bool stopped_ = false;
};

}  // namespace tresor::data_backup
