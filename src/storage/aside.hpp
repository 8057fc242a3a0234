// Files that a conditional removal has taken from their name, to look at them while nobody can
// replace them.
//
//     <folder>/.aside/<16 hex digits>.<last part of the name>
//
// Compare and then remove would remove what was put in between. Taken aside, a file is compared and
// removed or put back; a put in the meantime stands under the free name and is newer. A removal
// that was cut short leaves its file aside: whoever looks for the name puts it back. Of all files
// of one name, under it or aside, the newest is never removed, in whatever order any number of
// processes do this.
#pragma once

#include <filesystem>
#include <optional>

namespace tresor::storage::aside {

// The longest last part of a name that can be taken aside.
inline constexpr std::size_t longest_part = 255 - 17;

// Absent if the file is gone.
std::optional<std::filesystem::path> take(const std::filesystem::path& file);

// Gives it its name again, unless something newer has that.
void put_back(std::filesystem::path taken, const std::filesystem::path& file);

// The same with all that lies aside of one name. Returns whether anybody removes on condition in
// this folder at present.
bool put_back_all_of(const std::filesystem::path& file);
// Of all names in a folder.
void put_back_all_in(const std::filesystem::path& folder);

// Removes the place where files lie aside, if it is empty.
void tidy(const std::filesystem::path& folder) noexcept;

}  // namespace tresor::storage::aside
