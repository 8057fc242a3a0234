// What is tried again, how often, and what the caller is told to wait.

#include <tresor/storage/retrying.hpp>

#include "storage/stores.hpp"

using namespace tresor;
using namespace tresor::storage;
using test::get;
using test::list;
using test::put;
using test::Watched;

namespace {

const ObjectName config("config");
using Waits = std::vector<std::int64_t>;

// A store that fails at `call` the first `times` times, behind a Retrying whose waits are noted.
struct Tried {
    Tried() {
        auto made = std::make_unique<Watched>();
        store = made.get();
        put(store->memory, config, "text");
        retrying.emplace(std::move(made), [this](Seconds wait) { waits.push_back(wait.count()); });
    }
    void fail(std::string_view call, int times, std::optional<int> retry_after = {},
              Errc code = Errc::unavailable) {
        store->before = [=](std::string_view made) mutable {
            if (made != call || times-- == 0) return;
            Error error(code, "busy");
            if (retry_after) error.retry_after = Seconds(*retry_after);
            throw error;
        };
    }
    std::int64_t count(std::string_view call) const {
        return std::count(store->calls.begin(), store->calls.end(), call);
    }

    Watched* store;
    Waits waits;
    std::optional<Retrying> retrying;
};

struct Work {
    const char* call;
    std::function<bool(Retrying&)> work;  // whether it did what it should
};

const std::vector<Work>& works() {
    static const std::vector<Work> all = {
        {"put", [](Retrying& store) { return put(store, config, "text").size == 4; }},
        {"half", [](Retrying& store) { return put(store, config, "text").size == 4; }},
        {"stat", [](Retrying& store) { return store.stat(config).has_value(); }},
        {"get", [](Retrying& store) { return get(store, config) == "text"; }},
        {"half", [](Retrying& store) { return get(store, config) == "text"; }},
        {"remove", [](Retrying& store) { return store.remove(config); }},
        {"list", [](Retrying& store) { return list(store).size() == 1; }},
        {"clock", [](Retrying& store) { return store.clock().has_value(); }}};
    return all;
}

}  // namespace

TEST_CASE("retrying: what works is done once and without waiting") {
    for (const Work& row : works()) {
        Tried tried;
        CHECK(row.work(*tried.retrying));
        CHECK(tried.count(row.call) == 1);
        CHECK(tried.waits.empty());
    }
}

TEST_CASE("retrying: a store that is back at the third try is waited for 1 s and 5 s") {
    for (const Work& row : works()) {
        CAPTURE(std::string(row.call));
        Tried once, twice;
        once.fail(row.call, 1);
        CHECK(row.work(*once.retrying));
        CHECK(once.waits == Waits{1});
        CHECK(once.count(row.call) == 2);
        twice.fail(row.call, 2);
        CHECK(row.work(*twice.retrying));
        CHECK(twice.waits == Waits{1, 5});
        CHECK(twice.count(row.call) == 3);
    }
}

TEST_CASE("retrying: there is no fourth try") {
    for (const Work& row : works()) {
        CAPTURE(std::string(row.call));
        Tried tried;
        tried.fail(row.call, 3);
        CHECK_THROWS_CODE(row.work(*tried.retrying), Errc::unavailable);
        CHECK(tried.waits == Waits{1, 5});
        CHECK(tried.count(row.call) == 3);
    }
}

TEST_CASE("retrying: the store's Retry-After is waited for if it is longer") {
    struct Row {
        int retry_after;
        Waits waits;
    };
    for (const Row& row : {Row{0, {1, 5}}, Row{-3, {1, 5}}, Row{1, {1, 5}}, Row{2, {2, 5}},
                           Row{5, {5, 5}}, Row{7, {7, 7}}, Row{15, {15, 15}}}) {
        Tried tried;
        tried.fail("stat", 2, row.retry_after);
        CHECK(tried.retrying->stat(config));
        CHECK(tried.waits == row.waits);
    }
}

