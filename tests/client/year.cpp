// A phone and a store over a long time, on given times.

#include <tresor/client/state.hpp>

#include "support.hpp"

using namespace tresor;
using namespace tresor::client;
using std::chrono::days;
using std::chrono::hours;

namespace {

const Timestamp start = test::at("2026-11-23T06:05:00Z");

// A store that drops an object as soon as its retention time is over, and a phone that uses it.
class World {
public:
    explicit World(std::int64_t retention_days, safe::CyclePolicy cycle = {})
        : retention_(days(retention_days)), policy_(cycle), state_(ThreemaId("ECHOECHO")) {
        state_.cycle.enabled = true;
        state_.cycle.enabled_at = start;
        state_.cycle.retention_days = retention_days;
        state_.master_key.emplace(Bytes(64));
    }

    safe::Reason open_app(Timestamp now, bool network, std::uint8_t content) {
        restart();
        safe::Digest digest{content};
        auto decision = safe::decide(state_.cycle, digest, safe::Trigger::tick, policy_, now);
        if (decision.action == safe::Action::skip)
            state_.cycle = safe::after_skip(state_.cycle, decision.reason, now);
        else if (!network)
            state_.cycle =
                safe::after_failure(state_.cycle, Error(Errc::unavailable, "offline"), now);
        else {
            state_.cycle = safe::after_upload(state_.cycle, digest, now);
            stored_ = now;
            ++uploads_;
        }
        return decision.reason;
    }

    bool holds_backup(Timestamp now) const { return stored_ && now < *stored_ + retention_; }
    bool warns(Timestamp now) const { return !safe::cycle_warnings(state_.cycle, now).empty(); }
    const safe::CycleState& cycle() const { return state_.cycle; }
    int uploads() const { return uploads_; }

private:
    // What a new process would know: the text of the state.
    void restart() {
        SecretBytes text = format_state(state_);
        state_ = parse_state(text.expose());
    }

    Seconds retention_;
    safe::CyclePolicy policy_;
    State state_;
    std::optional<Timestamp> stored_;
    int uploads_ = 0;
};

}  // namespace

TEST_CASE("year: daily ticks with a change each day upload each day") {
    World world(180);
    for (int day = 0; day < 365; ++day) {
        auto reason = world.open_app(start + days(day), true, static_cast<std::uint8_t>(day));
        CHECK(reason == (day == 0 ? safe::Reason::never_uploaded : safe::Reason::changed));
        CHECK(world.holds_backup(start + days(day)));
    }
    CHECK(world.uploads() == 365);
}

TEST_CASE("year: an account that never changes is uploaded every 90 days") {
    World world(180);
    for (int day = 0; day < 365; ++day) {
        auto reason = world.open_app(start + days(day), true, 1);
        bool due = day % 90 == 0;
        CHECK(reason == (day == 0 ? safe::Reason::never_uploaded
                         : due    ? safe::Reason::refresh
                                  : safe::Reason::unchanged));
    }
    CHECK(world.uploads() == 5);
}

TEST_CASE("year: weeks without a network are warned of and made up for") {
    World world(180);
    bool warned = false;
    for (int day = 0; day < 365; ++day) {
        bool network = day < 100 || day >= 130;
        world.open_app(start + days(day), network, static_cast<std::uint8_t>(day / 10));
        warned = warned || world.warns(start + days(day));
        CHECK(world.holds_backup(start + days(day)));
        if (day == 107) CHECK_FALSE(world.warns(start + days(day)));
        if (day == 108) CHECK(world.warns(start + days(day)));
        if (day == 130) CHECK_FALSE(world.warns(start + days(day)));
    }
    CHECK(warned);
}

TEST_CASE("year: openings at most half the retention apart never lose the backup") {
    test::Random random(7);
    for (std::int64_t retention : {1, 2, 7, 30, 180, 365, 400})
        for (std::uint64_t round = test::rounds(50); round > 0; --round) {
            World world(retention);
            Timestamp now = start;
            std::uint8_t content = 0;
            while (now < start + days(366)) {
                if (test::below(random, 3) == 0) ++content;
                world.open_app(now, true, content);
                if (!world.holds_backup(now)) FAIL("retention " << retention);
                for (auto offline = test::below(random, 3); offline > 0; --offline)
                    world.open_app(now + Seconds(static_cast<std::int64_t>(offline)), false,
                                   content);
                auto half = static_cast<std::uint64_t>(retention) * 43200;
                Timestamp next =
                    now + Seconds(static_cast<std::int64_t>(1 + test::below(random, half)));
                if (test::below(random, 4) == 0)
                    next = now + Seconds(static_cast<std::int64_t>(half));
                if (!world.holds_backup(next))
                    FAIL("retention " << retention << ", lost before the next opening");
                now = next;
            }
        }
}

TEST_CASE("year: with a refresh after 23 h one opening within the retention time is enough") {
    test::Random random(8);
    for (std::int64_t retention : {2, 30, 180})
        for (std::uint64_t round = test::rounds(50); round > 0; --round) {
            World world(retention, {.refresh_after = hours(23)});
            Timestamp now = start;
            while (now < start + days(2000)) {
                world.open_app(now, true, 1);
                auto span = static_cast<std::uint64_t>(retention) * 86400 - 82800;
                Timestamp next =
                    now + hours(23) + Seconds(static_cast<std::int64_t>(test::below(random, span)));
                if (!world.holds_backup(next)) FAIL("retention " << retention);
                now = next;
            }
        }
}

TEST_CASE("year: opened on day 89 and 181 only, the backup is lost on day 180") {
    World world(180);
    world.open_app(start, true, 1);
    CHECK(world.open_app(start + days(89), true, 1) == safe::Reason::unchanged);
    CHECK(safe::expires_at(world.cycle()) == start + days(180));
    CHECK(world.holds_backup(start + days(180) - Seconds(1)));
    CHECK_FALSE(world.holds_backup(start + days(180)));
    CHECK(world.warns(start + days(170)));
    CHECK(world.open_app(start + days(181), true, 1) == safe::Reason::refresh);
    CHECK(world.holds_backup(start + days(181)));
}
