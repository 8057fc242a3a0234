#include "request_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "header_name.hpp"

namespace safe_server {
namespace {

using tresor::Byte;
using tresor::ByteView;
using tresor::net::Request;

// What a character may be part of (RFC 9110, 5.5 and 5.6.2; RFC 3986, 3.3 and 3.4).
enum : unsigned char { in_token = 1, in_value = 2, in_target = 4, in_host = 8 };

constexpr auto make_classes() {
    std::array<unsigned char, 256> classes{};
    auto add = [&](std::string_view characters, unsigned char what) {
        for (char c : characters) classes[static_cast<unsigned char>(c)] |= what;
    };
    for (unsigned c = 0; c < 256; ++c)
        if ((c >= ' ' && c != 0x7f) || c == '\t') classes[c] |= in_value;
    add("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        in_token | in_target | in_host);
    add("!#$%&'*+-.^_`|~", in_token);
    add("-._~%!$&'()*+,;=:@/?", in_target);
    add("-._~%!$&'()*+,;=:[]", in_host);
    return classes;
}
constexpr auto classes = make_classes();

bool all(std::string_view text, unsigned char what) noexcept {
    for (char c : text)
        if ((classes[static_cast<unsigned char>(c)] & what) == 0) return false;
    return true;
}

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

std::string_view trimmed(std::string_view text) noexcept {
    auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

bool is_hex(char c) noexcept {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
}

bool is_target(std::string_view text) noexcept {
    if (!text.starts_with('/') || !all(text, in_target)) return false;
    for (auto at = text.find('%'); at != text.npos; at = text.find('%', at + 1))
        if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return false;
    return true;
}

bool is_method(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 20 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// Where a line cannot be a request any more, though it has not ended: what speaks something else,
// such as TLS, is told at once.
bool may_begin(ByteView line) noexcept {
    return line.empty() || line[0] == '\r' || (line[0] >= 'A' && line[0] <= 'Z');
}

}  // namespace

Reading RequestReader::refuse(int status, std::string_view why) {
    fault_ = {status, why};
    return Reading::refused;
}

Reading RequestReader::wait(ByteView bytes) {
    scanned_ = bytes.size();
    if (!began_ && !may_begin(bytes.subspan(line_))) return refuse(400, "not an HTTP request");
    constexpr std::size_t around_target = 40;  // method and version
    if (!began_ && bytes.size() - line_ > limits_.target_bytes + around_target)
        return refuse(414, "the target is too long");
    if (bytes.size() > limits_.head_bytes) return refuse(431, "the head is too large");
    return Reading::unfinished;
}

Reading RequestReader::read(ByteView bytes, Request& into) {
    while (true) {
        const auto* from = bytes.data() + scanned_;
        const auto* feed =
            scanned_ < bytes.size()
                ? static_cast<const Byte*>(std::memchr(from, '\n', bytes.size() - scanned_))
                : nullptr;
        if (feed == nullptr) return wait(bytes);
        auto end = static_cast<std::size_t>(feed - bytes.data());
        if (end >= limits_.head_bytes)
            return began_ ? refuse(431, "the head is too large")
                          : refuse(414, "the target is too long");
        if (end == line_ || bytes[end - 1] != '\r') return refuse(400, "a line ends with CR LF");
        auto line = tresor::as_text(bytes.subspan(line_, end - 1 - line_));
        line_ = scanned_ = end + 1;
        if (line.empty() && began_) return finish(into);
        if (line.empty() && skipped_) return refuse(400, "not an HTTP request");
        if (line.empty()) {
            skipped_ = true;
            continue;
        }
        auto reading = began_ ? header_line(line, into) : request_line(line, into);
        if (reading == Reading::refused) return reading;
    }
}

Reading RequestReader::request_line(std::string_view line, Request& into) {
    began_ = true;
    into.authorization = {};
    std::size_t first = line.find(' '), last = line.rfind(' ');
    if (first == line.npos || first == last || !is_method(line.substr(0, first)))
        return refuse(400, "not a request line");
    auto version = line.substr(last + 1);
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        bool other = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.';
        return other ? refuse(505, "HTTP/1.1 is spoken here") : refuse(400, "not a request line");
    }
    auto target = line.substr(first + 1, last - first - 1);
    if (target.size() > limits_.target_bytes) return refuse(414, "the target is too long");
    if (!is_target(target)) return refuse(400, "the target is not a path");
    framing_.old = version.back() == '0';
    into.method.assign(line.substr(0, first));
    into.target.assign(target);
    return Reading::unfinished;
}

Reading RequestReader::header_line(std::string_view line, Request& into) {
    std::size_t colon = line.find(':');
    if (colon == line.npos || colon == 0 || !all(line.substr(0, colon), in_token))
        return refuse(400, "not a header line");
    auto name = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
    if (!all(value, in_value)) return refuse(400, "a control character in a header");
    if (count_ + authorizations_ == limits_.headers) return refuse(431, "too many headers");
    if (same_name(name, "authorization")) {
        if (++authorizations_ > 1) return refuse(400, "two Authorization headers");
        into.authorization = tresor::SecretBytes(tresor::as_bytes(value));
        return Reading::unfinished;
    }
    if (count_ == into.headers.size()) into.headers.emplace_back();
    auto& header = into.headers[count_++];
    header.name.assign(name);
    header.value.assign(value);
    return known_header(name, value);
}

Reading RequestReader::known_header(std::string_view name, std::string_view value) {
    switch (name.size()) {
        case 4:
            if (!same_name(name, "host")) break;
            if (++hosts_ > 1) return refuse(400, "two Host headers");
            if (!all(value, in_host)) return refuse(400, "not a host");
            break;
        case 6:
            if (!same_name(name, "expect") || framing_.old) break;
            if (!same_name(value, "100-continue")) return refuse(417, "unknown expectation");
            framing_.expects_continue = true;
            break;
        case 10:
            if (!same_name(name, "connection")) break;
            while (!value.empty()) {
                std::size_t comma = std::min(value.find(','), value.size());
                auto option = trimmed(value.substr(0, comma));
                closes_ = closes_ || same_name(option, "close");
                keeps_ = keeps_ || same_name(option, "keep-alive");
                value.remove_prefix(std::min(comma + 1, value.size()));
            }
            break;
        case 14:
            if (same_name(name, "content-length")) return content_length(value);
            break;
        case 17:
            if (!same_name(name, "transfer-encoding")) break;
            if (++codings_ > 1) return refuse(400, "two Transfer-Encoding headers");
            if (!same_name(value, "chunked")) return refuse(501, "unknown Transfer-Encoding");
            framing_.chunked = true;
            break;
        default: break;
    }
    return Reading::unfinished;
}

Reading RequestReader::content_length(std::string_view value) {
    if (framing_.content_length) return refuse(400, "two Content-Length headers");
    std::uint64_t length = 0;
    const char* last = value.data() + value.size();
    auto [end, error] = std::from_chars(value.data(), last, length);
    if (value.empty() || error != std::errc() || end != last || value.size() > 19)
        return refuse(400, "the Content-Length is not a number");
    framing_.content_length = length;
    return Reading::unfinished;
}

Reading RequestReader::finish(Request& into) {
    into.headers.resize(count_);
    if (hosts_ == 0 && !framing_.old) return refuse(400, "a Host header is needed");
    if (framing_.chunked && framing_.content_length)
        return refuse(400, "Content-Length and Transfer-Encoding");
    if (framing_.chunked && framing_.old) return refuse(400, "Transfer-Encoding in HTTP/1.0");
    framing_.keep_alive = !closes_ && (keeps_ || !framing_.old);
    return Reading::whole;
}

}  // namespace safe_server
