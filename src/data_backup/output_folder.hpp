// The folder of an export on the disk: files of mode 0600 in folders of mode 0700.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/time.hpp>

#include "data_backup/chat_writer.hpp"

namespace tresor::data_backup {

// Removes what was made in it when it goes, unless keep() was called. One thread at a time; the
// files it gave out may each be written by another one.
class DiskFolder final : public OutputFolder {
public:
    // Throws conflict unless the folder is new or empty.
    explicit DiskFolder(std::filesystem::path path);
    ~DiskFolder() override;
    DiskFolder(const DiskFolder&) = delete;
    DiskFolder& operator=(const DiskFolder&) = delete;

    std::unique_ptr<ByteSink> create(std::string_view path) override;
    void remove(std::string_view path);
    // As if it had been written then, where the file system can say so.
    void set_time(std::string_view path, Timestamp time) noexcept;
    void keep() noexcept { kept_ = true; }

private:
    std::filesystem::path native(std::string_view path) const;
    void make_folders_of(std::string_view path);

    std::filesystem::path path_;
    bool made_ = false;  // the folder itself
    bool kept_ = false;
    std::set<std::string, std::less<>> folders_, roots_;  // roots: files right in it
};

}  // namespace tresor::data_backup
