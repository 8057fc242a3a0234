#include "data_backup/source_table.hpp"

#include <algorithm>
#include <utility>

#include "data_backup/table.hpp"

namespace tresor::data_backup {

namespace {

bool is_moment(CellKind kind) {
    return kind == CellKind::moment || kind == CellKind::needed_moment;
}

TableShape shape_of(std::span<const Column> columns) {
    TableShape shape;
    for (const Column& column : columns)
        shape.cells.push_back({column, column.kind == CellKind::flag ? "0" : ""});
    return shape;
}

}  // namespace

// ---- shapes ----

TableShape contacts_shape() {
    TableShape shape = shape_of(contact_column::columns);
    shape.cells[contact_column::verification].otherwise = "UNVERIFIED";
    shape.former = {"tacid", "color", "forward_security"};
    return shape;
}

TableShape groups_shape() {
    TableShape shape = shape_of(group_column::columns);
    shape.cells[group_column::last_update].otherwise = "0";
    shape.cells.push_back({{"deleted", CellKind::flag}, "0", false});
    return shape;
}

TableShape lists_shape() {
    TableShape shape = shape_of(list_column::columns);
    shape.cells[list_column::last_update].otherwise = "0";
    return shape;
}

TableShape messages_shape(ChatKind kind) {
    using namespace message_column;
    TableShape shape = shape_of(columns);
    shape.cells[is_read].otherwise = "1";
    shape.cells[is_saved].otherwise = "1";
    shape.cells[type].otherwise = "TEXT";
    shape.cells[display_tags].otherwise = "0";
    shape.cells[group_states].unquoted = kind == ChatKind::contact;
    for (std::size_t i = 0; i < shape.cells.size(); ++i)
        shape.cells[i].written = has_column(kind, i);
    shape.former = {"isqueued"};
    return shape;
}

TableShape polls_shape() { return shape_of(poll_column::columns); }

TableShape choices_shape() {
    TableShape shape = shape_of(choice_column::columns);
    shape.cells[choice_column::vote_count].otherwise = "0";
    return shape;
}

TableShape votes_shape() { return shape_of(vote_column::columns); }

TableShape reactions_shape(ChatKind kind) {
    if (kind == ChatKind::group) return shape_of(group_reaction_column::columns);
    return shape_of(contact_reaction_column::columns);
}

TableShape nonces_shape() {
    TableShape shape;
    shape.cells.push_back({{nonce_names[0]}, {}});
    return shape;
}

// ---- reading ----

SourceTable::SourceTable(std::unique_ptr<ByteSource> source, std::string_view entry,
                         const TableShape& shape, Findings& findings)
    : source_(std::move(source)),
      entry_(entry),
      shape_(shape),
      findings_(findings),
      reader_(*source_),
      places_(shape.cells.size(), absent) {
    read_header();
}

void SourceTable::report(std::uint64_t line, const char* reason) {
    if (findings_.full()) return findings_.add({}, {});
    findings_.add(entry_ + ":" + std::to_string(line), reason);
}

void SourceTable::read_header() {
    if (!reader_.next(row_)) return report(1, "the table is empty, without a header");
    width_ = row_.size();
    for (std::size_t place = 0; place < row_.size(); ++place) {
        auto known = std::find_if(
            shape_.cells.begin(), shape_.cells.end(),
            [&](const TableShape::Cell& cell) { return cell.column.name == row_[place]; });
        auto is_named = [&](const auto& names) {
            return std::find(names.begin(), names.end(), row_[place]) != names.end();
        };
        if (known != shape_.cells.end()) {
            std::size_t& at = places_[static_cast<std::size_t>(known - shape_.cells.begin())];
            if (at == absent) at = place;
            continue;
        }
        if (is_named(shape_.former) || is_named(extra_names_)) continue;
        extra_places_.push_back(place);
        extra_names_.emplace_back(row_[place]);
    }
}

bool SourceTable::is_whole() {
    if (row_.cut) {
        report(row_.line, "the table ends inside of a row, which is left out");
        return false;
    }
    if (row_.too_large) {
        report(row_.line, "a row has more than it may, and is left out");
        return false;
    }
    if (row_.size() == 1 && row_[0].empty() && width_ != 1) {
        report(row_.line, "there is an empty line");
        return false;
    }
    if (row_.size() < width_) report(row_.line, "a row is too short: it is filled up");
    if (row_.size() > width_)
        report(row_.line, "a row is too long: its last cells belong to no column");
    if (row_.lone_backslashes > 0) report(row_.line, "a backslash stood alone, and was dropped");
    if (row_.stray > 0) report(row_.line, "there was text behind a closing quote");
    if (row_.replaced_bytes > 0) report(row_.line, "bytes that are no UTF-8 were replaced");
    return true;
}

void SourceTable::take(TableRow& row, std::size_t column) {
    const TableShape::Cell& cell = shape_.cells[column];
    std::size_t place = places_[column];
    row.cells[column].assign(place < row_.size() ? row_[place] : cell.otherwise);
    if (!is_moment(cell.column.kind) || row.cells[column].empty()) return;
    if (parse_integer(row.cells[column])) return;
    report(row_.line, "a cell is no time: it is left empty");
    row.cells[column].clear();
}

bool SourceTable::next(TableRow& row) {
    do {
        if (!reader_.next(row_)) return false;
    } while (!is_whole());
    row.line = row_.line;
    row.cells.resize(shape_.cells.size());
    for (std::size_t i = 0; i < row.cells.size(); ++i) take(row, i);
    row.extra.resize(extra_places_.size());
    for (std::size_t i = 0; i < row.extra.size(); ++i) {
        std::size_t place = extra_places_[i];
        row.extra[i].assign(place < row_.size() ? row_[place] : std::string_view());
    }
    return true;
}

// ---- writing ----

TargetTable::TargetTable(ByteSink& into, const TableShape& shape,
                         std::vector<std::string> extra_names)
    : writer_(into), shape_(shape), extra_names_(std::move(extra_names)) {
    for (const std::string& name : extra_names_) writer_.cell(name);
    for (const TableShape::Cell& cell : shape_.cells)
        if (cell.written) writer_.cell(cell.column.name);
    writer_.end_row();
}

// What nobody knows comes first: the app misreads a first cell that is empty behind a row that ends
// in a quote (3.2), and no last cell of a table that it knows can end so.
void TargetTable::add(const TableRow& row, const std::vector<std::string>& names) {
    for (const std::string& name : extra_names_) {
        auto at = std::find(names.begin(), names.end(), name);
        writer_.cell(at == names.end() ? std::string_view()
                                       : row.extra[static_cast<std::size_t>(at - names.begin())]);
    }
    for (std::size_t i = 0; i < shape_.cells.size(); ++i) {
        if (!shape_.cells[i].written) continue;
        if (shape_.cells[i].unquoted && row.cells[i].empty())
            writer_.nothing();
        else
            writer_.cell(row.cells[i]);
    }
    writer_.end_row();
}

bool is_int(std::string_view text) {
    auto number = parse_integer(text);
    return number && std::in_range<std::int32_t>(*number);
}

std::vector<std::string> united(std::vector<std::string> names,
                                const std::vector<std::string>& more) {
    for (const std::string& name : more)
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    return names;
}

}  // namespace tresor::data_backup
