// Tables of an archive of any format, row by row, as cells of format 27 (data-backup.md 4).
//
// A cell that is missing, because the column or the end of its row is, has the default of its
// column; columns that nobody knows stand behind, former ones are gone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/io.hpp>

#include "base/findings.hpp"
#include "data_backup/csv.hpp"
#include "data_backup/schema.hpp"
#include "data_backup/table_writer.hpp"

namespace tresor::data_backup {

struct TableShape {
    struct Cell {
        Column column;
        std::string_view otherwise;  // where it is missing
        bool written = true;
        bool unquoted = false;  // where it is empty
    };
    std::vector<Cell> cells;  // by their places in the schema
    std::vector<std::string_view> former;
};

TableShape contacts_shape();
TableShape groups_shape();
TableShape lists_shape();
TableShape messages_shape(ChatKind kind);
TableShape polls_shape();
TableShape choices_shape();
TableShape votes_shape();
TableShape reactions_shape(ChatKind kind);
TableShape nonces_shape();

struct TableRow {
    std::vector<std::string> cells;
    std::vector<std::string> extra;  // of columns that nobody knows
    std::uint64_t line = 0;
};

// Keeps the shape and the findings. One thread at a time.
class SourceTable {
public:
    SourceTable(std::unique_ptr<ByteSource> source, std::string_view entry, const TableShape& shape,
                Findings& findings);

    // False at the end. Rows that are empty, cut off or too large are passed over. A time that is
    // none becomes empty, as nothing else could be made of it.
    bool next(TableRow& row);

    bool has(std::size_t column) const noexcept { return places_[column] != absent; }
    const std::vector<std::string>& extra_names() const noexcept { return extra_names_; }
    void report(std::uint64_t line, const char* reason);

private:
    static constexpr std::size_t absent = static_cast<std::size_t>(-1);
    void read_header();
    bool is_whole();
    void take(TableRow& row, std::size_t column);

    std::unique_ptr<ByteSource> source_;
    std::string entry_;
    const TableShape& shape_;
    Findings& findings_;
    CsvReader reader_;
    CsvRow row_;
    std::vector<std::size_t> places_, extra_places_;
    std::vector<std::string> extra_names_;
    std::size_t width_ = 0;
};

// Writes rows of such tables. Keeps the sink and the shape.
class TargetTable {
public:
    TargetTable(ByteSink& into, const TableShape& shape, std::vector<std::string> extra_names);

    // `names`: of the row's own extra cells.
    void add(const TableRow& row, const std::vector<std::string>& names);
    void flush() { writer_.flush(); }

private:
    TableWriter writer_;
    const TableShape& shape_;
    std::vector<std::string> extra_names_;
};

// Of 32 bits, as the app has them: over any other one it drops the row.
bool is_int(std::string_view text);

// Both, each once.
std::vector<std::string> united(std::vector<std::string> names,
                                const std::vector<std::string>& more);

}  // namespace tresor::data_backup
