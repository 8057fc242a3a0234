// A load on an HTTP server: keep-alive connections over loopback, one request at a time on each,
// all from one thread. Every answer is read to its end and has to be one of success.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

// One of the heads after the other, in an order that is mixed the same way in each run, so that no
// two requests at a time are for the same object; and the body after it.
struct Requests {
    std::vector<std::string> heads;  // whole, with the empty line at the end
    std::string body;
};

// As an app of Threema asks. `authorization` is the value of that header; empty: without one.
std::string head_of(std::string_view method, const std::string& target, std::size_t body_size = 0,
                    const std::string& authorization = "");

struct Extent {  // whichever is reached first
    double seconds = std::numeric_limits<double>::infinity();
    std::uint64_t requests = std::numeric_limits<std::uint64_t>::max();
};

struct Load {
    double rate;      // requests a second
    double p50, p99;  // milliseconds from the first byte sent to the last one received
};

// Throws std::runtime_error for an answer that is none, has no length, or no status from 200 on to
// 299; and if the server does not answer for 10 seconds.
Load load(std::uint16_t port, const Requests& requests, int connections, const Extent& extent);

// A connected socket; throws std::runtime_error.
int connect_to(std::uint16_t port);

}  // namespace bench
