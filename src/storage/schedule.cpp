#include <tresor/storage/schedule.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace tresor::storage {
namespace {

using std::chrono::days;

struct Named {
    Every every;
    std::string_view name;
    unsigned months;  // 0: a number of days
    unsigned days;
};
constexpr std::array<Named, 5> intervals{{{Every::daily, "daily", 0, 1},
                                          {Every::weekly, "weekly", 0, 7},
                                          {Every::monthly, "monthly", 1, 0},
                                          {Every::quarterly, "quarterly", 3, 0},
                                          {Every::yearly, "yearly", 12, 0}}};

const Named& interval_of(Every every) noexcept {
    return intervals[static_cast<std::size_t>(every)];
}

// So many months later, on the same day or the last one.
CivilTime months_later(CivilTime civil, unsigned months) {
    unsigned month = civil.month - 1 + months;
    civil.year += month / 12;
    civil.month = month % 12 + 1;
    std::chrono::year_month_day_last last(
        std::chrono::year(static_cast<int>(civil.year)),
        std::chrono::month_day_last(std::chrono::month(civil.month)));
    civil.day = std::min(civil.day, static_cast<unsigned>(last.day()));
    return civil;
}

std::string text(const char* form, std::int64_t a, unsigned b = 0, unsigned c = 0) {
    char made[40];
    std::snprintf(made, sizeof made, form, static_cast<long long>(a), b, c);
    return made;
}

std::string day_of(const CivilTime& civil) {
    return text("%04lld-%02u-%02u", civil.year, civil.month, civil.day);
}
// ISO 8601: a week belongs to the year that its Thursday is in.
std::string week_of(const CivilTime& civil) {
    Timestamp here = timestamp_of(civil);
    CivilTime thursday = civil_time(here + days(3) - days(civil.weekday));
    Timestamp year_begins = timestamp_of({.year = thursday.year});
    auto day = std::chrono::floor<days>(timestamp_of(thursday) - year_begins).count();
    return text("%04lld-W%02u", thursday.year, static_cast<unsigned>(day / 7 + 1));
}
std::string month_of(const CivilTime& civil) {
    return text("%04lld-%02u", civil.year, civil.month);
}
std::string year_of(const CivilTime& civil) { return text("%04lld", civil.year); }

struct Period {
    const char* name;
    unsigned KeepPolicy::*count;
    std::string (*of)(const CivilTime&);
};
constexpr std::array<Period, 4> periods{{{"daily", &KeepPolicy::daily, day_of},
                                         {"weekly", &KeepPolicy::weekly, week_of},
                                         {"monthly", &KeepPolicy::monthly, month_of},
                                         {"yearly", &KeepPolicy::yearly, year_of}}};

// Keeps the last copy of so many days, or weeks, ...; is shown the newest first.
class Rule {
public:
    Rule(const Period& period, unsigned count) : period_(period), left_(count), count_(count) {}

    // Why it keeps this one, or does not.
    bool keeps(const CivilTime& civil, std::vector<std::string>& kept,
               std::vector<std::string>& not_kept) {
        std::string here = period_.of(civil), reason = std::string(period_.name) + " " + here;
        if (here == last_) {
            not_kept.push_back(reason + ": a newer one is kept");
            return false;
        }
        if (left_ == 0) {
            not_kept.push_back(reason + ": older than the newest " + std::to_string(count_));
            return false;
        }
        --left_;
        last_ = here;
        kept.push_back(std::move(reason));
        return true;
    }

private:
    const Period& period_;
    unsigned left_, count_;
    std::string last_;
};

void require_some(const KeepPolicy& policy) {
    if (policy == KeepPolicy())
        throw Error(Errc::invalid_argument, "such a policy keeps nothing but the newest");
}

std::vector<Rule> rules_of(const KeepPolicy& policy) {
    std::vector<Rule> rules;
    for (const Period& period : periods)
        if (policy.*period.count > 0) rules.emplace_back(period, policy.*period.count);
    return rules;
}

[[noreturn]] void refuse(std::string_view part) {
    throw Error(Errc::invalid_argument, std::string("a policy is such as daily:7,weekly:4,")
                                            .append("monthly:12,yearly:10, not \"")
                                            .append(part)
                                            .append("\""));
}

void read_part(std::string_view part, KeepPolicy& policy, std::vector<const Period*>& seen) {
    std::size_t colon = part.find(':');
    auto found = std::find_if(periods.begin(), periods.end(), [&](const Period& period) {
        return part.substr(0, colon) == period.name;
    });
    if (colon == part.npos || found == periods.end()) refuse(part);
    if (std::find(seen.begin(), seen.end(), &*found) != seen.end()) refuse(part);
    seen.push_back(&*found);
    const char* end = part.data() + part.size();
    auto read = std::from_chars(part.data() + colon + 1, end, policy.*found->count);
    if (read.ec != std::errc() || read.ptr != end) refuse(part);
}

}  // namespace

std::string_view name_of(Every every) noexcept { return interval_of(every).name; }

std::optional<Every> every_named(std::string_view name) noexcept {
    for (const Named& one : intervals)
        if (one.name == name) return one.every;
    return std::nullopt;
}

Timestamp next_due(Every every, Timestamp last, const UtcOffset& offset) {
    const Named& interval = interval_of(every);
    CivilTime shown = civil_time(last, offset);
    shown = interval.months > 0 ? months_later(shown, interval.months)
                                : civil_time(timestamp_of(shown) + days(interval.days));
    Timestamp due = timestamp_of(shown, offset);
    // Where a place changes the side of the date line, a day later on the wall may be now.
    return std::min(std::max(due, later(last, Seconds(1))), last_timestamp);
}

KeepPolicy parse_keep_policy(std::string_view text) {
    KeepPolicy policy;
    std::vector<const Period*> seen;
    for (std::string_view rest = text;;) {
        std::size_t comma = rest.find(',');
        read_part(rest.substr(0, comma), policy, seen);
        if (comma == rest.npos) break;
        rest.remove_prefix(comma + 1);
    }
    require_some(policy);
    return policy;
}

std::string format_keep_policy(const KeepPolicy& policy) {
    std::string made;
    for (const Period& period : periods) {
        if (policy.*period.count == 0) continue;
        if (!made.empty()) made += ',';
        made.append(period.name).append(1, ':').append(std::to_string(policy.*period.count));
    }
    return made;
}

std::vector<Judged> thin(std::vector<Generation> generations, const KeepPolicy& policy,
                         const UtcOffset& offset) {
    require_some(policy);
    std::sort(generations.begin(), generations.end(), [](const auto& a, const auto& b) {
        return a.time != b.time ? a.time > b.time : a.name > b.name;
    });
    std::vector<Rule> rules = rules_of(policy);
    std::vector<Judged> all;
    for (Generation& generation : generations) {
        CivilTime shown = civil_time(generation.time, offset);
        std::vector<std::string> kept, not_kept;
        if (all.empty()) kept.emplace_back("newest");
        for (Rule& rule : rules) rule.keeps(shown, kept, not_kept);
        bool stays = !kept.empty();
        all.push_back({std::move(generation), stays, std::move(stays ? kept : not_kept)});
    }
    return all;
}

}  // namespace tresor::storage
