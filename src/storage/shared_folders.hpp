// The folders in which puts are at work: each is opened once, and synced once for many.
//
// Nothing is kept open when nobody works in it, so that a disk can be unmounted; and every put asks
// what its path stands for now, so that none goes on in a folder that was moved away.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <utility>

#include "base/folder.hpp"
#include "storage/shared_sync.hpp"

namespace tresor::storage {

// For any number of threads.
class SharedFolders {
    using Identity = std::pair<std::uint64_t, std::uint64_t>;  // device and serial
    struct Entry {
        explicit Entry(const std::filesystem::path& path) : folder(path) {}
        file::OpenFolder folder;
        SharedSync sync;
        unsigned users = 0;
    };
    using Entries = std::map<Identity, std::unique_ptr<Entry>>;

public:
    // One who works in a folder. Keeps a reference to the SharedFolders.
    class Use {
    public:
        Use(SharedFolders& all, Entries::iterator at) : all_(all), at_(at) {}
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        ~Use();

        const file::OpenFolder& folder() const { return at_->second->folder; }
        // Makes durable what was done in the folder before this call. Throws io.
        void sync() const;

    private:
        SharedFolders& all_;
        Entries::iterator at_;
    };

    // Throws io if it cannot be opened.
    Use enter(const std::filesystem::path& path);

private:
    std::mutex guard_;
    Entries entries_;
};

}  // namespace tresor::storage
