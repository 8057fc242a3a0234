#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tresor/error.hpp>
#include <tresor/io.hpp>

#include "base/file.hpp"
#include "base/folder.hpp"
#include "base/posix.hpp"

namespace tresor {

namespace posix {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path, int code) {
    Error error(Errc::io,
                what + " " + path.string() + ": " + std::generic_category().message(code));
    error.no_space = code == ENOSPC || code == EDQUOT;
    throw error;
}

bool nobody_has_it() { return errno == ENOENT || errno == ENOTDIR || errno == ELOOP; }

file::Info info_of(const struct stat& status) {
#ifdef __APPLE__
    const auto& modified = status.st_mtimespec;
#else
    const auto& modified = status.st_mtim;
#endif
    // A file system may tell any time; as nanoseconds these still fit 64 bits.
    constexpr std::int64_t farthest = 9'000'000'000;
    std::int64_t seconds = std::clamp<std::int64_t>(modified.tv_sec, -farthest, farthest);
    return {static_cast<std::uint64_t>(status.st_size),
            seconds * 1'000'000'000 + modified.tv_nsec,
            static_cast<std::uint64_t>(status.st_ino),
            static_cast<unsigned>(status.st_mode & 07777),
            S_ISREG(status.st_mode),
            S_ISDIR(status.st_mode),
            static_cast<std::uint64_t>(status.st_dev)};
}

void write_all(int handle, ByteView bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        ssize_t size = ::write(handle, bytes.data(), bytes.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) fail("could not write", path);
        bytes = bytes.subspan(static_cast<std::size_t>(size));
    }
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
    auto parent = path.parent_path();
    return parent.empty() ? "." : parent;
}

bool move_if_free(const Name& from, const Name& to) {
    if (::linkat(from.folder, from.name, to.folder, to.name, 0) == 0) {
        ::unlinkat(from.folder, from.name, 0);
        return true;
    }
    if (errno == EEXIST || nobody_has_it()) return false;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS && errno != EMLINK)
        fail("could not create", to.path);
#ifdef RENAME_NOREPLACE
    // Without hard links.
    if (::renameat2(from.folder, from.name, to.folder, to.name, RENAME_NOREPLACE) == 0) return true;
    if (errno == EEXIST || nobody_has_it()) return false;
    if (errno != EINVAL && errno != ENOSYS) fail("could not create", to.path);
#endif
    throw Error(Errc::unsupported, "the file system at " + to.path.string() +
                                       " cannot give a file a name only if that is free");
}

}  // namespace posix

using namespace posix;

namespace {

class OpenFile final : public ByteSource {
public:
    OpenFile(int handle, std::filesystem::path path, std::uint64_t size)
        : handle_(handle), path_(std::move(path)), size_(size) {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() override { ::close(handle_); }

    std::optional<std::uint64_t> size() const override { return size_; }
    std::size_t read(ByteSpan into) override {
        for (;;) {
            ssize_t size = ::read(handle_, into.data(), into.size());
            if (size >= 0) return static_cast<std::size_t>(size);
            if (errno != EINTR) fail("could not read", path_);
        }
    }
    void rewind() override {
        if (::lseek(handle_, 0, SEEK_SET) != 0) fail("could not read", path_);
    }

private:
    int handle_;
    std::filesystem::path path_;
    std::uint64_t size_;
};

class OpenFileAt final : public ReadAt {
public:
    OpenFileAt(int handle, std::filesystem::path path, std::uint64_t size)
        : handle_(handle), path_(std::move(path)), size_(size) {}
    OpenFileAt(const OpenFileAt&) = delete;
    OpenFileAt& operator=(const OpenFileAt&) = delete;
    ~OpenFileAt() override { ::close(handle_); }

    std::uint64_t size() const override { return size_; }
    void read_at(std::uint64_t offset, ByteSpan into) override {
        if (offset > size_ || into.size() > size_ - offset)
            throw Error(Errc::malformed, "the file ends too early");
        while (!into.empty()) {
            ssize_t size = ::pread(handle_, into.data(), into.size(), static_cast<off_t>(offset));
            if (size < 0 && errno == EINTR) continue;
            if (size < 0) fail("could not read", path_);
            if (size == 0) throw Error(Errc::io, "the file became shorter");
            into = into.subspan(static_cast<std::size_t>(size));
            offset += static_cast<std::uint64_t>(size);
        }
    }

private:
    int handle_;
    std::filesystem::path path_;
    std::uint64_t size_;
};

class NewFile final : public ByteSink {
public:
    NewFile(int handle, std::filesystem::path path) : handle_(handle), path_(std::move(path)) {}
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile() override { ::close(handle_); }

