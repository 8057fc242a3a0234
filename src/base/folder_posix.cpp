#include "base/folder.hpp"

#include <cerrno>
#include <cstdio>
#include <string_view>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/posix.hpp"

namespace tresor::file {

using namespace posix;

bool make_folder(const std::filesystem::path& path, unsigned mode) {
    if (::mkdir(path.c_str(), 0700) != 0) {
        if (errno == EEXIST) return false;
        fail("could not create the folder", path);
    }
    // Gone already, if somebody removes it while it is empty: whoever needs it finds out.
    if (::chmod(path.c_str(), mode) != 0 && !nobody_has_it())
        fail("could not set the permissions of", path);
    sync_folder(folder_of(path));
    return true;
}

void remove_folder(const std::filesystem::path& path) noexcept { ::rmdir(path.c_str()); }

void sync_folder(const std::filesystem::path& path) { OpenFolder(path).sync(); }

OpenFolder::OpenFolder(std::filesystem::path path)
    : path_(std::move(path)), handle_(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (handle_ < 0) fail("could not open the folder", path_);
}

OpenFolder::~OpenFolder() { ::close(handle_); }

Info OpenFolder::info() const {
    struct stat status {};
    if (::fstat(handle_, &status) != 0) fail("could not look at", path_);
    return info_of(status);
}

std::optional<Info> OpenFolder::info(const std::string& name) const {
    struct stat status {};
    if (::fstatat(handle_, name.c_str(), &status, 0) == 0) return info_of(status);
    if (nobody_has_it()) return std::nullopt;
    fail("could not look at", path_ / name);
}

void OpenFolder::sync() const {
    // Some network mounts cannot do this for a folder and say EINVAL; the file itself is synced.
    if (::fsync(handle_) != 0 && errno != EINVAL && errno != ENOTSUP)
        fail("could not sync the folder", path_);
}

TemporaryNames::TemporaryNames(std::string random_text)
    : begin_(std::string(temporary_prefix).append(random_text).append("-")) {}

std::string TemporaryNames::next() { return begin_ + std::to_string(count_++); }

Replacement::Replacement(const OpenFolder& folder, TemporaryNames& names, unsigned mode)
    : folder_(folder) {
    constexpr int most_tries = 1000;  // another process may have been made from this one
    for (int tries = 0; handle_ < 0; ++tries) {
        temporary_ = names.next();
        handle_ = ::openat(folder.handle(), temporary_.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (handle_ < 0 && (errno != EEXIST || tries == most_tries))
            fail("could not create a file in", folder.path());
    }
    if (::fchmod(handle_, mode) == 0) return;
    int code = errno;
    ::close(handle_);
    ::unlinkat(folder.handle(), temporary_.c_str(), 0);
    fail("could not set the permissions of", path(), code);
}

Replacement::~Replacement() {
    if (handle_ >= 0) ::close(handle_);
    if (!temporary_.empty()) ::unlinkat(folder_.handle(), temporary_.c_str(), 0);
}

void Replacement::write(ByteView bytes) { write_all(handle_, bytes, path()); }

void Replacement::restart() {
    if (::ftruncate(handle_, 0) != 0 || ::lseek(handle_, 0, SEEK_SET) != 0)
        fail("could not write", path());
}

Info Replacement::seal() {
    struct stat status {};
    if (::fsync(handle_) != 0 || ::fstat(handle_, &status) != 0) fail("could not write", path());
    ::close(std::exchange(handle_, -1));
    return info_of(status);
}

bool Replacement::take_name(const std::string& name, Existing existing) {
    int folder = folder_.handle();
    if (existing == Existing::refuse) {
        if (!move_if_free({folder, temporary_.c_str(), path()},
                          {folder, name.c_str(), folder_.path() / name}))
            return false;
    } else if (::renameat(folder, temporary_.c_str(), folder, name.c_str()) != 0) {
        fail("could not create", folder_.path() / name);
    }
    temporary_.clear();
    return true;
}

FolderReader::FolderReader(void* handle, std::filesystem::path path)
    : handle_(handle), path_(std::move(path)) {}

FolderReader::FolderReader(FolderReader&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), path_(std::move(other.path_)) {}

FolderReader::~FolderReader() {
    if (handle_ != nullptr) ::closedir(static_cast<DIR*>(handle_));
}

std::optional<FolderReader> FolderReader::open(const std::filesystem::path& path) {
    DIR* handle = ::opendir(path.c_str());
    if (handle != nullptr) return FolderReader(handle, path);
    if (nobody_has_it()) return std::nullopt;
    fail("could not list", path);
}

namespace {

bool is_own(const char* name) {
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

FolderReader::Kind kind_of([[maybe_unused]] const dirent& entry) {
#ifdef DT_REG
    if (entry.d_type == DT_REG) return FolderReader::Kind::regular;
    if (entry.d_type == DT_DIR) return FolderReader::Kind::folder;
#endif
    return FolderReader::Kind::other;
}

}  // namespace

std::optional<FolderReader::Entry> FolderReader::next_entry() {
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(static_cast<DIR*>(handle_));
        if (entry == nullptr && errno != 0) fail("could not list", path_);
        if (entry == nullptr) return std::nullopt;
        if (!is_own(entry->d_name)) return Entry{entry->d_name, kind_of(*entry), entry->d_ino};
    }
}

std::optional<std::string_view> FolderReader::next() {
    auto entry = next_entry();
    return entry ? std::optional<std::string_view>(entry->name) : std::nullopt;
}

std::optional<Info> FolderReader::info(const char* name) const {
    struct stat status {};
    int folder = ::dirfd(static_cast<DIR*>(handle_));
    bool found = ::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
    bool link = found && S_ISLNK(status.st_mode);
    if (link) found = ::fstatat(folder, name, &status, 0) == 0;
    if (!found && nobody_has_it()) return std::nullopt;
    if (!found) fail("could not look at", path_ / name);
    Info info = info_of(status);
    if (link) info.folder = false;
    return info;
}

}  // namespace tresor::file
