#include "response_writer.hpp"

#include <array>
#include <charconv>

#include "header_name.hpp"

namespace safe_server {
namespace {

constexpr std::string_view reason_of(int status) noexcept {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 204: return "No Content";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 411: return "Length Required";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 417: return "Expectation Failed";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 503: return "Service Unavailable";
        case 505: return "HTTP Version Not Supported";
        case 507: return "Insufficient Storage";
        default: return "";
    }
}

void add_number(std::string& into, std::size_t number) {
    std::array<char, 24> digits;
    auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    into.append(digits.data(), end);
}

}  // namespace

void write_head(std::string& into, const tresor::net::Response& response,
                const Delivery& delivery) {
    bool has_length = response.status >= 200 && response.status != 204 && response.status != 304;
    into.append("HTTP/1.1 ");
    add_number(into, static_cast<std::size_t>(response.status));
    into.append(" ").append(reason_of(response.status)).append("\r\nDate: ");
    into.append(delivery.date).append("\r\n");
    bool length_given = false;
    for (const auto& [name, value] : response.headers) {
        bool length = same_name(name, "content-length");
        if (length && !(has_length && delivery.head_only)) continue;
        if (same_name(name, "connection") || same_name(name, "date")) continue;
        length_given = length_given || length;
        into.append(name).append(": ").append(value).append("\r\n");
    }
    if (has_length && !length_given) {
        into.append("Content-Length: ");
        add_number(into, response.body.size());
        into.append("\r\n");
    }
    if (!delivery.keep_alive) into.append("Connection: close\r\n");
    if (delivery.keep_alive && delivery.old) into.append("Connection: keep-alive\r\n");
    into.append("\r\n");
}

}  // namespace safe_server
