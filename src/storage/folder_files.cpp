#include "storage/folder_files.hpp"

#include <chrono>
#include <utility>

namespace tresor::storage {

namespace fs = std::filesystem;

std::string version_of(const file::Info& info) {
    std::string text = std::to_string(info.modified_ns);
    text.append("-").append(std::to_string(info.size));
    return text.append("-").append(std::to_string(info.serial));
}

bool is_same(const file::Info& a, const file::Info& b) {
    return a.modified_ns == b.modified_ns && a.size == b.size && a.serial == b.serial;
}

Timestamp time_of(std::int64_t ns) {
    return Timestamp(std::chrono::floor<Seconds>(std::chrono::nanoseconds(ns)));
}

ObjectInfo describe_file(ObjectName name, const file::Info& info) {
    return {std::move(name), info.size, time_of(info.modified_ns), version_of(info)};
}

// A link to nowhere has its name, too.
std::optional<aside::Files::Info> FolderFiles::info(const fs::path& path) {
    auto own = file::name_info(path);
    if (!own) return std::nullopt;
    if (own->regular || own->folder) return Info{own->modified_ns, own->regular};
    auto found = file::info(path);
    return found ? Info{found->modified_ns, found->regular} : Info{0, false};
}

void FolderFiles::make_folder(const fs::path& path) {
    if (file::name_info(path)) return;
    if (auto parent = file::info(path.parent_path())) file::make_folder(path, parent->mode);
}

bool FolderFiles::rename(const fs::path& from, const fs::path& to) {
    return file::rename(from, to);
}

bool FolderFiles::rename_if_free(const fs::path& from, const fs::path& to) {
    return file::rename_if_free(from, to);
}

bool FolderFiles::unlink(const fs::path& path) { return file::unlink(path); }

bool FolderFiles::names_in(const fs::path& folder,
                           const std::function<void(std::string_view)>& visit) {
    auto reader = file::FolderReader::open(folder);
    while (auto name = reader ? reader->next() : std::nullopt) visit(*name);
    return reader.has_value();
}

void Leftovers::look_closer(const char* name, const file::FolderReader& reader) {
    if (!std::string_view(name).starts_with(file::temporary_prefix)) return;
    try {
        auto info = reader.info(name);
        if (info && info->modified_ns < newest()) file::unlink(folder_ / name);
    } catch (const Error&) {  // a folder that is only read is left as it is
    }
}

std::int64_t Leftovers::newest() {
    constexpr std::chrono::nanoseconds day = std::chrono::hours(24);
    if (!newest_) newest_ = file::clock_ns(folder_) - day.count();
    return *newest_;
}

}  // namespace tresor::storage
