// What the tests of the sweep share.
#pragma once

#include <tresor/storage/retention.hpp>

#include "storage/stores.hpp"

namespace sweep_test {

using namespace tresor;
using namespace tresor::storage;
using test::Watched;

inline constexpr auto days = [](std::int64_t count) { return Seconds(count * 86400); };
inline constexpr std::int64_t retention = 180;

inline Timestamp today() { return test::at("2026-11-23T06:05:00Z"); }

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

}  // namespace sweep_test
