#include "storage/aside.hpp"

#include <array>

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
    while (!file::rename_if_free(taken, file)) {
        auto ours = file::info(taken), theirs = file::info(file);
        std::error_code ignored;
        if (!ours) return;                                        // somebody else has put it back
        if (!theirs && !fs::is_symlink(file, ignored)) continue;  // the name has become free
        // A folder or a link to nowhere: no object can have this name at present.
        if (!theirs || !theirs->regular) return;
        if (theirs->modified_ns >= ours->modified_ns) {
            file::unlink(taken);
            return;
        }
        // An older one, that another removal has put back, stands in the way of the newer one.
        auto other = take(file);
        auto found = other ? file::info(*other) : std::nullopt;
        if (!found) continue;
        bool newer = found->modified_ns > ours->modified_ns;
        file::unlink(newer ? taken : *other);
        if (newer) taken = *other;
    }
}

bool put_back_all_of(const fs::path& file) {
    auto reader = file::FolderReader::open(place_in(file.parent_path()));
    bool any = false;
    while (auto name = reader ? reader->next() : std::nullopt) {
        if (part_of(*name) != file.filename().string()) continue;
        put_back(place_in(file.parent_path()) / *name, file);
        any = true;
    }
    return any;
}

void put_back_all_in(const fs::path& folder) {
    auto reader = file::FolderReader::open(place_in(folder));
    while (auto name = reader ? reader->next() : std::nullopt)
        if (auto part = part_of(*name)) put_back(place_in(folder) / *name, folder / *part);
}

void tidy(const fs::path& folder) noexcept { file::remove_folder(place_in(folder)); }

}  // namespace tresor::storage::aside
