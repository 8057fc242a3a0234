// When a Safe is uploaded, and why; when it expires, and what to warn of (safe.md 6.6 and 7).
//
// All of it is pure: state and time go in, a decision with its reason comes out. Nothing sleeps and
// nothing asks a clock. The rules of decide(), the first that fits:
//
//     disabled        skip    Safe is off
//     never_uploaded  upload  no upload yet (one later than now + 1 h does not count: a clock lied)
//     forced          upload  the person said "now"
//     changed         upload  other content than at the last upload, and that is 23 h ago or more
//     refresh         upload  the last upload is `refresh_after` old: else the server drops it
//     after_failure   upload  the last attempt failed
//     unchanged       skip    same content
//     grace           skip    other content, but the last upload is less than 23 h old
//
// The time between two failed tries is advice (`next_due`), not a rule here: whoever calls, tries.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/error.hpp>
#include <tresor/safe/keys.hpp>
#include <tresor/time.hpp>

namespace tresor::safe {

// What content is recognised by: BLAKE2b-256 of canonical JSON, keyed from the master key, so that
// a stored digest says nothing to others.
using Digest = std::array<Byte, 32>;
Digest content_digest(ByteView canonical_json, const MasterKey& key);

enum class Trigger { tick, force };
enum class Action { upload, skip };
enum class Reason {
    never_uploaded,
    forced,
    changed,
    refresh,
    after_failure,
    unchanged,
    grace,
    disabled
};
std::string_view name_of(Reason reason) noexcept;

struct CycleState {
    bool enabled = false;
    std::optional<Timestamp> enabled_at;
    std::optional<Timestamp> last_attempt;  // every tick, also one that skipped
    std::optional<Timestamp> last_upload;
    std::optional<Digest> digest;    // of the last upload
    std::optional<Errc> last_error;  // of the last attempt; absent if it went well
    std::uint32_t failures = 0;      // in a row
    std::optional<Timestamp> failing_since;
    std::optional<Timestamp> not_before;  // after a failure
    std::int64_t retention_days = 180;    // of the store; 0 counts as 180
};

struct CyclePolicy {
    Seconds period = std::chrono::hours(24);
    Seconds grace = std::chrono::hours(23);
    // Absent: half the retention. At most 365 days in any case. 23 h suits a program that is opened
    // seldom: then one opening within the retention time keeps the backup alive.
    std::optional<Seconds> refresh_after;
};

struct Decision {
    Action action;
    Reason reason;
    std::optional<Timestamp> next_due;  // if the action succeeds; absent when Safe is off
};

[[nodiscard]] Decision decide(const CycleState& state, const Digest& digest, Trigger trigger,
                              const CyclePolicy& policy, Timestamp now);

// The state after a tick at `now`. A success and "unchanged" end a series of failures; "grace" does
// not. After n failures in a row the next try is due in min(15 min * 2^(n-1), 6 h), or when the
// server said, if that is later.
[[nodiscard]] CycleState after_upload(CycleState state, const Digest& digest, Timestamp now);
[[nodiscard]] CycleState after_skip(CycleState state, Reason reason, Timestamp now);
[[nodiscard]] CycleState after_failure(CycleState state, const Error& error, Timestamp now);

// When to tick next: absent when Safe is off, `not_before` after a failure, else the earlier of
// last attempt + period and refresh_due. After an attempt later than now + 1 h, when a clock was
// set back, it is now.
std::optional<Timestamp> next_due(const CycleState& state, const CyclePolicy& policy,
                                  Timestamp now);

// Absent without an upload.
std::optional<Timestamp> refresh_due(const CycleState& state, const CyclePolicy& policy);
std::optional<Timestamp> expires_at(const CycleState& state);

struct CycleWarning {
    enum class Kind {
        never_uploaded,  // on for over 7 days without any upload
        failing,         // for over 7 days
        aging,           // half the retention time has passed since the last upload
        expiring,        // 14 days or a quarter of the retention are left, whichever is less
        expired,         // the retention time has passed: the store may have dropped the backup
        clock,           // the last upload lies over an hour in the future: a clock was set back
    } kind;
    std::int64_t days;  // full days since the last upload; for never_uploaded since Safe is on
    std::string text() const;
};
std::vector<CycleWarning> cycle_warnings(const CycleState& state, Timestamp now);

}  // namespace tresor::safe
