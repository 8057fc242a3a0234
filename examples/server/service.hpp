// What a server does with requests, apart from how they come in: the border between the HTTP part
// (server.hpp) and what is served.
//
// A request goes through a Service in this order:
//
//     admit(head) -----> refuse                                               --> answer sent,
//     done()
//                  \---> answer_here       body --> answer(request, 0)        --> answer sent,
//                  done()
//                   \--> answer_on_worker  body --> answer(request, n)        --> answer sent,
//                   done()
//                    \-> ask_worker_first  authenticate(head) on a worker, then as above
//
// What never becomes a request (400, 408, 431, 503 and other answers of the HTTP part) is told to
// done() only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tresor/http.hpp>

namespace safe_server {

struct Admission {
    enum class Next {
        refuse,            // with `refusal`; the body, if there is one, is not read
        answer_here,       // answer() on the loop's thread: what needs no disk to be written, no
                           // network and no password hash
        answer_on_worker,  // answer() on a worker's thread
        ask_worker_first,  // authenticate() on a worker's thread before the body is read
    };
    Next next = Next::answer_on_worker;
    tresor::net::Response refusal;
};

// What became of a request, for log and metrics. The views hold for the length of the call.
struct Served {
    std::string_view method, target;  // empty if they were never read
    std::string_view peer;            // numeric, IPv4 in its own form, without a port
    int status = 0;                   // 0: the connection was lost before there was an answer
    std::uint64_t bytes_in = 0;       // of the body
    std::uint64_t bytes_out = 0;      // of the answer's body
    double seconds = 0;               // from the first byte of the head to the last of the answer
    bool whole = true;                // all of the answer was handed to the system
};

// Shared by all threads of a server. Nothing of it throws.
class Service {
public:
    virtual ~Service() = default;

    // The head of a request is here, its body is not. On a loop's thread, so it waits for nothing.
    // `peer` and `authorization` are set; `body` is null. A request without Content-Length but
    // with a chunked body has `Transfer-Encoding: chunked` among its headers. When it is refused,
    // the connection is closed if a body was announced, so that the client still gets the answer.
    virtual Admission admit(const tresor::net::Request& head) = 0;

    // On a worker's thread. A response is a refusal like one of admit(); without one the request
    // goes on as answer_on_worker.
    virtual std::optional<tresor::net::Response> authenticate(const tresor::net::Request& head) = 0;

    // The whole request; `body` is null if none was announced, else it can be rewound and knows
    // its size. `worker` is the number of the worker's thread, from 1 on, or 0 on a loop: what may
    // not be shared by threads is kept once a worker.
    virtual tresor::net::Response answer(const tresor::net::Request& request, unsigned worker) = 0;

    // After the last byte was sent or the connection was lost. On a loop's thread.
    virtual void done(const Served& served) = 0;
};

}  // namespace safe_server
