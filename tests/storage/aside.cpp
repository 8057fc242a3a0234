// What a removal or a put that was cut short leaves behind in a folder.

#include <fstream>

#include <tresor/storage/directory.hpp>

#include "storage/stores.hpp"

using namespace tresor;
using namespace tresor::storage;
using test::get;
using test::list;
using test::put;
using test::set_time;
namespace fs = std::filesystem;

namespace {

const ObjectName config("config"), deep("data-backups/ECHOECHO-2026.zip");

constexpr const char* digits[] = {"0123456789abcdef", "fedcba9876543210", "00000000ffffffff"};

// A folder in which removals can be cut short.
struct Left {
    test::TemporaryFolder folder;
    Directory store{folder.path()};

    fs::path path_of(const ObjectName& name) const { return folder.path() / name.text(); }
    fs::path place_of(const ObjectName& name) const {
        return path_of(name).parent_path() / ".aside";
    }
    fs::path aside_of(const ObjectName& name, int number = 0) const {
        return place_of(name) /
               (std::string(digits[number]) + "." + path_of(name).filename().string());
    }
    // As a process leaves it that dies right after it has taken the file.
    void take(const ObjectName& name, int number = 0) const {
        fs::create_directory(place_of(name));
        fs::rename(path_of(name), aside_of(name, number));
    }
    // A file aside, written this long after a fixed time.
    void leave(const ObjectName& name, int number, std::string_view text, int seconds) const {
        fs::create_directories(place_of(name));
        std::ofstream(aside_of(name, number)) << text;
        set_time(aside_of(name, number), test::at("2026-01-01T00:00:00Z") + Seconds(seconds));
    }
    void write(const ObjectName& name, std::string_view text, int seconds) const {
        fs::create_directories(path_of(name).parent_path());
        std::ofstream(path_of(name)) << text;
        set_time(path_of(name), test::at("2026-01-01T00:00:00Z") + Seconds(seconds));
    }
    std::size_t lying_aside(const ObjectName& name) const {
        return fs::exists(place_of(name)) ? test::entries_in(place_of(name)) : 0;
    }
};

void age(const fs::path& file, Seconds by) { set_time(file, now() - by); }

}  // namespace

TEST_CASE("aside: an older file under the name does not hide the newer one aside") {
    Left left;
    left.write(deep, "older", 0);
    left.leave(deep, 0, "newer", 1);
    CHECK(get(left.store, deep) == "newer");
    left.write(deep, "older", 0);
    left.leave(deep, 0, "newer", 1);
    auto info = left.store.stat(deep);
    REQUIRE(info);
    CHECK(info->modified == test::at("2026-01-01T00:00:01Z"));
}

TEST_CASE("aside: a file that was left there comes back when it is looked for") {
    for (const ObjectName& name : {config, deep}) {
        Left left;
        auto before = put(left.store, name, "text");
        left.take(name);
        auto info = left.store.stat(name);
        REQUIRE(info);
        CHECK(info->version == before.version);
        CHECK(fs::exists(left.path_of(name)));
        CHECK(left.lying_aside(name) == 0);
        left.take(name);
        CHECK(get(left.store, name) == "text");
        CHECK(left.lying_aside(name) == 0);
        left.take(name);
        CHECK(list(left.store) == std::vector{name.text()});
        CHECK(get(left.store, name) == "text");
        CHECK_FALSE(fs::exists(left.place_of(name)));
    }
}

TEST_CASE("aside: a put that wants a free name finds the file that was left there") {
    Left left;
    put(left.store, config, "one");
    left.take(config);
    CHECK_THROWS_CODE(put(left.store, config, "two", Condition::absent()), Errc::conflict);
    CHECK(get(left.store, config) == "one");
    CHECK(left.lying_aside(config) == 0);
}

