// The heads of HTTP requests, read strictly (RFC 9112): two readers of one text never disagree
// about where a request ends, so nothing can be hidden behind one.
//
// - Lines end with CR LF, and with nothing else; no line is folded. No control characters.
// - The method is upper-case letters, the target a path with or without a query, the version 1.1
//   or 1.0. One empty line before a request is left out.
// - One Host (none is fine in 1.0), at most one Content-Length, of digits only, at most one
//   Transfer-Encoding, and never both.
// - Authorization is kept in `Request::authorization`, not among the headers.
// What is not read is refused with the status an answer should have; the connection is then to be
// closed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <tresor/bytes.hpp>
#include <tresor/http.hpp>

namespace safe_server {

struct HeadLimits {
    std::size_t head_bytes = 16 * 1024;   // beyond it: 431
    std::size_t target_bytes = 8 * 1024;  // 414
    std::size_t headers = 100;            // 431
};

// How the body of a request comes, and what is to be done with the connection.
struct Framing {
    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    bool expects_continue = false;
    bool keep_alive = true;
    bool old = false;  // HTTP/1.0: such a client is told that the connection is kept

    bool has_body() const noexcept { return chunked || content_length.value_or(0) > 0; }
};

// Why a request is refused. The text is constant.
struct Fault {
    int status = 0;
    std::string_view why;
};

enum class Reading { unfinished, whole, refused };

// Reads one head, then is made anew. One thread at a time.
class RequestReader {
public:
    explicit RequestReader(const HeadLimits& limits = {}) : limits_(limits) {}

    // `bytes` begin with the head: those of the last call, which may have moved, and more. Fills
    // method, target, headers and authorization of a request, whose memory is used again.
    Reading read(tresor::ByteView bytes, tresor::net::Request& into);

    std::size_t size() const noexcept { return line_; }  // of the head, once it is whole
    const Framing& framing() const noexcept { return framing_; }
    const Fault& fault() const noexcept { return fault_; }
    // Whether there was something to be wiped among the bytes.
    bool had_secret() const noexcept { return authorizations_ > 0; }

private:
    Reading refuse(int status, std::string_view why);
    Reading wait(tresor::ByteView bytes);
    Reading request_line(std::string_view line, tresor::net::Request& into);
    Reading header_line(std::string_view line, tresor::net::Request& into);
    Reading known_header(std::string_view name, std::string_view value);
    Reading content_length(std::string_view value);
    Reading finish(tresor::net::Request& into);

    HeadLimits limits_;
    Framing framing_;
    Fault fault_;
    std::size_t line_ = 0;     // where the line begins that is read next
    std::size_t scanned_ = 0;  // no line feed before
    std::size_t count_ = 0;    // of headers that were kept
    unsigned hosts_ = 0, codings_ = 0, authorizations_ = 0;
    bool began_ = false, skipped_ = false, keeps_ = false, closes_ = false;
};

}  // namespace safe_server
