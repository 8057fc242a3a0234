// The heads of answers.
#pragma once

#include <string>
#include <string_view>

#include <tresor/http.hpp>

namespace safe_server {

// How an answer goes out, apart from what it says.
struct Delivery {
    bool head_only = false;  // the request was HEAD: the Content-Length is the one of a GET
    bool keep_alive = true;
    bool old = false;  // to a client of HTTP/1.0
    std::string_view date;
};

// Writes the head of an answer, to its empty line. Content-Length, Date and Connection are this
// function's: a body's length is what it is, 204 has none. Other headers are those of the response.
void write_head(std::string& into, const tresor::net::Response& response, const Delivery& delivery);

}  // namespace safe_server
