// Times as people type them, by the clocks on the walls of a place.
#pragma once

#include <string>
#include <string_view>

#include <tresor/data_backup/model.hpp>
#include <tresor/time.hpp>

namespace cli {

// "UTC", "+02:00", "local". Throws invalid_argument.
tresor::UtcOffset time_zone_named(std::string_view name);

// RFC 3339 with any offset, or a date, which begins there at midnight. Empty: none. Throws
// invalid_argument; `option` is where it was given.
tresor::data_backup::OptionalMoment moment_of(const std::string& text,
                                              const tresor::UtcOffset& zone, const char* option);

// In whole seconds, within the years that can be written.
tresor::Timestamp whole_seconds(tresor::data_backup::Moment moment);
std::optional<tresor::Timestamp> whole_seconds(tresor::data_backup::OptionalMoment moment);

}  // namespace cli
