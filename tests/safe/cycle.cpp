#include <tresor/safe/cycle.hpp>

#include <array>

#include "support.hpp"

using namespace tresor;
using namespace tresor::safe;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

const Timestamp start = test::at("2026-11-23T06:05:00Z");
constexpr Digest old_content{1}, new_content{2};

CycleState fresh(std::int64_t retention_days = 180) {
    CycleState state;
    state.enabled = true;
    state.enabled_at = start;
    state.retention_days = retention_days;
    return state;
}

// Uploaded at `start`, all well.
CycleState uploaded(std::int64_t retention_days = 180) {
    return after_upload(fresh(retention_days), old_content, start);
}

CycleState failed(CycleState state, Errc code = Errc::unavailable, Timestamp now = start) {
    return after_failure(std::move(state), Error(code, "x"), now);
}

Decision at(const CycleState& state, Seconds later, const Digest& content,
            Trigger trigger = Trigger::tick, const CyclePolicy& policy = {}) {
    return decide(state, content, trigger, policy, start + later);
}

void expect(const Decision& decision, Action action, Reason reason) {
    CHECK(decision.action == action);
    CHECK(name_of(decision.reason) == name_of(reason));
}

using Kind = CycleWarning::Kind;
std::vector<Kind> kinds(const CycleState& state, Seconds later) {
    std::vector<Kind> found;
    for (const auto& warning : cycle_warnings(state, start + later)) found.push_back(warning.kind);
    return found;
}
using Kinds = std::vector<Kind>;

}  // namespace

TEST_CASE("Y-1: never uploaded, tick: upload") {
    expect(at(fresh(), Seconds(0), old_content), Action::upload, Reason::never_uploaded);
    expect(at(fresh(), Seconds(0), old_content, Trigger::force), Action::upload,
           Reason::never_uploaded);
}

TEST_CASE("Y-2: changed, 22 h 59 min after the upload: grace") {
    expect(at(uploaded(), hours(22) + minutes(59), new_content), Action::skip, Reason::grace);
    expect(at(uploaded(), hours(23) - Seconds(1), new_content), Action::skip, Reason::grace);
}

TEST_CASE("Y-3: changed, exactly 23 h: upload") {
    expect(at(uploaded(), hours(23), new_content), Action::upload, Reason::changed);
}

TEST_CASE("Y-4: unchanged, 89 d 23 h with retention 180: unchanged") {
    expect(at(uploaded(), days(89) + hours(23), old_content), Action::skip, Reason::unchanged);
    expect(at(uploaded(), days(90) - Seconds(1), old_content), Action::skip, Reason::unchanged);
}

TEST_CASE("Y-5: unchanged, exactly 90 d: upload") {
    expect(at(uploaded(), days(90), old_content), Action::upload, Reason::refresh);
}

TEST_CASE("Y-6: retention 0 behaves like 180") {
    expect(at(uploaded(0), days(90) - Seconds(1), old_content), Action::skip, Reason::unchanged);
    expect(at(uploaded(0), days(90), old_content), Action::upload, Reason::refresh);
    CHECK(expires_at(uploaded(0)) == start + days(180));
}

TEST_CASE("Y-7: unchanged, but the last attempt failed: upload") {
    expect(at(failed(uploaded()), hours(1), old_content), Action::upload, Reason::after_failure);
}

TEST_CASE("Y-8: changed, 1 h after the upload, the last attempt was too large: upload") {
    expect(at(failed(uploaded(), Errc::too_large), hours(1), new_content), Action::upload,
           Reason::after_failure);
}

TEST_CASE("Y-9: forced at any time: upload, and the period begins anew") {
    for (auto content : {old_content, new_content}) {
        auto decision = at(uploaded(), Seconds(1), content, Trigger::force);
        expect(decision, Action::upload, Reason::forced);
        CHECK(decision.next_due == start + Seconds(1) + hours(24));
    }
}

TEST_CASE("Y-10: the first failure is remembered until a success or unchanged") {
    auto state = failed(uploaded(), Errc::unavailable, start + hours(24));
    CHECK(state.failing_since == start + hours(24));
    CHECK(state.last_error == Errc::unavailable);
    state = failed(state, Errc::denied, start + hours(48));
    CHECK(state.failing_since == start + hours(24));
    CHECK(state.last_error == Errc::denied);
    CHECK(state.failures == 2);
    auto success = after_upload(state, new_content, start + hours(49));
    CHECK_FALSE(success.failing_since);
    CHECK_FALSE(success.last_error);
    CHECK(success.failures == 0);
    CHECK_FALSE(success.not_before);
    CHECK(success.digest == new_content);
    CHECK_FALSE(after_skip(state, Reason::unchanged, start + hours(49)).failing_since);
}