TEST_CASE("aside: a put replaces a file that was left there for good") {
    Left left;
    put(left.store, config, "one");
    left.take(config);
    put(left.store, config, "two");
    CHECK(get(left.store, config) == "two");
    CHECK(list(left.store) == std::vector{config.text()});
    CHECK(left.store.remove(config));
    CHECK_FALSE(left.store.stat(config));
    CHECK(list(left.store).empty());
}

TEST_CASE("aside: a removed object does not come back") {
    Left left;
    put(left.store, config, "one");
    left.take(config);
    CHECK(left.store.remove(config));
    CHECK_FALSE(left.store.stat(config));
    CHECK(list(left.store).empty());
    CHECK_FALSE(left.store.remove(config));
    left.leave(config, 0, "old", 0);
    left.leave(config, 1, "older", -5);
    put(left.store, config, "new");
    CHECK(left.store.remove(config));
    CHECK_FALSE(left.store.stat(config));
    CHECK_FALSE(get(left.store, config));
    CHECK(list(left.store).empty());
}

TEST_CASE("aside: a removal on condition goes by the file that was left there") {
    Left left;
    auto first = put(left.store, config, "one");
    auto second = put(left.store, config, "two");
    left.take(config);
    CHECK_THROWS_CODE(left.store.remove(config, Condition::version(first.version)), Errc::conflict);
    CHECK(get(left.store, config) == "two");
    left.take(config);
    CHECK(left.store.remove(config, Condition::version(second.version)));
    CHECK_FALSE(left.store.stat(config));
    CHECK(list(left.store).empty());
    CHECK_FALSE(fs::exists(left.place_of(config)));
}

TEST_CASE("aside: a removal on condition leaves nothing there") {
    Left left;
    auto first = put(left.store, config, "one");
    auto second = put(left.store, config, "two");
    CHECK_THROWS_CODE(left.store.remove(config, Condition::version(first.version)), Errc::conflict);
    CHECK_THROWS_CODE(left.store.remove(config, Condition::version("")), Errc::conflict);
    CHECK_THROWS_CODE(left.store.remove(config, Condition::absent()), Errc::conflict);
    CHECK(get(left.store, config) == "two");
    CHECK(left.lying_aside(config) == 0);
    CHECK(left.store.remove(config, Condition::version(second.version)));
    CHECK(left.lying_aside(config) == 0);
    CHECK_FALSE(left.store.remove(config, Condition::version(second.version)));
}

TEST_CASE("aside: an older file gives way to a newer object of its name") {
    for (int apart : {0, 1, 1000000}) {
        Left left;
        left.leave(config, 0, "aside", 0);
        left.write(config, "named", apart);
        CHECK(list(left.store) == std::vector{config.text()});
        CHECK(get(left.store, config) == "named");
        CHECK_FALSE(fs::exists(left.place_of(config)));
    }
}

TEST_CASE("aside: a newer file takes its name back from an older object") {
    for (int apart : {1, 1000000}) {
        Left left;
        left.leave(config, 0, "aside", apart);
        left.write(config, "named", 0);
        CHECK(list(left.store) == std::vector{config.text()});
        CHECK(get(left.store, config) == "aside");
        CHECK_FALSE(fs::exists(left.place_of(config)));
    }
}

TEST_CASE("aside: of several files of one name the newest wins") {
    for (int newest = 0; newest < 4; ++newest)
        for (const char* call : {"stat", "get", "list", "put", "remove"}) {
            Left left;
            for (int i = 0; i < 3; ++i)
                left.leave(config, i, std::to_string(i), i == newest ? 100 : i);
            if (newest == 3) left.write(config, "3", 100);
            std::string_view made = call;
            if (made == "stat") CHECK(left.store.stat(config));
            if (made == "get") CHECK(get(left.store, config) == std::to_string(newest));
            if (made == "put")
                CHECK_THROWS_CODE(put(left.store, config, "x", Condition::absent()),
                                  Errc::conflict);
            if (made == "remove") CHECK(left.store.remove(config));
            auto expected = made == "remove" ? std::nullopt
                                             : std::optional<std::string>(std::to_string(newest));
            CHECK(get(left.store, config) == expected);
            CHECK(list(left.store).size() == (made == "remove" ? 0 : 1));
            CHECK(get(left.store, config) == expected);
            CHECK_FALSE(fs::exists(left.place_of(config)));
        }
}

