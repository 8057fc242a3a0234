#include "rhythm.hpp"

#include <cmath>
#include <numeric>

namespace fleet {
namespace {

constexpr std::array weights = {0.35, 0.20, 0.12, 0.10, 0.12, 0.25, 0.70, 1.20,
                                1.30, 1.20, 1.15, 1.20, 1.35, 1.25, 1.15, 1.20,
                                1.30, 1.45, 1.60, 1.70, 1.65, 1.40, 1.00, 0.60};
constexpr double day = 86400, hour = 3600;

}  // namespace

Rhythm::Rhythm() {
    double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    passed_[0] = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        rate_[i] = weights[i] / sum * 24;
        passed_[i + 1] = passed_[i] + rate_[i] * hour;
    }
}

Timestamp Rhythm::after(Timestamp from, double activity) const {
    auto midnight = std::chrono::floor<days>(from);
    auto second = static_cast<double>((from - midnight).count());
    auto at = static_cast<std::size_t>(second / hour);
    double target = passed_[at] + (second - static_cast<double>(at) * hour) * rate_[at] + activity;
    double whole = std::floor(target / day);
    if (whole > 36500) return never;
    target -= whole * day;
    std::size_t i = 0;
    while (i < 23 && passed_[i + 1] <= target) ++i;
    double into = static_cast<double>(i) * hour + (target - passed_[i]) / rate_[i];
    return midnight + days(static_cast<std::int64_t>(whole)) +
           Seconds(static_cast<std::int64_t>(into));
}

}  // namespace fleet
