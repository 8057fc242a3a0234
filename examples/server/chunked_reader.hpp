// The data in a chunked body, read strictly (RFC 9112, 7.1).
//
//     body  := chunk*, last, trailer*, CR LF
//     chunk := size in hex, [";" extension], CR LF, data, CR LF
//     last  := "0", [";" extension], CR LF
//
// Extensions and trailers are left out; together they have at most 4 KiB. How much data there may
// be is for the caller to say.
#pragma once

#include <cstddef>
#include <cstdint>

#include <tresor/bytes.hpp>

#include "request_reader.hpp"

namespace safe_server {

// One thread at a time.
class ChunkedReader {
public:
    struct Step {
        std::size_t used = 0;   // of the bytes that were given
        tresor::ByteView data;  // among them
    };
    // Goes on with the rest of the bytes until all are used, or `state` is not unfinished.
    Step read(tresor::ByteView bytes);
    Reading state() const noexcept { return state_; }

private:
    enum class Part { size, extension, size_end, data, data_end, data_feed, trailer, trailer_end };
    void overhead(tresor::Byte byte);
    void digit(tresor::Byte byte);
    void end_of_size();
    void refuse() { state_ = Reading::refused; }

    Reading state_ = Reading::unfinished;
    Part part_ = Part::size;
    std::uint64_t left_ = 0;  // of this chunk
    unsigned digits_ = 0;     // of its size
    std::size_t extra_ = 0;   // bytes of extensions and trailers so far
    std::size_t line_ = 0;    // of this trailer
};

}  // namespace safe_server
