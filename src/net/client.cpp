#include "net/client.hpp"

#include <algorithm>
#include <charconv>

#include "codec/base64.hpp"
#include "codec/utf8.hpp"
#include "net/text.hpp"

namespace tresor::net {
namespace {

constexpr int most_redirects = 5;
// A server that says never shall not be believed for ever.
constexpr Seconds longest_wait = std::chrono::hours(24);

SecretBytes basic(ByteView user, ByteView password) {
    SecretBytes pair(user);
    pair.push_back(':');
    pair.append(password);
    SecretBytes value(as_bytes("Basic "));
    codec::base64_encode(pair.expose(), value);
    return value;
}

// Absent if ISO-8859-1 does not have every character.
std::optional<SecretBytes> latin(std::string_view text) {
    SecretBytes bytes;
    bytes.reserve(text.size());
    while (!text.empty()) {
        char32_t point = codec::next_code_point(text);
        if (point > 0xFF) return std::nullopt;
        bytes.push_back(static_cast<Byte>(point));
    }
    return bytes;
}

bool challenges_to_basic(const Response& response) {
    if (response.status != 401) return false;
    for (const Header& header : response.headers)
        if (equal_ignoring_case(header.name, "WWW-Authenticate") &&
            lowercase(header.value).find("basic") != std::string::npos)
            return true;
    return false;
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

[[noreturn]] void refuse_redirect(const Response& response, const char* why) {
    Error error(Errc::denied, std::string("the server sends us elsewhere, ") + why);
    error.http_status = response.status;
    throw error;
}

std::string redirected(const Request& request, const Response& response) {
    auto location = header_of(response.headers, "Location");
    if (!location) refuse_redirect(response, "without saying where");
    std::string url = resolve(request.target, *location);
    if (!std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c <= '~'; }))
        refuse_redirect(response, "to an address that is none");
    if (!same_origin(url, request.target))
        refuse_redirect(response, "to another host, port or scheme: nothing was sent there");
    // 303 wants a GET, whatever it was.
    if (response.status == 303 && request.method != "GET" && request.method != "HEAD")
        refuse_redirect(response, "to another document");
    return url;
}

std::optional<Seconds> retry_after(const Headers& headers) {
    auto text = header_of(headers, "Retry-After");
    if (!text) return std::nullopt;
    std::string_view digits = trimmed(*text);
    std::uint32_t seconds = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    if (error == std::errc() && end == digits.data() + digits.size())
        return std::min(Seconds(seconds), longest_wait);
    auto then = parse_http_date(digits);
    auto date = parse_http_date(header_of(headers, "Date").value_or(""));
    if (!then || !date) return std::nullopt;
    return std::clamp<Seconds>(*then - *date, Seconds(0), longest_wait);
}

const char* words_for(int status) {
    switch (status) {
        case 400: return "it does not accept such a request";
        case 401: return "user name and password are missing or not the right ones";
        case 403: return "that is not allowed";
        case 404: return "there is no such thing";
        case 405: return "it does not do that";
        case 409: return "a folder is missing there";
        case 411: return "it wants to know the length";
        case 412: return "it has changed meanwhile";
        case 413: return "that is too large for it";
        case 423: return "it is locked";
        case 429: return "too many requests";
        case 502: return "the server behind it did not answer";
        case 503: return "it is not available now";
        case 504: return "the server behind it did not answer in time";
        case 507: return "it is full";
        default: return nullptr;
    }
}

Errc code_of(int status) {
    switch (status) {
        case 404: return Errc::not_found;
        case 412: return Errc::conflict;
        case 413: return Errc::too_large;
        case 429: return Errc::unavailable;
        default: return status >= 500 ? Errc::unavailable : Errc::denied;
    }
}

}  // namespace

Client::Client(std::unique_ptr<Transport> transport, std::optional<Credentials> credentials,
               std::string user_agent)
    : transport_(std::move(transport)), user_agent_(std::move(user_agent)) {
    if (!credentials) return;
    ByteView password = credentials->password.expose();
    for (std::string_view text : {std::string_view(credentials->user), as_text(password)})
        if (!codec::is_utf8(text) || text.find('\0') != text.npos)
            throw Error(Errc::invalid_argument, "user and password of a store are text (UTF-8)");
    if (credentials->user.find(':') != std::string::npos)
        throw Error(Errc::invalid_argument, "a user name of a store has no colon in it");
    basic_ = basic(as_bytes(credentials->user), password);
    auto user = latin(credentials->user), word = latin(as_text(password));
    if (user && word) latin_basic_ = basic(user->expose(), word->expose());
}

Response Client::send_once(Request& request, ByteSink* into) {
    Response response = transport_->send(request, into);
    clock_ = parse_http_date(header_of(response.headers, "Date").value_or(""));
    return response;
}

Response Client::send(Request request, ByteSink* into) {
    request.headers.push_back({"User-Agent", user_agent_});
    // A copy that something on the way has kept would be an old backup.
    if (request.method == "GET" || request.method == "HEAD")
        request.headers.push_back({"Cache-Control", "no-cache"});
    request.authorization = basic_.clone();
    bool may_answer = !basic_.empty();
    for (int redirects = 0;;) {
        Response response = send_once(request, into);
        if (may_answer && challenges_to_basic(response)) {
            may_answer = false;
            request.authorization = (latin_basic_.empty() ? basic_ : latin_basic_).clone();
        } else if (is_redirect(response.status)) {
            if (++redirects > most_redirects) refuse_redirect(response, "again and again");
            request.target = redirected(request, response);
        } else {
            return response;
        }
        if (request.body != nullptr) request.body->rewind();
    }
}

Error error_of(const Response& response, const std::string& who) {
    std::string text = who + " answered " + std::to_string(response.status);
    if (const char* words = words_for(response.status)) text.append(": ").append(words);
    Error error(code_of(response.status), text);
    error.http_status = response.status;
    if (error.code() == Errc::unavailable) error.retry_after = retry_after(response.headers);
    return error;
}

}  // namespace tresor::net
