// What is simulated: how many accounts there are, how their phones live, what the server does.
//
// Times are seconds of UTC; day 0 begins with 2026. The defaults are guesses at a fleet of
// messenger users, to be replaced by one's own numbers; README.md says where each comes from.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <tresor/time.hpp>

namespace fleet {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using tresor::Seconds;
using tresor::Timestamp;

inline constexpr Timestamp beginning{Seconds(1767225600)};  // 2026-01-01T00:00:00Z
inline constexpr Timestamp never = tresor::last_timestamp;
inline constexpr std::uint64_t most_simulated = 1000000;  // beyond that, results are scaled

struct Outage {
    Timestamp from, to;
};

struct Model {
    std::uint64_t accounts = 100000;  // that have Safe on at any time
    std::int64_t days = 400;
    std::uint64_t seed = 1;

    // The server.
    std::int64_t retention_days = 180;  // what its config announces
    std::int64_t sweep_days = 180;      // what its sweep goes by: the same, if it is set up well
    std::vector<Outage> outages = {};   // in order, none touching another
    std::int64_t tls_bytes = 5000;      // of one handshake, both ways; 0: no TLS

    // The phones.
    double opened_share = 0.4;         // run only while somebody looks at the app
    double opened_refresh_hours = 23;  // CyclePolicy::refresh_after of these
    double offline_share = 0.05;       // of all phones, at any time
    double mean_offline_days = 7;
    double skew_minutes = 10;    // clocks are off by this much at most
    double jitter_minutes = 30;  // so late at most does the system run a job that is due

    // The people.
    double change_probability = 0.3;  // that an account changes on a day; a fifth never changes
    double backup_bytes = 16384;      // the median
    double now_per_year = 2;          // "back up now"
    double churn_per_year = 0.2;      // share of accounts that go; as many new ones come
    double lost_phones_per_year = 0.03;

    std::uint64_t simulated() const { return std::min(accounts, most_simulated); }
    Timestamp end() const { return beginning + std::chrono::days(days); }
    // The fleet comes up in these first days.
    std::int64_t ramp_days() const { return std::min<std::int64_t>(30, days / 2); }
    // From this day on as many objects are left behind as are swept, if it lasts that long.
    std::int64_t steady_day() const {
        std::int64_t settled = ramp_days() + std::max(retention_days, sweep_days) + 1;
        return settled + 7 <= days ? settled : ramp_days();
    }
    bool gets_steady() const { return steady_day() > ramp_days(); }

    Seconds skew() const { return Seconds(static_cast<std::int64_t>(skew_minutes * 60)); }
    Seconds jitter() const { return Seconds(static_cast<std::int64_t>(jitter_minutes * 60)); }
    Seconds opened_refresh() const {
        return Seconds(static_cast<std::int64_t>(opened_refresh_hours * 3600));
    }
    bool server_down(Timestamp now) const {
        auto next = std::upper_bound(outages.begin(), outages.end(), now,
                                     [](Timestamp at, const Outage& o) { return at < o.to; });
        return next != outages.end() && next->from <= now;
    }
};

// The sweep runs once a day, at three in the night.
inline Timestamp sweep_time(std::int64_t day) {
    return beginning + std::chrono::days(day) + hours(3);
}
// The first sweep at this time or later.
inline std::int64_t sweep_from(Timestamp time) {
    return std::max<std::int64_t>(0, std::chrono::ceil<days>(time - sweep_time(0)).count());
}
inline std::int64_t day_of(Timestamp time) {
    return std::chrono::floor<days>(time - beginning).count();
}

}  // namespace fleet
