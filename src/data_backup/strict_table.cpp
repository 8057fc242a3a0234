#include "data_backup/strict_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "data_backup/cell_rules.hpp"
#include "data_backup/table.hpp"

namespace tresor::data_backup {

StrictTable::StrictTable(const std::filesystem::path& folder, std::string_view name,
                         TableRules rules, Findings& findings)
    : name_(name),
      rules_(std::move(rules)),
      findings_(findings),
      file_(folder / name_),
      reader_(file_),
      places_(rules_.columns.size(), absent) {
    refuse_byte_order_mark();
    read_header();
}

// It would be part of the name of the first column.
void StrictTable::refuse_byte_order_mark() {
    std::array<Byte, 3> head{};
    std::size_t size = 0;
    while (size < head.size())
        if (std::size_t got = file_.read(ByteSpan(head).subspan(size)); got > 0)
            size += got;
        else
            break;
    file_.rewind();
    row_.line = 1;
    if (as_text(head) == "\xEF\xBB\xBF") refuse("it begins with a byte order mark");
}

void StrictTable::read_header() {
    if (!reader_.next(row_) || row_.cut || row_.too_large) refuse("it has no whole header");
    width_ = row_.size();
    for (std::size_t place = width_; place-- > 0;)
        for (std::size_t i = 0; i < places_.size(); ++i)
            if (row_[place] == rules_.columns[i].name) places_[i] = place;
    for (std::size_t i = 0; i < places_.size(); ++i)
        if (is_read(i) && !has(i)) refuse(i, "is missing");
}

bool StrictTable::is_read(std::size_t column) const {
    const auto& unread = rules_.unread;
    return rules_.columns[column].since <= rules_.version &&
           std::find(unread.begin(), unread.end(), column) == unread.end();
}

bool StrictTable::next() {
    if (!reader_.next(row_)) return false;
    check_row();
    check_cells();
    return true;
}

void StrictTable::check_row() {
    if (row_.cut) refuse("it ends inside of a row");
    if (row_.too_large) refuse("a row is too large");
    if (row_.size() < width_) refuse("a row is too short");
    if (row_.size() > width_) report("a row is too long: its last cells belong to no column");
    if (row_.lone_backslashes > 0) report("a backslash stands alone, which the app drops");
    if (row_.stray > 0) report("there is text behind a closing quote");
    if (row_.replaced_bytes > 0) report("bytes are no UTF-8, which the app replaces");
}

void StrictTable::check_cells() const {
    for (std::size_t i = 0; i < places_.size(); ++i) {
        if (!is_read(i)) continue;
        CellKind kind = rules_.columns[i].kind;
        std::string_view cell = text(i), fault = fault_of(kind, cell);
        if (!fault.empty()) refuse(i, fault);
        if (kind == CellKind::integer && !rules_.long_integers &&
            !std::in_range<std::int32_t>(*parse_integer(cell)))
            refuse(i, "is no number of 32 bits");
    }
}

std::string_view StrictTable::text(std::size_t column) const noexcept {
    return has(column) ? row_[places_[column]] : std::string_view();
}

std::vector<std::string> StrictTable::list(std::size_t column) const {
    std::vector<std::string> parts;
    std::string_view left = text(column);
    while (!left.empty()) {
        std::size_t end = std::min(left.find(';'), left.size());
        if (end > 0) parts.emplace_back(left.substr(0, end));
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    return parts;
}

void StrictTable::report(std::string reason) {
    if (findings_.full()) return findings_.add({}, {});
    findings_.add(name_ + ":" + std::to_string(row_.line), std::move(reason));
}

void StrictTable::refuse(const std::string& reason) const {
    throw Error(Errc::invalid_argument, name_ + ":" + std::to_string(row_.line) + ": " + reason);
}

void StrictTable::refuse(std::size_t column, std::string_view reason) const {
    refuse(std::string(rules_.columns[column].name).append(" ").append(reason));
}

}  // namespace tresor::data_backup
