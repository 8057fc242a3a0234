// Stores as the tool opens them.
#pragma once

#include <memory>
#include <string>

#include <tresor/storage/location.hpp>

#include "tool.hpp"

namespace cli {

// With a progress bar; Ctrl-C cancels a put or get that is going on.
std::unique_ptr<tresor::storage::Storage> open_store(const Tool& tool, const std::string& location,
                                                     bool create = false);
tresor::storage::Place place_of(const Tool& tool, const std::string& location);

std::string absolute_path(const std::string& path);
// As a state keeps it: the tool may be called from another folder next time.
std::string absolute_location(const std::string& location);

}  // namespace cli
