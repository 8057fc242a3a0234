// Whether the app would restore an archive of a folder, and in which order its files go into one
// (data-backup.md 1.7, 7, 12).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/error.hpp>

namespace tresor::data_backup {

struct FolderPlan {
    std::vector<std::string> entries;  // all files of the folder, in order
    std::uint64_t messages = 0;
    std::vector<Finding> findings;
};

// `owner`: identity, or empty. `tick` is called now and then; what it throws ends the work. Throws
// what create() does, but for the identity.
FolderPlan check_folder(const std::filesystem::path& folder, std::string_view owner,
                        const std::function<void()>& tick);

}  // namespace tresor::data_backup
