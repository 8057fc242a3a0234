// What the library asks of a file system. The POSIX half is file_posix.cpp; another system is added
// by a sibling of that file. Every function throws Error(io) unless its line says otherwise.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include <tresor/io.hpp>

namespace tresor::file {

struct Info {
    std::uint64_t size;
    std::int64_t modified_ns;  // since 1970
    std::uint64_t serial;      // tells one file from the next of the same name
    unsigned mode;             // permission bits
    bool regular, folder;
};

// Absent if nothing has this name. Follows links.
std::optional<Info> info(const std::filesystem::path& path);

// A file and what it was when it was opened: a name may stand for another file a moment later.
struct Opened {
    std::unique_ptr<ByteSource> source;
    Info info;
};
// Absent if no regular file has this name.
std::optional<Opened> open(const std::filesystem::path& path);

// Creates one folder with exactly this mode; false if the name is taken already.
bool make_folder(const std::filesystem::path& path, unsigned mode);

// Removes a file and makes that durable; false if there was none.
bool remove(const std::filesystem::path& path);

// Makes the names in a folder durable.
void sync_folder(const std::filesystem::path& path);

// An exclusive advisory lock on a file that is created if missing, stays, and is freed with the
// object or when the process dies. Absent if another process or object holds it.
class Lock {
public:
    static std::optional<Lock> take(const std::filesystem::path& path);
    Lock(Lock&& other) noexcept;
    Lock& operator=(Lock&&) = delete;
    ~Lock();

private:
    explicit Lock(int handle) : handle_(handle) {}
    int handle_;
};

}  // namespace tresor::file
