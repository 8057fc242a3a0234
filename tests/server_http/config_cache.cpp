#include "config_cache.hpp"

#include "switched.hpp"

using namespace tresor;
using namespace safe_server;
using storage::Limits;
using test::soon;

namespace {

struct World {
    test::Switched store;
    test::Silent silent;
    Log& log = silent.log;

    void write(const std::string& config) {
        MemorySource source(as_bytes(config));
        store.memory.put(storage::ObjectName("config"), source);
    }
    // A few reads later.
    bool was_read() {
        std::uint64_t before = store.gets;
        return soon([&] { return store.gets > before + 2; });
    }
};

constexpr std::chrono::milliseconds often{5}, never{3600000};

}  // namespace

TEST_CASE("config cache: a store without config, where no limits were given, is no store") {
    World w;
    CHECK_THROWS_CODE(ConfigCache(w.store.open(), {}, w.log), Errc::not_found);
    w.write("[]");
    CHECK_THROWS_CODE(ConfigCache(w.store.open(), {}, w.log), Errc::malformed);
    w.store.trouble = Errc::unavailable;
    CHECK_THROWS_CODE(ConfigCache(w.store.open(), Limits{4096, 9}, w.log), Errc::unavailable);
}

TEST_CASE("config cache: a config goes before limits that were given") {
    World w;
    CHECK(ConfigCache(w.store.open(), Limits{4096, 9}, w.log, never).limits() == Limits{4096, 9});
    storage::put_limits(w.store, {2048, 3});
    ConfigCache config(w.store.open(), Limits{4096, 9}, w.log, never);
    CHECK(config.limits() == Limits{2048, 3});
    CHECK(config.is_given());
    CHECK(config.max_backup_bytes() == 2048);
}

TEST_CASE("config cache: what changes in the store is known some time later") {
    World w;
    storage::put_limits(w.store, {2048, 3});
    ConfigCache config(w.store.open(), {}, w.log, often);
    w.write("{\"maxBackupBytes\":4096,\"retentionDays\":5}");
    CHECK(soon([&] { return config.limits() == Limits{4096, 5}; }));
    // Damage and trouble leave what is known.
    w.write("nonsense");
    CHECK(w.was_read());
    CHECK(config.limits() == Limits{4096, 5});
    w.store.trouble = Errc::unavailable;
    CHECK(w.was_read());
    CHECK(config.limits() == Limits{4096, 5});
    // Only that there is none is known to be so.
    w.store.trouble = Errc();
    w.store.memory.remove(storage::ObjectName("config"));
    CHECK(soon([&] { return !config.limits(); }));
    CHECK(config.max_backup_bytes() == 1024);
    w.write("{\"maxBackupBytes\":8192,\"retentionDays\":5}");
    CHECK(soon([&] { return config.limits() == Limits{8192, 5}; }));
}

TEST_CASE("config cache: whoever misses a config need not wait for the next time") {
    World w;
    storage::put_limits(w.store, {2048, 3});
    ConfigCache config(w.store.open(), {}, w.log, never);
    w.write("{\"maxBackupBytes\":4096,\"retentionDays\":5}");
    config.look_soon();
    CHECK(soon([&] { return config.limits() == Limits{4096, 5}; }));
}
