#include <tresor/storage/directory.hpp>

#include "base/file.hpp"
#include "storage/aside.hpp"

namespace tresor::storage {
namespace {

namespace fs = std::filesystem;

std::string version_of(const file::Info& info) {
    return std::to_string(info.modified_ns) + "-" + std::to_string(info.size) + "-" +
           std::to_string(info.serial);
}

Timestamp time_of(std::int64_t ns) {
    return Timestamp(std::chrono::floor<Seconds>(std::chrono::nanoseconds(ns)));
}

bool is_same(const file::Info& a, const file::Info& b) { return version_of(a) == version_of(b); }
bool is_same_file(const file::Opened& a, const file::Opened& b) { return is_same(a.info, b.info); }

ObjectInfo describe_file(const ObjectName& name, const file::Info& info) {
    return {name, info.size, time_of(info.modified_ns), version_of(info)};
}

[[noreturn]] void not_as_wanted(const fs::path& path) {
    throw Error(Errc::conflict, path.filename().string() + " is not as the condition wants it");
}

class FolderFiles final : public aside::Files {
public:
    // A link to nowhere has its name, too.
    std::optional<Info> info(const fs::path& path) override {
        if (auto found = file::info(path)) return Info{found->modified_ns, found->regular};
        std::error_code ignored;
        if (fs::is_symlink(path, ignored)) return Info{0, false};
        return std::nullopt;
    }
    void make_folder(const fs::path& path) override {
        if (auto parent = file::info(path.parent_path())) file::make_folder(path, parent->mode);
    }
    bool rename(const fs::path& from, const fs::path& to) override {
        return file::rename(from, to);
    }
    bool rename_if_free(const fs::path& from, const fs::path& to) override {
        return file::rename_if_free(from, to);
    }
    bool unlink(const fs::path& path) override { return file::unlink(path); }
    bool names_in(const fs::path& folder,
                  const std::function<void(std::string_view)>& visit) override {
        auto reader = file::FolderReader::open(folder);
        while (auto name = reader ? reader->next() : std::nullopt) visit(*name);
        return reader.has_value();
    }
};

// Removes from a folder what processes that died have left there over a day ago.
class Leftovers {
public:
    explicit Leftovers(fs::path folder) : folder_(std::move(folder)) {}

    void look_at(std::string_view name, const file::FolderReader& reader) {
        if (!name.starts_with(file::temporary_prefix)) return;
        try {
            auto info = reader.info(name);
            if (info && info->modified_ns < newest()) file::unlink(folder_ / name);
        } catch (const Error&) {  // a folder that is only read is left as it is
        }
    }

private:
    std::int64_t newest() {
        constexpr std::chrono::nanoseconds day = std::chrono::hours(24);
        if (!newest_) newest_ = file::clock_ns(folder_) - day.count();
        return *newest_;
    }

    fs::path folder_;
    std::optional<std::int64_t> newest_;
};

// One listing, folder by folder.
class Walk {
public:
    Walk(std::string_view prefix, const Visitor& visit) : prefix_(prefix), visit_(visit) {}

    // `base`: the names of what lies in this folder begin with it. False: the visitor has enough.
    bool folder(const fs::path& path, const std::string& base) const {
        FolderFiles files;
        aside::put_back_all_in(files, path);
        auto reader = file::FolderReader::open(path);
        Leftovers leftovers(path);
        struct Tidy {
            const fs::path& path;
            ~Tidy() { file::remove_folder(aside::place_in(path)); }
        } tidy{path};
        bool more = true;
        while (auto name = more && reader ? reader->next() : std::nullopt) {
            leftovers.look_at(*name, *reader);
            more = entry(path, *name, base, *reader);
        }
        return more;
    }

private:
    bool entry(const fs::path& path, std::string_view part, const std::string& base,
               const file::FolderReader& reader) const {
        std::string text = std::string(base).append(part);
        bool wanted = text.starts_with(prefix_);
        if (!wanted && !prefix_.starts_with(text + "/")) return true;
        auto name = ObjectName::parse(text);
        auto info = name ? reader.info(part) : std::nullopt;
        if (!info) return true;
        if (info->folder) return folder(path / part, text + "/");
        return !info->regular || !wanted || visit_(describe_file(*name, *info));
    }

    std::string_view prefix_;
    const Visitor& visit_;
};

}  // namespace

Directory::Directory(fs::path root, Progress progress)
    : root_(std::move(root)), progress_(std::move(progress)) {
    auto info = file::info(root_);
    if (!info) throw Error(Errc::not_found, "there is no folder " + root_.string());
    if (!info->folder) throw Error(Errc::invalid_argument, root_.string() + " is not a folder");
}

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
    fs::path path = path_of(name);
    unsigned mode = root_mode();
    make_parents(path.parent_path(), mode);
    // Before anything is written: the disk may be full of it.
    if (!tidied_.exchange(true)) tidy(path.parent_path());
    bool refuse = condition.kind == Condition::Kind::absent;
    FolderFiles files;
    if (refuse) aside::put_back_all_of(files, path);
    FileSink sink(path, refuse ? Existing::refuse : Existing::replace, mode & 0666);
    copy(content, sink, progress_);
    sink.commit();
    auto info = stat(name);
    if (!info) throw Error(Errc::conflict, name.text() + " was removed as soon as it was written");
    return *info;
}

// Looks at the beginning only: a folder may hold millions.
void Directory::tidy(const fs::path& folder) {
    constexpr int most_names = 1000;
    auto reader = file::FolderReader::open(folder);
    Leftovers leftovers(folder);
    for (int i = 0; reader && i < most_names; ++i) {
        auto name = reader->next();
        if (!name) return;
        leftovers.look_at(*name, *reader);
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
    auto opened = aside::find_settled(files, path, look, is_same_file);
    if (!opened) {
        root_mode();
        return std::nullopt;
    }
    copy(*opened->source, into, progress_);
    return describe_file(name, opened->info);
}

bool Directory::remove(const ObjectName& name, const Condition& condition) {
    fs::path path = path_of(name);
    FolderFiles files;
    aside::put_back_all_of(files, path);
    if (!stat(name)) return false;
    if (condition.kind == Condition::Kind::absent) not_as_wanted(path);
    if (condition.kind == Condition::Kind::version) return remove_version(path, condition.text);
    if (!file::unlink(path)) return false;
    file::sync_folder(path.parent_path());
    return true;
}

bool Directory::remove_version(const fs::path& path, const std::string& version) const {
    std::error_code ignored;
    // A link may lead nowhere from the place aside.
    if (!names_are_exclusive() || fs::is_symlink(path, ignored) ||
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
