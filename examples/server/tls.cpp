#include "tls.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <tresor/error.hpp>

namespace safe_server {
namespace {

using Context = std::unique_ptr<ssl_ctx_st, FreeContext>;

// Mozilla's "intermediate", without finite-field Diffie-Hellman.
constexpr const char* ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

[[noreturn]] void refuse(const std::string& what) {
    ERR_clear_error();
    throw tresor::Error(tresor::Errc::invalid_argument, what);
}

// A key with a password is refused; nobody is asked.
int no_password(char*, int, int, void*) { return -1; }

// HTTP/1.1 where the client offers it; who offers only others is not turned away.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
    std::string_view list(reinterpret_cast<const char*>(offered), offered_size);
    while (!list.empty()) {
        auto length = static_cast<std::size_t>(static_cast<unsigned char>(list[0]));
        if (length + 1 > list.size()) break;
        if (list.substr(1, length) == "http/1.1") {
            *chosen = reinterpret_cast<const unsigned char*>(list.data() + 1);
            *size = static_cast<unsigned char>(length);
            return SSL_TLSEXT_ERR_OK;
        }
        list.remove_prefix(length + 1);
    }
    return SSL_TLSEXT_ERR_NOACK;
}

void set_up(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, ciphers);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CLEANSE_PLAINTEXT);
    // Buffers only while there is something in them: an idle connection has none.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // Tickets bring clients back; the server remembers nobody.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    SSL_CTX_set_default_passwd_cb(context, no_password);
}

Context load(const TlsFiles& files) {
    ERR_clear_error();
    Context context(SSL_CTX_new(TLS_server_method()));
    if (!context) refuse("TLS could not be set up");
    set_up(context.get());
    if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1)
        refuse(files.certificate.string() + " is no readable certificate chain");
    if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1)
        refuse(files.key.string() + " is no readable key for the certificate");
    if (SSL_CTX_check_private_key(context.get()) != 1)
        refuse(files.key.string() + " is not the key of the certificate");
    return context;
}

}  // namespace

void FreeSession::operator()(ssl_st* session) const noexcept { SSL_free(session); }
void FreeContext::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }

Tls::Tls(TlsFiles files) : files_(std::move(files)), context_(load(files_)) {}

void Tls::reload() {
    auto fresh = load(files_);
    std::lock_guard lock(guard_);
    context_.swap(fresh);
}

// A session keeps the context it began with.
TlsSession Tls::session(int socket) const {
    std::lock_guard lock(guard_);
    TlsSession session(SSL_new(context_.get()));
    if (!session || SSL_set_fd(session.get(), socket) != 1) return nullptr;
    SSL_set_accept_state(session.get());
    return session;
}

}  // namespace safe_server
