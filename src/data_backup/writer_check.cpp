#include "data_backup/writer_check.hpp"

#include <algorithm>

#include <tresor/error.hpp>

#include "codec/utf8.hpp"
#include "data_backup/cell_rules.hpp"
#include "data_backup/table.hpp"

namespace tresor::data_backup {

std::string Place::text() const {
    std::string text = around_ == nullptr ? std::string() : around_->text() + ".";
    return text.append(list_).append("[").append(std::to_string(index_)).append("]");
}

void Place::refuse(std::string_view field, std::string_view reason) const {
    std::string told = text();
    if (!field.empty()) told.append(".").append(field);
    throw Error(Errc::invalid_argument, told.append(" ").append(reason));
}

void Place::require_utf8(std::string_view field, std::string_view text) const {
    require(codec::is_utf8(text), field, "is no UTF-8");
}

void Place::require_identity(std::string_view field, std::string_view text) const {
    require(is_identity(text), field, "is no identity");
}

void Place::require_id(std::string_view field, std::string_view text) const {
    require(is_id(text), field, "is no id of 16 lower-case hex digits");
}

bool is_id(std::string_view text) noexcept {
    return is_hex(text, 16) &&
           std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'F'; });
}

bool is_plain_integer(std::string_view text, std::int64_t least, std::int64_t most) noexcept {
    auto value = parse_integer(text);
    return value && *value >= least && *value <= most && std::to_string(*value) == text;
}

}  // namespace tresor::data_backup
