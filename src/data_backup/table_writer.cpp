#include "data_backup/table_writer.hpp"

#include <algorithm>

#include <tresor/error.hpp>

#include "codec/utf8.hpp"

namespace tresor::data_backup {

void TableWriter::comma() {
    if (begun_) waiting_ += ',';
    begun_ = true;
}

void TableWriter::cell(std::string_view text) {
    if (!codec::is_utf8(text)) throw Error(Errc::invalid_argument, "a text is no UTF-8");
    comma();
    waiting_ += '"';
    for (std::size_t at = 0; at < text.size();) {
        std::size_t next = std::min(text.find_first_of("\"\\\r", at), text.size());
        waiting_.append(text.substr(at, next - at));
        if (next == text.size()) break;
        if (text[next] == '\r') {
            bool pair = next + 1 < text.size() && text[next + 1] == '\n';
            if (!pair) waiting_ += '\n';
        } else {
            waiting_.append(2, text[next]);
        }
        at = next + 1;
    }
    waiting_ += '"';
}

void TableWriter::moment(OptionalMoment value) {
    if (!value) return cell("");
    integer(value->time_since_epoch().count());
}

void TableWriter::list(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) {
        if (!text.empty()) text += ';';
        text += part;
    }
    cell(text);
}

void TableWriter::nothing() { comma(); }

void TableWriter::end_row() {
    waiting_ += '\n';
    begun_ = false;
    ++rows_;
    if (waiting_.size() >= block) flush();
}

void TableWriter::row(std::span<const std::string_view> cells) {
    for (std::string_view text : cells) cell(text);
    end_row();
}

void TableWriter::flush() {
    into_.write(as_bytes(waiting_));
    waiting_.clear();
}

}  // namespace tresor::data_backup
