// All accounts, one after the other, on as many threads as are wanted. The result does not depend
// on their number.
#pragma once

#include <functional>

#include "tally.hpp"

namespace fleet {

// Told now and then how many accounts are done, of how many.
using Watch = std::function<void(std::uint64_t done, std::uint64_t all)>;

Tally simulate(const Model& model, unsigned jobs, const Watch& watch = {});

}  // namespace fleet