TEST_CASE("Y-11: the warning after 7 days of failures") {
    auto state = failed(uploaded(), Errc::unavailable, start + days(1));
    CHECK(kinds(state, days(8)) == Kinds{});
    auto warnings = cycle_warnings(state, start + days(8) + Seconds(1));
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].kind == Kind::failing);
    CHECK(warnings[0].days == 8);
    CHECK(warnings[0].text().find("8 days") != std::string::npos);
    auto never = failed(fresh());
    CHECK(kinds(never, days(7)) == Kinds{});
    CHECK(kinds(never, days(7) + Seconds(1)) == Kinds{Kind::never_uploaded});
    CHECK(kinds(fresh(), days(7) + Seconds(1)) == Kinds{Kind::never_uploaded});
}

TEST_CASE("Y-12: grace leaves the memory of failures alone") {
    auto state = uploaded();
    state.failing_since = start - days(1);
    CHECK(after_skip(state, Reason::grace, start + hours(1)).failing_since == start - days(1));
    CHECK(after_skip(state, Reason::grace, start + hours(1)).last_attempt == start + hours(1));
}

TEST_CASE("Y-13: the clock jumps back 30 days: upload") {
    expect(at(uploaded(), -days(30), old_content), Action::upload, Reason::never_uploaded);
    expect(at(uploaded(), -hours(1) - Seconds(1), old_content), Action::upload,
           Reason::never_uploaded);
    expect(at(uploaded(), -hours(1), old_content), Action::skip, Reason::unchanged);
    CHECK(next_due(uploaded(), {}, start - days(30)) == start - days(30));
}

TEST_CASE("Y-18: odd retention: 1, 7 and 365 days") {
    for (auto [retention, threshold] :
         {std::pair{1, hours(12)}, std::pair{7, hours(84)}, std::pair{365, hours(4380)}}) {
        expect(at(uploaded(retention), threshold - Seconds(1), old_content), Action::skip,
               Reason::unchanged);
        expect(at(uploaded(retention), threshold, old_content), Action::upload, Reason::refresh);
        CHECK(refresh_due(uploaded(retention), {}) == start + threshold);
    }
    // Not even a change may delay the refresh beyond the retention time.
    expect(at(uploaded(1), hours(12), new_content), Action::upload, Reason::refresh);
}

TEST_CASE("cycle: off is off") {
    auto decision = at(CycleState{}, Seconds(0), old_content, Trigger::force);
    expect(decision, Action::skip, Reason::disabled);
    CHECK_FALSE(decision.next_due);
    CHECK(cycle_warnings(CycleState{}, start).empty());
    CHECK_FALSE(after_skip(CycleState{}, Reason::disabled, start).last_attempt);
}

TEST_CASE("cycle: the refresh can be set, and is never over 365 days") {
    CyclePolicy often{.refresh_after = hours(23)};
    expect(at(uploaded(), hours(23), old_content, Trigger::tick, often), Action::upload,
           Reason::refresh);
    expect(at(uploaded(), hours(23) - Seconds(1), old_content, Trigger::tick, often), Action::skip,
           Reason::unchanged);
    CHECK(refresh_due(uploaded(36500), {}) == start + days(365));
    CHECK(refresh_due(uploaded(), {.refresh_after = days(4000)}) == start + days(365));
}

TEST_CASE("cycle: tries after failures are due in 15 minutes, doubling to 6 hours") {
    auto state = uploaded();
    for (int pause : {15, 30, 60, 120, 240, 360, 360, 360}) {
        state = failed(state);
        CHECK(state.not_before == start + minutes(pause));
        CHECK(next_due(state, {}, start) == start + minutes(pause));
    }
    for (int i = 0; i < 100; ++i) state = failed(state);
    CHECK(state.not_before == start + hours(6));
}

TEST_CASE("cycle: a server that asks for more time gets it, for less it does not") {
    Error throttled(Errc::unavailable, "429");
    throttled.retry_after = hours(7);
    CHECK(after_failure(uploaded(), throttled, start).not_before == start + hours(7));
    throttled.retry_after = minutes(1);
    CHECK(after_failure(uploaded(), throttled, start).not_before == start + minutes(15));
}

TEST_CASE("cycle: next due is a day later or when the refresh is due") {
    CHECK(next_due(uploaded(), {}, start) == start + hours(24));
    CHECK(next_due(uploaded(1), {}, start) == start + hours(12));
    auto ticked = after_skip(uploaded(), Reason::unchanged, start + days(89) + hours(12));
    CHECK(next_due(ticked, {}, start + days(89) + hours(12)) == start + days(90));
    CHECK(next_due(fresh(), {}, start) == start);
    CHECK_FALSE(next_due(CycleState{}, {}, start));
}

TEST_CASE("cycle: warnings grow with the age of the last upload") {
    CHECK(kinds(uploaded(), days(90) - Seconds(1)) == Kinds{});
    CHECK(kinds(uploaded(), days(90)) == Kinds{Kind::aging});
    CHECK(kinds(uploaded(), days(166) - Seconds(1)) == Kinds{Kind::aging});
    CHECK(kinds(uploaded(), days(166)) == Kinds{Kind::expiring});
    CHECK(kinds(uploaded(), days(180) - Seconds(1)) == Kinds{Kind::expiring});
    CHECK(kinds(uploaded(), days(180)) == Kinds{Kind::expired});
    CHECK(kinds(uploaded(8), days(6) - Seconds(1)) == Kinds{Kind::aging});
    CHECK(kinds(uploaded(8), days(6)) == Kinds{Kind::expiring});
    CHECK(kinds(failed(uploaded(), Errc::unavailable, start + days(80)), days(100)) ==
          Kinds{Kind::failing, Kind::aging});
    CHECK(CycleWarning{Kind::aging, 1}.text().find("1 day ") != std::string::npos);
}

