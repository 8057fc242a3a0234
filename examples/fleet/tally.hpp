// What is counted: events in all, requests in steps of ten seconds, and what lies in the store from
// one sweep to the next. Sums of whole numbers, so that the order of accounts and threads does not
// show.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model.hpp"

namespace fleet {

enum class Method { config, put, get, remove };
inline constexpr std::size_t methods = 4;

// Why the sweep has removed a backup.
enum class Cause {
    left_behind,  // its owner had deleted the app, or had switched off without reaching the server
    away,         // no phone came by in time
    lost          // it should have been kept: a bug, or a server that breaks its word
};
inline constexpr std::size_t causes = 3;

inline constexpr Seconds step{10};
inline constexpr std::int64_t steps_a_minute = 6, minutes_a_day = 1440,
                              steps_a_day = steps_a_minute * minutes_a_day;

// The totals of the whole run; add() adds up all but `oldest_renewed`.
struct Totals {
    std::uint64_t joined = 0, with_backup = 0, without_backup = 0, disabled = 0, deleted_app = 0;
    std::uint64_t created = 0, deleted = 0, at_end = 0;     // objects
    std::array<std::uint64_t, causes> swept = {};           // objects
    std::uint64_t lost_accounts = 0, expired_accounts = 0;  // each account once
    std::uint64_t renewed = 0, renewed_late = 0;            // late: in the last 14 days of its time
    std::uint64_t failed_attempts = 0;                      // that met no server
    std::uint64_t restored = 0, not_restored = 0;
    std::int64_t oldest_renewed = 0;  // seconds

    void add(const Totals& other);
};

// Of one day.
struct Day {
    std::int64_t objects = 0, bytes = 0, left_behind = 0;  // changes since the sweep before
    std::array<std::uint64_t, causes> removed = {};
    std::uint64_t bytes_freed = 0;
    std::array<std::uint64_t, methods> requests = {};
    std::uint64_t connections = 0, uploaded = 0, downloaded = 0;

    void add(const Day& other);
};

// Of one minute.
struct Minute {
    std::uint64_t bytes = 0;  // both ways
    std::uint32_t puts = 0;
    std::array<std::uint32_t, steps_a_minute> requests = {};

    void add(const Minute& other);
};

class Tally {
public:
    explicit Tally(const Model& model);

    Totals totals;
    std::vector<Day> daily;  // one more than there are days
    std::vector<Minute> minutes;

    // In the ten seconds of this number.
    std::uint32_t requests_in(std::int64_t at) const {
        const Minute& minute = minutes[static_cast<std::size_t>(at / steps_a_minute)];
        return minute.requests[static_cast<std::size_t>(at % steps_a_minute)];
    }
    void request(Timestamp now, Method method, std::uint64_t up, std::uint64_t down);
    void connection(Timestamp now);
    // An object is there, or is not, from this time on, as the sweeps see it.
    void object(Timestamp from, std::int64_t count, std::int64_t bytes) {
        object_from(sweep_from(from), count, bytes);
    }
    void object_from(std::int64_t sweep, std::int64_t count, std::int64_t bytes);
    void left_behind_from(std::int64_t sweep, std::int64_t count);
    void removed(std::int64_t sweep, Cause cause, std::uint64_t bytes);

    void add(const Tally& other);
    // Turns the changes of `daily` into what each sweep has found.
    void settle();

private:
    void traffic(std::int64_t minute, std::uint64_t up, std::uint64_t down);

    std::uint64_t tls_up_, tls_down_;
};

}  // namespace fleet
