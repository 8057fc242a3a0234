// The sweep: what it removes, and what it never does.

#include "storage/sweeping.hpp"

using namespace sweep_test;
using test::backup;
using test::get;
using test::list;
using test::put;

TEST_CASE("sweep: only Safe backups are looked at, whatever their age") {
    const std::string digits(64, 'a');
    Aged aged;
    const std::vector<std::string> others = {"config",
                                             "data-backups/" + digits,
                                             "data-backups/ECHOECHO-20250101.zip",
                                             "id-exports/" + digits,
                                             digits,
                                             "backups/" + std::string(63, 'a'),
                                             "backups/" + std::string(65, 'a'),
                                             "backups/" + std::string(64, 'A'),
                                             "backups/" + std::string(63, 'a') + "A",
                                             "backups/" + std::string(63, 'a') + "g",
                                             "backups/aa/" + std::string(62, 'a'),
                                             "backups/" + digits + ".old",
                                             "backups/" + digits.substr(3) + "/aa",
                                             "backups/" + digits + "/x",
                                             "Backups/" + digits,
                                             "old/backups/" + digits,
                                             "backups2/" + digits};
    for (const std::string& name : others) aged.put(ObjectName(name), days(10000));
    aged.put(ObjectName("backups/" + digits), days(10000));
    Swept swept = sweep(aged.store, 1, today());
    CHECK(swept.examined == 1);
    CHECK(swept.removed == 1);
    CHECK(list(aged.store).size() == others.size());
    CHECK_FALSE(aged.store.memory.stat(ObjectName("backups/" + digits)));
}

TEST_CASE("sweep: a backup expires exactly at the retention time") {
    for (std::int64_t kept : {std::int64_t{1}, retention, std::int64_t{36500}}) {
        Aged aged;
        aged.put(backup(1), days(kept) - Seconds(1));
        aged.put(backup(2), days(kept));
        aged.put(backup(3), days(kept) + Seconds(1));
        aged.put(backup(4), -days(10));
        Swept swept = sweep(aged.store, kept, today());
        CHECK(swept.examined == 4);
        CHECK(swept.expired == 2);
        CHECK(swept.removed == 2);
        CHECK(list(aged.store) == std::vector{backup(1).text(), backup(4).text()});
    }
}

TEST_CASE("sweep: without conditions one more day is left") {
    Aged aged;
    aged.put(backup(1), days(retention + 1) - Seconds(1));
    aged.put(backup(2), days(retention + 1));
    Steps store(aged.store, false, [](std::string_view, const ObjectName*) {});
    Swept swept = sweep(store, retention, today());
    CHECK(swept.expired == 1);
    CHECK(swept.removed == 1);
    CHECK(list(aged.store) == std::vector{backup(1).text()});
}

TEST_CASE("sweep: expired is about Safe backups of a known time") {
    ObjectInfo object{backup(1), 1, today(), "1"};
    CHECK_FALSE(expired(object, 1, today() + days(1) - Seconds(1)));
    CHECK(expired(object, 1, today() + days(1)));
    object.modified.reset();
    CHECK_FALSE(expired(object, 1, last_timestamp));
    object.modified = last_timestamp - days(1);
    CHECK_FALSE(expired(object, 36500, last_timestamp - Seconds(1)));
    object.modified = first_timestamp;
    CHECK(expired(object, 36500, today()));
    CHECK_FALSE(expired({ObjectName("config"), 1, first_timestamp, ""}, 1, today()));
}

TEST_CASE("sweep: a dry run counts and removes nothing") {
    Aged aged;
    aged.put(backup(1), days(200));
    aged.put(backup(2), days(300));
    aged.put(backup(3), days(100));
    SweepOptions options{.dry_run = true, .progress = {}, .before_removal = [](const ObjectInfo&) {
                             FAIL("nothing is removed");
                             return true;
                         }};
    Swept swept = sweep(aged.store, retention, today(), options);
    CHECK(swept.examined == 3);
    CHECK(swept.expired == 2);
    CHECK(swept.removed == 0);
    CHECK(swept.bytes_freed == 0);
    CHECK(list(aged.store).size() == 3);
    CHECK(aged.store.calls.front() == "list");
    CHECK(std::count(aged.store.calls.begin(), aged.store.calls.end(), "remove") == 0);
}

TEST_CASE("sweep: it counts what it looked at and what it freed") {
    Aged aged;
    for (unsigned i = 0; i < 10; ++i)
        aged.put(backup(i), days(i < 4 ? 200 : 100), std::string(10 * i + 1, 'x'));
    Swept swept = sweep(aged.store, retention, today());
    CHECK(swept.examined == 10);
    CHECK(swept.expired == 4);
    CHECK(swept.removed == 4);
    CHECK(swept.bytes_freed == 1 + 11 + 21 + 31);
    CHECK(swept.kept_changed == 0);
    CHECK(swept.failed == 0);
    CHECK_FALSE(swept.first_failure);
    swept = sweep(aged.store, retention, today());
    CHECK(swept.examined == 6);
    CHECK(swept.expired == 0);
}

TEST_CASE("sweep: objects without a time stay") {
    struct Timeless final : Wrapper {
        using Wrapper::Wrapper;
        void list(std::string_view prefix, const Visitor& visit) override {
            Wrapper::list(prefix, [&](ObjectInfo info) {
                info.modified.reset();
                return visit(info);
            });
        }
    };
    Aged aged;
    aged.put(backup(1), days(10000));
    Timeless store(aged.store);
    Swept swept = sweep(store, 1, today());
    CHECK(swept.examined == 1);
    CHECK(swept.expired == 0);
    CHECK(get(aged.store, backup(1)) == "text");
}

