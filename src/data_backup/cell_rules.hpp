// What the restorer takes for a cell (data-backup.md 3.2, 4, 7.4).
#pragma once

#include <string_view>

#include "data_backup/schema.hpp"

namespace tresor::data_backup {

// What is wrong with it, for people ("is no number"); empty if nothing is.
std::string_view fault_of(CellKind kind, std::string_view cell) noexcept;

// 8 characters A-Z 0-9, of which the first may be `*`.
bool is_identity(std::string_view text) noexcept;
bool is_hex(std::string_view text, std::size_t digits) noexcept;  // of either case
bool is_number(std::string_view text) noexcept;                   // 10 digits

}  // namespace tresor::data_backup
