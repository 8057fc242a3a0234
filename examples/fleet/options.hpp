// The command line.
#pragma once

#include <string>

#include "model.hpp"

namespace fleet {

struct Options {
    Model model;
    unsigned jobs = 1;
    bool json = false, force = false, quiet = false;
    std::string chart;  // empty: none
};

// False if it was asked for help or version, and has shown it. Throws invalid_argument; `json` is
// right even then.
bool parse(int count, char** arguments, Options& options);

}  // namespace fleet
