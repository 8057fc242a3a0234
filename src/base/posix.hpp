// What the POSIX halves of file.hpp and folder.hpp share.
#pragma once

#include <cerrno>
#include <filesystem>
#include <string>

#include <sys/stat.h>

#include <tresor/bytes.hpp>

#include "base/file.hpp"

namespace tresor::posix {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path,
                       int code = errno);

// Whether errno is what the system says of a name that stands for nothing.
bool nobody_has_it();

file::Info info_of(const struct stat& status);

void write_all(int handle, ByteView bytes, const std::filesystem::path& path);

std::filesystem::path folder_of(const std::filesystem::path& path);

// A name by which a call ending in "at" finds a file; `path` is for people.
struct Name {
    int folder;
    const char* name;
    std::filesystem::path path;
};
// As file::rename_if_free().
bool move_if_free(const Name& from, const Name& to);

}  // namespace tresor::posix
