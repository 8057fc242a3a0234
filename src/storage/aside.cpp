#include "storage/aside.hpp"

#include <array>

#include "base/file.hpp"
#include "codec/hex.hpp"
#include "crypto/random.hpp"

namespace tresor::storage::aside {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t prefix_size = 17;  // of the random digits and the dot

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
        if (!ours) return;      // somebody else has put it back
        if (!theirs) continue;  // the name has become free
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
        if (name->size() <= prefix_size || name->substr(prefix_size) != file.filename().string())
            continue;
        put_back(place_in(file.parent_path()) / *name, file);
        any = true;
    }
    return any;
}

void put_back_all_in(const fs::path& folder) {
    auto reader = file::FolderReader::open(place_in(folder));
    while (auto name = reader ? reader->next() : std::nullopt)
        if (name->size() > prefix_size)
            put_back(place_in(folder) / *name, folder / name->substr(prefix_size));
}

void tidy(const fs::path& folder) noexcept { file::remove_folder(place_in(folder)); }

}  // namespace tresor::storage::aside
