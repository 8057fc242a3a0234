#include "server/responses.hpp"

#include <string>
#include <utility>

namespace tresor::server {

using net::Response;

Response answer(int status, net::Headers headers, Bytes body) {
    // 204 has neither body nor length (RFC 9110, 8.6).
    if (status != 204) headers.push_back({"Content-Length", std::to_string(body.size())});
    headers.push_back({"Cache-Control", "no-store"});
    return {status, std::move(headers), std::move(body)};
}

Response refuse(int status, std::string_view why, net::Headers headers) {
    headers.push_back({"Content-Type", "text/plain"});
    Bytes body(why.begin(), why.end());
    body.push_back('\n');
    return answer(status, std::move(headers), std::move(body));
}

Response too_large() { return refuse(413, "too large"); }

Response failed(const Error& error) {
    // A full disk here, or a full server behind this one.
    if (error.no_space || error.http_status == 507) return refuse(507, "no room");
    switch (error.code()) {
        case Errc::unavailable: {
            auto wait = error.retry_after.value_or(Seconds(60));
            return refuse(503, "try again later", {{"Retry-After", std::to_string(wait.count())}});
        }
        // Somebody else was at the same object at the same time.
        case Errc::conflict: return refuse(503, "try again later", {{"Retry-After", "1"}});
        case Errc::too_large: return too_large();
        case Errc::invalid_argument: return refuse(400, "the body has not the announced length");
        default: return refuse(500, "trouble with the store");
    }
}

}  // namespace tresor::server
