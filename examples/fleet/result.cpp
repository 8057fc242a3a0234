#include "result.hpp"

#include <numeric>

namespace fleet {
namespace {

// The most of each; a number of its own for each member, of any day after the ramp.
void raise(Day& most, const Day& day) {
    most.objects = std::max(most.objects, day.objects);
    most.bytes = std::max(most.bytes, day.bytes);
    most.left_behind = std::max(most.left_behind, day.left_behind);
    for (std::size_t i = 0; i < causes; ++i)
        most.removed[i] = std::max(most.removed[i], day.removed[i]);
    most.bytes_freed = std::max(most.bytes_freed, day.bytes_freed);
    most.uploaded = std::max(most.uploaded, day.uploaded);
    most.downloaded = std::max(most.downloaded, day.downloaded);
}

std::int64_t step_of(Timestamp time) { return (time - beginning) / step; }

}  // namespace

Result::Result(const Model& wanted, Tally&& counted)
    : model(wanted),
      tally(std::move(counted)),
      factor(static_cast<double>(wanted.accounts) / static_cast<double>(wanted.simulated())),
      scaled(wanted.accounts > wanted.simulated()),
      steady{},
      most{} {
    for (std::int64_t i = model.ramp_days(); i < model.days; ++i) {
        const Day& day = tally.daily[static_cast<std::size_t>(i)];
        raise(most, day);
        if (i >= model.steady_day()) steady.add(day);
    }
    peak = peak_of(tally, factor, model.ramp_days() * steps_a_day, model.days * steps_a_day);
    for (auto i = static_cast<std::size_t>(model.ramp_days() * minutes_a_day);
         i < tally.minutes.size(); ++i)
        peak_bytes_per_second = std::max(peak_bytes_per_second,
                                         factor * static_cast<double>(tally.minutes[i].bytes) / 60);
    for (const Outage& outage : model.outages)
        outages.push_back(
            {outage, peak_of(tally, factor, step_of(outage.to), step_of(outage.to + hours(24)))});
}

double Result::lost_share() const {
    return static_cast<double>(tally.totals.lost_accounts) /
           static_cast<double>(tally.totals.joined);
}

double Result::all(std::uint64_t simulated) const {
    return factor * static_cast<double>(simulated);
}

double Result::all(std::int64_t simulated) const { return factor * static_cast<double>(simulated); }

double Result::a_day(std::uint64_t in_steady_days) const {
    return all(in_steady_days) / static_cast<double>(steady_days());
}

std::uint64_t Result::requests() const {
    return std::accumulate(steady.requests.begin(), steady.requests.end(), std::uint64_t{0});
}

double Result::put_share() const {
    if (requests() == 0) return 0;
    return static_cast<double>(steady.requests[static_cast<std::size_t>(Method::put)]) /
           static_cast<double>(requests());
}

}  // namespace fleet
