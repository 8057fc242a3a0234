#include "storage/shared_sync.hpp"

#include <exception>
#include <utility>

namespace tresor::storage {

void SharedSync::run(const std::function<void()>& sync) {
    Waiting own;
    std::unique_lock lock(guard_);
    waiting_.push_back(&own);
    ended_.wait(lock, [&] { return own.done || !runs_; });
    if (!own.done) {
        // Whoever comes from here on waits for the one after this.
        auto covered = std::exchange(waiting_, {});
        runs_ = true;
        lock.unlock();
        std::optional<Error> failure;
        try {
            sync();
        } catch (const Error& error) {
            failure = error;
        } catch (const std::exception& error) {  // nobody may be left waiting
            failure = Error(Errc::io, error.what());
        }
        lock.lock();
        runs_ = false;
        for (Waiting* each : covered) {
            each->failure = failure;
            each->done = true;
        }
        ended_.notify_all();
    }
    if (own.failure) throw Error(*own.failure);
}

}  // namespace tresor::storage
