// One store made of several, of which some fail.

#include <tresor/storage/mirror.hpp>

#include "storage/stores.hpp"

using namespace tresor;
using namespace tresor::storage;
using test::get;
using test::list;
using test::put;
using test::Watched;

namespace {

const ObjectName config("config"), other("backups/other");

// A mirror of watched stores named a, b, c ... on one clock.
struct Stores {
    explicit Stores(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            auto made = std::make_unique<Watched>(std::string(1, static_cast<char>('a' + i)),
                                                  [this] { return time; });
            stores.push_back(made.get());
            owned.push_back(std::move(made));
        }
        mirror.emplace(std::move(owned));
    }

    // Past the mirror.
    void put_at(std::size_t store, const ObjectName& name, std::string_view text,
                std::string_view when) {
        time = test::at(when);
        put(stores[store]->memory, name, text);
    }
    void break_at(std::size_t store, std::string_view call, const Error& error) {
        stores[store]->before = [=](std::string_view made) {
            if (made == call) throw error;
        };
    }
    void break_at(std::size_t store, std::string_view call, Errc code = Errc::unavailable) {
        break_at(store, call, Error(code, "no " + std::string(call)));
    }
    // Which stores failed in the last call, such as "a c".
    std::string failed() const {
        std::string text;
        for (const auto& failure : mirror->failures())
            text.append(text.empty() ? "" : " ").append(stores[failure.store]->describe());
        return text;
    }
    bool was_asked(std::size_t store) const { return !stores[store]->calls.empty(); }

    Timestamp time = test::at("2026-11-23T06:05:00Z");
    std::vector<std::unique_ptr<Storage>> owned;
    std::vector<Watched*> stores;
    std::optional<Mirror> mirror;
};

constexpr auto old_time = "2026-01-01T00:00:00Z", new_time = "2026-02-01T00:00:00Z";

// The text of the error that it throws.
std::optional<Error> error_of(const std::function<void()>& call) {
    try {
        call();
        return std::nullopt;
    } catch (const Error& error) {
        return error;
    }
}

}  // namespace

TEST_CASE("mirror: one of no stores is a wrong argument") {
    CHECK_THROWS_CODE(Mirror({}), Errc::invalid_argument);
}

TEST_CASE("mirror: it is described by its stores and can what all of them can") {
    struct Poor final : test::Held, Wrapper {
        Poor() : Held(now), Wrapper(memory) {}
        Abilities can() const override { return {.put_if_absent = true}; }
    };
    Stores rich(2);
    CHECK(rich.mirror->describe() == "a mirror of a and b");
    Abilities all = rich.mirror->can();
    CHECK(all.list);
    CHECK(all.any_name);
    CHECK_FALSE(all.put_if_absent);
    CHECK_FALSE(all.conditional_put);
    CHECK_FALSE(all.conditional_remove);
    std::vector<std::unique_ptr<Storage>> stores;
    stores.push_back(std::make_unique<Memory>());
    stores.push_back(std::make_unique<Poor>());
    Mirror mixed(std::move(stores));
    CHECK_FALSE(mixed.can().list);
    CHECK_FALSE(mixed.can().any_name);
}

TEST_CASE("mirror: conditions are unsupported and reach no store") {
    Stores two(2);
    for (const Condition& condition : {Condition::absent(), Condition::version("1")}) {
        CHECK_THROWS_CODE(put(*two.mirror, config, "x", condition), Errc::unsupported);
        CHECK_THROWS_CODE(two.mirror->remove(config, condition), Errc::unsupported);
    }
    CHECK_FALSE(two.was_asked(0));
    CHECK_FALSE(two.was_asked(1));
}

TEST_CASE("mirror: a put reaches every store and has no version") {
    Stores three(3);
    auto info = put(*three.mirror, config, "text");
    CHECK(info.name == config);
    CHECK(info.size == 4);
    CHECK(info.modified == three.time);
    CHECK(info.version.empty());
    for (Watched* store : three.stores) CHECK(get(store->memory, config) == "text");
    CHECK(three.failed() == "");
}

TEST_CASE("mirror: a put that one store refuses reaches the others whole") {
    for (std::size_t broken = 0; broken < 3; ++broken)
        for (const char* call : {"put", "half"}) {
            Stores three(3);
            three.break_at(broken, call, Errc::denied);
            CHECK_THROWS_CODE(put(*three.mirror, config, "text"), Errc::denied);
            for (std::size_t i = 0; i < 3; ++i) {
                auto expected = i == broken ? std::nullopt : std::optional<std::string>("text");
                CHECK(get(three.stores[i]->memory, config) == expected);
            }
            CHECK(three.failed() == three.stores[broken]->describe());
        }
}

