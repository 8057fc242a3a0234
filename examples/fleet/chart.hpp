// The chart: requests over the day of the peak, and what lies in the store over the whole time.
// SVG without scripts or fonts of its own, readable on light and dark.
#pragma once

#include <string>

#include "result.hpp"

namespace fleet {

std::string chart_of(const Result& result);

}  // namespace fleet
