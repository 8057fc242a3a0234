#include "data_backup/export_media.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include <tresor/error.hpp>

#include "data_backup/zip_entry.hpp"

namespace tresor::data_backup {

namespace {

// Counts, and stops when the work is to end.
class CountingSink final : public ByteSink {
public:
    CountingSink(ByteSink& into, const Meter& meter) : into_(into), meter_(meter) {}
    void write(ByteView bytes) override {
        meter_.check();
        into_.write(bytes);
        size_ += bytes.size();
    }
    void restart() override {
        into_.restart();
        size_ = 0;
    }
    std::uint64_t size() const noexcept { return size_; }

private:
    ByteSink& into_;
    const Meter& meter_;
    std::uint64_t size_ = 0;
};

void run(const DataBackup& archive, Meter& meter, Copy& copy) {
    CountingSink sink(*copy.sink, meter);
    try {
        if (!archive.read(copy.entry, sink))
            copy.failure = Error(Errc::malformed, "it is not in the archive");
    } catch (const Error& error) {
        if (!is_of_entry(error)) throw;
        copy.failure = error;
    }
    copy.size = sink.size();
    copy.sink.reset();
    meter.advance(copy.packed_size);
}

// Copies are taken one after the other by threads that end with this object.
class Workers {
public:
    Workers(const DataBackup& archive, Meter& meter, std::vector<Copy>& copies)
        : archive_(archive), meter_(meter), copies_(copies) {}
    ~Workers() {
        for (std::thread& thread : threads_) thread.join();
    }
    void start(std::size_t count) {
        try {
            for (; count > 0; --count) threads_.emplace_back([this] { work(); });
        } catch (...) {
            meter_.stop();
            throw;
        }
    }
    // Calls `report` now and then; if that throws, the work ends. Throws the first failure.
    template <class Report>
    void wait(Report report) {
        std::unique_lock lock(mutex_);
        while (done_ < threads_.size()) {
            changed_.wait_for(lock, std::chrono::milliseconds(100));
            lock.unlock();
            try {
                report();
            } catch (...) {
                fail();
            }
            lock.lock();
        }
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    void work() noexcept {
        try {
            for (std::size_t i = next_++; i < copies_.size(); i = next_++) {
                meter_.check();
                run(archive_, meter_, copies_[i]);
                changed_.notify_one();
            }
        } catch (...) {
            fail();
        }
        std::lock_guard lock(mutex_);
        ++done_;
        changed_.notify_one();
    }
    void fail() noexcept {
        std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        meter_.stop();
    }

    const DataBackup& archive_;
    Meter& meter_;
    std::vector<Copy>& copies_;
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t done_ = 0;
    std::exception_ptr failure_;
    std::vector<std::thread> threads_;
};

}  // namespace

void Meter::report() {
    if (progress_ && !progress_(done_, total_)) stop();
    check();
}

void Meter::finish() {
    if (total_) done_ = *total_;
    report();
}

void Meter::check() const {
    if (stopped_) throw Error(Errc::cancelled, "the export was cancelled");
}

MediaCopier::MediaCopier(const DataBackup& archive, DiskFolder& folder, Meter& meter,
                         std::vector<BadEntry>& bad)
    : archive_(archive), folder_(folder), meter_(meter), bad_(bad) {}

void MediaCopier::want(const std::string& entry, const std::string& parent, const std::string& name,
                       std::optional<Moment> time) {
    if (!copied_.emplace(entry, Copied()).second) return;
    Copy copy;
    copy.entry = entry;
    copy.packed_size = archive_.packed_size(entry);
    copy.time = time;
    copy.path = unique_path(parent, name, copy.sink);
    wanted_.push_back(std::move(copy));
}

std::string MediaCopier::unique_path(const std::string& parent, const std::string& name,
                                     std::unique_ptr<ByteSink>& sink) {
    // A file system may hold more names for equal than we do.
    constexpr int most_tries = 100;
    for (int i = 0;; ++i) {
        std::string path = parent + "/" + names_[parent].take(name);
        try {
            sink = folder_.create(path);
            return path;
        } catch (const Error& error) {
            if (error.code() != Errc::conflict || i >= most_tries) throw;
        }
    }
}

void MediaCopier::copy_all() {
    std::size_t jobs = std::min<std::size_t>(archive_.options().jobs, wanted_.size());
    if (jobs > 1)
        copy_by_threads(jobs);
    else
        for (Copy& copy : wanted_) {
            run(archive_, meter_, copy);
            meter_.report();
        }
    for (Copy& copy : wanted_) finish(copy);
    wanted_.clear();
}

void MediaCopier::copy_by_threads(std::size_t jobs) {
    Workers workers(archive_, meter_, wanted_);
    workers.start(jobs);
    workers.wait([&] { meter_.report(); });
}

void MediaCopier::finish(Copy& copy) {
    if (copy.failure) {
        folder_.remove(copy.path);
        bad_.push_back({copy.entry, copy.failure->code(), copy.failure->what()});
        return;
    }
    if (copy.time) folder_.set_time(copy.path, std::chrono::floor<Seconds>(*copy.time));
    copied_[copy.entry] = {copy.path, copy.size};
}

std::string MediaCopier::copy_picture(const std::string& entry, const std::string& parent,
                                      const std::string& stem) {
    constexpr std::size_t most_bytes = std::size_t{16} << 20;
    auto known = copied_.find(entry);
    if (known != copied_.end()) return known->second.path;
    Copied& copied = copied_[entry];
    try {
        MemorySink content(most_bytes);
        bool there = archive_.read(entry, content);
        std::string_view extension = picture_extension(as_text(content.bytes()));
        if (!there || extension.empty()) {
            bad_.push_back({entry, Errc::malformed, "it is no picture of a kind that is known"});
            return "";
        }
        std::unique_ptr<ByteSink> sink;
        copied.path = unique_path(parent, std::string(stem).append(extension), sink);
        copied.size = content.bytes().size();
        sink->write(content.bytes());
    } catch (const Error& error) {
        if (!is_of_entry(error)) throw;
        bad_.push_back({entry, error.code(), error.what()});
    }
    meter_.advance(archive_.packed_size(entry));
    return copied.path;
}

MediaCopier::Copied MediaCopier::copied(const std::string& entry) const {
    auto found = copied_.find(entry);
    return found == copied_.end() ? Copied() : found->second;
}

}  // namespace tresor::data_backup
