// The highest rate of requests, also of a fleet larger than the one that was simulated.
//
// Requests in ten seconds are those that are to be expected, and chance. What is to be expected
// grows with the fleet, chance only with its square root: a thousand times the accounts have a
// peak that lies far closer to the mean. So, for a fleet k times as large,
//
//     peak = k (expected + rest) + sqrt(k) chance
//
// where `expected` is the mean of the five minutes before and after, `chance` what is above it, up
// to five standard deviations (the square root of what is expected), and `rest` what is above that
// still. Five deviations are what chance alone reaches in the three million steps of a year; more
// than that has another cause, such as many phones that wake at once, and grows with the fleet.
#pragma once

#include "tally.hpp"

namespace fleet {

struct Peak {
    double per_second = 0;  // of the best ten seconds
    Timestamp at = beginning;
};

// Of steps [from, to) of a tally; factor 1 is the fleet itself.
Peak peak_of(const Tally& tally, double factor, std::int64_t from_step, std::int64_t to_step);

}  // namespace fleet
