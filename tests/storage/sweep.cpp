// The sweep: what it removes, and what it never does.

#include <array>
#include <fstream>
#include <limits>
#include <map>

#include <tresor/storage/directory.hpp>
#include <tresor/storage/retention.hpp>

#include "storage/stores.hpp"

using namespace tresor;
using namespace tresor::storage;
using test::backup;
using test::below;
using test::get;
using test::list;
using test::put;
using test::Watched;

namespace {

constexpr auto days = [](std::int64_t count) { return Seconds(count * 86400); };
constexpr std::int64_t retention = 180;

Timestamp today() { return test::at("2026-11-23T06:05:00Z"); }

// Memory in which time is told by the test.
struct Aged {
    Timestamp time = today();
    Watched store{"aged", [this] { return time; }};

    void put(const ObjectName& name, Seconds age, std::string_view text = "text") {
        time = today() - age;
        test::put(store.memory, name, text);
        time = today();
    }
};

// A store that tells each step of a sweep before it is done, with the object it is about.
class Steps final : public Wrapper {
public:
    using Step = std::function<void(std::string_view step, const ObjectName* object)>;

    Steps(Storage& store, bool exact, Step step)
        : Wrapper(store), store_(store), exact_(exact), step_(std::move(step)) {}

    Abilities can() const override {
        Abilities all = store_.can();
        all.conditional_remove &= exact_;
        return all;
    }
    void list(std::string_view prefix, const Visitor& visit) override {
        step_("list", nullptr);
        store_.list(prefix, [&](const ObjectInfo& info) {
            shown_time_ = info.modified;
            step_("shown", &info.name);
            return visit(info);
        });
        step_("end", nullptr);
    }
    std::optional<Timestamp> shown_time() const { return shown_time_; }
    std::optional<ObjectInfo> stat(const ObjectName& name) override {
        step_("stat", &name);
        return store_.stat(name);
    }
    bool remove(const ObjectName& name, const Condition& condition) override {
        step_("remove", &name);
        bool removed = store_.remove(name, condition);
        step_("removed", &name);
        return removed;
    }

private:
    Storage& store_;
    bool exact_;
    Step step_;
    std::optional<Timestamp> shown_time_;
};

}  // namespace

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

namespace {

struct Outcome {
    std::vector<std::string> steps;  // of the whole sweep
    bool stays = false;              // the renewed backup
    Swept swept;
};

// One expired backup, renewed right before the step of this number.
Outcome renewed_before(Storage& store, Timestamp time, bool exact, std::size_t number) {
    Outcome outcome;
    Steps steps(store, exact, [&](std::string_view step, const ObjectName*) {
        outcome.steps.emplace_back(step);
        if (outcome.steps.size() - 1 == number) put(store, backup(1), "renewed");
    });
    outcome.swept = sweep(steps, retention, time);
    outcome.stays = get(store, backup(1)) == "renewed";
    return outcome;
}

// For each step before which a backup was renewed, whether it stays.
using Stays = std::vector<std::pair<std::string, bool>>;

Stays every_interleaving(bool exact, const std::function<Outcome(std::size_t)>& run) {
    Stays stays;
    for (std::size_t number = 0;; ++number) {
        Outcome outcome = run(number);
        if (number >= outcome.steps.size()) return stays;
        std::string step = outcome.steps[number];
        stays.emplace_back(step, outcome.stays);
        const Swept& swept = outcome.swept;
        CHECK(swept.examined == 1);
        CHECK(swept.expired == (step == "list" ? 0 : 1));
        bool kept = step == "shown" || step == "stat" || (exact && step == "remove");
        CHECK(swept.kept_changed == (kept ? 1 : 0));
        CHECK(swept.removed == (step == "list" || kept ? 0 : 1));
        CHECK(swept.failed == 0);
    }
}

const Stays always = {
    {"list", true}, {"shown", true}, {"remove", true}, {"removed", true}, {"end", true}};
const Stays but_one = {{"list", true},    {"shown", true},   {"stat", true},
                       {"remove", false}, {"removed", true}, {"end", true}};

}  // namespace

TEST_CASE(
    "sweep: a backup renewed before any step stays in memory, but for one instant without "
    "conditions") {
    for (bool exact : {true, false}) {
        Stays stays = every_interleaving(exact, [&](std::size_t number) {
            Aged aged;
            aged.put(backup(1), days(200));
            return renewed_before(aged.store.memory, today(), exact, number);
        });
        CHECK(stays == (exact ? always : but_one));
    }
}

TEST_CASE(
    "sweep: a backup renewed before any step stays in a folder, but for one instant without "
    "conditions") {
    for (bool exact : {true, false}) {
        Stays stays = every_interleaving(exact, [&](std::size_t number) {
            test::TemporaryFolder folder;
            Directory store(folder.path());
            put(store, backup(1), "text");
            test::set_time(folder.path() / backup(1).text(), now() - days(200));
            return renewed_before(store, now(), exact, number);
        });
        CHECK(stays == (exact ? always : but_one));
    }
}

namespace {

// A store, and how objects of a certain age get into it.
struct Place {
    Storage& store;
    Timestamp time;
    std::function<void(const ObjectName&, Seconds age, const std::string& text)> make;
    std::function<void(const ObjectName&)> clear;
};

// One random sweep among random rivals, and a model that says what must be left.
class Round {
public:
    Round(const Place& place, test::Random& random)
        : place_(place), random_(random), exact_(below(random, 2) == 0) {}

