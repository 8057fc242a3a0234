// One sync for many who wait for it.
//
// Syncing a folder makes all names in it durable, whoever gave them. Whoever comes while a sync
// runs cannot tell whether it still covers his name: he waits for the next one, which one of those
// who wait then does for all of them. So there is one sync after another, never two at a time, and
// under load each covers all who came during the one before.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include <tresor/error.hpp>

namespace tresor::storage {

// For any number of threads.
class SharedSync {
public:
    // Returns when a `sync` that began after this call has ended; throws the Error that one threw.
    // Everybody brings the same `sync`.
    void run(const std::function<void()>& sync);

private:
    struct Waiting {
        bool done = false;
        std::optional<Error> failure;
    };

    std::mutex guard_;
    std::condition_variable ended_;
    bool runs_ = false;
    std::vector<Waiting*> waiting_;  // for the next one
};

}  // namespace tresor::storage
