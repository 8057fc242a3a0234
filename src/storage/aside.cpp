#include "storage/aside.hpp"

#include <array>
#include <utility>
#include <vector>

#include <tresor/storage.hpp>

#include "base/file.hpp"
#include "codec/hex.hpp"
#include "crypto/random.hpp"

namespace tresor::storage::aside {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t prefix_size = 17;  // of the random digits and the dot

// The last part of the name that a file lies aside for. Absent if no removal has put it there.
std::optional<std::string> part_of(std::string_view taken) {
    constexpr std::size_t dot = prefix_size - 1;
    if (taken.find_first_not_of("0123456789abcdef") != dot || taken[dot] != '.') return {};
    auto part = ObjectName::parse(taken.substr(prefix_size));
    return part ? std::optional(part->text()) : std::nullopt;
}

fs::path place_in(const fs::path& folder) { return folder / ".aside"; }

fs::path free_name(const fs::path& file) {
    std::array<Byte, 8> random;
    crypto::random_bytes(random);
    return place_in(file.parent_path()) /
           (codec::hex_encode(random) + "." + file.filename().string());
}

// By a folder or a link to nowhere: no object can have this name at present.
bool is_blocked(const fs::path& file, const std::optional<file::Info>& found) {
    std::error_code ignored;
    return found ? !found->regular : fs::is_symlink(file, ignored);
}

}  // namespace

std::optional<fs::path> take(const fs::path& file) {
    fs::path folder = file.parent_path();
    for (;;) {
        auto info = file::info(folder);
        if (!info || !file::info(file)) return std::nullopt;
        file::make_folder(place_in(folder), info->mode);
        fs::path taken = free_name(file);
        // False, too, if somebody tidied the place away just now: then once more.
        if (file::rename(file, taken)) return taken;
    }
}

void put_back(fs::path taken, const fs::path& file) {
    std::vector<fs::path> older;  // dropped when a newer one has the name, and not before
    while (!file::rename_if_free(taken, file)) {
        auto ours = file::info(taken), theirs = file::info(file);
        if (!ours) {  // somebody else has put it back
            if (older.empty()) return;
            taken = older.back();
            older.pop_back();
            continue;
        }
        if (is_blocked(file, theirs)) return;
        if (!theirs) continue;  // the name has become free
        if (theirs->modified_ns >= ours->modified_ns) {
            older.push_back(taken);
            break;
        }
        // An older one, that another removal has put back, stands in the way of the newer one. What
        // is taken may be our own again, put back by somebody else.
        auto other = take(file);
        auto found = other ? file::info(*other) : std::nullopt;
        if (!found) continue;
        if (found->modified_ns >= ours->modified_ns) std::swap(taken, *other);
        older.push_back(*other);
    }
    for (const fs::path& file_aside : older) file::unlink(file_aside);
}

bool put_back_all_of(const fs::path& file) {
    auto reader = file::FolderReader::open(place_in(file.parent_path()));
    while (auto name = reader ? reader->next() : std::nullopt)
        if (part_of(*name) == file.filename().string())
            put_back(place_in(file.parent_path()) / *name, file);
    return reader.has_value();
}

void put_back_all_in(const fs::path& folder) {
    auto reader = file::FolderReader::open(place_in(folder));
    while (auto name = reader ? reader->next() : std::nullopt)
        if (auto part = part_of(*name)) put_back(place_in(folder) / *name, folder / *part);
}

void tidy(const fs::path& folder) noexcept { file::remove_folder(place_in(folder)); }

}  // namespace tresor::storage::aside