    void write(ByteView bytes) override { write_all(handle_, bytes, path_); }
    void restart() override {
        if (::ftruncate(handle_, 0) != 0 || ::lseek(handle_, 0, SEEK_SET) != 0)
            fail("could not write", path_);
    }

private:
    int handle_;
    std::filesystem::path path_;
};

// A new file, open for writing, mode 0600, that a killed process may leave behind.
class Temporary {
public:
    explicit Temporary(const std::filesystem::path& folder) {
        std::string name = (folder / file::temporary_prefix).string() + "XXXXXX";
        handle_ = ::mkostemp(name.data(), O_CLOEXEC);
        if (handle_ < 0) fail("could not create a file in", folder);
        path_ = name;
    }
    static Temporary named(const std::filesystem::path& path) {
        ::unlink(path.c_str());
        int handle = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (handle < 0) fail("could not create", path);
        return Temporary(handle, path);
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        if (handle_ >= 0) ::close(handle_);
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    int handle() const { return handle_; }
    const std::filesystem::path& path() const { return path_; }
    std::pair<int, std::filesystem::path> release() {
        return {std::exchange(handle_, -1), std::exchange(path_, {})};
    }

private:
    Temporary(int handle, std::filesystem::path path) : handle_(handle), path_(std::move(path)) {}

    int handle_;
    std::filesystem::path path_;
};

}  // namespace

FileSink::FileSink(std::filesystem::path target, Existing existing, unsigned mode,
                   const std::filesystem::path& temporary)
    : target_(std::move(target)), existing_(existing) {
    auto there = file::info(target_);
    if (there && existing == Existing::refuse)
        throw Error(Errc::conflict, target_.string() + " exists already");
    if (there && !there->regular)
        throw Error(Errc::invalid_argument, target_.string() + " is not a regular file");

    Temporary made =
        temporary.empty() ? Temporary(folder_of(target_)) : Temporary::named(temporary);
    if (::fchmod(made.handle(), mode) != 0) fail("could not set the permissions of", made.path());
    std::tie(handle_, temporary_) = made.release();
}

FileSink::~FileSink() {
    if (handle_ < 0) return;
    ::close(handle_);
    ::unlink(temporary_.c_str());
}

void FileSink::write(ByteView bytes) { write_all(handle_, bytes, target_); }

void FileSink::restart() {
    if (::ftruncate(handle_, 0) != 0 || ::lseek(handle_, 0, SEEK_SET) != 0)
        fail("could not write", target_);
}

void FileSink::commit() {
    if (::fsync(handle_) != 0) fail("could not write", target_);
    // Opened before the rename: what can be refused is refused while nothing has happened yet.
    file::OpenFolder folder(folder_of(target_));
    if (existing_ == Existing::replace) {
        if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail("could not create", target_);
    } else if (!file::rename_if_free(temporary_, target_)) {
        throw Error(Errc::conflict, target_.string() + " exists already");
    }
    ::close(std::exchange(handle_, -1));
    folder.sync();
}

namespace file {

std::optional<Info> info(const std::filesystem::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) return info_of(status);
    if (nobody_has_it()) return std::nullopt;
    fail("could not look at", path);
}

std::optional<Info> name_info(const std::filesystem::path& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0) return info_of(status);
    if (nobody_has_it()) return std::nullopt;
    fail("could not look at", path);
}

namespace {

struct Regular {
    int handle;
    Info info;
};
std::optional<Regular> open_regular(const std::filesystem::path& path) {
    // O_NONBLOCK: a pipe is refused, not waited for.
    int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (handle < 0 && nobody_has_it()) return std::nullopt;
    if (handle < 0) fail("could not open", path);
    struct stat status {};
    if (::fstat(handle, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(handle);
        return std::nullopt;
    }
    return Regular{handle, info_of(status)};
}

}  // namespace

std::optional<Opened> open(const std::filesystem::path& path) {
    auto regular = open_regular(path);
    if (!regular) return std::nullopt;
    auto [handle, info] = *regular;
    return Opened{std::make_unique<OpenFile>(handle, path, info.size), info};
}

std::unique_ptr<ReadAt> open_at(const std::filesystem::path& path) {
    auto regular = open_regular(path);
    if (!regular) return nullptr;
    return std::make_unique<OpenFileAt>(regular->handle, path, regular->info.size);
}

std::unique_ptr<ByteSink> create(const std::filesystem::path& path) {
    int handle = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (handle < 0 && errno == EEXIST) return nullptr;
    if (handle < 0) fail("could not create", path);
    return std::make_unique<NewFile>(handle, path);
}

bool unlink(const std::filesystem::path& path) {
    if (::unlink(path.c_str()) == 0) return true;
    if (nobody_has_it()) return false;
    fail("could not remove", path);
}

bool rename(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (::rename(from.c_str(), to.c_str()) == 0) return true;
    if (nobody_has_it()) return false;
    fail("could not rename", from);
}

bool rename_if_free(const std::filesystem::path& from, const std::filesystem::path& to) {
    return move_if_free({AT_FDCWD, from.c_str(), from}, {AT_FDCWD, to.c_str(), to});
}

bool can_rename_if_free(const std::filesystem::path& folder) {
    Temporary first(folder), second(folder);
    try {
        return !rename_if_free(first.path(), second.path()) && unlink(second.path()) &&
               rename_if_free(first.path(), second.path());
    } catch (const Error& error) {
        if (error.code() == Errc::unsupported) return false;
        throw;
    }
}

std::int64_t clock_ns(const std::filesystem::path& folder) {
    Temporary made(folder);
    // Written to: it is then that a network mount asks the server's clock.
    bool written = ::write(made.handle(), "", 1) == 1 && ::fsync(made.handle()) == 0;
    // On a full disk the file has at least the time at which it was made.
    if (!written && errno != ENOSPC && errno != EDQUOT) fail("could not write", made.path());
    struct stat status {};
    if (::fstat(made.handle(), &status) != 0) fail("could not look at", made.path());
    return info_of(status).modified_ns;
}

std::optional<Lock> Lock::take(const std::filesystem::path& path) {
    int handle = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (handle < 0) fail("could not open the lock", path);
    while (::flock(handle, LOCK_EX | LOCK_NB) != 0) {
        int code = errno;
        if (code == EINTR) continue;
        ::close(handle);
        if (code == EWOULDBLOCK) return std::nullopt;
        fail("could not lock", path, code);
    }
    return Lock(handle);
}

Lock::Lock(Lock&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}

Lock::~Lock() {
    if (handle_ >= 0) ::close(handle_);
}

}  // namespace file
}  // namespace tresor
