// The tables of contacts, groups and distribution lists (data-backup.md 4.2, 4.4, 4.6).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tresor/data_backup/model.hpp>

#include "base/findings.hpp"

namespace tresor {
class ByteSource;
}

namespace tresor::data_backup {

// Rows without a good identity or key are left out, as the app leaves them out.
std::vector<Contact> read_contacts(ByteSource& table, Findings& findings);

// `owner`: identity, or empty. Before format 25 the state of the user follows from the members.
std::vector<Group> read_groups(ByteSource& table, std::string_view owner, Findings& findings);

std::vector<DistributionList> read_distribution_lists(ByteSource& table, Findings& findings);

}  // namespace tresor::data_backup
