// Copies files out of the archive into the folder of an export, by several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tresor/data_backup/reader.hpp>

#include "base/findings.hpp"
#include "data_backup/output_folder.hpp"
#include "data_backup/safe_name.hpp"

namespace tresor::data_backup {

// Tells the caller how far the work is, and the work when it is to end. advance() and check() may
// be called by any thread; report() by the one that the progress belongs to.
class Meter {
public:
    Meter(Progress progress, std::optional<std::uint64_t> total)
        : progress_(std::move(progress)), total_(total) {}
    void advance(std::uint64_t bytes) noexcept { done_ += bytes; }
    // Each throws cancelled.
    void report();
    void finish();  // all is done, also what was counted and did not have to be read
    void check() const;
    void stop() noexcept { stopped_ = true; }

private:
    Progress progress_;
    std::optional<std::uint64_t> total_;
    std::atomic<std::uint64_t> done_{0};
    std::atomic<bool> stopped_{false};
};

// One file that is to be copied.
struct Copy {
    std::string entry, path;  // in the archive, in the folder
    std::uint64_t packed_size = 0;
    std::optional<Moment> time;      // it is to have
    std::unique_ptr<ByteSink> sink;  // until it is done
    std::uint64_t size = 0;          // what was written
    std::optional<Error> failure;    // why it is not there
};

// Each entry is copied once, however often it is asked for. Keeps what it is given. One thread at a
// time; it uses `jobs` of its own.
class MediaCopier {
public:
    MediaCopier(const DataBackup& archive, DiskFolder& folder, Meter& meter,
                std::vector<BadEntry>& bad);

    // Asks for a copy as `name` in `parent`, made by copy_all().
    void want(const std::string& entry, const std::string& parent, const std::string& name,
              std::optional<Moment> time);
    std::size_t wanted() const noexcept { return wanted_.size(); }
    // A damaged entry is a finding, and leaves no file. Throws cancelled, io.
    void copy_all();
    // A picture, small enough for memory, named for what it is. Empty if it is none.
    std::string copy_picture(const std::string& entry, const std::string& parent,
                             const std::string& stem);

    struct Copied {
        std::string path;  // empty: not there
        std::uint64_t size = 0;
    };
    Copied copied(const std::string& entry) const;

private:
    std::string unique_path(const std::string& parent, const std::string& name,
                            std::unique_ptr<ByteSink>& sink);
    void copy_by_threads(std::size_t jobs);
    void finish(Copy& copy);

    const DataBackup& archive_;
    DiskFolder& folder_;
    Meter& meter_;
    std::vector<BadEntry>& bad_;
    std::map<std::string, UniqueNames> names_;  // of each folder
    std::map<std::string, Copied> copied_;      // by entry
    std::vector<Copy> wanted_;
};

}  // namespace tresor::data_backup
