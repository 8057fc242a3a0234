// When people use their phones: little at night, most in the evening. All live in one time zone,
// which makes the peak as high as it gets.
#pragma once

#include <array>

#include "model.hpp"

namespace fleet {

class Rhythm {
public:
    Rhythm();

    // The time at which so much activity has passed since `from`: a day holds 86400 seconds of it.
    Timestamp after(Timestamp from, double activity) const;

private:
    std::array<double, 24> rate_;
    std::array<double, 25> passed_;  // activity from midnight to each hour
};

}  // namespace fleet
