// Names of objects, and what is special about a folder.

#include <fstream>

#include <csignal>

#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/mount.h>
#endif

#include <tresor/storage/directory.hpp>

#include "storage/stores.hpp"

using namespace tresor;
using namespace tresor::storage;
using test::get;
using test::list;
using test::put;
namespace fs = std::filesystem;

namespace {

const ObjectName config("config"), backup("backups/" + std::string(64, 'a'));

// A source that breaks in the middle.
struct Breaking final : ByteSource {
    int reads = 0;
    std::optional<std::uint64_t> size() const override { return 100; }
    std::size_t read(ByteSpan into) override {
        if (++reads > 1) throw Error(Errc::unavailable, "gone");
        into[0] = 'x';
        return 1;
    }
    void rewind() override { reads = 0; }
};

// A file system of 1 MiB of its own, where that may be had.
class Mount {
public:
    Mount() {
#ifdef __linux__
        mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=1m") == 0;
#endif
        if (!mounted_) MESSAGE("skipped: no file system may be mounted here");
    }
    ~Mount() {
#ifdef __linux__
        if (mounted_) ::umount(folder_.path().c_str());
#endif
    }
    Mount(const Mount&) = delete;
    Mount& operator=(const Mount&) = delete;
    explicit operator bool() const { return mounted_; }
    const fs::path& path() const { return folder_.path(); }

    bool make_read_only() const {
#ifdef __linux__
        return ::mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=1m") == 0;
#else
        return false;
#endif
    }
    // Until not a byte more is free.
    void fill() const {
        std::ofstream file(path() / ".fill", std::ios::binary);
        for (std::size_t block : {std::size_t{65536}, std::size_t{4096}, std::size_t{1}}) {
            std::string bytes(block, 'x');
            while (file.write(bytes.data(), static_cast<std::streamsize>(block)).flush()) {
            }
            file.clear();
        }
    }

private:
    test::TemporaryFolder folder_;
    bool mounted_ = false;
};

// A folder that cannot be written to, with two objects.
class ReadOnly {
public:
    ReadOnly() {
        Directory store(path());
        put(store, config, "one");
        put(store, backup, "two");
        if (::geteuid() != 0) {
            for (const char* name : {"backups", "."})
                fs::permissions(path() / name, fs::perms::owner_read | fs::perms::owner_exec);
            ready_ = true;
        } else {
            ready_ = mount_ && mount_->make_read_only();
        }
    }
    ~ReadOnly() {
        if (::geteuid() == 0) return;
        for (const char* name : {".", "backups"})
            fs::permissions(path() / name, fs::perms::owner_all);
    }
    ReadOnly(const ReadOnly&) = delete;
    ReadOnly& operator=(const ReadOnly&) = delete;
    explicit operator bool() const { return ready_; }
    const fs::path& path() const { return mount_ ? mount_->path() : folder_.path(); }

private:
    std::unique_ptr<Mount> mount_ = ::geteuid() == 0 ? std::make_unique<Mount>() : nullptr;
    test::TemporaryFolder folder_;
    bool ready_ = false;
};

}  // namespace

TEST_CASE("object name: what is one") {
    for (auto text : {"config", "backups/00ff", "a", "A.b_c-d/e",
                      "data-backups/ECHOECHO-20261123T060500Z.zip", "0"})
        CHECK_MESSAGE(ObjectName::parse(text), text);
    CHECK(ObjectName::parse(std::string(255, 'a')));
}

TEST_CASE("object name: what leaves its place or is no name") {
    for (std::string_view text :
         {"",    "/",    "/etc/passwd", "..",      "../x",   "a/../b", "a//b", "a/",  "/a",
          ".",   "./a",  "a/.",         ".hidden", "a/.tmp", "a.",     "a./b", "a b", "a\\b",
          "C:x", "a\nb", "\xC3\xA4",    "a*b",     "a?b",    "a%2fb",  "~"}) {
        CHECK_MESSAGE(!ObjectName::parse(text), text);
        CHECK_THROWS_CODE(ObjectName(text), Errc::invalid_argument);
    }
    CHECK_FALSE(ObjectName::parse(std::string_view("a\0b", 3)));
    CHECK_FALSE(ObjectName::parse(std::string(256, 'a')));
}

TEST_CASE("directory: the folder must be there, create makes it for its owner only") {
    test::TemporaryFolder folder;
    CHECK_THROWS_CODE(Directory(folder / "safe"), Errc::not_found);
    std::ofstream(folder / "file") << "x";
    CHECK_THROWS_CODE(Directory(folder / "file"), Errc::invalid_argument);
    CHECK_THROWS_CODE(Directory::create(folder / "no" / "safe"), Errc::io);
    Directory::create(folder / "safe");
    CHECK(fs::status(folder / "safe").permissions() == fs::perms(0700));
    CHECK(fs::is_directory(folder / "safe" / "backups"));
    CHECK_NOTHROW(Directory::create(folder / "safe"));
}

