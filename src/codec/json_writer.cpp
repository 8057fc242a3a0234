#include "codec/json_writer.hpp"

#include <array>
#include <charconv>

#include "codec/base64.hpp"
#include "codec/hex.hpp"
#include "codec/utf8.hpp"

namespace tresor::codec {

void JsonWriter::comma() {
    if (comma_due_) put(',');
    comma_due_ = true;
}

void JsonWriter::open(char bracket) {
    comma();
    put(bracket);
    comma_due_ = false;
}

void JsonWriter::close(char bracket) {
    put(bracket);
    comma_due_ = true;
}

void JsonWriter::word(std::string_view word) {
    comma();
    out_.append(as_bytes(word));
}

void JsonWriter::name(std::string_view name) {
    comma();
    quoted(name);
    put(':');
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