TEST_CASE("mirror: the error has the first code, every name and the longest wait") {
    Stores four(4);
    Error first(Errc::denied, "no key"), second(Errc::unavailable, "busy"),
        third(Errc::unavailable, "busier");
    first.http_status = 403;
    second.http_status = 503;
    second.retry_after = Seconds(20);
    third.retry_after = Seconds(7);
    four.break_at(0, "put", first);
    four.break_at(2, "put", second);
    four.break_at(3, "put", third);
    auto error = error_of([&] { put(*four.mirror, config, "x"); });
    REQUIRE(error);
    CHECK(error->code() == Errc::denied);
    CHECK(std::string(error->what()) == "3 of 4 stores failed: a: no key; c: busy; d: busier");
    CHECK(error->retry_after == Seconds(20));
    CHECK(error->http_status == 403);
    CHECK(four.failed() == "a c d");
    CHECK(get(four.stores[1]->memory, config) == "x");
    REQUIRE(four.mirror->failures().size() == 3);
    CHECK(four.mirror->failures()[1].error.http_status == 503);
}

TEST_CASE("mirror: without a wait there is none in the error") {
    Stores two(2);
    two.break_at(1, "put");
    auto error = error_of([&] { put(*two.mirror, config, "x"); });
    REQUIRE(error);
    CHECK_FALSE(error->retry_after);
}

TEST_CASE("mirror: get gives the newest object wherever it is") {
    for (std::size_t newest = 0; newest < 3; ++newest) {
        Stores three(3);
        for (std::size_t i = 0; i < 3; ++i)
            three.put_at(i, config, i == newest ? "new" : "older",
                         i == newest ? new_time : old_time);
        CHECK(get(*three.mirror, config) == "new");
        auto info = three.mirror->stat(config);
        REQUIRE(info);
        CHECK(info->size == 3);
        CHECK(info->modified == test::at(new_time));
        CHECK(info->version.empty());
        CHECK(three.failed() == "");
    }
}

TEST_CASE("mirror: an object of a known time is newer than one without") {
    struct Timeless final : test::Held, Wrapper {
        Timeless() : Held(now), Wrapper(memory) {}
        std::optional<ObjectInfo> stat(const ObjectName& name) override {
            auto info = memory.stat(name);
            if (info) info->modified.reset();
            return info;
        }
    };
    auto timeless = std::make_unique<Timeless>();
    auto timed = std::make_unique<Memory>();
    put(timeless->memory, config, "no time");
    put(*timed, config, "time");
    std::vector<std::unique_ptr<Storage>> stores;
    stores.push_back(std::move(timeless));
    stores.push_back(std::move(timed));
    CHECK(get(*std::make_unique<Mirror>(std::move(stores)), config) == "time");
}

TEST_CASE("mirror: get falls back to the next when the newest fails") {
    for (const char* call : {"stat", "get", "half"}) {
        Stores three(3);
        three.put_at(0, config, "oldest", old_time);
        three.put_at(1, config, "newest, and of another length", new_time);
        three.put_at(2, config, "between", "2026-01-15T00:00:00Z");
        three.break_at(1, call);
        CHECK(get(*three.mirror, config) == "between");
        CHECK(three.failed() == "b");
    }
}

TEST_CASE("mirror: get falls back as often as there are stores, and then fails") {
    Stores three(3);
    for (std::size_t i = 0; i < 3; ++i) three.put_at(i, config, "text", old_time);
    three.break_at(0, "half", Errc::io);
    three.break_at(1, "half");
    CHECK(get(*three.mirror, config) == "text");
    CHECK(three.failed() == "a b");
    three.break_at(2, "half");
    CHECK_THROWS_CODE(get(*three.mirror, config), Errc::io);
    CHECK(three.failed() == "a b c");
}

TEST_CASE("mirror: absent is said only if every store says so") {
    Stores two(2);
    CHECK_FALSE(two.mirror->stat(config));
    CHECK_FALSE(get(*two.mirror, config));
    CHECK(two.failed() == "");
    for (std::size_t broken = 0; broken < 2; ++broken) {
        Stores half(2);
        half.break_at(broken, "stat", Errc::denied);
        CHECK_THROWS_CODE(half.mirror->stat(config), Errc::denied);
        CHECK_THROWS_CODE(get(*half.mirror, config), Errc::denied);
        CHECK(half.failed() == half.stores[broken]->describe());
        half.put_at(1 - broken, config, "x", old_time);
        CHECK(half.mirror->stat(config));
        CHECK(get(*half.mirror, config) == "x");
    }
}

