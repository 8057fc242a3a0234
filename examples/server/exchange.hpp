// One request and its answer, while they last. A connection without one is idle and small.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <tresor/http.hpp>

#include "body.hpp"
#include "chunked_reader.hpp"
#include "request_reader.hpp"
#include "service.hpp"

namespace safe_server {

using Moment = std::chrono::steady_clock::time_point;

struct Exchange {
    tresor::net::Request request;  // strings keep their memory from one request to the next
    RequestReader reader;
    Admission::Next next = Admission::Next::refuse;
    Moment began;            // the first byte of the head
    bool requested = false;  // there is a whole head

    std::unique_ptr<Body> body;
    ChunkedReader chunks;
    Moment body_began;
    std::uint64_t bytes_in = 0;

    std::optional<tresor::net::Response> refusal;  // of authenticate()
    tresor::net::Response response;
    std::string head;              // of the answer
    std::unique_ptr<Body> parked;  // the answer's body, if the client is slow and memory short
    std::size_t held = 0;          // bytes of memory that are counted for a slow client's answer
    std::size_t body_size = 0, sent = 0;  // of the answer; `sent` counts the head, too
    Moment answer_began, moved;           // when the last byte went out

    // What it has for the next request, without what all of them have.
    std::size_t memory() const noexcept {
        std::size_t sum = request.target.capacity() + head.capacity();
        for (const auto& [name, value] : request.headers) sum += name.capacity() + value.capacity();
        return sum;
    }

    // Ready for the next request. Nothing secret stays.
    void clear(const HeadLimits& limits) {
        request.method.clear();
        request.target.clear();
        request.authorization = {};
        request.body = nullptr;
        reader = RequestReader(limits);
        requested = false;
        body.reset();
        chunks = {};
        bytes_in = 0;
        refusal.reset();
        response = {};
        head.clear();
        parked.reset();
        body_size = sent = 0;
    }
};

}  // namespace safe_server
