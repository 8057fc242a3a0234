#include "config_cache.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace safe_server {

namespace storage = tresor::storage;
using tresor::Errc;
using tresor::Error;

namespace {

std::string words_of(const storage::Limits& limits) {
    return std::to_string(limits.max_backup_bytes) + " bytes, " +
           std::to_string(limits.retention_days) + " days";
}

}  // namespace

ConfigCache::ConfigCache(std::unique_ptr<storage::Storage> store, std::optional<Limits> given,
                         Log& log, std::chrono::milliseconds every)
    : store_(std::move(store)), given_(given), log_(log), every_(every) {
    limits_ = read();
    if (!limits_)
        throw Error(Errc::not_found, store_->describe() + " holds no config (tresor store init " +
                                         "makes one, or give --max-backup-bytes and "
                                         "--retention-days)");
    if (given_ && *limits_ != *given_)
        log_.say("the store's config says " + words_of(*limits_) +
                 ": this goes, not what was given");
    reader_ = std::thread([this] { work(); });
}

ConfigCache::~ConfigCache() {
    {
        std::lock_guard lock(guard_);
        ending_ = true;
    }
    wake_.notify_one();
    reader_.join();
}

std::optional<storage::Limits> ConfigCache::limits() const {
    std::lock_guard lock(guard_);
    return limits_;
}

bool ConfigCache::is_well() const {
    std::lock_guard lock(guard_);
    return well_;
}

std::uint64_t ConfigCache::max_backup_bytes() const {
    constexpr std::uint64_t least = 1024;
    auto known = limits();
    return known ? known->max_backup_bytes : least;
}

void ConfigCache::look_soon() {
    {
        std::lock_guard lock(guard_);
        wanted_ = true;
    }
    wake_.notify_one();
}

std::optional<storage::Limits> ConfigCache::read() {
    try {
        return storage::get_limits(*store_).limits;
    } catch (const Error& error) {
        if (error.code() != Errc::not_found) throw;
        return given_;
    }
}

void ConfigCache::refresh() {
    std::optional<Limits> found;
    try {
        found = read();
        tell(found ? "" : store_->describe() + " holds no config any more");
    } catch (const std::exception& error) {
        tell(error.what());
        std::lock_guard lock(guard_);
        well_ = false;
        return;
    }
    std::lock_guard lock(guard_);
    well_ = found.has_value();
    if (found && limits_ && *found != *limits_)
        log_.say("the store's config changed: " + words_of(*found));
    limits_ = found;
}

// Once, not every ten seconds.
void ConfigCache::tell(const std::string& trouble) {
    if (trouble == trouble_) return;
    log_.say(trouble.empty() ? "the config can be read again" : "config: " + trouble);
    trouble_ = trouble;
}

void ConfigCache::work() {
    using Clock = std::chrono::steady_clock;
    const auto soonest = std::min<std::chrono::milliseconds>(every_, std::chrono::seconds(1));
    for (;;) {
        auto begun = Clock::now();
        {
            std::unique_lock lock(guard_);
            if (wake_.wait_until(lock, begun + soonest, [&] { return ending_; })) return;
            wake_.wait_until(lock, begun + every_, [&] { return ending_ || wanted_; });
            if (ending_) return;
            wanted_ = false;
        }
        refresh();
    }
}

}  // namespace safe_server
