#include "stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace safe_server {

using tresor::Byte;
using tresor::ByteSpan;
using tresor::ByteView;

namespace {

constexpr std::size_t record_size = 16 * 1024;  // of TLS, at most

int limited(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

Stream::Moved system_result(ssize_t result) {
    if (result > 0) return {Stream::End::some, static_cast<std::size_t>(result)};
    bool again = result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return {again ? Stream::End::again : Stream::End::closed, 0};
}

}  // namespace

Stream::Stream(int socket, TlsSession session) : socket_(socket), session_(std::move(session)) {}

Stream::~Stream() { close(socket_); }

bool Stream::ready() const noexcept {
    return !session_ || SSL_is_init_finished(session_.get()) != 0;
}

bool Stream::wants_write() const noexcept { return wants_write_; }

Stream::Moved Stream::tls_result(int result) {
    if (result > 0) return {End::some, static_cast<std::size_t>(result)};
    int error = SSL_get_error(session_.get(), result);
    wants_write_ = error == SSL_ERROR_WANT_WRITE;
    bool again = wants_write_ || error == SSL_ERROR_WANT_READ;
    return {again ? End::again : End::closed, 0};
}

Stream::Moved Stream::read(ByteSpan into) {
    if (!session_) {
        wants_write_ = false;
        return system_result(recv(socket_, into.data(), into.size(), 0));
    }
    ERR_clear_error();
    return tls_result(SSL_read(session_.get(), into.data(), limited(into.size())));
}

Stream::Moved Stream::write(ByteView first, ByteView second) {
    if (session_) return tls_write(first, second);
    std::array<iovec, 2> parts{{{const_cast<Byte*>(first.data()), first.size()},
                                {const_cast<Byte*>(second.data()), second.size()}}};
    msghdr message{};
    message.msg_iov = first.empty() ? parts.data() + 1 : parts.data();
    message.msg_iovlen = first.empty() || second.empty() ? 1 : 2;
    wants_write_ = true;
    return system_result(sendmsg(socket_, &message, MSG_NOSIGNAL));
}

// The head and the begin of the body share a record.
Stream::Moved Stream::tls_write(ByteView first, ByteView second) {
    ERR_clear_error();
    if (first.empty())
        return tls_result(SSL_write(session_.get(), second.data(), limited(second.size())));
    std::array<Byte, record_size> record;
    auto head = first.first(std::min(first.size(), record.size()));
    auto body = second.first(std::min(second.size(), record.size() - head.size()));
    auto end = std::copy(head.begin(), head.end(), record.begin());
    end = std::copy(body.begin(), body.end(), end);
    return tls_result(SSL_write(session_.get(), record.data(), limited(head.size() + body.size())));
}

bool Stream::has_unread() const noexcept {
    Byte byte;
    return recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void Stream::end_writing() noexcept {
    if (session_ && ready()) {
        ERR_clear_error();
        SSL_shutdown(session_.get());
    }
    shutdown(socket_, SHUT_WR);
}

Stream::Moved Stream::drain(ByteSpan scratch) noexcept {
    wants_write_ = false;
    return system_result(recv(socket_, scratch.data(), scratch.size(), 0));
}

}  // namespace safe_server
