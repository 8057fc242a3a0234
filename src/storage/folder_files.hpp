// The files of a folder as a store sees them: what it tells of them, and what its conditional
// removals and its leftovers need.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <tresor/storage.hpp>

#include "base/file.hpp"
#include "storage/aside.hpp"

namespace tresor::storage {

std::string version_of(const file::Info& info);
bool is_same(const file::Info& a, const file::Info& b);  // have one version
Timestamp time_of(std::int64_t ns);
ObjectInfo describe_file(ObjectName name, const file::Info& info);

class FolderFiles final : public aside::Files {
public:
    std::optional<Info> info(const std::filesystem::path& path) override;
    void make_folder(const std::filesystem::path& path) override;
    bool rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    bool rename_if_free(const std::filesystem::path& from,
                        const std::filesystem::path& to) override;
    bool unlink(const std::filesystem::path& path) override;
    bool names_in(const std::filesystem::path& folder,
                  const std::function<void(std::string_view)>& visit) override;
};

// Removes from a folder what processes that died have left there over a day ago.
class Leftovers {
public:
    explicit Leftovers(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // A name in it.
    void look_at(const char* name, const file::FolderReader& reader) {
        if (name[0] == '.') look_closer(name, reader);
    }

private:
    void look_closer(const char* name, const file::FolderReader& reader);
    std::int64_t newest();

    std::filesystem::path folder_;
    std::optional<std::int64_t> newest_;
};

}  // namespace tresor::storage