TEST_CASE("mirror: an object that goes between stat and get is absent if nothing failed") {
    Stores two(2);
    two.put_at(0, config, "x", old_time);
    two.stores[0]->before = [&](std::string_view call) {
        if (call == "get") two.stores[0]->memory.remove(config);
    };
    CHECK_FALSE(get(*two.mirror, config));
    two.put_at(0, config, "x", old_time);
    two.break_at(1, "stat");
    CHECK_THROWS_CODE(get(*two.mirror, config), Errc::unavailable);
}

TEST_CASE("mirror: a removal reaches every store also when one fails") {
    for (std::size_t broken = 0; broken < 3; ++broken) {
        Stores three(3);
        put(*three.mirror, config, "x");
        three.break_at(broken, "remove", Errc::denied);
        CHECK_THROWS_CODE(three.mirror->remove(config), Errc::denied);
        for (std::size_t i = 0; i < 3; ++i)
            CHECK(get(three.stores[i]->memory, config).has_value() == (i == broken));
        CHECK(three.failed() == three.stores[broken]->describe());
    }
}

TEST_CASE("mirror: a removal was one if any store had the object") {
    Stores two(2);
    CHECK_FALSE(two.mirror->remove(config));
    two.put_at(1, config, "x", old_time);
    CHECK(two.mirror->remove(config));
    two.put_at(0, config, "x", old_time);
    CHECK(two.mirror->remove(config));
    CHECK_FALSE(two.mirror->remove(config));
}

TEST_CASE("mirror: a listing shows each name once with its newest object") {
    Stores three(3);
    three.put_at(0, config, "old", old_time);
    three.put_at(2, config, "newer", new_time);
    three.put_at(1, other, "newest", new_time);
    three.put_at(2, other, "x", old_time);
    three.put_at(1, ObjectName("backups/alone"), "x", old_time);
    CHECK(list(*three.mirror) ==
          std::vector<std::string>{"backups/alone", "backups/other", "config"});
    CHECK(list(*three.mirror, "backups/o") == std::vector<std::string>{"backups/other"});
    three.mirror->list("", [&](const ObjectInfo& info) {
        if (info.name == config) CHECK(info.size == 5);
        if (info.name == other) CHECK(info.size == 6);
        CHECK(info.version.empty());
        return true;
    });
    int shown = 0;
    three.mirror->list("", [&](const ObjectInfo&) { return ++shown < 2; });
    CHECK(shown == 2);
}

TEST_CASE("mirror: a listing needs every store and shows nothing without") {
    for (const char* call : {"list", "shown"}) {
        Stores two(2);
        put(*two.mirror, config, "x");
        two.break_at(1, call, Errc::denied);
        bool shown = false;
        CHECK_THROWS_CODE(two.mirror->list("", [&](const ObjectInfo&) { return shown = true; }),
                          Errc::denied);
        CHECK_FALSE(shown);
        CHECK(two.failed() == "b");
    }
}

TEST_CASE("mirror: a visitor may remove what it is shown and may throw") {
    Stores two(2);
    put(*two.mirror, config, "x");
    put(*two.mirror, other, "x");
    CHECK_THROWS_CODE(two.mirror->list("",
                                       [](const ObjectInfo&) -> bool {
                                           throw Error(Errc::malformed, "the visitor's own");
                                       }),
                      Errc::malformed);
    CHECK(two.failed() == "");
    two.mirror->list("", [&](const ObjectInfo& info) { return two.mirror->remove(info.name); });
    CHECK(list(*two.mirror).empty());
}

TEST_CASE("mirror: the error of the caller's source goes through and no other store is tried") {
    Stores three(3);
    test::BrokenSource source;
    auto error = error_of([&] { three.mirror->put(config, source); });
    REQUIRE(error);
    CHECK(error->code() == Errc::malformed);
    CHECK(std::string(error->what()) == "the source is broken");
    CHECK(three.was_asked(0));
    CHECK_FALSE(three.was_asked(1));
    CHECK_FALSE(three.was_asked(2));
    CHECK(three.failed() == "");
}

TEST_CASE("mirror: the caller's source is the reason also after a store has failed") {
    Stores three(3);
    three.break_at(0, "put", Errc::denied);
    test::BrokenSource source;
    CHECK_THROWS_CODE(three.mirror->put(config, source), Errc::malformed);
    CHECK_FALSE(three.was_asked(2));
    CHECK(three.failed() == "a");
}

