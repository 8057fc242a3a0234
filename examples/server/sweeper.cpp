#include "sweeper.hpp"

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

#include <tresor/storage/retention.hpp>
#include <tresor/storage/retrying.hpp>

namespace safe_server {

namespace storage = tresor::storage;
using std::chrono::milliseconds;
using tresor::Errc;
using tresor::Error;

namespace {

// The store's own time, if it can be believed.
tresor::Timestamp time_of(storage::Storage& store) {
    auto clock = store.clock();
    if (!clock) throw Error(Errc::conflict, store.describe() + " tells no time");
    auto ours = tresor::now();
    if (std::chrono::abs(*clock - ours) > std::chrono::hours(1))
        throw Error(Errc::conflict, "by the clock of " + store.describe() + " it is " +
                                        tresor::format_rfc3339(*clock) + ", here it is not");
    return *clock;
}

std::string words_of(const storage::Swept& swept) {
    auto count = [](std::uint64_t number, const char* what) {
        return std::to_string(number) + " " + what;
    };
    std::string text = "sweep: " + count(swept.examined, "backups, ") +
                       count(swept.expired, "expired, ") + count(swept.removed, "removed, ") +
                       count(swept.bytes_freed, "bytes freed");
    if (swept.kept_changed > 0)
        text += ", " + count(swept.kept_changed, "renewed meanwhile and kept");
    if (swept.failed > 0) text += ", " + count(swept.failed, "could not be removed");
    if (swept.first_failure) text += std::string(": ") + swept.first_failure->what();
    return text;
}

milliseconds between(double least, double most, milliseconds span) {
    static thread_local std::minstd_rand random(std::random_device{}());
    double part = std::uniform_real_distribution<double>(least, most)(random);
    return std::chrono::duration_cast<milliseconds>(span * part);
}

}  // namespace

Sweeper::Sweeper(Open open, SweepPlan plan, const ConfigCache& config, Log& log, Metrics& metrics)
    : open_(std::move(open)), plan_(plan), config_(config), log_(log), metrics_(metrics) {
    auto store = open_({});
    if (!store->can().list)
        throw Error(Errc::unsupported, store->describe() +
                                           " cannot be listed, so nothing can be swept there "
                                           "(leave out --sweep-every)");
    thread_ = std::thread([this] { work(); });
}

Sweeper::~Sweeper() {
    {
        std::lock_guard lock(guard_);
        ending_ = true;
    }
    end_.notify_one();
    thread_.join();
}

bool Sweeper::goes_on() {
    std::lock_guard lock(guard_);
    return !ending_;
}

bool Sweeper::wait(milliseconds span) {
    std::unique_lock lock(guard_);
    return !end_.wait_for(lock, span, [&] { return ending_; });
}

void Sweeper::work() {
    auto pause = between(0.5, 1.0, std::min(plan_.first, plan_.every));
    while (wait(pause)) {
        try {
            sweep();
        } catch (const std::exception& error) {
            if (!goes_on()) return;
            ++metrics_.failed_sweeps;
            log_.say(std::string("sweep: nothing more was removed: ") + error.what());
        }
        pause = between(0.95, 1.05, plan_.every);
    }
}

void Sweeper::sweep() {
    auto limits = config_.limits();
    if (!limits) throw Error(Errc::not_found, "there is no config, so no retention time");
    auto store = open_([this](std::uint64_t, std::optional<std::uint64_t>) { return goes_on(); });
    if (plan_.retries)
        store = std::make_unique<storage::Retrying>(std::move(store), [this](tresor::Seconds span) {
            if (!wait(span)) throw Error(Errc::cancelled, "cancelled");
        });
    storage::SweepOptions options;
    options.progress = [this](std::uint64_t, std::optional<std::uint64_t>) { return goes_on(); };
    if (plan_.limit_rate) {
        auto span = std::chrono::duration_cast<milliseconds>(
            std::chrono::duration<double>(1 / *plan_.limit_rate));
        options.before_removal = [this, span](const storage::ObjectInfo&) { return wait(span); };
    }
    auto swept = storage::sweep(*store, limits->retention_days, time_of(*store), options);
    metrics_.swept(swept, tresor::now());
    log_.say(words_of(swept));
}

}  // namespace safe_server
