// The commands: each does its work and says what came of it, or throws.
#pragma once

#include "tool.hpp"

namespace cli {

Report safe_keys(const Tool& tool);
Report safe_seal(const Tool& tool);
Report safe_open(const Tool& tool);
Report safe_check(const Tool& tool);

Report safe_enable(const Tool& tool);
Report safe_backup(const Tool& tool);
Report safe_status(const Tool& tool);
Report safe_restore(const Tool& tool);

Report store_init(const Tool& tool);

}  // namespace cli
