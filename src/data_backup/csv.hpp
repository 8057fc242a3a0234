// Rows of a table, in the dialect of the apps (data-backup.md 3), one at a time.
//
//     row  = cell *("," cell) LF
//     cell = "" / DQUOTE *(plain / DQUOTE DQUOTE / "\" "\") DQUOTE
//
// Line ends inside of quotes belong to the cell, as they are. Besides that, as other programs write
// it: cells without quotes, CR and CRLF between rows, no line end behind the last row, a byte order
// mark, `\"`. What is odd in a row is counted in it; nothing in a table is an error.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/io.hpp>

namespace tresor::data_backup {

class CsvReader;

// Cells are good until the next row is read into it.
class CsvRow {
public:
    std::size_t size() const noexcept { return ends_.size(); }
    std::string_view operator[](std::size_t cell) const noexcept {
        std::size_t begin = cell == 0 ? 0 : ends_[cell - 1];
        return std::string_view(text_).substr(begin, ends_[cell] - begin);
    }

    std::uint64_t line = 0;         // where it begins, from 1
    unsigned lone_backslashes = 0;  // dropped before a character that needs none
    unsigned stray = 0;             // bytes behind a closing quote, kept
    unsigned replaced_bytes = 0;    // were no UTF-8, now U+FFFD
    bool cut = false;               // the table ends inside of a quoted cell, which is left out
    bool too_large = false;         // over a limit: what was over is left out

private:
    friend class CsvReader;
    std::string text_;
    std::vector<std::size_t> ends_;
};

// Keeps the source. One thread at a time. Holds one row and a buffer of 64 KiB.
class CsvReader {
public:
    struct Limits {
        std::size_t row_bytes = std::size_t{16} << 20;
        std::size_t cells = 1000;
    };
    explicit CsvReader(ByteSource& source) : CsvReader(source, Limits()) {}
    CsvReader(ByteSource& source, Limits limits) : source_(source), limits_(limits) {}

    // False at the end. Throws what the source throws.
    bool next(CsvRow& row);

private:
    static constexpr int end_of_file = -1;
    int peek();
    void skip_byte_order_mark();
    void read_cell(CsvRow& row);
    bool read_quoted(CsvRow& row);
    void read_plain(CsvRow& row);
    void read_escape(CsvRow& row);
    void end_cell(CsvRow& row);
    void end_line();
    void take_run(CsvRow& row, std::size_t size);
    std::size_t rest() const noexcept { return filled_ - at_; }
    const char* here() const noexcept { return buffer_.data() + at_; }

    ByteSource& source_;
    Limits limits_;
    std::array<char, 65536> buffer_;
    std::size_t at_ = 0, filled_ = 0;
    std::size_t cell_ = 0;  // where the cell begins in the row's text
    std::uint64_t line_ = 1;
    bool begun_ = false;
};

}  // namespace tresor::data_backup
