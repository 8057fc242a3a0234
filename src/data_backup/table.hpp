// A table by the names of its columns (data-backup.md 3.2, 3.3, 4).
//
// A cell that is missing, because the column or the end of the row is, reads as its default. What
// cannot be read as what it should be is a finding with file and line.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/data_backup/model.hpp>

#include "base/findings.hpp"
#include "data_backup/csv.hpp"

namespace tresor::data_backup {

class Table {
public:
    // Reads the header. `columns`: the known ones; cells are asked for by their place in it. What
    // is in `former` is known to be of no use. Keeps all but `columns`.
    Table(ByteSource& source, std::string_view entry, std::span<const std::string_view> columns,
          std::span<const std::string_view> former, Findings& findings,
          bool unix_line_ends = false);

    // The next row; false at the end. Reports what is odd in it. Rows that are empty, cut off or
    // too large are passed over.
    bool next();

    bool has(std::size_t column) const noexcept { return places_[column] != absent; }
    // Valid until the next row.
    std::string_view text(std::size_t column) const noexcept;
    // With the line ends that are wanted.
    void assign(std::string& into, std::size_t column) const;
    bool flag(std::size_t column, bool otherwise = false);
    OptionalMoment moment(std::size_t column);
    std::optional<std::int64_t> integer(std::size_t column);  // absent: empty, or none
    // At most `most_parts` of all rows together: one part takes more memory than it has bytes.
    std::vector<std::string> list(std::size_t column);
    // Cells of columns that are not known, if not empty.
    void others(Cells& into) const;
    // For what is kept: counted like the parts of lists.
    Cells kept_others();

    void report(std::string reason);
    std::uint64_t line() const noexcept { return row_.line; }

private:
    static constexpr std::size_t absent = static_cast<std::size_t>(-1);
    static constexpr std::size_t most_parts = 2'000'000;
    void read_header(std::span<const std::string_view> columns,
                     std::span<const std::string_view> former);
    bool is_whole();
    bool may_have_more();

    std::string entry_;
    Findings& findings_;
    bool unix_line_ends_;
    CsvReader reader_;
    CsvRow row_;
    std::vector<std::size_t> places_;                          // of the known columns
    std::vector<std::pair<std::size_t, std::string>> others_;  // place and name
    std::size_t width_ = 0;
    std::size_t parts_ = 0;  // given so far
};

// Of hex digits; absent if the text is none or has another length.
std::optional<std::uint64_t> parse_hex64(std::string_view text) noexcept;

// Decimal, with a sign or without.
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

}  // namespace tresor::data_backup
