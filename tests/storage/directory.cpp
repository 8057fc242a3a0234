// Names of objects, and what is special about a folder.

#include <algorithm>
#include <fstream>

#include <csignal>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tresor/storage/directory.hpp>

#include "support.hpp"

using namespace tresor;
using namespace tresor::storage;
namespace fs = std::filesystem;

namespace {

const ObjectName config("config"), backup("backups/" + std::string(64, 'a'));

ObjectInfo put(Storage& store, const ObjectName& name, std::string_view text,
               const Condition& condition = {}) {
    MemorySource source(as_bytes(text));
    return store.put(name, source, condition);
}

std::optional<std::string> get(Storage& store, const ObjectName& name) {
    MemorySink sink;
    if (!store.get(name, sink)) return std::nullopt;
    return test::text_of(sink.bytes());
}

std::vector<std::string> list(Storage& store, std::string_view prefix = "") {
    std::vector<std::string> names;
    store.list(prefix, [&](const ObjectInfo& info) {
        names.push_back(info.name.text());
        return true;
    });
    std::sort(names.begin(), names.end());
    return names;
}

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
    timespec times[2] = {{0, UTIME_OMIT}, {16725225600, 0}};  // 2500-01-01
    REQUIRE(::utimensat(AT_FDCWD, (folder / "config").c_str(), times, 0) == 0);
    CHECK(*store.stat(config)->modified > test::at("2250-01-01T00:00:00Z"));
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
