#include <tresor/storage/directory.hpp>

#include <array>
#include <utility>

#include "codec/hex.hpp"
#include "crypto/random.hpp"
#include "storage/aside.hpp"
#include "storage/directory_list.hpp"
#include "storage/folder_files.hpp"
#include "storage/shared_folders.hpp"

namespace tresor::storage {
namespace {

namespace fs = std::filesystem;

std::string random_text() {
    std::array<Byte, 8> random;
    crypto::random_bytes(random);
    return codec::hex_encode(random);
}

[[noreturn]] void not_as_wanted(const fs::path& path) {
    throw Error(Errc::conflict, path.filename().string() + " is not as the condition wants it");
}

[[noreturn]] void taken(const fs::path& path) {
    throw Error(Errc::conflict, path.string() + " exists already");
}

void require_free(const fs::path& path, const std::optional<file::Info>& there, Existing existing) {
    if (there && existing == Existing::refuse) taken(path);
    if (there && !there->regular)
        throw Error(Errc::invalid_argument, path.string() + " is not a regular file");
}

// As much as there was when it was opened: objects are replaced, never written to.
void copy_whole(const file::Opened& from, ByteSink& to, const Progress& progress) {
    std::array<Byte, 65536> block;
    const std::uint64_t total = from.info.size;
    for (std::uint64_t done = 0; done < total;) {
        std::size_t most = std::min<std::uint64_t>(block.size(), total - done);
        std::size_t size = from.source->read(ByteSpan(block).first(most));
        if (size == 0) throw Error(Errc::io, "the file became shorter");
        to.write(ByteView(block).first(size));
        done += size;
        if (progress && !progress(done, total)) throw Error(Errc::cancelled, "cancelled");
    }
}

}  // namespace

// What the puts of one object have in common.
struct Directory::Puts {
    SharedFolders folders;
    file::TemporaryNames names{random_text()};
    std::atomic<bool> tidied = false;
};

Directory::Directory(fs::path root, Progress progress)
    : root_(std::move(root)), progress_(std::move(progress)), puts_(std::make_unique<Puts>()) {
    auto info = file::info(root_);
    if (!info) throw Error(Errc::not_found, "there is no folder " + root_.string());
    if (!info->folder) throw Error(Errc::invalid_argument, root_.string() + " is not a folder");
}

Directory::~Directory() = default;

void Directory::create(const fs::path& root) {
    file::make_folder(root, 0700);
    file::make_folder(root / "backups", Directory(root).root_mode());
}

std::string Directory::describe() const { return "the folder " + root_.string(); }

Abilities Directory::can() const {
    bool exclusive = false;
    try {
        exclusive = names_are_exclusive();
    } catch (const Error&) {  // a folder that cannot be written to
    }
    return {.list = true,
            .put_if_absent = exclusive,
            .conditional_remove = exclusive,
            .any_name = true};
}

bool Directory::names_are_exclusive() const {
    if (exclusive_ < 0) exclusive_ = file::can_rename_if_free(root_) ? 1 : 0;
    return exclusive_ == 1;
}

// Also the question whether the folder is still there: a missing mount must not look like a store
// without objects.
unsigned Directory::root_mode() const {
    auto info = file::info(root_);
    if (!info || !info->folder)
        throw Error(Errc::unavailable, describe() + " is not there any more");
    return info->mode;
}

void Directory::make_parents(const fs::path& path, unsigned mode) const {
    if (path == root_ || file::info(path)) return;
    make_parents(path.parent_path(), mode);
    file::make_folder(path, mode);
}

ObjectInfo Directory::put(const ObjectName& name, ByteSource& content, const Condition& condition) {
    if (condition.kind == Condition::Kind::version)
        throw Error(Errc::unsupported, "a folder cannot make a put depend on a version");
    fs::path path = path_of(name), parent = path.parent_path();
    std::string part = path.filename().string();
    unsigned mode = root_mode();
    make_parents(parent, mode);
    // Before anything is written: the disk may be full of it.
    if (!puts_->tidied.exchange(true)) tidy(parent);
    auto existing =
        condition.kind == Condition::Kind::absent ? Existing::refuse : Existing::replace;
    FolderFiles files;
    if (existing == Existing::refuse) aside::put_back_all_of(files, path);
    // What can be refused is refused while nothing has happened yet.
    auto in = puts_->folders.enter(parent);
    require_free(path, in.folder().info(part), existing);
    file::Replacement made(in.folder(), puts_->names, mode & 0666);
    copy(content, made, progress_);
    auto info = made.seal();
    if (!made.take_name(part, existing)) taken(path);
    in.sync();
    // On some mounts a file gets its time when it was closed.
    auto found = in.folder().info(part);
    if (found && found->serial == info.serial) return describe_file(name, *found);
    // Replaced or removed by somebody else already; put it was.
    return describe_file(name, info);
}

// Looks at the beginning only: a folder may hold millions.
void Directory::tidy(const fs::path& folder) {
    constexpr int most_names = 1000;
    auto reader = file::FolderReader::open(folder);
    Leftovers leftovers(folder);
    for (int i = 0; reader && i < most_names; ++i) {
        auto entry = reader->next_entry();
        if (!entry) return;
        leftovers.look_at(entry->name, *reader);
    }
}

std::optional<ObjectInfo> Directory::stat(const ObjectName& name) {
    fs::path path = path_of(name);
    FolderFiles files;
    auto look = [&] { return file::info(path); };
    auto info = aside::find_settled(files, path, look, is_same);
    if (info && info->regular) return describe_file(name, *info);
    root_mode();
    return std::nullopt;
}

std::optional<ObjectInfo> Directory::get(const ObjectName& name, ByteSink& into) {
    fs::path path = path_of(name);
    FolderFiles files;
    auto look = [&] { return file::open(path); };
    auto same = [](const auto& a, const auto& b) { return is_same(a.info, b.info); };
    auto opened = aside::find_settled(files, path, look, same);
    if (!opened) {
        root_mode();
        return std::nullopt;
    }
    copy_whole(*opened, into, progress_);
    return describe_file(name, opened->info);
}

bool Directory::remove(const ObjectName& name, const Condition& condition) {
    if (condition.kind == Condition::Kind::version) return remove_unsynced(name, condition);
    if (!is_there(name)) return false;
    auto in = puts_->folders.enter(path_of(name).parent_path());
    if (!remove_unsynced(name, condition)) return false;
    in.sync();
    return true;
}

// A file under the name is enough to go on: whether it is the newest counts only if there is none.
bool Directory::is_there(const ObjectName& name) {
    auto info = file::info(path_of(name));
    return (info && info->regular) || stat(name);
}

bool Directory::remove_unsynced(const ObjectName& name, const Condition& condition) {
    fs::path path = path_of(name);
    FolderFiles files;
    aside::put_back_all_of(files, path);
    if (!is_there(name)) return false;
    if (condition.kind == Condition::Kind::absent) not_as_wanted(path);
    if (condition.kind == Condition::Kind::version) return remove_version(path, condition.text);
    return file::unlink(path);
}

bool Directory::remove_version(const fs::path& path, const std::string& version) const {
    // A link may lead nowhere from the place aside.
    auto own = file::name_info(path);
    if (!names_are_exclusive() || (own && !own->regular) ||
        path.filename().string().size() > aside::longest_part)
        throw Error(Errc::unsupported,
                    "a removal cannot depend on a version here, of a link or for so long a name");
    auto is_wanted = [&](const fs::path& file) {
        auto info = file::info(file);
        return info && version_of(*info) == version;
    };
    FolderFiles files;
    return aside::remove_if(files, path, is_wanted);
}

void Directory::list(std::string_view prefix, const Visitor& visit) {
    root_mode();
    Walk(prefix, visit).folder(root_, "");
}

std::optional<Timestamp> Directory::clock() {
    root_mode();
    return time_of(file::clock_ns(root_));
}

}  // namespace tresor::storage
