#include "data_backup/csv.hpp"

#include <algorithm>
#include <cstring>

#include "codec/utf8.hpp"

namespace tresor::data_backup {

namespace {

// How many characters before one of two; all if there is neither. `a` is searched for once, `b`
// only before it: each byte is looked at twice at most.
std::size_t before(const char* text, std::size_t size, char a, char b) {
    auto* first = static_cast<const char*>(std::memchr(text, a, size));
    if (first != nullptr) size = static_cast<std::size_t>(first - text);
    auto* other = static_cast<const char*>(std::memchr(text, b, size));
    return other != nullptr ? static_cast<std::size_t>(other - text) : size;
}

// Replaces what is no UTF-8 from `begin` on. Returns how many bytes that were.
unsigned repair(std::string& text, std::size_t begin) {
    std::string_view left = std::string_view(text).substr(begin);
    if (codec::is_utf8(left)) return 0;
    std::string repaired;
    unsigned replaced = 0;
    while (!left.empty()) {
        std::string_view before_it = left;
        if (codec::next_code_point(left) == codec::not_utf8) {
            repaired += "\xEF\xBF\xBD";
            left.remove_prefix(1);
            ++replaced;
        } else {
            repaired.append(before_it.substr(0, before_it.size() - left.size()));
        }
    }
    text.resize(begin);
    text += repaired;
    return replaced;
}

}  // namespace

int CsvReader::peek() {
    if (at_ == filled_) {
        at_ = 0;
        filled_ = source_.read({reinterpret_cast<Byte*>(buffer_.data()), buffer_.size()});
        if (filled_ == 0) return end_of_file;
    }
    return static_cast<unsigned char>(buffer_[at_]);
}

void CsvReader::skip_byte_order_mark() {
    begun_ = true;
    // The first read may be as short as a source likes.
    while (rest() < 3) {
        std::memmove(buffer_.data(), here(), rest());
        filled_ = rest();
        at_ = 0;
        std::size_t got = source_.read(
            {reinterpret_cast<Byte*>(buffer_.data()) + filled_, buffer_.size() - filled_});
        if (got == 0) break;
        filled_ += got;
    }
    if (rest() >= 3 && std::memcmp(here(), "\xEF\xBB\xBF", 3) == 0) at_ += 3;
}

// Moves bytes of the buffer into the row, as far as there is room.
void CsvReader::take_run(CsvRow& row, std::size_t size) {
    line_ += static_cast<std::uint64_t>(std::count(here(), here() + size, '\n'));
    std::size_t room = limits_.row_bytes - std::min(row.text_.size(), limits_.row_bytes);
    if (size > room || row.ends_.size() >= limits_.cells) row.too_large = true;
    if (!row.too_large) row.text_.append(here(), size);
    at_ += size;
}

// Behind a backslash.
void CsvReader::read_escape(CsvRow& row) {
    int next = peek();
    if (next == end_of_file) return;
    if (next != '"' && next != '\\') ++row.lone_backslashes;
    take_run(row, 1);
}

// Behind the opening quote. False if the table ends first.
bool CsvReader::read_quoted(CsvRow& row) {
    for (;;) {
        int next = peek();
        if (next == end_of_file) return false;
        if (next == '\\') {
            ++at_;
            read_escape(row);
        } else if (next == '"') {
            ++at_;
            if (peek() != '"') return true;
            take_run(row, 1);
        } else {
            take_run(row, before(here(), rest(), '"', '\\'));
        }
    }
}

// Up to a comma, a line end or the end.
void CsvReader::read_plain(CsvRow& row) {
    for (;;) {
        int next = peek();
        if (next == end_of_file || next == ',' || next == '\n' || next == '\r') return;
        std::size_t size = before(here(), rest(), ',', '\n');
        take_run(row, before(here(), size, '\r', '\r'));
    }
}

void CsvReader::read_cell(CsvRow& row) {
    cell_ = row.text_.size();
    if (peek() != '"') return read_plain(row);
    ++at_;
    if (!read_quoted(row)) {
        row.cut = true;
        return;
    }
    std::size_t quoted = row.text_.size();
    read_plain(row);
    row.stray += static_cast<unsigned>(row.text_.size() - quoted);
}

void CsvReader::end_cell(CsvRow& row) {
    if (!row.cut && !row.too_large) {
        row.replaced_bytes += repair(row.text_, cell_);
        row.too_large = row.text_.size() > limits_.row_bytes;  // what replaces bytes is longer
    }
    if (row.cut || row.too_large) return row.text_.resize(cell_);
    row.ends_.push_back(row.text_.size());
}

void CsvReader::end_line() {
    ++line_;
    if (buffer_[at_++] == '\r' && peek() == '\n') ++at_;
}

bool CsvReader::next(CsvRow& row) {
    if (!begun_) skip_byte_order_mark();
    row.text_.clear();
    row.ends_.clear();
    row.line = line_;
    row.lone_backslashes = row.stray = row.replaced_bytes = 0;
    row.cut = row.too_large = false;
    if (peek() == end_of_file) return false;
    for (;;) {
        read_cell(row);
        end_cell(row);
        int next = peek();
        if (next == end_of_file) return true;
        if (next != ',') {
            end_line();
            return true;
        }
        ++at_;
    }
}

}  // namespace tresor::data_backup
