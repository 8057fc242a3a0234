// The progress bar of long work.
#pragma once

#include <tresor/io.hpp>

#include "tool.hpp"

namespace cli {

// Draws on standard error if that is a terminal and nobody asked for quiet, with rate and remaining
// time, once the work has taken half a second; nothing otherwise. Cancels after Ctrl-C.
tresor::Progress progress_bar(const Tool& tool);

}  // namespace cli