TEST_CASE("cycle: after a clock was set back nothing waits for the future") {
    auto state = failed(uploaded(), Errc::unavailable, start + days(10000));
    CHECK(state.failing_since == start + days(10000));
    CHECK(next_due(state, {}, start + days(1)) == start + days(1));
    state = failed(state, Errc::unavailable, start + days(1));
    CHECK(state.failing_since == start + days(1));
    CHECK(kinds(state, days(8) + Seconds(1)) == Kinds{Kind::failing});
    CHECK(kinds(after_upload(fresh(), old_content, start + days(10000)), days(1)) ==
          Kinds{Kind::clock});
}

TEST_CASE("cycle: no time lies beyond the year 9999") {
    auto end = test::at("9999-12-31T23:00:00Z");
    auto state = after_upload(fresh(), old_content, end);
    CHECK(next_due(state, {}, end) == last_timestamp);
    CHECK(refresh_due(state, {}) == last_timestamp);
    CHECK(expires_at(state) == last_timestamp);
    CHECK(failed(state, Errc::io, last_timestamp).not_before == last_timestamp);
    CHECK(format_rfc3339(last_timestamp) == "9999-12-31T23:59:59Z");
}

// The rules once more, as a table. Each row says what must hold (1), must not (0) or does not
// matter (-): enabled, uploaded before, forced, content changed, 23 h passed, refresh due, failed
// before. Exactly one row fits any case.
TEST_CASE("cycle: a million random decisions follow the table") {
    struct Rule {
        const char* holds;
        Reason reason;
    };
    constexpr Rule table[] = {
        {"0------", Reason::disabled},      {"10-----", Reason::never_uploaded},
        {"111----", Reason::forced},        {"11011--", Reason::changed},
        {"1100-1-", Reason::refresh},       {"110101-", Reason::refresh},
        {"1100-01", Reason::after_failure}, {"1101001", Reason::after_failure},
        {"1100-00", Reason::unchanged},     {"1101000", Reason::grace}};
    std::array<std::uint64_t, 8> seen{};
    test::Random random(6);
    for (std::uint64_t i = 0; i < 1'000'000; ++i) {
        auto coin = [&] { return test::below(random, 2) == 1; };
        std::int64_t retention =
            static_cast<std::int64_t>(std::array{0, 1, 7, 180, 365, 36500}[test::below(random, 6)]);
        CyclePolicy policy;
        if (coin())
            policy.refresh_after =
                Seconds(static_cast<std::int64_t>(3600 * (1 + test::below(random, 9000))));
        std::int64_t half = (retention == 0 ? 180 : retention) * 43200;
        std::int64_t refresh = std::min<std::int64_t>(
            policy.refresh_after ? policy.refresh_after->count() : half, 31536000);
        // Ages lie near the thresholds, so that "exactly" is met often.
        std::int64_t near =
            std::array<std::int64_t, 5>{0, 82800, refresh, -3600, -2592000}[test::below(random, 5)];
        std::int64_t age = near + static_cast<std::int64_t>(test::below(random, 5)) - 2;

        CycleState state;
        state.enabled = test::below(random, 20) != 0;
        state.retention_days = retention;
        if (test::below(random, 10) != 0) state.last_upload = start - Seconds(age);
        state.digest = old_content;
        if (coin()) state.last_error = Errc::unavailable;
        if (state.last_error) state.failing_since = start - days(3);
        bool changed = coin();
        auto trigger = test::below(random, 4) == 0 ? Trigger::force : Trigger::tick;
        auto decision = decide(state, changed ? new_content : old_content, trigger, policy, start);

        bool facts[] = {state.enabled,
                        state.last_upload && age >= -3600,
                        trigger == Trigger::force,
                        changed,
                        age >= 82800,
                        age >= refresh,
                        state.last_error.has_value()};
        int fitting = 0;
        for (const Rule& rule : table) {
            bool fits = true;
            for (std::size_t k = 0; k < 7; ++k)
                fits = fits && (rule.holds[k] == '-' || (rule.holds[k] == '1') == facts[k]);
            if (!fits) continue;
            ++fitting;
            ++seen[static_cast<std::size_t>(rule.reason)];
            bool upload = rule.reason <= Reason::after_failure;
            if (decision.reason != rule.reason || (decision.action == Action::upload) != upload)
                FAIL("round " << i << ": " << name_of(decision.reason) << " for "
                              << name_of(rule.reason));
            if (decision.next_due.has_value() != state.enabled ||
                (upload && *decision.next_due <= start))
                FAIL("round " << i << ": next due");
        }
        if (fitting != 1) FAIL("round " << i << ": " << fitting << " rules fit");
    }
    for (std::uint64_t count : seen) CHECK(count > 1000);
}
