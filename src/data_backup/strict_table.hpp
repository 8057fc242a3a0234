// A table as the restorer reads it (data-backup.md 3.2, 7.2 to 7.4): what it would lose a row for,
// or give up over, is refused.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/io.hpp>

#include "base/findings.hpp"
#include "data_backup/csv.hpp"
#include "data_backup/schema.hpp"

namespace tresor::data_backup {

struct TableRules {
    std::span<const Column> columns;
    int version;                           // of the archive
    std::vector<std::size_t> unread = {};  // columns that may be missing, and hold anything
    bool long_integers = false;            // of 64 bits, else of 32
};

// Throws invalid_argument with a pointer ("contacts.csv:7"). Keeps the findings and the columns.
// One thread at a time.
class StrictTable {
public:
    StrictTable(const std::filesystem::path& folder, std::string_view name, TableRules rules,
                Findings& findings);

    // The next row, once it is checked; false at the end.
    bool next();
    // Empty where there is no such column. Valid until the next row.
    std::string_view text(std::size_t column) const noexcept;
    bool has(std::size_t column) const noexcept { return places_[column] != absent; }
    std::vector<std::string> list(std::size_t column) const;  // without empty ones

    void report(std::string reason);
    [[noreturn]] void refuse(const std::string& reason) const;
    // Of a cell, which it names.
    [[noreturn]] void refuse(std::size_t column, std::string_view reason) const;

private:
    static constexpr std::size_t absent = static_cast<std::size_t>(-1);
    void refuse_byte_order_mark();
    void read_header();
    bool is_read(std::size_t column) const;
    void check_row();
    void check_cells() const;

    std::string name_;
    TableRules rules_;
    Findings& findings_;
    FileSource file_;
    CsvReader reader_;
    CsvRow row_;
    std::vector<std::size_t> places_;
    std::size_t width_ = 0;
};

}  // namespace tresor::data_backup
