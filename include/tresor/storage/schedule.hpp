// How often a copy is made, and which of the old ones stay: times in, decisions out.
//
//     next_due(Every::monthly, last, zone)     the same time on the wall a month later
//     thin(copies, {.daily = 7, .monthly = 12}, zone)
//
// Days, weeks and months are those of a calendar on the wall, which `offset` tells (time.hpp).
// What a store holds and what is removed of it is client/archives.hpp's business.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/storage.hpp>
#include <tresor/time.hpp>

namespace tresor::storage {

enum class Every { daily, weekly, monthly, quarterly, yearly };
std::string_view name_of(Every every) noexcept;  // "daily"
std::optional<Every> every_named(std::string_view name) noexcept;

// When the next one is due: the same time on the wall a day, a week, a month, three months, a year
// after the last one.
//
// - A month that has no such day: its last day. 31 January is followed by 28 February, and that by
//   28 March; 29 February by 28 February.
// - A time that the clocks skip: the first moment after the gap. One that they show twice: the
//   first.
// Always later than `last`, but never than last_timestamp.
Timestamp next_due(Every every, Timestamp last, const UtcOffset& offset = {});

// How many days, weeks (ISO 8601, from Monday), months and years keep one copy, the last of each.
// Those count that have one; gaps between them do not.
struct KeepPolicy {
    unsigned daily = 0, weekly = 0, monthly = 0, yearly = 0;
    bool operator==(const KeepPolicy&) const = default;
};
// "daily:7,weekly:4,monthly:12,yearly:10", in any order, each at most once; what is not named is 0.
// Throws invalid_argument, also if nothing would be kept but the newest.
KeepPolicy parse_keep_policy(std::string_view text);
std::string format_keep_policy(const KeepPolicy& policy);

struct Generation {
    ObjectName name;
    Timestamp time;  // what is in it is from then
};

// Why a copy stays, or does not:
//
//     newest                                      and whatever else it is
//     daily 2026-11-24, weekly 2026-W48, monthly 2026-11, yearly 2026      the last one of these
//     daily 2026-11-24: a newer one is kept       and the same of the others
//     daily 2026-11-24: older than the newest 7
struct Judged {
    Generation generation;
    bool kept = false;
    std::vector<std::string> reasons;  // never empty
};
// Every copy, the newest first. The newest always stays. Thinning what stayed changes nothing.
// Throws invalid_argument for a policy of zeros: that is a slip rather than a wish.
std::vector<Judged> thin(std::vector<Generation> generations, const KeepPolicy& policy,
                         const UtcOffset& offset = {});

}  // namespace tresor::storage
