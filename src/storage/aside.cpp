#include "storage/aside.hpp"

#include <array>
#include <utility>
#include <vector>

#include <tresor/storage.hpp>

#include "codec/hex.hpp"
#include "crypto/random.hpp"

namespace tresor::storage::aside {
namespace {

namespace fs = std::filesystem;

constexpr int most_tries = 50;
constexpr std::size_t prefix_size = 17;  // of the random digits and the dot

// The last part of the name that a file lies aside for. Absent if no removal has put it there.
std::optional<std::string> part_of(std::string_view taken) {
    constexpr std::size_t dot = prefix_size - 1;
    if (taken.find_first_not_of("0123456789abcdef") != dot || taken[dot] != '.') return {};
    auto part = ObjectName::parse(taken.substr(prefix_size));
    return part ? std::optional(part->text()) : std::nullopt;
}

fs::path free_name(const fs::path& file) {
    std::array<Byte, 8> random;
    crypto::random_bytes(random);
    return place_in(file.parent_path()) /
           (codec::hex_encode(random) + "." + file.filename().string());
}

}  // namespace

fs::path place_in(const fs::path& folder) { return folder / ".aside"; }

bool is_taken(std::string_view name) { return part_of(name).has_value(); }

std::optional<fs::path> take(Files& files, const fs::path& file) {
    for (int tries = 0; tries < most_tries; ++tries) {
        auto info = files.info(file);
        if (!info || !info->regular) return std::nullopt;
        files.make_folder(place_in(file.parent_path()));
        fs::path taken = free_name(file);
        // False, too, if somebody tidied the place away just now: then once more.
        if (files.rename(file, taken)) return taken;
        // The answer may have been lost, and the question asked again.
        if (files.info(taken)) return taken;
    }
    throw Error(Errc::unavailable, file.filename().string() + " cannot be taken aside");
}

void put_back(Files& files, fs::path taken, const fs::path& file) {
    std::vector<fs::path> older;  // dropped when a newer one has the name, and not before
    for (int tries = 0; !files.rename_if_free(taken, file); ++tries) {
        if (tries == most_tries)
            throw Error(Errc::unavailable, file.filename().string() + " cannot be put back");
        auto ours = files.info(taken), theirs = files.info(file);
        if (!ours) {  // somebody else has put it back
            if (older.empty()) return;
            taken = older.back();
            older.pop_back();
            continue;
        }
        // A folder or a link to nowhere: no object can have this name at present.
        if (theirs && !theirs->regular) return;
        if (!theirs) continue;  // the name has become free
        if (theirs->modified >= ours->modified) {
            older.push_back(taken);
            break;
        }
        // An older one, that another removal has put back, stands in the way of the newer one. What
        // is taken may be our own again, put back by somebody else.
        auto other = take(files, file);
        auto found = other ? files.info(*other) : std::nullopt;
        if (!found) continue;
        if (found->modified >= ours->modified) std::swap(taken, *other);
        older.push_back(*other);
    }
    for (const fs::path& file_aside : older) files.unlink(file_aside);
}

bool put_back_all_of(Files& files, const fs::path& file) {
    fs::path place = place_in(file.parent_path());
    return files.names_in(place, [&](std::string_view name) {
        if (part_of(name) == file.filename().string()) put_back(files, place / name, file);
    });
}

void put_back_all_in(Files& files, const fs::path& folder) {
    fs::path place = place_in(folder);
    files.names_in(place, [&](std::string_view name) {
        if (auto part = part_of(name)) put_back(files, place / name, folder / *part);
    });
}

bool remove_if(Files& files, const fs::path& file, const Wanted& is_wanted) {
    auto conflict = [&] {
        throw Error(Errc::conflict, file.filename().string() + " is not as the condition wants it");
    };
    if (!is_wanted(file)) conflict();
    auto taken = take(files, file);
    if (!taken) return false;
    if (!is_wanted(*taken)) {
        put_back(files, *taken, file);
        conflict();
    }
    // Whoever looked for the name in the meantime may have put the file back.
    if (!files.unlink(*taken) || is_wanted(file)) conflict();
    return true;
}

}  // namespace tresor::storage::aside
