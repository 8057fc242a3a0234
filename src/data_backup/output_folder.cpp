#include "data_backup/output_folder.hpp"

#include <system_error>
#include <utility>

#include <tresor/error.hpp>

#include "base/file.hpp"

namespace tresor::data_backup {

DiskFolder::DiskFolder(std::filesystem::path path) : path_(std::move(path)) {
    made_ = file::make_folder(path_, 0700);
    if (made_) return;
    auto reader = file::FolderReader::open(path_);
    if (!reader) throw Error(Errc::conflict, path_.string() + " exists and is no folder");
    if (reader->next()) throw Error(Errc::conflict, path_.string() + " is not empty");
}

DiskFolder::~DiskFolder() {
    if (kept_) return;
    std::error_code ignored;
    for (const auto* names : {&roots_, &folders_})
        for (const std::string& name : *names)
            if (name.find('/') == std::string::npos)
                std::filesystem::remove_all(native(name), ignored);
    if (made_) file::remove_folder(path_);
}

std::unique_ptr<ByteSink> DiskFolder::create(std::string_view path) {
    make_folders_of(path);
    auto sink = file::create(native(path));
    if (!sink) throw Error(Errc::conflict, native(path).string() + " exists already");
    if (path.find('/') == std::string_view::npos) roots_.emplace(path);
    return sink;
}

void DiskFolder::remove(std::string_view path) { file::unlink(native(path)); }

void DiskFolder::set_time(std::string_view path, Timestamp time) noexcept {
    std::error_code ignored;
    // Files have times of 64 bits in nanoseconds: what lies beyond is not set.
    constexpr Timestamp earliest{Seconds(-2'000'000'000)}, latest{Seconds(6'000'000'000)};
    if (time < earliest || time > latest) return;
    try {
        std::filesystem::last_write_time(native(path), std::chrono::file_clock::from_sys(time),
                                         ignored);
    } catch (const std::bad_alloc&) {
    }
}

std::filesystem::path DiskFolder::native(std::string_view path) const {
    return path_ / std::filesystem::path(std::u8string(path.begin(), path.end()));
}

void DiskFolder::make_folders_of(std::string_view path) {
    for (std::size_t at = path.find('/'); at != std::string_view::npos;
         at = path.find('/', at + 1)) {
        std::string_view folder = path.substr(0, at);
        if (folders_.find(folder) != folders_.end()) continue;
        if (!file::make_folder(native(folder), 0700))
            throw Error(Errc::conflict, native(folder).string() + " exists already");
        folders_.emplace(folder);
    }
}

}  // namespace tresor::data_backup
