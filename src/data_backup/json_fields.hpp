// Members of a JSON object that are left out where they are empty.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/data_backup/model.hpp>

#include "codec/json_writer.hpp"
#include "codec/utf8.hpp"

namespace tresor::data_backup {

// Keeps the writer.
class JsonFields {
public:
    explicit JsonFields(codec::JsonWriter& json) : json_(json) {}

    void text(std::string_view name, std::string_view value) {
        if (value.empty()) return;
        json_.name(name);
        put(value);
    }
    void moment(std::string_view name, const OptionalMoment& value) {
        if (value) text(name, format_moment(*value));
    }
    void flag(std::string_view name, bool value) {  // only if true
        if (!value) return;
        json_.name(name);
        json_.flag(true);
    }
    void integer(std::string_view name, std::optional<std::int64_t> value) {
        if (!value) return;
        json_.name(name);
        json_.integer(*value);
    }
    void real(std::string_view name, std::optional<double> value) {
        if (!value || !std::isfinite(*value)) return;
        char digits[40];
        auto end = std::to_chars(digits, digits + sizeof digits, *value).ptr;
        json_.name(name);
        json_.raw(as_bytes({digits, static_cast<std::size_t>(end - digits)}));
    }
    void texts(std::string_view name, const std::vector<std::string>& values) {
        if (values.empty()) return;
        json_.name(name);
        json_.begin_array();
        for (const std::string& value : values) put(value);
        json_.end_array();
    }
    void cells(std::string_view name, const Cells& cells) {
        if (cells.empty()) return;
        json_.name(name);
        json_.begin_object();
        for (const auto& cell : cells) {
            json_.name(codec::is_utf8(cell.first) ? cell.first : repaired(cell.first));
            put(cell.second);
        }
        json_.end_object();
    }
    // An object; `members` writes what is in it.
    template <class Members>
    void object(std::string_view name, const Members& members) {
        json_.name(name);
        json_.begin_object();
        members();
        json_.end_object();
    }
    // An array of an object for each; left out if there is none.
    template <class List, class Members>
    void objects(std::string_view name, const List& list, const Members& members) {
        if (list.empty()) return;
        json_.name(name);
        json_.objects(list, members);
    }

private:
    // Names of entries may be no UTF-8; cells always are.
    void put(std::string_view value) {
        codec::is_utf8(value) ? json_.text(value) : json_.text(repaired(value));
    }
    static std::string repaired(std::string_view value) {
        std::string text;
        while (!value.empty()) {
            std::string_view rest = value;
            bool good = codec::next_code_point(rest) != codec::not_utf8;
            std::size_t size = good ? value.size() - rest.size() : 1;
            text.append(good ? value.substr(0, size) : "\xEF\xBF\xBD");
            value.remove_prefix(size);
        }
        return text;
    }

    codec::JsonWriter& json_;
};

}  // namespace tresor::data_backup
