#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tresor/error.hpp>
#include <tresor/io.hpp>

#include "base/file.hpp"

namespace tresor {
namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path,
                       int code = errno) {
    throw Error(Errc::io,
                what + " " + path.string() + ": " + std::generic_category().message(code));
}

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
            S_ISDIR(status.st_mode)};
}

class Folder {
public:
    explicit Folder(std::filesystem::path path)
        : path_(std::move(path)),
          handle_(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        if (handle_ < 0) fail("could not open the folder", path_);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { ::close(handle_); }

    void sync() const {
        // Some network mounts cannot do this for a folder and say EINVAL; the file itself is
        // synced.
        if (::fsync(handle_) != 0 && errno != EINVAL && errno != ENOTSUP)
            fail("could not sync the folder", path_);
    }

private:
    std::filesystem::path path_;
    int handle_;
};

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

std::filesystem::path folder_of(const std::filesystem::path& path) {
    auto parent = path.parent_path();
    return parent.empty() ? "." : parent;
}

// Gives `from` the name `to` unless that is taken. Works without hard links where the system can.
bool rename_to_free_name(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (::link(from.c_str(), to.c_str()) == 0) {
        ::unlink(from.c_str());
        return true;
    }
#ifdef RENAME_NOREPLACE
    if (errno != EEXIST &&
        ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0)
        return true;
#endif
    if (errno == EEXIST) return false;
    fail("could not create", to);
}

}  // namespace

FileSink::FileSink(std::filesystem::path target, Existing existing, unsigned mode)
    : target_(std::move(target)), existing_(existing) {
    auto there = file::info(target_);
    if (there && existing == Existing::refuse)
        throw Error(Errc::conflict, target_.string() + " exists already");
    if (there && !there->regular)
        throw Error(Errc::invalid_argument, target_.string() + " is not a regular file");

    std::string name = (folder_of(target_) / ".tresor-XXXXXX").string();
    handle_ = ::mkstemp(name.data());
    if (handle_ < 0) fail("could not create a file in", folder_of(target_));
    temporary_ = name;
    ::fcntl(handle_, F_SETFD, FD_CLOEXEC);
    if (::fchmod(handle_, mode) != 0) {
        int code = errno;
        ::close(handle_);
        ::unlink(temporary_.c_str());
        fail("could not set the permissions of", temporary_, code);
    }
}

FileSink::~FileSink() {
    if (handle_ < 0) return;
    ::close(handle_);
    ::unlink(temporary_.c_str());
}

void FileSink::write(ByteView bytes) {
    while (!bytes.empty()) {
        ssize_t size = ::write(handle_, bytes.data(), bytes.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) fail("could not write", target_);
        bytes = bytes.subspan(static_cast<std::size_t>(size));
    }
}

void FileSink::restart() {
    if (::ftruncate(handle_, 0) != 0 || ::lseek(handle_, 0, SEEK_SET) != 0)
        fail("could not write", target_);
}

void FileSink::commit() {
    if (::fsync(handle_) != 0) fail("could not write", target_);
    // Opened before the rename: what can be refused is refused while nothing has happened yet.
    Folder folder(folder_of(target_));
    if (existing_ == Existing::replace) {
        if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail("could not create", target_);
    } else if (!rename_to_free_name(temporary_, target_)) {
        throw Error(Errc::conflict, target_.string() + " exists already");
    }
    ::close(std::exchange(handle_, -1));
    folder.sync();
}

namespace file {

std::optional<Info> info(const std::filesystem::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
        fail("could not look at", path);
    }
    return info_of(status);
}

std::optional<Opened> open(const std::filesystem::path& path) {
    // O_NONBLOCK: a pipe is refused, not waited for.
    int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (handle < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
    if (handle < 0) fail("could not open", path);
    struct stat status {};
    if (::fstat(handle, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(handle);
        return std::nullopt;
    }
    Info info = info_of(status);
    return Opened{std::make_unique<OpenFile>(handle, path, info.size), info};
}

bool make_folder(const std::filesystem::path& path, unsigned mode) {
    if (::mkdir(path.c_str(), 0700) != 0) {
        if (errno == EEXIST) return false;
        fail("could not create the folder", path);
    }
    if (::chmod(path.c_str(), mode) != 0) fail("could not set the permissions of", path);
    sync_folder(folder_of(path));
    return true;
}

bool remove(const std::filesystem::path& path) {
    if (::unlink(path.c_str()) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return false;
        fail("could not remove", path);
    }
    sync_folder(folder_of(path));
    return true;
}

void sync_folder(const std::filesystem::path& path) { Folder(path).sync(); }

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
