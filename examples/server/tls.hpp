// TLS for a server: 1.2 and 1.3, a certificate and its key from files, which can be read again.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

struct ssl_st;
struct ssl_ctx_st;

namespace safe_server {

struct TlsFiles {
    std::filesystem::path certificate;  // PEM: the server's own first, then its chain
    std::filesystem::path key;          // PEM, without a password
};

struct FreeSession {
    void operator()(ssl_st* session) const noexcept;
};
struct FreeContext {
    void operator()(ssl_ctx_st* context) const noexcept;
};
using TlsSession = std::unique_ptr<ssl_st, FreeSession>;

// Threads share it.
class Tls {
public:
    // Throws invalid_argument if the files are not a certificate and its key.
    explicit Tls(TlsFiles files);

    // The server's side of a new connection on a socket. Null if there is no memory.
    TlsSession session(int socket) const;
    // For sessions from now on. Throws as the constructor does, and changes nothing then.
    void reload();

private:
    TlsFiles files_;
    mutable std::mutex guard_;
    std::unique_ptr<ssl_ctx_st, FreeContext> context_;
};

}  // namespace safe_server
