#include <algorithm>

#include "capi/border.hpp"
#include "codec/json_writer.hpp"

using namespace tresor;
using namespace tresor::capi;

namespace {

safe::Digest digest_of(const unsigned char* digest) {
    safe::Digest made;
    std::copy_n(&need(digest), made.size(), made.begin());
    return made;
}

Errc code_of(int status) {
    if (status > TRESOR_INTERNAL || status < TRESOR_CANCELLED)
        throw Error(Errc::invalid_argument, "that is no status of a failure");
    return static_cast<Errc>(-status);
}

safe::Reason reason_of(int reason) {
    if (reason < TRESOR_REASON_NEVER_UPLOADED || reason > TRESOR_REASON_DISABLED)
        throw Error(Errc::invalid_argument, "there is no such reason");
    return static_cast<safe::Reason>(reason);
}

safe::CycleState state_of(const tresor_cycle_state* given) {
    const tresor_cycle_state& from = need(given);
    need_version(from.version);
    safe::CycleState state;
    state.enabled = from.enabled != 0;
    state.enabled_at = optional_timestamp(from.enabled_at);
    state.last_attempt = optional_timestamp(from.last_attempt);
    state.last_upload = optional_timestamp(from.last_upload);
    if (from.has_digest != 0) state.digest = digest_of(from.digest);
    if (from.last_error != TRESOR_OK) state.last_error = code_of(from.last_error);
    state.failures = from.failures;
    state.failing_since = optional_timestamp(from.failing_since);
    state.not_before = optional_timestamp(from.not_before);
    if (from.retention_days < 0 || from.retention_days > 36500)
        throw Error(Errc::invalid_argument, "backups are kept for 0 to 36500 days");
    state.retention_days = from.retention_days;
    return state;
}

void give_back(tresor_cycle_state& into, const safe::CycleState& state) {
    into.enabled = state.enabled ? 1 : 0;
    into.enabled_at = seconds(state.enabled_at);
    into.last_attempt = seconds(state.last_attempt);
    into.last_upload = seconds(state.last_upload);
    into.has_digest = state.digest ? 1 : 0;
    if (state.digest) std::copy(state.digest->begin(), state.digest->end(), into.digest);
    into.last_error = state.last_error ? -static_cast<int>(*state.last_error) : TRESOR_OK;
    into.failures = state.failures;
    into.failing_since = seconds(state.failing_since);
    into.not_before = seconds(state.not_before);
    into.retention_days = state.retention_days;
}

std::string_view name_of(safe::CycleWarning::Kind kind) {
    using Kind = safe::CycleWarning::Kind;
    switch (kind) {
        case Kind::never_uploaded: return "never_uploaded";
        case Kind::failing: return "failing";
        case Kind::aging: return "aging";
        case Kind::expiring: return "expiring";
        case Kind::expired: return "expired";
        case Kind::clock: return "clock";
    }
    return "";
}

}  // namespace

std::size_t tresor_digest_size(void) { return TRESOR_DIGEST_SIZE; }

int tresor_cycle_digest(unsigned char* out, const void* canonical, std::size_t canonical_size,
                        const tresor_keys* keys) {
    return guard([&] {
        auto digest =
            safe::content_digest(at_most(safe::max_json_bytes, bytes(canonical, canonical_size)),
                                 need(keys).keys.master_key());
        std::copy(digest.begin(), digest.end(), &need(out));
    });
}

int tresor_cycle_decide(tresor_decision* out, const tresor_cycle_state* state,
                        const unsigned char* digest, int force, const tresor_cycle_policy* policy,
                        std::int64_t now) {
    return guard([&] {
        Out result(out, tresor_decision{0, TRESOR_REASON_DISABLED, TRESOR_NEVER});
        auto decision = safe::decide(state_of(state), digest_of(digest),
                                     force != 0 ? safe::Trigger::force : safe::Trigger::tick,
                                     policy_of(policy), timestamp(now));
        result.set({decision.action == safe::Action::upload ? 1 : 0,
                    static_cast<int>(decision.reason), seconds(decision.next_due)});
    });
}

int tresor_cycle_after_upload(tresor_cycle_state* state, const unsigned char* digest,
                              std::int64_t now) {
    return guard([&] {
        give_back(need(state),
                  safe::after_upload(state_of(state), digest_of(digest), timestamp(now)));
    });
}

int tresor_cycle_after_skip(tresor_cycle_state* state, int reason, std::int64_t now) {
    return guard([&] {
        give_back(need(state),
                  safe::after_skip(state_of(state), reason_of(reason), timestamp(now)));
    });
}

int tresor_cycle_after_failure(tresor_cycle_state* state, int status, std::int64_t retry_after,
                               std::int64_t now) {
    return guard([&] {
        Error error(code_of(status), "");
        if (retry_after >= 0) error.retry_after = Seconds(retry_after);
        give_back(need(state), safe::after_failure(state_of(state), error, timestamp(now)));
    });
}

int tresor_cycle_next_due(std::int64_t* out, const tresor_cycle_state* state,
                          const tresor_cycle_policy* policy, std::int64_t now) {
    return guard([&] {
        Out result(out, std::int64_t{TRESOR_NEVER});
        result.set(seconds(safe::next_due(state_of(state), policy_of(policy), timestamp(now))));
    });
}

int tresor_cycle_refresh_due(std::int64_t* out, const tresor_cycle_state* state,
                             const tresor_cycle_policy* policy) {
    return guard([&] {
        Out result(out, std::int64_t{TRESOR_NEVER});
        result.set(seconds(safe::refresh_due(state_of(state), policy_of(policy))));
    });
}

int tresor_cycle_expires_at(std::int64_t* out, const tresor_cycle_state* state) {
    return guard([&] {
        Out result(out, std::int64_t{TRESOR_NEVER});
        result.set(seconds(safe::expires_at(state_of(state))));
    });
}

int tresor_cycle_warnings(tresor_buf* json, const tresor_cycle_state* state, std::int64_t now) {
    return guard([&] {
        OutBuf result(json);
        auto warnings = safe::cycle_warnings(state_of(state), timestamp(now));
        codec::JsonWriter out;
        out.objects(warnings, [&](const auto& warning) {
            out.name("kind");
            out.text(name_of(warning.kind));
            out.name("days");
            out.integer(warning.days);
            out.name("text");
            out.text(warning.text());
        });
        result.set(out.take().expose());
        result.release();
    });
}

const char* tresor_reason_name(int reason) {
    if (reason < TRESOR_REASON_NEVER_UPLOADED || reason > TRESOR_REASON_DISABLED) return "unknown";
    return safe::name_of(static_cast<safe::Reason>(reason)).data();
}