TEST_CASE("aside: a put back that was cut short between its two names is finished") {
    Left left;
    put(left.store, config, "text");
    fs::create_directory(left.place_of(config));
    fs::create_hard_link(left.path_of(config), left.aside_of(config));
    CHECK(list(left.store) == std::vector{config.text()});
    CHECK(get(left.store, config) == "text");
    CHECK(fs::hard_link_count(left.path_of(config)) == 1);
    CHECK_FALSE(fs::exists(left.place_of(config)));
}

TEST_CASE("aside: who looks for one name leaves the files of others where they are") {
    Left left;
    const ObjectName longer("config2"), shorter("onfig"), dotted("x.config");
    for (const ObjectName& name : {config, longer, shorter, dotted}) left.leave(name, 0, "x", 0);
    for (const ObjectName& name : {ObjectName("fig"), ObjectName("con"), ObjectName("data/config")})
        CHECK_FALSE(left.store.stat(name));
    CHECK(left.lying_aside(config) == 4);
    CHECK(left.store.stat(config));
    CHECK(left.lying_aside(config) == 3);
    CHECK(fs::exists(left.aside_of(longer)));
    CHECK(fs::exists(left.aside_of(shorter)));
    CHECK(fs::exists(left.aside_of(dotted)));
    CHECK(list(left.store).size() == 4);
}

TEST_CASE("aside: a listing brings back only what lies where it looks") {
    Left left;
    left.leave(config, 0, "x", 0);
    left.leave(deep, 0, "x", 0);
    CHECK(list(left.store, "data-backups/") == std::vector{deep.text()});
    CHECK(list(left.store) == std::vector{config.text(), deep.text()});
}

TEST_CASE("aside: what no removal has left there stays as it is") {
    Left left;
    put(left.store, config, "text");
    fs::create_directory(left.place_of(config));
    const std::vector<std::string> foreign = {
        "notes from a holiday.txt", "0123456789abcdeX.config",  "0123456789abcdef-config",
        "0123456789ABCDEF.config",  "0123456789abcdef.",        "0123456789abcdef..",
        "0123456789abcdef...",      "0123456789abcdef..hidden", "README"};
    for (const std::string& name : foreign) std::ofstream(left.place_of(config) / name) << name;
    CHECK(list(left.store) == std::vector{config.text()});
    CHECK(left.store.remove(config));
    CHECK_FALSE(left.store.stat(config));
    CHECK(list(left.store).empty());
    CHECK(test::entries_in(left.folder.path()) == 1);
    for (const std::string& name : foreign)
        CHECK(test::text_of(test::read_file(left.place_of(config) / name)) == name);
}

TEST_CASE("aside: a folder that has got the name of a file there stays with all it holds") {
    for (int apart : {-1000, 1000000000}) {
        Left left;
        left.leave(config, 0, "x", apart);
        put(left.store, ObjectName("config/deep"), "text");
        CHECK(list(left.store) == std::vector<std::string>{"config/deep"});
        CHECK(get(left.store, ObjectName("config/deep")) == "text");
        CHECK_FALSE(left.store.stat(config));
        CHECK(left.store.remove(ObjectName("config/deep")));
        fs::remove(left.path_of(config));
        CHECK(get(left.store, config) == "x");
    }
}

TEST_CASE("aside: a link to nowhere that has got the name of a file there is not waited for") {
    Left left;
    left.leave(config, 0, "x", 0);
    fs::create_symlink("nowhere", left.path_of(config));
    CHECK(list(left.store).empty());
    CHECK_FALSE(left.store.stat(config));
    fs::remove(left.path_of(config));
    CHECK(get(left.store, config) == "x");
}

