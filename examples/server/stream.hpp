// One client's socket, plain or with TLS, without waiting.
#pragma once

#include <cstddef>

#include <tresor/bytes.hpp>

#include "tls.hpp"

namespace safe_server {

// Owns the socket. One thread at a time.
class Stream {
public:
    enum class End { some, again, closed };  // closed: by the client, or broken
    struct Moved {
        End end;
        std::size_t bytes;
    };

    // `session` is null for plain HTTP.
    Stream(int socket, TlsSession session);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    int socket() const noexcept { return socket_; }
    bool has_tls() const noexcept { return session_ != nullptr; }
    // False until the TLS handshake is through; read() makes it go on.
    bool ready() const noexcept;
    // Whether `again` meant that the socket takes no more, not that it has no more.
    bool wants_write() const noexcept;

    Moved read(tresor::ByteSpan into);
    // One text after another, as few packets as can be. After `again` the same bytes are given
    // again, wherever they are then.
    Moved write(tresor::ByteView first, tresor::ByteView second);

    // Whether bytes have come that nobody reads.
    bool has_unread() const noexcept;
    // Tells the client that no more comes. Then only drain() is of use: what still comes is
    // dropped.
    void end_writing() noexcept;
    Moved drain(tresor::ByteSpan scratch) noexcept;

private:
    Moved tls_result(int result);
    Moved tls_write(tresor::ByteView first, tresor::ByteView second);

    int socket_;
    bool wants_write_ = false;
    TlsSession session_;
};

}  // namespace safe_server
