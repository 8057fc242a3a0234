#include "storage/folder_sweep.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/folder.hpp"
#include "storage/directory_list.hpp"
#include "storage/folder_files.hpp"
#include "storage/name_batch.hpp"

namespace tresor::storage {
namespace {

// Of all threads together: some 6 MB.
constexpr std::uint32_t most_names = 65536;

// One look at a folder. Each thread reads some names in its turn and then looks at their files; the
// caller's thread tells what it finds itself and, in between, what its helpers have found.
class Look {
public:
    Look(file::FolderReader reader, const std::filesystem::path& path, const std::string& prefix,
         const FolderSweep::Visit& visit)
        : reader_(std::move(reader)), leftovers_(path), prefix_(prefix), visit_(visit) {}

    void run(unsigned jobs) {
        std::uint32_t names_each = jobs > 1 ? most_names / (2 * jobs) + 1 : most_names;
        helping_ = jobs - 1;
        most_results_ = 2 * jobs;
        std::vector<std::jthread> helpers;
        struct Stop {
            Look& look;
            ~Stop() { look.stop(); }
        } stop{*this};
        while (helpers.size() + 1 < jobs)
            helpers.emplace_back([this, names_each] { help(names_each); });
        NameBatch batch(names_each);
        while (read(batch)) {
            look_at(batch, [&](const ObjectInfo* due) {
                visit_.looked(1);
                if (due != nullptr) visit_.due(*due);
            });
            while (auto result = take_result(false)) tell(*result);
        }
        while (auto result = take_result(true)) tell(*result);
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    struct Result {
        std::uint64_t looked = 0;
        std::vector<ObjectInfo> due;
    };

    // False at the end of the folder.
    bool read(NameBatch& batch) {
        batch.clear();
        {
            std::lock_guard lock(reading_);
            while (!at_end_ && !batch.full()) {
                auto entry = reader_.next_entry();
                at_end_ = !entry;
                if (at_end_) break;
                leftovers_.look_at(entry->name, reader_);
                batch.add(*entry);
            }
        }
        batch.sort();
        return !batch.empty();
    }

    // Tells each wanted file, with what is known of it if it is due.
    template <class Tell>
    void look_at(const NameBatch& batch, const Tell& tell) {
        for (const auto& item : batch) {
            if (stopped_) return;
            std::string_view part = batch.name(item);
            if (item.kind == file::FolderReader::Kind::folder || !visit_.is_wanted(part)) continue;
            auto info = reader_.info(part.data());
            if (!info || !info->regular) continue;
            bool due = visit_.is_due(time_of(info->modified_ns));
            auto name = due ? ObjectName::parse(std::string(prefix_).append(part)) : std::nullopt;
            if (!name) {
                tell(nullptr);
                continue;
            }
            ObjectInfo found = describe_file(std::move(*name), *info);
            tell(&found);
        }
    }

    void help(std::uint32_t names) noexcept {
        std::exception_ptr failure;
        try {
            NameBatch batch(names);
            while (read(batch)) {
                Result result;
                look_at(batch, [&](const ObjectInfo* due) {
                    ++result.looked;
                    if (due != nullptr) result.due.push_back(*due);
                });
                if (!give_result(std::move(result))) break;
            }
        } catch (...) {
            failure = std::current_exception();
            stop();
        }
        std::lock_guard lock(telling_);
        if (failure && !failure_) failure_ = failure;
        --helping_;
        changed_.notify_all();
    }

    // Waits as long as the caller's thread has enough to tell. False if nobody wants it any more.
    bool give_result(Result&& result) {
        std::unique_lock lock(telling_);
        changed_.wait(lock, [&] { return stopped_ || results_.size() < most_results_; });
        if (stopped_) return false;
        results_.push_back(std::move(result));
        changed_.notify_all();
        return true;
    }

    // Absent if there is none now, or, who waits, never again.
    std::optional<Result> take_result(bool wait) {
        std::unique_lock lock(telling_);
        if (wait) changed_.wait(lock, [&] { return !results_.empty() || helping_ == 0; });
        if (results_.empty()) return std::nullopt;
        Result first = std::move(results_.front());
        results_.pop_front();
        changed_.notify_all();
        return first;
    }

    void tell(const Result& result) {
        visit_.looked(result.looked);
        for (const ObjectInfo& due : result.due) visit_.due(due);
    }

    void stop() {
        std::lock_guard lock(telling_);
        stopped_ = true;
        changed_.notify_all();
    }

    std::mutex reading_;
    file::FolderReader reader_;
    Leftovers leftovers_;
    bool at_end_ = false;

    const std::string& prefix_;
    const FolderSweep::Visit& visit_;

    std::mutex telling_;
    std::condition_variable changed_;
    std::atomic<bool> stopped_ = false;
    std::deque<Result> results_;
    std::size_t most_results_ = 0;
    unsigned helping_ = 0;
    std::exception_ptr failure_;
};

}  // namespace

FolderSweep::FolderSweep(Directory& store, std::string_view prefix)
    : store_(store), prefix_(prefix), path_(store.root_ / prefix.substr(0, prefix.size() - 1)) {}

void FolderSweep::run(unsigned jobs, const Visit& visit) const {
    store_.root_mode();
    // A link to a folder is not walked into.
    auto own = file::name_info(path_);
    if (!own || !own->folder) return;
    Tidied tidied(path_);
    auto reader = file::FolderReader::open(path_);
    if (reader) Look(std::move(*reader), path_, prefix_, visit).run(jobs);
}

bool FolderSweep::remove(const ObjectName& name, const Condition& condition) {
    bool removed = store_.remove_unsynced(name, condition);
    removed_ |= removed;
    return removed;
}

void FolderSweep::finish() {
    if (removed_) file::sync_folder(path_);
    removed_ = false;
}

}  // namespace tresor::storage