TEST_CASE("directory: files and folders get the folder's own permissions") {
    test::TemporaryFolder folder;
    for (auto [mode, file_mode] :
         {std::pair{0700, 0600}, {0755, 0644}, {0770, 0660}, {02775, 0664}}) {
        fs::path root = folder.path() / std::to_string(mode);
        fs::create_directory(root);
        fs::permissions(root, static_cast<fs::perms>(mode));
        Directory store(root);
        put(store, ObjectName("a/b"), "x");
        CHECK(fs::status(root / "a" / "b").permissions() == static_cast<fs::perms>(file_mode));
        CHECK(fs::status(root / "a").permissions() == static_cast<fs::perms>(mode));
    }
}

TEST_CASE("directory: names with a dot, folders and links to nowhere are no objects") {
    test::TemporaryFolder folder;
    Directory store(folder.path());
    std::ofstream(folder / ".tresor-abc") << "x";
    fs::create_directories(folder / ".hidden" / "deep");
    std::ofstream(folder / ".hidden" / "deep" / "x") << "x";
    fs::create_directory(folder / "config");
    fs::create_symlink("/nonexistent", folder / "link");
    std::ofstream(folder / "with space") << "x";
    CHECK(list(store).empty());
    CHECK_FALSE(store.stat(config));
    CHECK_FALSE(get(store, config));
    CHECK_THROWS_CODE(put(store, config, "x"), Errc::invalid_argument);
}

