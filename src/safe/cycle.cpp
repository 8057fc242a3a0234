#include <tresor/safe/cycle.hpp>

#include <algorithm>
#include <utility>

#include "crypto/hash.hpp"

namespace tresor::safe {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr Seconds most_clock_error = hours(1);
constexpr Seconds longest_refresh = days(365);
constexpr Seconds first_pause = minutes(15), longest_pause = hours(6);
constexpr Seconds patience = days(7);

Seconds retention_of(const CycleState& state) {
    return days(state.retention_days == 0 ? 180 : state.retention_days);
}

Seconds refresh_after(const CycleState& state, const CyclePolicy& policy) {
    return std::min(policy.refresh_after.value_or(retention_of(state) / 2), longest_refresh);
}

std::optional<Timestamp> believed(std::optional<Timestamp> time, Timestamp now) {
    return time && *time <= now + most_clock_error ? time : std::nullopt;
}

Reason reason_of(const CycleState& state, const Digest& digest, Trigger trigger,
                 const CyclePolicy& policy, Timestamp now) {
    if (!state.enabled) return Reason::disabled;
    auto last = believed(state.last_upload, now);
    if (!last) return Reason::never_uploaded;
    if (trigger == Trigger::force) return Reason::forced;
    bool changed = state.digest != digest;
    Seconds age = now - *last;
    if (changed && age >= policy.grace) return Reason::changed;
    if (age >= refresh_after(state, policy)) return Reason::refresh;
    if (state.last_error) return Reason::after_failure;
    return changed ? Reason::grace : Reason::unchanged;
}

Seconds pause_after(std::uint32_t failures) {
    Seconds pause = first_pause;
    for (std::uint32_t n = 1; n < failures && pause < longest_pause; ++n) pause *= 2;
    return std::min(pause, longest_pause);
}

CycleState without_failures(CycleState state) {
    state.last_error.reset();
    state.failures = 0;
    state.failing_since.reset();
    state.not_before.reset();
    return state;
}

std::int64_t full_days(Seconds time) { return std::chrono::floor<days>(time).count(); }

}  // namespace

Digest content_digest(ByteView canonical_json, const MasterKey& key) {
    using DigestKey = Secret<32, struct DigestKeyTag>;
    auto digest_key = DigestKey::made_by([&](std::span<Byte, 32> made) {
        crypto::blake2b(made, as_bytes("tresor content digest 1"), key.expose());
    });
    Digest digest;
    crypto::blake2b(digest, canonical_json, digest_key.expose());
    return digest;
}

std::string_view name_of(Reason reason) noexcept {
    switch (reason) {
        case Reason::never_uploaded: return "never_uploaded";
        case Reason::forced: return "forced";
        case Reason::changed: return "changed";
        case Reason::refresh: return "refresh";
        case Reason::after_failure: return "after_failure";
        case Reason::unchanged: return "unchanged";
        case Reason::grace: return "grace";
        case Reason::disabled: return "disabled";
    }
    return "";
}

Decision decide(const CycleState& state, const Digest& digest, Trigger trigger,
                const CyclePolicy& policy, Timestamp now) {
    Reason reason = reason_of(state, digest, trigger, policy, now);
    bool skip =
        reason == Reason::unchanged || reason == Reason::grace || reason == Reason::disabled;
    CycleState after = skip ? after_skip(state, reason, now) : after_upload(state, digest, now);
    return {skip ? Action::skip : Action::upload, reason, next_due(after, policy, now)};
}

CycleState after_upload(CycleState state, const Digest& digest, Timestamp now) {
    state = without_failures(std::move(state));
    state.last_attempt = state.last_upload = now;
    state.digest = digest;
    return state;
}

CycleState after_skip(CycleState state, Reason reason, Timestamp now) {
    if (reason == Reason::unchanged) state = without_failures(std::move(state));
    if (reason != Reason::disabled) state.last_attempt = now;
    return state;
}

CycleState after_failure(CycleState state, const Error& error, Timestamp now) {
    state.last_attempt = now;
    state.last_error = error.code();
    if (state.failures < UINT32_MAX) ++state.failures;
    if (!believed(state.failing_since, now)) state.failing_since = now;
    Seconds pause = pause_after(state.failures);
    state.not_before = later(now, std::max<Seconds>(pause, error.retry_after.value_or(pause)));
    return state;
}

std::optional<Timestamp> next_due(const CycleState& state, const CyclePolicy& policy,
                                  Timestamp now) {
    if (!state.enabled) return std::nullopt;
    auto last = believed(state.last_attempt, now);
    if (!last) return now;
    if (state.not_before) return state.not_before;
    Timestamp due = later(*last, policy.period);
    auto refresh = refresh_due(state, policy);
    return refresh ? std::min(due, *refresh) : due;
}

std::optional<Timestamp> refresh_due(const CycleState& state, const CyclePolicy& policy) {
    if (!state.last_upload) return std::nullopt;
    return later(*state.last_upload, refresh_after(state, policy));
}

std::optional<Timestamp> expires_at(const CycleState& state) {
    if (!state.last_upload) return std::nullopt;
    return later(*state.last_upload, retention_of(state));
}

std::vector<CycleWarning> cycle_warnings(const CycleState& state, Timestamp now) {
    using Kind = CycleWarning::Kind;
    std::vector<CycleWarning> warnings;
    if (!state.enabled) return warnings;
    auto warn = [&](Kind kind, Timestamp since) {
        warnings.push_back({kind, full_days(now - since)});
    };

    auto too_long = [&](std::optional<Timestamp> since) {
        return since && now - *since > patience;
    };

    auto last = state.last_upload;
    if (!last) {
        if (too_long(state.enabled_at) || too_long(state.failing_since))
            warn(Kind::never_uploaded, state.enabled_at ? *state.enabled_at : *state.failing_since);
        return warnings;
    }
    if (!believed(last, now)) {
        warnings.push_back({Kind::clock, 0});
        return warnings;
    }
    if (too_long(state.failing_since)) warn(Kind::failing, *last);
    Seconds age = now - *last, retention = retention_of(state);
    if (age >= retention)
        warn(Kind::expired, *last);
    else if (age >= retention - std::min<Seconds>(days(14), retention / 4))
        warn(Kind::expiring, *last);
    else if (age >= retention / 2)
        warn(Kind::aging, *last);
    return warnings;
}

std::string CycleWarning::text() const {
    std::string count = std::to_string(days) + (days == 1 ? " day" : " days");
    switch (kind) {
        case Kind::never_uploaded: return "Safe has been on for " + count + " without any upload";
        case Kind::failing:
            return "uploads have been failing; the last backup is " + count + " old";
        case Kind::aging: return "the last backup is " + count + " old, half of its retention time";
        case Kind::expiring: return "the last backup is " + count + " old and expires soon";
        case Kind::expired:
            return "the last backup is " + count + " old; the store may have dropped it already";
        case Kind::clock: return "the last upload lies in the future; was the clock set back?";
    }
    return "";
}

}  // namespace tresor::safe
