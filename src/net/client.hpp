// What every request to a server of ours has in common, whatever the server is for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <tresor/http.hpp>

#include "net/url.hpp"

namespace tresor::net {

// Sends with a User-Agent, past what caches have kept, and, where there are credentials, preemptive
// Basic authentication (RFC 7617) in UTF-8.
//
// - A challenge to Basic is answered once: in ISO-8859-1, which some servers expect, if that can
// be.
// - Redirects are followed within one origin, five at most, with method and body as they were; any
//   other is denied and nothing is sent there.
// One thread at a time.
class Client {
public:
    // Throws invalid_argument for a user or password that is no text.
    Client(std::unique_ptr<Transport> transport, std::optional<Credentials> credentials,
           std::string user_agent = Options().user_agent);

    // The answer, whatever its status.
    Response send(Request request, ByteSink* into = nullptr);

    // From the Date header of the last answer.
    std::optional<Timestamp> clock() const noexcept { return clock_; }

private:
    Response send_once(Request& request, ByteSink* into);

    std::unique_ptr<Transport> transport_;
    SecretBytes basic_, latin_basic_;
    std::string user_agent_;
    std::optional<Timestamp> clock_;
};

// What a status that is no success means (safe.md 5.6), in words that begin with `who`: 404
// not_found, 413 too_large, 412 conflict, 429 and 5xx unavailable with what Retry-After says, up to
// a day, all else denied.
Error error_of(const Response& response, const std::string& who);

}  // namespace tresor::net
