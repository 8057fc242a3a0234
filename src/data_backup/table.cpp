#include "data_backup/table.hpp"

#include <algorithm>
#include <charconv>

namespace tresor::data_backup {

Table::Table(ByteSource& source, std::string_view entry, std::span<const std::string_view> columns,
             std::span<const std::string_view> former, Findings& findings, bool unix_line_ends)
    : entry_(entry),
      findings_(findings),
      unix_line_ends_(unix_line_ends),
      reader_(source),
      places_(columns.size(), absent) {
    read_header(columns, former);
}

void Table::read_header(std::span<const std::string_view> columns,
                        std::span<const std::string_view> former) {
    if (!reader_.next(row_)) {
        report("the table is empty, without a header");
        return;
    }
    width_ = row_.size();
    for (std::size_t place = 0; place < row_.size(); ++place) {
        auto column = std::find(columns.begin(), columns.end(), row_[place]);
        if (column != columns.end()) {
            std::size_t& at = places_[static_cast<std::size_t>(column - columns.begin())];
            if (at != absent) report("a column is there twice; the first counts");
            if (at == absent) at = place;
        } else if (std::find(former.begin(), former.end(), row_[place]) == former.end()) {
            report("there is a column that is not known");
            constexpr std::size_t longest_name = 100;  // it is kept with each cell
            if (row_[place].size() <= longest_name) others_.emplace_back(place, row_[place]);
        }
    }
}

void Table::report(std::string reason) {
    if (findings_.full()) return findings_.add({}, {});
    findings_.add(entry_ + ":" + std::to_string(row_.line), std::move(reason));
}

bool Table::next() {
    while (reader_.next(row_))
        if (is_whole()) return true;
    return false;
}

bool Table::is_whole() {
    if (row_.cut) {
        report("the table ends inside of a row, which is left out");
        return false;
    }
    if (row_.too_large) {
        report("a row has more than it may, and is left out");
        return false;
    }
    if (row_.size() == 1 && row_[0].empty() && width_ != 1) {
        report("there is an empty line");
        return false;
    }
    if (row_.size() < width_) report("a row is too short: its last cells are missing");
    if (row_.size() > width_) report("a row is too long: its last cells belong to no column");
    if (row_.lone_backslashes > 0) report("a backslash stood alone, and was dropped");
    if (row_.stray > 0) report("there was text behind a closing quote");
    if (row_.replaced_bytes > 0) report("bytes that are no UTF-8 were replaced");
    return true;
}

std::string_view Table::text(std::size_t column) const noexcept {
    std::size_t place = places_[column];
    return place < row_.size() ? row_[place] : std::string_view();
}

void Table::assign(std::string& into, std::size_t column) const {
    std::string_view cell = text(column);
    if (!unix_line_ends_ || cell.find('\r') == std::string_view::npos) {
        into.assign(cell);
        return;
    }
    into.clear();
    for (std::size_t i = 0; i < cell.size(); ++i) {
        if (cell[i] != '\r')
            into += cell[i];
        else if (i + 1 == cell.size() || cell[i + 1] != '\n')
            into += '\n';
    }
}

bool Table::flag(std::size_t column, bool otherwise) {
    if (places_[column] >= row_.size()) return otherwise;
    std::string_view cell = text(column);
    if (cell != "1" && cell != "0" && !cell.empty()) report("a cell is neither 1 nor 0, read as 0");
    return cell == "1";
}

std::optional<std::int64_t> Table::integer(std::size_t column) {
    std::string_view cell = text(column);
    if (cell.empty()) return std::nullopt;
    auto value = parse_integer(cell);
    if (!value) report("a cell is no number");
    return value;
}

OptionalMoment Table::moment(std::size_t column) {
    std::string_view cell = text(column);
    if (cell.empty()) return std::nullopt;
    auto value = parse_integer(cell);
    if (!value) {
        report("a cell is no time");
        return std::nullopt;
    }
    return Moment(Millis(*value));
}

bool Table::may_have_more() {
    if (parts_ == most_parts)
        report("there are too many members and unknown cells; the rest is left out");
    return ++parts_ <= most_parts;
}

std::vector<std::string> Table::list(std::size_t column) {
    std::vector<std::string> parts;
    std::string_view left = text(column);
    while (!left.empty()) {
        std::size_t end = std::min(left.find(';'), left.size());
        if (end > 0 && !may_have_more()) break;
        if (end > 0) parts.emplace_back(left.substr(0, end));
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    return parts;
}

void Table::others(Cells& into) const {
    into.clear();
    for (const auto& [place, name] : others_)
        if (place < row_.size() && !row_[place].empty()) into.emplace_back(name, row_[place]);
}

Cells Table::kept_others() {
    Cells cells;
    others(cells);
    for (std::size_t i = 0; i < cells.size(); ++i)
        if (!may_have_more()) cells.resize(i);
    cells.shrink_to_fit();
    return cells;
}

std::optional<std::uint64_t> parse_hex64(std::string_view text) noexcept {
    std::uint64_t value = 0;
    auto end = text.data() + text.size();
    auto [stop, error] = std::from_chars(text.data(), end, value, 16);
    if (text.size() != 16 || error != std::errc() || stop != end) return std::nullopt;
    return value;
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    std::int64_t value = 0;
    auto end = text.data() + text.size();
    auto [stop, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
    return value;
}

}  // namespace tresor::data_backup