    // What went wrong, or nothing.
    std::string run() {
        fill();
        Steps steps(place_.store, exact_,
                    [&](std::string_view step, const ObjectName* name) { at(step, name); });
        shown_time_ = [&] { return steps.shown_time(); };
        compare(sweep(steps, retention, place_.time));
        for (const auto& [name, object] : model_) place_.clear(name);
        return wrong_;
    }

private:
    struct Object {
        bool there = false;
        bool renewed = false;
        bool due = false;  // when it was listed
        Seconds age{};
        std::uint64_t size = 0;  // before it was renewed
        std::string text = {};
    };

    std::string random_text(char letter) { return std::string(below(random_, 50), letter); }
    static ObjectName some_name(std::uint64_t number) {
        static const std::array names = {backup(0), backup(1), backup(2),
                                         backup(3), backup(4), backup(5)};
        return names[number];
    }
    Seconds limit() const { return days(exact_ ? retention : retention + 1); }

    void fill() {
        for (std::uint64_t i = below(random_, 6); i-- > 0;) {
            // Half of them at the edge, to the second.
            auto edge = days(retention + static_cast<std::int64_t>(below(random_, 2))) +
                        Seconds(static_cast<std::int64_t>(below(random_, 3)) - 1);
            auto anywhere = Seconds(static_cast<std::int64_t>(below(random_, 400 * 86400)));
            Seconds age = below(random_, 2) == 0 ? edge : anywhere;
            Object object{.there = true, .age = age, .text = random_text('o')};
            object.size = object.text.size();
            place_.make(some_name(i), age, object.text);
            model_[some_name(i)] = object;
        }
    }

    void rival() {
        ObjectName name = some_name(below(random_, 6));
        Object& object = model_[name];
        if (below(random_, 8) == 0) {  // another sweep
            if (object.renewed || object.age < limit()) return;
            place_.store.remove(name);
            object.there = false;
            return;
        }
        object.there = object.renewed = true;
        object.text = random_text('r');
        put(place_.store, name, object.text);
    }

    void at(std::string_view step, const ObjectName* name) {
        if (step == "shown") shown(model_[*name]);
        while (below(random_, 4) == 0) rival();
        if (step == "stat") look_again(model_[*name]);
        if (step == "remove") remove(model_[*name]);
    }

    void shown(Object& object) {
        ++expected_.examined;
        object.due = place_.time - *shown_time_() >= limit();
        if (object.due) ++expected_.expired;
    }

    void look_again(Object& object) {
        require(object.due && !exact_, "a second look at what is not due");
        if (!object.there || !object.renewed) return;
        ++expected_.kept_changed;
        object.due = false;
    }

    // With a condition only what is as old as it was; without, whatever is there now.
    void remove(Object& object) {
        require(object.due, "a removal of what is not due");
        if (!object.there) return;
        if (exact_ && object.renewed) {
            ++expected_.kept_changed;
            return;
        }
        ++expected_.removed;
        expected_.bytes_freed += object.size;
        object.there = false;
    }

    void compare(const Swept& swept) {
        require(swept.examined == expected_.examined, "examined");
        require(swept.expired == expected_.expired, "expired");
        require(swept.removed == expected_.removed, "removed");
        require(swept.bytes_freed == expected_.bytes_freed, "bytes_freed");
        require(swept.kept_changed == expected_.kept_changed, "kept_changed");
        require(swept.failed == 0 && !swept.first_failure, "failed");
        for (const auto& [name, object] : model_) {
            auto text = get(place_.store, name);
            require(text.has_value() == object.there, object.there ? "lost" : "not removed");
            require(!text || *text == object.text, "another object");
            require(!text || object.renewed || object.age < limit(), "forgotten");
        }
    }

    void require(bool holds, const char* otherwise) {
        if (!holds) wrong_.append(wrong_.empty() ? "" : ", ").append(otherwise);
    }

    const Place& place_;
    test::Random& random_;
    bool exact_;
    std::map<ObjectName, Object> model_;
    std::function<std::optional<Timestamp>()> shown_time_;
    Swept expected_;
    std::string wrong_;
};

void random_rounds(const Place& place, std::uint64_t rounds) {
    for (std::uint64_t seed = 0; seed < rounds; ++seed) {
        test::Random random(seed);
        std::string wrong = Round(place, random).run();
        if (!wrong.empty()) FAIL("round ", seed, ": ", wrong);
    }
}

}  // namespace

TEST_CASE("sweep: no renewed backup is removed from memory in any random round") {
    Timestamp time = today();
    Memory store([&] { return time; });
    Place place{store, today(),
                [&](const ObjectName& name, Seconds age, const std::string& text) {
                    time = today() - age;
                    put(store, name, text);
                    time = today();
                },
                [&](const ObjectName& name) { store.remove(name); }};
    random_rounds(place, test::rounds(100000));
}

// Every put is made durable, which takes its time: 5,000 rounds are TRESOR_TEST_SCALE=5.
TEST_CASE("sweep: no renewed backup is removed from a folder in any random round") {
    test::TemporaryFolder folder;
    Directory::create(folder / "store");
    Directory store(folder / "store");
    Timestamp time = now();
    auto path_of = [&](const ObjectName& name) { return folder / "store" / name.text(); };
    Place place{store, time,
                [&](const ObjectName& name, Seconds age, const std::string& text) {
                    std::ofstream(path_of(name)) << text;
                    test::set_time(path_of(name), time - age);
                },
                [&](const ObjectName& name) { std::filesystem::remove(path_of(name)); }};
    random_rounds(place, test::rounds(1000));
    CHECK(list(store).empty());
}
