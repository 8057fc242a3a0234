// Whether what the tables of an archive name is there: quotes, people, polls, files, reactions.
#pragma once

#include <tresor/data_backup/reader.hpp>

#include "base/findings.hpp"
#include "data_backup/pace.hpp"

namespace tresor::data_backup {

// Reads every chat. What points to nothing, and what nothing points to, is a finding.
void check_references(DataBackup& archive, Pace& pace, Findings& findings);

}  // namespace tresor::data_backup
