// What a sweep does in a folder store: it looks at a million files without a word for each of them,
// on several threads if it may, and syncs the folder once for all that it has removed.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <tresor/storage/directory.hpp>

namespace tresor::storage {

// Looks at the files right in one folder of the store. Keeps a reference to the store. The caller's
// thread is told everything; the first two are asked in any.
class FolderSweep {
public:
    struct Visit {
        std::function<bool(std::string_view part)> is_wanted;  // by the last part of the name
        std::function<bool(Timestamp modified)> is_due;
        std::function<void(std::uint64_t)> looked;  // that many more were looked at
        std::function<void(const ObjectInfo&)> due;
    };

    // `prefix`: the folder, with a / at its end.
    FolderSweep(Directory& store, std::string_view prefix);

    // With one thread a file is looked at right before it is shown, with more a while before.
    void run(unsigned jobs, const Visit& visit) const;

    // As Directory::remove(), but not durable before finish().
    bool remove(const ObjectName& name, const Condition& condition);
    void finish();

private:
    Directory& store_;
    std::string prefix_;
    std::filesystem::path path_;
    bool removed_ = false;
};

}  // namespace tresor::storage
