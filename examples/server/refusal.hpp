// Answers that are refusals, and other short texts.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tresor/http.hpp>

namespace safe_server {

// A line of text that no cache keeps.
inline tresor::net::Response refusal(int status, std::string_view why,
                                     tresor::net::Headers headers = {}) {
    tresor::Bytes body(why.begin(), why.end());
    body.push_back('\n');
    headers.push_back({"Content-Type", "text/plain"});
    headers.push_back({"Content-Length", std::to_string(body.size())});
    headers.push_back({"Cache-Control", "no-store"});
    return {status, std::move(headers), std::move(body)};
}

}  // namespace safe_server
