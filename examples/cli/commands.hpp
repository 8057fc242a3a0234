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

Report safe_verify(const Tool& tool);
Report safe_passwd(const Tool& tool);
Report safe_disable(const Tool& tool);
Report safe_watch(const Tool& tool);

Report store_init(const Tool& tool);
Report store_check(const Tool& tool);
Report store_list(const Tool& tool);
Report store_put(const Tool& tool);
Report store_get(const Tool& tool);
Report store_remove(const Tool& tool);
Report store_sweep(const Tool& tool);

void check_id_export(const Tool& tool);  // as Tool::check
Report id_export(const Tool& tool);
Report id_import(const Tool& tool);

Report data_info(const Tool& tool);
Report data_verify(const Tool& tool);
Report data_list(const Tool& tool);
Report data_salvage(const Tool& tool);

Report data_extract(const Tool& tool);
Report data_export(const Tool& tool);
Report data_stats(const Tool& tool);

Report data_create(const Tool& tool);
Report data_filter(const Tool& tool);
Report data_merge(const Tool& tool);

Report data_schedule(const Tool& tool);
Report data_put(const Tool& tool);
Report data_status(const Tool& tool);

}  // namespace cli