TEST_CASE("sweep: a store that cannot list cannot be swept") {
    struct Blind final : Wrapper {
        using Wrapper::Wrapper;
        Abilities can() const override { return {.any_name = true}; }
        void list(std::string_view prefix, const Visitor& visit) override {
            Storage::list(prefix, visit);
        }
    };
    Aged aged;
    Blind store(aged.store);
    CHECK_THROWS_CODE(sweep(store, retention, today()), Errc::unsupported);
}

TEST_CASE("sweep: a retention out of range is a wrong argument and nothing is looked at") {
    Aged aged;
    aged.put(backup(1), days(100000));
    for (std::int64_t wrong :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{36501},
          std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()})
        CHECK_THROWS_CODE(sweep(aged.store, wrong, today()), Errc::invalid_argument);
    CHECK(aged.store.calls.empty());
}

TEST_CASE("sweep: progress is told each backup and may cancel") {
    Aged aged;
    for (unsigned i = 0; i < 5; ++i) aged.put(backup(i), days(200));
    aged.put(ObjectName("backups/other"), days(200));
    std::vector<std::uint64_t> told;
    SweepOptions options;
    options.progress = [&](std::uint64_t done, std::optional<std::uint64_t> total) {
        told.push_back(done);
        CHECK_FALSE(total);
        return done < 3;
    };
    CHECK_THROWS_CODE(sweep(aged.store, retention, today(), options), Errc::cancelled);
    CHECK(told == std::vector<std::uint64_t>{1, 2, 3});
    CHECK(list(aged.store).size() == 4);
    CHECK(sweep(aged.store, retention, today()).removed == 3);
}

TEST_CASE("sweep: who is asked before a removal may cancel it") {
    Aged aged;
    for (unsigned i = 0; i < 5; ++i) aged.put(backup(i), days(i == 1 ? 10 : 200));
    std::vector<std::string> asked;
    SweepOptions options;
    options.before_removal = [&](const ObjectInfo& object) {
        asked.push_back(object.name.text());
        CHECK(get(aged.store, object.name) == "text");
        return asked.size() < 3;
    };
    CHECK_THROWS_CODE(sweep(aged.store, retention, today(), options), Errc::cancelled);
    CHECK(asked == std::vector{backup(0).text(), backup(2).text(), backup(3).text()});
    CHECK(list(aged.store) == std::vector{backup(1).text(), backup(3).text(), backup(4).text()});
}

TEST_CASE("sweep: an object that cannot be removed does not stop the rest") {
    for (bool exact : {true, false}) {
        Aged aged;
        for (unsigned i = 0; i < 5; ++i) aged.put(backup(i), days(200));
        Steps store(aged.store, exact, [](std::string_view step, const ObjectName* object) {
            if (step == "remove" && *object == backup(1)) throw Error(Errc::denied, "first");
            if (step == "remove" && *object == backup(3)) throw Error(Errc::io, "second");
        });
        Swept swept = sweep(store, retention, today());
        CHECK(swept.expired == 5);
        CHECK(swept.removed == 3);
        CHECK(swept.failed == 2);
        CHECK(swept.kept_changed == 0);
        CHECK(swept.bytes_freed == 12);
        REQUIRE(swept.first_failure);
        CHECK(swept.first_failure->code() == Errc::denied);
        CHECK(std::string(swept.first_failure->what()) == "first");
        CHECK(list(aged.store) == std::vector{backup(1).text(), backup(3).text()});
    }
}

TEST_CASE("sweep: a store that goes away stops it and so does cancelled") {
    for (Errc code : {Errc::unavailable, Errc::cancelled})
        for (const char* where : {"list", "shown", "stat", "remove"}) {
            Aged aged;
            for (unsigned i = 0; i < 5; ++i) aged.put(backup(i), days(200));
            Steps store(aged.store, false, [&](std::string_view step, const ObjectName* object) {
                if (step == where && (object == nullptr || *object == backup(2)))
                    throw Error(code, "gone");
            });
            CHECK_THROWS_CODE(sweep(store, retention, today()), code);
            CHECK(list(aged.store).size() == (std::string_view(where) == "list" ? 5 : 3));
        }
}

TEST_CASE("sweep: what the listing throws goes through") {
    Aged aged;
    aged.store.before = [](std::string_view call) {
        if (call == "list") throw Error(Errc::denied, "no listing");
    };
    CHECK_THROWS_CODE(sweep(aged.store, retention, today()), Errc::denied);
}

TEST_CASE("sweep: what somebody else has removed first counts as expired only") {
    for (bool exact : {true, false})
        for (const char* where : {"shown", "stat", "remove"}) {
            Aged aged;
            aged.put(backup(1), days(200));
            Steps store(aged.store, exact, [&](std::string_view step, const ObjectName*) {
                if (step == where) aged.store.memory.remove(backup(1));
            });
            if (exact && std::string_view(where) == "stat") continue;
            Swept swept = sweep(store, retention, today());
            CHECK(swept.expired == 1);
            CHECK(swept.removed == 0);
            CHECK(swept.kept_changed == 0);
            CHECK(swept.failed == 0);
            CHECK(swept.bytes_freed == 0);
        }
}
