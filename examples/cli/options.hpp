// The command line, as options and one command.
#pragma once

#include "tool.hpp"

namespace cli {

// Fills `tool`; shows help or version itself. Throws invalid_argument.
void parse_options(int count, char** arguments, Tool& tool);

}  // namespace cli
