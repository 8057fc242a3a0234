#include "peak.hpp"

#include <cmath>

namespace fleet {
namespace {

constexpr std::int64_t reach = 30;  // steps before and after
constexpr double most_chance = 5;   // standard deviations

double scaled(double seen, double expected, double factor) {
    double above = std::max(seen - expected, 0.0);
    double chance = std::min(above, most_chance * std::sqrt(expected));
    return factor * (std::min(seen, expected) + above - chance) + std::sqrt(factor) * chance;
}

}  // namespace

Peak peak_of(const Tally& tally, double factor, std::int64_t from_step, std::int64_t to_step) {
    Peak peak;
    auto all = static_cast<std::int64_t>(tally.minutes.size()) * steps_a_minute;
    auto seen = [&](std::int64_t at) { return static_cast<double>(tally.requests_in(at)); };
    double sum = 0;  // of steps [low, high)
    std::int64_t low = std::max<std::int64_t>(0, from_step - reach), high = low;
    for (std::int64_t at = from_step; at < std::min(to_step, all); ++at) {
        while (high < std::min(at + reach + 1, all)) sum += seen(high++);
        while (low < at - reach) sum -= seen(low++);
        double count = scaled(seen(at), sum / static_cast<double>(high - low), factor);
        double rate = count / static_cast<double>(step.count());
        if (rate > peak.per_second) peak = {rate, beginning + at * step};
    }
    return peak;
}

}  // namespace fleet
