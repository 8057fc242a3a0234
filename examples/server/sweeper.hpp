// The server's own periodic sweep: removes the backups that were not written for the retention time
// (tresor/storage/retention.hpp says what is promised about those that are renewed meanwhile).
//
// The first sweep comes some minutes after the start, the next ones after the interval, each a
// little earlier or later, so that several servers on one store do not begin together; if they do,
// nothing is lost. Times are those of the store's own clock; if it is more than an hour away from
// ours, or there is none, nothing is removed. A sweep that fails is told, and the next one goes on.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include <tresor/storage.hpp>

#include "config_cache.hpp"
#include "log.hpp"
#include "metrics.hpp"

namespace safe_server {

struct SweepPlan {
    std::chrono::milliseconds every = std::chrono::hours(24);
    std::chrono::milliseconds first = std::chrono::minutes(10);  // at most, and `every` at most
    std::optional<double> limit_rate = {};                       // removals a second
    bool retries = true;  // what the store could not do just now: for those on a network
};

class Sweeper {
public:
    // Each sweep opens the store anew; what `open` is given ends the work by answering false.
    using Open = std::function<std::unique_ptr<tresor::storage::Storage>(tresor::Progress)>;

    // Throws unsupported for a store that cannot list. Keeps the references.
    Sweeper(Open open, SweepPlan plan, const ConfigCache& config, Log& log, Metrics& metrics);
    ~Sweeper();  // ends a sweep that is going on
    Sweeper(const Sweeper&) = delete;
    Sweeper& operator=(const Sweeper&) = delete;

private:
    void work();
    void sweep();
    bool wait(std::chrono::milliseconds span);  // false: it is to end
    bool goes_on();

    Open open_;
    SweepPlan plan_;
    const ConfigCache& config_;
    Log& log_;
    Metrics& metrics_;
    std::mutex guard_;
    std::condition_variable end_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace safe_server
