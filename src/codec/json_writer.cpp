#include "codec/json_writer.hpp"

#include <array>
#include <charconv>

#include "codec/base64.hpp"
#include "codec/hex.hpp"
#include "codec/utf8.hpp"

namespace tresor::codec {

SecretBytes write_json(const Json& value) {
    JsonWriter writer;
    writer.value(value);
    return writer.take();
}

void JsonWriter::value(const Json& value) {
    if (auto flag = value.flag()) return this->flag(*flag);
    if (auto number = value.number()) return word(*number);
    if (auto text = value.text()) return this->text(*text);
    if (value.is_null()) return null();
    if (const Json::Array* array = value.array()) {
        begin_array();
        for (const Json& element : *array) this->value(element);
        return end_array();
    }
    begin_object();
    for (const Json::Member& member : *value.object()) {
        name(view(member.name));
        this->value(member.value);
    }
    end_object();
}

void JsonWriter::comma() {
    if (comma_due_) put(',');
    comma_due_ = true;
}

void JsonWriter::open(char bracket) {
    comma();
    put(bracket);
    comma_due_ = false;
    ++depth_;
}

void JsonWriter::close(char bracket) {
    if (--depth_ == 0 && space_ == Space::line_a_member) put('\n');
    put(bracket);
    comma_due_ = true;
}

void JsonWriter::word(std::string_view word) {
    comma();
    out_.append(as_bytes(word));
}

void JsonWriter::name(std::string_view name) {
    comma();
    bool own_line = depth_ == 1 && space_ == Space::line_a_member;
    if (own_line) out_.append(as_bytes("\n  "));
    quoted(name);
    out_.append(as_bytes(own_line ? ": " : ":"));
    comma_due_ = false;
}

void JsonWriter::text(std::string_view text) {
    comma();
    quoted(text);
}

void JsonWriter::base64(ByteView bytes) {
    comma();
    put('"');
    base64_encode(bytes, out_);
    put('"');
}

void JsonWriter::hex(ByteView bytes) {
    JsonText digits(2 * bytes.size(), '\0');
    hex_encode_to(bytes, digits);
    text(view(digits));
}

void JsonWriter::integer(std::int64_t value) {
    std::array<char, 24> digits;
    auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    word({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void JsonWriter::raw(ByteView json) {
    comma();
    out_.append(json);
}

void JsonWriter::quoted(std::string_view text) {
    if (!is_utf8(text)) throw Error(Errc::invalid_argument, "a text is not UTF-8");
    put('"');
    std::size_t from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        out_.append(as_bytes(text.substr(from, i - from)));
        from = i + 1;
        constexpr std::string_view special = "\"\\\b\f\n\r\t", letter = "\"\\bfnrt";
        put('\\');
        if (std::size_t k = special.find(text[i]); k != special.npos)
            put(letter[k]);
        else
            out_.append(as_bytes("u00" + hex_encode(ByteView(&c, 1))));
    }
    out_.append(as_bytes(text.substr(from)));
    put('"');
}

}  // namespace tresor::codec
