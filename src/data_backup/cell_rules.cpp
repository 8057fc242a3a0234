#include "data_backup/cell_rules.hpp"

#include <algorithm>

#include "data_backup/table.hpp"

namespace tresor::data_backup {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_of_identity(char c) noexcept { return is_digit(c) || (c >= 'A' && c <= 'Z'); }

}  // namespace

bool is_identity(std::string_view text) noexcept {
    return text.size() == 8 && (text[0] == '*' || is_of_identity(text[0])) &&
           std::all_of(text.begin() + 1, text.end(), is_of_identity);
}

bool is_hex(std::string_view text, std::size_t digits) noexcept {
    return text.size() == digits && std::all_of(text.begin(), text.end(), is_hex_digit);
}

bool is_number(std::string_view text) noexcept {
    return text.size() == 10 && std::all_of(text.begin(), text.end(), is_digit);
}

std::string_view fault_of(CellKind kind, std::string_view cell) noexcept {
    auto unless = [](bool fine, std::string_view fault) {
        return fine ? std::string_view() : fault;
    };
    bool empty = cell.empty();
    switch (kind) {
        // Whatever is no 1 counts as 0; a member that is nobody is dropped, its row is not.
        case CellKind::text:
        case CellKind::flag:
        case CellKind::identities: return {};
        case CellKind::identity: return unless(is_identity(cell), "is no identity");
        case CellKind::id: return unless(is_hex(cell, 16), "is no id of 16 hex digits");
        case CellKind::optional_id:
            return unless(empty || is_hex(cell, 16), "is no id of 16 hex digits");
        case CellKind::key: return unless(is_hex(cell, 64), "is no key of 64 hex digits");
        case CellKind::number: return unless(is_number(cell), "is no number of 10 digits");
        case CellKind::integer: return unless(parse_integer(cell).has_value(), "is no number");
        case CellKind::moment:
            return unless(empty || parse_integer(cell).has_value(), "is no time");
        case CellKind::needed_moment: return unless(parse_integer(cell).has_value(), "is no time");
    }
    return {};
}

}  // namespace tresor::data_backup
