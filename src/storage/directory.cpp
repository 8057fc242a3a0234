#include <tresor/storage/directory.hpp>

#include "base/file.hpp"

namespace tresor::storage {
namespace {

namespace fs = std::filesystem;

ObjectInfo describe_file(const ObjectName& name, const file::Info& info) {
    auto modified = std::chrono::nanoseconds(info.modified_ns);
    return {name, info.size, Timestamp(std::chrono::floor<Seconds>(modified)),
            std::to_string(info.modified_ns) + "-" + std::to_string(info.size) + "-" +
                std::to_string(info.serial)};
}

[[noreturn]] void no_version_conditions() {
    throw Error(Errc::unsupported, "a folder cannot make it depend on a version");
}

}  // namespace

Directory::Directory(fs::path root) : root_(std::move(root)) {
    auto info = file::info(root_);
    if (!info) throw Error(Errc::not_found, "there is no folder " + root_.string());
    if (!info->folder) throw Error(Errc::invalid_argument, root_.string() + " is not a folder");
}

Directory Directory::create(const fs::path& root) {
    file::make_folder(root, 0700);
    Directory made(root);
    file::make_folder(root / "backups", made.root_mode());
    return made;
}

std::string Directory::describe() const { return "the folder " + root_.string(); }

Abilities Directory::can() const { return {.list = true, .put_if_absent = true, .any_name = true}; }

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
    if (condition.kind == Condition::Kind::version) no_version_conditions();
    fs::path path = path_of(name);
    unsigned mode = root_mode();
    make_parents(path.parent_path(), mode);
    bool refuse = condition.kind == Condition::Kind::absent;
    FileSink sink(path, refuse ? FileSink::Existing::refuse : FileSink::Existing::replace,
                  mode & 0666);
    copy(content, sink);
    sink.commit();
    auto info = stat(name);
    if (!info) throw Error(Errc::conflict, name.text() + " was removed as soon as it was written");
    return *info;
}

std::optional<ObjectInfo> Directory::stat(const ObjectName& name) {
    auto info = file::info(path_of(name));
    if (info && info->regular) return describe_file(name, *info);
    root_mode();
    return std::nullopt;
}

std::optional<ObjectInfo> Directory::get(const ObjectName& name, ByteSink& into) {
    auto opened = file::open(path_of(name));
    if (!opened) {
        root_mode();
        return std::nullopt;
    }
    copy(*opened->source, into);
    return describe_file(name, opened->info);
}

bool Directory::remove(const ObjectName& name, const Condition& condition) {
    if (condition.kind != Condition::Kind::none) no_version_conditions();
    if (!stat(name)) return false;
    return file::remove(path_of(name));
}

void Directory::list(std::string_view prefix, const Visitor& visit) {
    root_mode();
    std::error_code error, ignored;
    auto at = fs::recursive_directory_iterator(root_, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        auto name = ObjectName::parse(at->path().lexically_relative(root_).generic_string());
        bool may_match =
            name && (name->text().starts_with(prefix) || prefix.starts_with(name->text() + "/"));
        if (!may_match && at->is_directory(ignored)) at.disable_recursion_pending();
        if (!may_match || !name->text().starts_with(prefix)) continue;
        auto info = file::info(at->path());
        if (info && info->regular && !visit(describe_file(*name, *info))) return;
    }
    if (error) throw Error(Errc::io, "could not list " + describe() + ": " + error.message());
}

}  // namespace tresor::storage