TEST_CASE("aside: a name too long to be taken is removed without a condition only") {
    Left left;
    const ObjectName longest("x/" + std::string(238, 'n')), longer("x/" + std::string(239, 'n'));
    for (const ObjectName& name : {longest, longer}) {
        auto version = Condition::version(put(left.store, name, "x").version);
        if (name == longest) CHECK(left.store.remove(name, version));
        if (name == longer) {
            CHECK_THROWS_CODE(left.store.remove(name, version), Errc::unsupported);
            CHECK(left.store.remove(name));
        }
        CHECK_FALSE(left.store.stat(name));
    }
}

TEST_CASE("leftovers: a listing removes temporary files of over a day ago and no others") {
    test::TemporaryFolder folder;
    Directory store(folder.path());
    put(store, deep, "x");
    auto make = [&](const fs::path& name, Seconds old) {
        std::ofstream(folder.path() / name) << "x";
        age(folder.path() / name, old);
    };
    constexpr Seconds day = std::chrono::hours(24);
    for (const fs::path& place : {fs::path("."), fs::path("data-backups")}) {
        make(place / ".tresor-AbCdEf", day + Seconds(60));
        make(place / ".tresor-000000", 1000 * day);
        make(place / ".tresor-young1", day - Seconds(60));
        make(place / ".tresor-young2", Seconds(0));
        make(place / ".tresor-future", -10 * day);
        make(place / ".nfs0001", 1000 * day);
        make(place / ".tresor", 1000 * day);
        make(place / "tresor-old", 1000 * day);
    }
    CHECK(list(store, "data-backups/") ==
          std::vector<std::string>{deep.text(), "data-backups/tresor-old"});
    CHECK_FALSE(fs::exists(folder.path() / "data-backups" / ".tresor-AbCdEf"));
    list(store);
    for (const fs::path& place : {fs::path("."), fs::path("data-backups")}) {
        auto there = [&](const char* name) { return fs::exists(folder.path() / place / name); };
        CHECK_FALSE(there(".tresor-AbCdEf"));
        CHECK_FALSE(there(".tresor-000000"));
        for (const char* name : {".tresor-young1", ".tresor-young2", ".tresor-future", ".nfs0001",
                                 ".tresor", "tresor-old"})
            CHECK_MESSAGE(there(name), name);
    }
}

TEST_CASE("leftovers: the first put of a store object removes those beside its target") {
    test::TemporaryFolder folder;
    auto make = [&](const char* name, Seconds old) {
        std::ofstream(folder / name) << "x";
        age(folder / name, old);
    };
    Directory store(folder.path());
    make(".tresor-old", std::chrono::hours(25));
    make(".tresor-young", std::chrono::hours(23));
    make(".foreign", std::chrono::hours(1000));
    put(store, config, "x");
    CHECK_FALSE(fs::exists(folder / ".tresor-old"));
    CHECK(fs::exists(folder / ".tresor-young"));
    CHECK(fs::exists(folder / ".foreign"));
    make(".tresor-old", std::chrono::hours(25));
    put(store, config, "x");
    CHECK(fs::exists(folder / ".tresor-old"));
    Directory again(folder.path());
    put(again, config, "x");
    CHECK_FALSE(fs::exists(folder / ".tresor-old"));
}

TEST_CASE("leftovers: reading does not remove them") {
    test::TemporaryFolder folder;
    Directory store(folder.path());
    put(store, config, "x");
    std::ofstream(folder / ".tresor-old") << "x";
    age(folder / ".tresor-old", std::chrono::hours(1000));
    get(store, config);
    store.stat(config);
    store.remove(config);
    CHECK(fs::exists(folder / ".tresor-old"));
}
