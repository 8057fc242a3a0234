// Files that a conditional removal has taken from their name, to look at them while nobody can
// replace them.
//
//     <folder>/.aside/<16 hex digits>.<last part of the name>
//
// Compare and then remove would remove what was put in between. Taken aside, a file is compared and
// removed or put back; a put in the meantime stands under the free name and is newer. A removal
// that was cut short leaves its file aside: whoever looks for the name puts it back. Of all files
// of one name, under it or aside, the newest is never removed, in whatever order any number of
// processes do this, as far as the place gives away a free name exactly.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace tresor::storage::aside {

// What is asked of a place: a file system, or a server that has one.
class Files {
public:
    struct Info {
        std::int64_t modified;  // in whatever unit: later is more
        bool regular;
    };

    virtual ~Files() = default;
    virtual std::optional<Info> info(const std::filesystem::path& path) = 0;
    // In a folder; it may be there already, or the folder may be gone.
    virtual void make_folder(const std::filesystem::path& path) = 0;
    // False if there is no such file, or no folder to move it to.
    virtual bool rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    // The same, and if the new name is taken.
    virtual bool rename_if_free(const std::filesystem::path& from,
                                const std::filesystem::path& to) = 0;
    virtual bool unlink(const std::filesystem::path& path) = 0;  // false if there is none
    // The names in a folder, which may change meanwhile. False if there is nothing to look at.
    virtual bool names_in(const std::filesystem::path& folder,
                          const std::function<void(std::string_view name)>& visit) = 0;
};

// The longest last part of a name that can be taken aside.
inline constexpr std::size_t longest_part = 255 - 17;

std::filesystem::path place_in(const std::filesystem::path& folder);
// Whether a name in that place is one that a removal gives.
bool is_taken(std::string_view name);

// Absent if the file is gone. Throws unavailable if the place does not let it go.
std::optional<std::filesystem::path> take(Files& files, const std::filesystem::path& file);

// Gives it its name again, unless something newer has that. Throws unavailable if the place does
// neither give the name nor say why.
void put_back(Files& files, std::filesystem::path taken, const std::filesystem::path& file);

// The same with all that lies aside of one name. Returns whether anybody removes on condition in
// this folder at present.
bool put_back_all_of(Files& files, const std::filesystem::path& file);
// Of all names in a folder.
void put_back_all_in(Files& files, const std::filesystem::path& folder);

// What `look` finds under a name. A removal may have taken the file aside, and put it back itself
// before it was found there: so there are several looks while anybody removes on condition. While
// two do, an older file can have the name for a moment.
template <class Look>
auto find(Files& files, const std::filesystem::path& file, const Look& look) {
    auto found = look();
    for (int looks = 0, quiet = 0; !found && quiet < 2 && looks < 50; ++looks) {
        quiet = put_back_all_of(files, file) ? 0 : quiet + 1;
        found = look();
    }
    return found;
}

// The same where a question costs little, and never that older file: what is found counts if nobody
// removed on condition before and after the look, or if two looks in a row found the same.
template <class Look, class Same>
auto find_settled(Files& files, const std::filesystem::path& file, const Look& look,
                  const Same& same) {
    const auto place = place_in(file.parent_path());
    int quiet = files.info(place) ? 0 : 1;
    auto found = look();
    for (int looks = 0; looks < 50; ++looks) {
        quiet = files.info(place) && put_back_all_of(files, file) ? 0 : quiet + 1;
        if (quiet >= (found ? 2 : 4)) break;
        auto again = look();
        bool settled = found && again && same(*found, *again);
        found = std::move(again);
        if (settled) break;
    }
    return found;
}

// Removes the file if it is the wanted one; false if there is none. Throws conflict if it is
// another one, then or in the middle.
using Wanted = std::function<bool(const std::filesystem::path& path)>;
bool remove_if(Files& files, const std::filesystem::path& file, const Wanted& is_wanted);

}  // namespace tresor::storage::aside
