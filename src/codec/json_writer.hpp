// Writes JSON text straight into memory that wipes itself.
#pragma once

#include <cstdint>
#include <string_view>

#include <tresor/secret.hpp>

#include "codec/json.hpp"

namespace tresor::codec {

// A value as JSON text without space.
SecretBytes write_json(const Json& value);

// Calls come in the order of the text; commas and colons are set by the writer. Escapes only what
// RFC 8259 demands. One thread at a time.
class JsonWriter {
public:
    enum class Space { none, line_a_member };  // of the outermost object
    explicit JsonWriter(Space space = Space::none) : space_(space) {}

    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }
    // An array of an object for each; `members` writes what is in one.
    template <class List, class Members>
    void objects(const List& list, const Members& members) {
        begin_array();
        for (const auto& one : list) {
            begin_object();
            members(one);
            end_object();
        }
        end_array();
    }
    void name(std::string_view name);
    void text(std::string_view text);  // throws invalid_argument if it is not UTF-8
    void base64(ByteView bytes);
    void hex(ByteView bytes);
    void integer(std::int64_t value);
    void flag(bool value) { word(value ? "true" : "false"); }
    void null() { word("null"); }
    void raw(ByteView json);  // a value that is JSON text already
    void value(const Json& value);

    SecretBytes take() { return std::move(out_); }

private:
    void open(char bracket);
    void close(char bracket);
    void word(std::string_view word);
    void comma();
    void quoted(std::string_view text);
    void put(char c) { out_.push_back(static_cast<Byte>(c)); }

    SecretBytes out_;
    Space space_;
    int depth_ = 0;
    bool comma_due_ = false;
};

}  // namespace tresor::codec
