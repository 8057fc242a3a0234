#include "sweeper.hpp"

#include "switched.hpp"

using namespace tresor;
using namespace safe_server;
using test::soon;

namespace {

struct World {
    test::Switched store;
    test::Silent silent;
    Log& log = silent.log;
    Metrics metrics{now()};
    ConfigCache config{std::make_unique<storage::Memory>(), storage::Limits{4096, 30}, log};

    World() {
        store.put_old(1, 31);
        store.put_old(2, 29);
        store.put_old(3, 300);
    }
    std::size_t left() { return test::list(store.memory).size(); }
    std::string metric(const std::string& name) const {
        std::string text = "\n" + metrics.text({});
        auto at = text.find("\ntresor_" + name + " ");
        REQUIRE(at != text.npos);
        at += name.size() + 9;
        return text.substr(at, text.find('\n', at) - at);
    }
    Sweeper start(std::optional<double> limit_rate = {}) {
        using std::chrono::milliseconds;
        return Sweeper(
            [this](Progress) { return store.open(); },
            {.every = milliseconds(10), .first = milliseconds(1), .limit_rate = limit_rate}, config,
            log, metrics);
    }
};

}  // namespace

TEST_CASE("sweeper: what was not written for the retention time is removed, again and again") {
    World w;
    auto sweeper = w.start();
    CHECK(soon([&] { return w.metric("sweep_removed_total") == "2"; }));
    CHECK(test::list(w.store.memory) == std::vector<std::string>{test::backup(2).text()});
    CHECK(w.metric("sweep_freed_bytes_total") == "12");
    test::put(w.store.memory, test::backup(2), "renewed");
    std::uint64_t before = w.store.lists;
    CHECK(soon([&] { return w.store.lists > before + 2; }));
    CHECK(w.left() == 1);
    CHECK(w.metric("last_sweep_time_seconds") != "0");
    CHECK(w.metric("sweeps_failed_total") == "0");
}

TEST_CASE("sweeper: a clock that is more than an hour away removes nothing") {
    World w;
    for (std::int64_t away : {-3700, 3700}) {
        w.store.ahead = away;
        std::uint64_t before = w.metrics.failed_sweeps;
        auto sweeper = w.start();
        CHECK(soon([&] { return w.metrics.failed_sweeps >= before + 2; }));
        CHECK(w.left() == 3);
        CHECK(w.store.lists == 0);
    }
    w.store.ahead = 3500;
    auto sweeper = w.start();
    CHECK(soon([&] { return w.left() == 1; }));
}

TEST_CASE("sweeper: a store that fails is swept when it does not fail any more") {
    World w;
    w.store.trouble = Errc::io;
    auto sweeper = w.start();
    CHECK(soon([&] { return w.metrics.failed_sweeps >= 2; }));
    CHECK(w.left() == 3);
    w.store.trouble = Errc();
    CHECK(soon([&] { return w.left() == 1; }));
}

TEST_CASE("sweeper: it ends at once, in the middle of a slow sweep and between two tries") {
    using Clock = std::chrono::steady_clock;
    World w;
    Clock::duration longest{};
    for (auto trouble : {Errc(), Errc::unavailable}) {
        w.store.trouble = trouble;
        std::uint64_t before = w.store.clocks;
        // A thousand seconds before each removal; a second and more between two tries.
        std::optional<Sweeper> sweeper(
            std::in_place, [&](Progress) { return w.store.open(); },
            SweepPlan{.every = std::chrono::hours(1),
                      .first = std::chrono::milliseconds(1),
                      .limit_rate = 0.001},
            w.config, w.log, w.metrics);
        CHECK(soon([&] { return w.store.clocks > before; }));
        auto begun = Clock::now();
        sweeper.reset();
        longest = std::max(longest, Clock::now() - begun);
    }
    CHECK(longest < std::chrono::milliseconds(900));
    CHECK(w.left() == 3);
}

TEST_CASE("sweeper: a store that cannot be listed is refused at once") {
    struct Unlisted final : storage::Wrapper {
        explicit Unlisted(storage::Storage& inner) : Wrapper(inner) {}
        storage::Abilities can() const override { return {}; }
    };
    World w;
    auto open = [&](Progress) { return std::make_unique<Unlisted>(w.store); };
    CHECK_THROWS_CODE(Sweeper(open, {}, w.config, w.log, w.metrics), Errc::unsupported);
}