TEST_CASE("mirror: a source that cannot be rewound is the caller's trouble") {
    struct Once final : ByteSource {
        MemorySource inner{as_bytes("text")};
        bool read_from = false;
        std::optional<std::uint64_t> size() const override { return 4; }
        std::size_t read(ByteSpan into) override {
            read_from = true;
            return inner.read(into);
        }
        void rewind() override {
            if (read_from) throw Error(Errc::unsupported, "a pipe cannot be rewound");
        }
    } source;
    Stores three(3);
    auto error = error_of([&] { three.mirror->put(config, source); });
    REQUIRE(error);
    CHECK(error->code() == Errc::unsupported);
    CHECK(std::string(error->what()) == "a pipe cannot be rewound");
    CHECK_FALSE(three.was_asked(1));
    CHECK_FALSE(three.was_asked(2));
    CHECK(three.failed() == "");
}

TEST_CASE("mirror: a store that hides the error of the source does not hide it from the caller") {
    struct Deaf final : test::Held, Wrapper {
        Deaf() : Held(now), Wrapper(memory) {}
        ObjectInfo put(const ObjectName& name, ByteSource& content, const Condition&) override {
            try {
                return memory.put(name, content);
            } catch (const Error&) {
                return {name, 0, {}, ""};
            }
        }
    };
    std::vector<std::unique_ptr<Storage>> stores;
    stores.push_back(std::make_unique<Deaf>());
    stores.push_back(std::make_unique<Memory>());
    Mirror mirror(std::move(stores));
    test::BrokenSource source;
    CHECK_THROWS_CODE(mirror.put(config, source), Errc::malformed);
}

TEST_CASE("mirror: the error of the caller's sink goes through and no other store is tried") {
    Stores two(2);
    put(*two.mirror, config, "text");
    for (Watched* store : two.stores) store->calls.clear();
    test::BrokenSink sink;
    auto error = error_of([&] { two.mirror->get(config, sink); });
    REQUIRE(error);
    CHECK(error->code() == Errc::malformed);
    CHECK(std::string(error->what()) == "the sink is broken");
    auto asked = [&](std::size_t i) {
        const auto& calls = two.stores[i]->calls;
        return std::count(calls.begin(), calls.end(), "get");
    };
    CHECK(asked(0) + asked(1) == 1);
    CHECK(two.failed() == "");
}

TEST_CASE("mirror: failures are those of the last call") {
    Stores two(2);
    two.break_at(0, "put");
    CHECK_THROWS_CODE(put(*two.mirror, config, "x"), Errc::unavailable);
    CHECK(two.failed() == "a");
    two.mirror->stat(config);
    CHECK(two.failed() == "");
    two.break_at(1, "stat", Errc::io);
    CHECK_THROWS_CODE(two.mirror->stat(other), Errc::io);
    CHECK(two.failed() == "b");
    CHECK(two.mirror->failures()[0].error.code() == Errc::io);
    list(*two.mirror);
    CHECK(two.failed() == "");
    two.break_at(0, "remove");
    CHECK_THROWS_CODE(two.mirror->remove(config), Errc::unavailable);
    CHECK(two.failed() == "a");
    two.put_at(0, config, "y", new_time);
    CHECK(get(*two.mirror, config) == "y");
    CHECK(two.failed() == "b");
}

TEST_CASE("mirror: cancelled goes through at once") {
    for (const char* call : {"put", "half", "stat", "get", "remove", "list"}) {
        CAPTURE(std::string(call));
        Stores two(2);
        put(*two.mirror, config, "x");
        two.break_at(0, call, Errc::cancelled);
        two.stores[1]->calls.clear();
        std::string_view made = call;
        if (made == "put" || made == "half")
            CHECK_THROWS_CODE(put(*two.mirror, config, "y"), Errc::cancelled);
        if (made == "stat") CHECK_THROWS_CODE(two.mirror->stat(config), Errc::cancelled);
        if (made == "get" || made == "half")
            CHECK_THROWS_CODE(get(*two.mirror, config), Errc::cancelled);
        if (made == "remove") CHECK_THROWS_CODE(two.mirror->remove(config), Errc::cancelled);
        if (made == "list") CHECK_THROWS_CODE(list(*two.mirror), Errc::cancelled);
        // A get looks at all before it reads one.
        for (const std::string& other_call : two.stores[1]->calls) CHECK(other_call == "stat");
    }
}

TEST_CASE("mirror: a call within a call does not make a failure forgotten") {
    Stores two(2);
    two.break_at(0, "put");
    bool asked = false;
    two.stores[1]->before = [&](std::string_view made) {
        if (made != "put") return;
        asked = true;
        CHECK_FALSE(two.mirror->stat(other));  // nothing fails in here
    };
    CHECK_THROWS_CODE(put(*two.mirror, config, "x"), Errc::unavailable);
    CHECK(asked);
    CHECK(two.failed() == "a");
}
