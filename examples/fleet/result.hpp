// What comes out: a tally as numbers that people ask for, of the fleet that was wanted. Where it is
// larger than the one that was simulated, counts are multiplied, and `scaled` says so.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "peak.hpp"
#include "tally.hpp"

namespace fleet {

using Json = nlohmann::ordered_json;

struct AfterOutage {
    Outage outage;
    Peak peak;  // of the 24 hours after it
};

struct Result {
    explicit Result(const Model& model, Tally&& tally);

    // Whether no account has lost what it should have kept.
    bool ok() const { return tally.totals.lost_accounts == 0; }
    double lost_share() const;

    double all(std::uint64_t simulated) const;  // of the whole fleet
    double all(std::int64_t simulated) const;
    double a_day(std::uint64_t in_steady_days) const;  // of the whole fleet
    std::int64_t steady_days() const { return model.days - model.steady_day(); }
    std::uint64_t requests() const;  // in the steady days
    double put_share() const;

    const Model& model;
    Tally tally;
    double factor;  // 1: nothing is scaled
    bool scaled;
    Day steady;  // sums of the steady days; objects, bytes and left_behind of each day added
    Day most;    // the most of each on any day
    Peak peak;   // after the ramp
    double peak_bytes_per_second = 0;  // the best minute, both ways
    std::vector<AfterOutage> outages;
};

Json json_of(const Result& result);
std::string table_of(const Result& result);

// "1,234,567"; "12.3 GiB"; a rate with three digits.
std::string grouped(double number);
std::string bytes_text(double bytes);
std::string rate_text(double number);

}  // namespace fleet
