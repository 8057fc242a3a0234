// The sweep against renewals: in every order, and at random.

#include <array>
#include <fstream>
#include <limits>
#include <map>

#include <tresor/storage/directory.hpp>

#include "storage/sweeping.hpp"

using namespace sweep_test;
using test::backup;
using test::below;
using test::get;
using test::list;
using test::put;

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