TEST_CASE("directory: nothing is left behind by puts, good or broken") {
    test::TemporaryFolder folder;
    Directory store(folder.path());
    put(store, config, "one");
    Breaking breaking;
    CHECK_THROWS_CODE(store.put(config, breaking), Errc::unavailable);
    CHECK_THROWS_CODE(put(store, config, "two", Condition::absent()), Errc::conflict);
    CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("directory: a folder that went away is unavailable, not empty") {
    test::TemporaryFolder folder;
    fs::create_directory(folder / "mount");
    Directory store(folder / "mount");
    put(store, config, "one");
    fs::rename(folder / "mount", folder / "elsewhere");
    CHECK_THROWS_CODE(store.stat(config), Errc::unavailable);
    CHECK_THROWS_CODE(get(store, config), Errc::unavailable);
    CHECK_THROWS_CODE(put(store, config, "two"), Errc::unavailable);
    CHECK_THROWS_CODE(store.remove(config), Errc::unavailable);
    CHECK_THROWS_CODE(list(store), Errc::unavailable);
    CHECK_FALSE(fs::exists(folder / "mount"));
}

TEST_CASE("directory: a file that cannot grow leaves the old object and no trace") {
    test::TemporaryFolder folder;
    Directory store(folder.path());
    put(store, config, "one");
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{}, small{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 1000;
    ::setrlimit(RLIMIT_FSIZE, &small);
    CHECK_THROWS_CODE(put(store, config, std::string(5000, 'x')), Errc::io);
    ::setrlimit(RLIMIT_FSIZE, &before);
    CHECK(get(store, config) == "one");
    CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("directory: a listing does not look where it need not") {
    if (::geteuid() == 0) {
        MESSAGE("skipped: root may read everything");
        return;
    }
    test::TemporaryFolder folder;
    Directory store(folder.path());
    put(store, backup, "x");
    put(store, ObjectName("secret/x"), "x");
    fs::permissions(folder / "secret", fs::perms::none);
    CHECK(list(store, "backups/") == std::vector{backup.text()});
    CHECK_THROWS_CODE(list(store), Errc::io);
    fs::permissions(folder / "secret", fs::perms::owner_all);
}

TEST_CASE("directory: the time of a file that makes no sense is cut, not misread") {
    test::TemporaryFolder folder;
    Directory store(folder.path());
    put(store, config, "x");
    test::set_time(folder / "config", test::at("2500-01-01T00:00:00Z"));
    CHECK(*store.stat(config)->modified > test::at("2250-01-01T00:00:00Z"));
}

TEST_CASE("directory: a put on a full disk leaves the old objects and no trace") {
    Mount disk;
    if (!disk) return;
    Directory store(disk.path());
    put(store, config, "one");
    for (const ObjectName& name : {config, ObjectName("other")})
        CHECK_THROWS_CODE(put(store, name, std::string(2 << 20, 'x')), Errc::io);
    CHECK(get(store, config) == "one");
    CHECK(list(store) == std::vector{config.text()});
    CHECK(test::entries_in(disk.path()) == 1);
    put(store, config, std::string(500000, 'y'));
    CHECK_THROWS_CODE(put(store, config, std::string(700000, 'z')), Errc::io);
    CHECK(get(store, config) == std::string(500000, 'y'));
}

TEST_CASE("directory: a disk without a free byte can be read, cleaned up and swept") {
    Mount disk;
    if (!disk) return;
    Directory store(disk.path());
    auto version = Condition::version(put(store, config, "one").version);
    put(store, backup, "two");
    std::ofstream(disk.path() / ".tresor-old") << "x";
    test::set_time(disk.path() / ".tresor-old", now() - std::chrono::hours(25));
    disk.fill();
    CHECK_THROWS_CODE(put(store, config, "three"), Errc::io);
    CHECK(get(store, config) == "one");
    CHECK(store.clock().has_value());
    CHECK(list(store) == std::vector{backup.text(), config.text()});
    CHECK_FALSE(fs::exists(disk.path() / ".tresor-old"));
    Directory again(disk.path());
    CHECK(again.can().conditional_remove);
    CHECK(again.remove(config, version));
    CHECK(again.remove(backup));
    CHECK(list(store).empty());
}

TEST_CASE("directory: a put that finds the disk full of leftovers removes them first") {
    Mount disk;
    if (!disk) return;
    Directory store(disk.path());
    std::ofstream(disk.path() / ".tresor-old") << std::string(900000, 'x');
    test::set_time(disk.path() / ".tresor-old", now() - std::chrono::hours(25));
    put(store, config, std::string(800000, 'y'));
    CHECK(get(store, config) == std::string(800000, 'y'));
}

TEST_CASE("directory: a folder that cannot be written to can be read and says what it cannot do") {
    ReadOnly folder;
    if (!folder) return;
    Directory store(folder.path());
    Abilities can = store.can();
    CHECK(can.list);
    CHECK(can.any_name);
    CHECK_FALSE(can.put_if_absent);
    CHECK_FALSE(can.conditional_remove);
    CHECK_FALSE(can.conditional_put);
    CHECK(get(store, config) == "one");
    CHECK(store.stat(backup)->size == 3);
    CHECK(list(store) == std::vector{backup.text(), config.text()});
    CHECK_FALSE(store.stat(ObjectName("backups/none")));
    CHECK_THROWS_CODE(put(store, config, "three"), Errc::io);
    CHECK_THROWS_CODE(put(store, ObjectName("new/x"), "three"), Errc::io);
    CHECK_THROWS_CODE(put(store, ObjectName("x"), "three", Condition::absent()), Errc::io);
    CHECK_THROWS_CODE(store.remove(config), Errc::io);
    CHECK_THROWS_CODE(store.clock(), Errc::io);
    CHECK(get(store, config) == "one");
    CHECK(list(store).size() == 2);
}

TEST_CASE("directory: a folder that can be written to again can more") {
    if (::geteuid() == 0) {
        MESSAGE("skipped: root may write everywhere");
        return;
    }
    test::TemporaryFolder folder;
    Directory store(folder.path());
    fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
    CHECK_FALSE(store.can().conditional_remove);
    fs::permissions(folder.path(), fs::perms::owner_all);
    CHECK(store.can().conditional_remove);
}

TEST_CASE("directory: what it can do it finds out without a trace") {
    test::TemporaryFolder folder;
    Directory store(folder.path());
    Abilities can = store.can();
    CHECK(can.put_if_absent == can.conditional_remove);
    CHECK_FALSE(can.conditional_put);
    CHECK(test::entries_in(folder.path()) == 0);
    CHECK_THROWS_CODE(put(store, config, "x", Condition::version("1")), Errc::unsupported);
}

TEST_CASE("directory: its clock is that of the files made in it and leaves none") {
    test::TemporaryFolder folder;
    Directory store(folder.path());
    auto before = store.clock();
    auto modified = put(store, config, "x").modified;
    auto after = store.clock();
    REQUIRE(before);
    REQUIRE(modified);
    CHECK(*before <= *modified);
    CHECK(*modified <= *after);
    CHECK(*after - *before < Seconds(60));
    CHECK(test::entries_in(folder.path()) == 1);
    fs::rename(folder / "config", folder / "elsewhere");
    fs::remove_all(folder.path());
    CHECK_THROWS_CODE(store.clock(), Errc::unavailable);
}

TEST_CASE("directory: a link to a file is an object, one to a folder is not walked into") {
    test::TemporaryFolder folder, elsewhere;
    std::ofstream(elsewhere / "file") << "linked";
    fs::create_directory(folder / "real");
    std::ofstream(folder / "real" / "x") << "x";
    fs::create_symlink(elsewhere / "file", folder / "link");
    fs::create_symlink("real/x", folder / "near");
    fs::create_directory_symlink(folder / "real", folder / "again");
    fs::create_directory_symlink(folder.path(), folder / "real" / "circle");
    Directory store(folder.path());
    CHECK(list(store) == std::vector<std::string>{"link", "near", "real/x"});
    CHECK(list(store, "again/").empty());
    CHECK(get(store, ObjectName("link")) == "linked");
    CHECK(store.stat(ObjectName("link"))->size == 6);
    put(store, ObjectName("link"), "own");
    CHECK_FALSE(fs::is_symlink(folder / "link"));
    CHECK(test::text_of(test::read_file(elsewhere / "file")) == "linked");
    CHECK(store.remove(ObjectName("near")));
    CHECK(get(store, ObjectName("real/x")) == "x");
}

TEST_CASE("directory: a link is removed without a condition only") {
    test::TemporaryFolder folder, elsewhere;
    std::ofstream(elsewhere / "file") << "linked";
    std::ofstream(folder / "real") << "near";
    fs::create_symlink(elsewhere / "file", folder / "far");
    fs::create_symlink("real", folder / "near");
    Directory store(folder.path());
    for (const char* text : {"far", "near"}) {
        ObjectName name(text);
        auto version = Condition::version(store.stat(name)->version);
        CHECK_THROWS_CODE(store.remove(name, version), Errc::unsupported);
        CHECK(store.stat(name));
        CHECK(store.remove(name));
        CHECK_FALSE(fs::is_symlink(folder / text));
    }
    CHECK(list(store) == std::vector<std::string>{"real"});
    CHECK(fs::exists(elsewhere / "file"));
}

TEST_CASE("directory: progress is told of puts and gets") {
    test::TemporaryFolder folder;
    std::vector<std::uint64_t> told;
    Directory store(folder.path(), [&](std::uint64_t done, std::optional<std::uint64_t> total) {
        CHECK(total == 200000);
        told.push_back(done);
        return true;
    });
    for (int i = 0; i < 2; ++i) {
        told.clear();
        if (i == 0) put(store, config, std::string(200000, 'x'));
        if (i == 1) CHECK(get(store, config) == std::string(200000, 'x'));
        CHECK(told.size() > 1);
        CHECK(std::is_sorted(told.begin(), told.end()));
        CHECK(told.back() == 200000);
    }
}

TEST_CASE("directory: a put that is cancelled leaves the old object and no trace") {
    test::TemporaryFolder folder;
    Directory store(folder.path());
    put(store, config, "one");
    for (std::uint64_t most : {std::uint64_t{1}, std::uint64_t{100000}, std::uint64_t{200000}}) {
        Directory cancelled(folder.path(), [=](std::uint64_t done, std::optional<std::uint64_t>) {
            return done < most;
        });
        for (const ObjectName& name : {config, ObjectName("other")})
            CHECK_THROWS_CODE(put(cancelled, name, std::string(200000, 'x')), Errc::cancelled);
        CHECK(get(store, config) == "one");
        CHECK(test::entries_in(folder.path()) == 1);
    }
}

TEST_CASE("directory: a get that is cancelled leaves the object") {
    test::TemporaryFolder folder;
    Directory store(folder.path());
    put(store, config, std::string(200000, 'x'));
    Directory cancelled(folder.path(), [](std::uint64_t done, std::optional<std::uint64_t>) {
        return done < 100000;
    });
    CHECK_THROWS_CODE(get(cancelled, config), Errc::cancelled);
    CHECK(get(store, config) == std::string(200000, 'x'));
}

TEST_CASE("storage: one that cannot list says so") {
    struct Blind final : Storage {
        std::string describe() const override { return "a blind store"; }
        Abilities can() const override { return {}; }
        ObjectInfo put(const ObjectName& name, ByteSource&, const Condition&) override {
            return {name, 0, {}, ""};
        }
        std::optional<ObjectInfo> stat(const ObjectName&) override { return {}; }
        std::optional<ObjectInfo> get(const ObjectName&, ByteSink&) override { return {}; }
        bool remove(const ObjectName&, const Condition&) override { return false; }
    } blind;
    CHECK_THROWS_CODE(blind.list("", [](const ObjectInfo&) { return true; }), Errc::unsupported);
}
