// Names of files, made of what other people wrote (data-backup.md 6.4).
//
// A name is good on Linux, Windows and macOS: one part of a path, none that a system keeps for
// itself, no characters that steer a terminal or turn the direction of writing, neither hidden nor
// an option, at most `most_name_bytes` long. It keeps its extension, if that is harmless: what a
// browser shows as a page that can run scripts (.html, .svg, .xml …), and what a file manager
// follows when it lists a folder (.lnk, .url …), gets another one behind it, "page.html.txt".
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <tresor/data_backup/model.hpp>
#include <tresor/time.hpp>

namespace tresor::data_backup {

inline constexpr std::size_t most_name_bytes = 120;

// Empty if nothing of the text can be in a name.
std::string safe_name(std::string_view text, std::size_t most = most_name_bytes);

// "Ada Example ABCD1234". Without extension, never empty.
std::string chat_file_name(const Chat& chat);

// The name of the file as it came, else "threema-20250131-100000-<id>", with an extension.
std::string media_file_name(const File& file, const Message& message, const UtcOffset& offset);

// ".jpg" of "image/jpeg"; empty if it is not known.
std::string_view extension_of(std::string_view media_type) noexcept;

// Which of the usual kinds of pictures this is, by its first bytes: ".png". Empty: none.
std::string_view picture_extension(std::string_view content) noexcept;

// The name without its extension, and that with its dot.
struct NameParts {
    std::string_view stem, extension;
};
NameParts parts_of(std::string_view name) noexcept;

// The names in one folder: no two are equal where case does not count.
class UniqueNames {
public:
    // The name, or with a number: "name (2).jpg".
    std::string take(const std::string& name);

private:
    std::set<std::string> taken_;
    std::map<std::string, unsigned> last_;  // numbers given
};

}  // namespace tresor::data_backup