TEST_CASE("retrying: more than is left of 30 s is thrown at once, with the wait") {
    struct Row {
        int retry_after;
        Waits waits;
    };
    for (const Row& row : {Row{16, {16}}, Row{29, {29}}, Row{30, {30}}, Row{31, {}}, Row{86400, {}},
                           Row{2147483647, {}}}) {
        Tried tried;
        tried.fail("stat", 3, row.retry_after);
        std::optional<Seconds> told;
        try {
            tried.retrying->stat(config);
        } catch (const Error& error) {
            CHECK(error.code() == Errc::unavailable);
            told = error.retry_after;
        }
        CHECK(told == Seconds(row.retry_after));
        CHECK(tried.waits == row.waits);
        CHECK(tried.count("stat") == static_cast<std::int64_t>(row.waits.size()) + 1);
    }
}

TEST_CASE("retrying: only unavailable is tried again") {
    for (int number = 1; number <= 13; ++number) {
        auto code = static_cast<Errc>(number);
        if (code == Errc::unavailable) continue;
        for (const Work& row : works()) {
            Tried tried;
            tried.fail(row.call, 1, 1, code);
            CHECK_THROWS_CODE(row.work(*tried.retrying), code);
            CHECK(tried.count(row.call) == 1);
            CHECK(tried.waits.empty());
        }
    }
}

TEST_CASE("retrying: another code at the second try ends it") {
    Tried tried;
    tried.store->before = [tries = 0](std::string_view) mutable {
        throw Error(++tries == 1 ? Errc::unavailable : Errc::denied, "no");
    };
    CHECK_THROWS_CODE(tried.retrying->stat(config), Errc::denied);
    CHECK(tried.waits == Waits{1});
}

TEST_CASE("retrying: a source is rewound and a sink restarted before another try") {
    Tried tried;
    tried.fail("half", 2);
    put(*tried.retrying, config, "all of the source");
    CHECK(get(tried.store->memory, config) == "all of the source");
    tried.fail("half", 2);
    CHECK(get(*tried.retrying, config) == "all of the source");
}

TEST_CASE("retrying: a put with a condition is tried once") {
    for (const Condition& condition : {Condition::absent(), Condition::version("1")}) {
        Tried tried;
        tried.fail("put", 1, 1);
        CHECK_THROWS_CODE(put(*tried.retrying, config, "x", condition), Errc::unavailable);
        CHECK(tried.count("put") == 1);
        CHECK(tried.waits.empty());
    }
}

TEST_CASE("retrying: a removal with a condition is tried again and keeps it") {
    Tried tried;
    auto old = Condition::version(tried.store->memory.stat(config)->version);
    put(tried.store->memory, config, "renewed");
    tried.fail("remove", 1);
    CHECK_THROWS_CODE(tried.retrying->remove(config, old), Errc::conflict);
    CHECK(get(tried.store->memory, config) == "renewed");
}

TEST_CASE("retrying: a listing is not begun anew once something was shown") {
    Tried tried;
    tried.fail("shown", 1, 1);
    int shown = 0;
    CHECK_THROWS_CODE(tried.retrying->list("", [&](const ObjectInfo&) { return ++shown > 0; }),
                      Errc::unavailable);
    CHECK(shown == 1);
    CHECK(tried.waits.empty());
    CHECK(tried.count("list") == 1);
}

TEST_CASE("retrying: a wait may throw and ends it") {
    for (const Work& row : works()) {
        auto made = std::make_unique<Watched>();
        Watched& store = *made;
        put(store.memory, config, "text");
        Retrying retrying(std::move(made), [](Seconds) { throw Error(Errc::cancelled, "Ctrl-C"); });
        store.before = [&](std::string_view call) {
            if (call == row.call) throw Error(Errc::unavailable, "busy");
        };
        CHECK_THROWS_CODE(row.work(retrying), Errc::cancelled);
        CHECK(std::count(store.calls.begin(), store.calls.end(), row.call) == 1);
    }
}

TEST_CASE("retrying: describe and can are those of the store") {
    Tried tried;
    CHECK(tried.retrying->describe() == "a watched store");
    CHECK(tried.retrying->can().conditional_put);
}
