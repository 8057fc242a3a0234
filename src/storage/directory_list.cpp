#include "storage/directory_list.hpp"

#include "storage/folder_files.hpp"
#include "storage/name_batch.hpp"

namespace tresor::storage {

namespace fs = std::filesystem;

Tidied::Tidied(const fs::path& folder) : place_(aside::place_in(folder)) {
    FolderFiles files;
    aside::put_back_all_in(files, folder);
}

Tidied::~Tidied() { file::remove_folder(place_); }

bool Walk::folder(const fs::path& path, const std::string& base) const {
    constexpr std::uint32_t most_names = 16384;  // folders in folders have one batch each
    Tidied tidied(path);
    auto reader = file::FolderReader::open(path);
    Leftovers leftovers(path);
    NameBatch batch(most_names);
    for (bool read = reader.has_value(); read;) {
        batch.clear();
        while (read && !batch.full()) {
            auto next = reader->next_entry();
            read = next.has_value();
            if (!read) break;
            leftovers.look_at(next->name, *reader);
            if (is_wanted(next->name, base)) batch.add(*next);
        }
        batch.sort();
        for (const auto& item : batch)
            if (!entry(path, batch.name(item), base, *reader)) return false;
    }
    return true;
}

// Itself, or what may lie in it.
bool Walk::is_wanted(std::string_view part, const std::string& base) const {
    if (base.starts_with(prefix_)) return true;
    std::string text = std::string(base).append(part);
    return text.starts_with(prefix_) || prefix_.starts_with(text.append("/"));
}

bool Walk::entry(const fs::path& path, std::string_view part, const std::string& base,
                 const file::FolderReader& reader) const {
    std::string text = std::string(base).append(part);
    auto name = ObjectName::parse(text);
    auto info = name ? reader.info(part.data()) : std::nullopt;
    if (!info) return true;
    bool wanted = text.starts_with(prefix_);
    if (info->folder) return folder(path / part, text.append("/"));
    return !info->regular || !wanted || visit_(describe_file(std::move(*name), *info));
}

}  // namespace tresor::storage
