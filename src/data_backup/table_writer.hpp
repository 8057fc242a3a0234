// Writes a table in the dialect of the apps (data-backup.md 3.1, 3.4): every cell in quotes,
// backslashes and quotes doubled, LF behind each row.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/data_backup/model.hpp>
#include <tresor/io.hpp>

namespace tresor::data_backup {

// Keeps the sink, which gets large blocks. One thread at a time.
class TableWriter {
public:
    // Writes no header: that is the first row().
    explicit TableWriter(ByteSink& into) : into_(into) {}

    // CR and CR LF become LF, as the app would read them. Throws invalid_argument if it is no
    // UTF-8.
    void cell(std::string_view text);
    void flag(bool value) { cell(value ? "1" : "0"); }
    void integer(std::int64_t value) { cell(std::to_string(value)); }
    void moment(OptionalMoment value);                 // empty if there is none
    void list(const std::vector<std::string>& parts);  // `;` between
    void nothing();                                    // not even quotes
    void end_row();
    void row(std::span<const std::string_view> cells);

    std::uint64_t rows() const noexcept { return rows_; }
    // Without it the table may lack its end.
    void flush();

private:
    static constexpr std::size_t block = std::size_t{64} << 10;
    void comma();

    ByteSink& into_;
    std::string waiting_;
    std::uint64_t rows_ = 0;
    bool begun_ = false;  // the row
};

}  // namespace tresor::data_backup
