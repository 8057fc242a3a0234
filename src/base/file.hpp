// What the library asks of a file system. The POSIX half is file_posix.cpp; another system is added
// by a sibling of that file. Every function throws Error(io) unless its line says otherwise.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include <tresor/io.hpp>

namespace tresor::file {

// How the names of temporary files begin; what is older than a day was left by a process that died.
inline constexpr std::string_view temporary_prefix = ".tresor-";

struct Info {
    std::uint64_t size;
    std::int64_t modified_ns;  // since 1970
    std::uint64_t serial;      // tells one file from the next of the same name
    unsigned mode;             // permission bits
    bool regular, folder;
    std::uint64_t device;  // with the serial it tells one file from all others
};

// Absent if nothing has this name. Follows links.
std::optional<Info> info(const std::filesystem::path& path);
// Of the name itself: a link is neither a regular file nor a folder.
std::optional<Info> name_info(const std::filesystem::path& path);

// A file and what it was when it was opened: a name may stand for another file a moment later.
struct Opened {
    std::unique_ptr<ByteSource> source;
    Info info;
};
// Absent if no regular file has this name.
std::optional<Opened> open(const std::filesystem::path& path);

// For reading at any place, by any number of threads. Absent if no regular file has this name.
std::unique_ptr<ReadAt> open_at(const std::filesystem::path& path);

// A file that is created, mode 0600, and written from its begin; what is written is not made
// durable. Absent if the name is taken.
std::unique_ptr<ByteSink> create(const std::filesystem::path& path);

// The names in one folder, in any order, read as they are asked for. One thread at a time, but for
// info().
class FolderReader {
public:
    // What the folder itself tells of a name; a link, or what it does not tell, is `other`.
    enum class Kind { regular, folder, other };
    struct Entry {
        const char* name;  // never "." and ".."; holds until the next call
        Kind kind;
        std::uint64_t serial;
    };

    // Absent if no folder has this name.
    static std::optional<FolderReader> open(const std::filesystem::path& path);
    FolderReader(FolderReader&& other) noexcept;
    FolderReader& operator=(FolderReader&&) = delete;
    ~FolderReader();

    std::optional<Entry> next_entry();
    std::optional<std::string_view> next();  // its name
    // Of a name in this folder. A link to a file is that file, a link to a folder is nothing:
    // whoever goes down does not walk in circles.
    std::optional<Info> info(const char* name) const;

private:
    FolderReader(void* handle, std::filesystem::path path);
    void* handle_;
    std::filesystem::path path_;
};

// Creates one folder with exactly this mode; false if the name is taken already.
bool make_folder(const std::filesystem::path& path, unsigned mode);
// Removes an empty folder, if it can.
void remove_folder(const std::filesystem::path& path) noexcept;

// Each is false if there is no such file.
bool unlink(const std::filesystem::path& path);
bool rename(const std::filesystem::path& from, const std::filesystem::path& to);
// Gives a file a name that is free: exact, also between processes. False if the name is taken or
// there is no such file; throws unsupported where the file system cannot do it.
bool rename_if_free(const std::filesystem::path& from, const std::filesystem::path& to);
// Whether this one can, found out by doing it.
bool can_rename_if_free(const std::filesystem::path& folder);

// The time, in nanoseconds since 1970, that a file gets that is written in this folder now.
std::int64_t clock_ns(const std::filesystem::path& folder);

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
