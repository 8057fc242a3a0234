// Memory of idle connections, plain and with TLS.

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string_view>

#include <openssl/ssl.h>
#include <unistd.h>

#include "http_load.hpp"
#include "server.hpp"

using bench::Peer;
using bench::Site;

namespace {

constexpr int idle_count = 2000;

// Open sockets, each with one request that was answered.
class Idle {
public:
    explicit Idle(bool tls) : tls_(tls), context_(::SSL_CTX_new(::TLS_client_method())) {}
    Idle(const Idle&) = delete;
    Idle& operator=(const Idle&) = delete;
    ~Idle() {
        for (int socket : sockets_) ::close(socket);
        ::SSL_CTX_free(context_);
    }
    void open(std::uint16_t port, int count) {
        for (int i = 0; i < count; ++i) {
            sockets_.push_back(bench::connect_to(port));
            tls_ ? ask_by_tls(sockets_.back()) : ask(sockets_.back());
        }
    }

private:
    static void require_ok(const char* answer, long size) {
        if (size < 12 || std::string_view(answer + 8, 4) != " 200")
            throw std::runtime_error("no answer of success on an idle connection");
    }
    void ask(int socket) {
        char answer[4096];
        long sent = ::write(socket, head_.data(), head_.size());
        require_ok(answer, sent < 0 ? sent : ::read(socket, answer, sizeof answer));
    }
    // The session is forgotten here, and the server is not told.
    void ask_by_tls(int socket) {
        std::unique_ptr<::SSL, decltype(&::SSL_free)> tls(::SSL_new(context_), &::SSL_free);
        ::SSL_set_fd(tls.get(), socket);
        char answer[4096];
        bool asked = ::SSL_connect(tls.get()) == 1 &&
                     ::SSL_write(tls.get(), head_.data(), static_cast<int>(head_.size())) > 0;
        require_ok(answer, asked ? ::SSL_read(tls.get(), answer, sizeof answer) : -1);
    }

    bool tls_;
    ::SSL_CTX* context_;
    std::string head_ = bench::head_of("GET", "/config");
    std::vector<int> sockets_;
};

void print_idle(const Peer& peer, bool tls) {
    try {
        { Idle(tls).open(peer.port(), 20); }
        Idle idle(tls);
        double before = peer.memory_kib();
        idle.open(peer.port(), idle_count);
        double after = peer.memory_kib();
        std::printf("  %-34s %7.2f KiB  (%.1f MiB before, %.1f MiB with all)\n",
                    (peer.name() + (tls ? ", TLS" : "")).c_str(), (after - before) / idle_count,
                    before / 1024, after / 1024);
    } catch (const std::runtime_error& error) {
        std::printf("  %-34s left out: %s\n", peer.name().c_str(), error.what());
    }
}

}  // namespace

void bench::idle_connections(const bench::Ground& ground, const std::string& ours) {
    std::string key = ground.path() / "key.pem", certificate = ground.path() / "cert.pem";
    bool has_tls =
        bench::run_command({bench::program_path("openssl"), "req", "-x509", "-newkey", "ec",
                            "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
                            "-out", certificate, "-days", "2", "-subj", "/CN=localhost"});
    std::printf("\nresident memory of an idle connection, %d of them, one request each\n",
                idle_count);
    for (bool tls : {false, true}) {
        if (tls && !has_tls) continue;
        auto site = [&](const std::string& name) {
            Site made = ground.site(name + (tls ? "-tls" : "-plain"), 1, 1);
            if (tls) made.certificate = certificate, made.key = key;
            return made;
        };
        Peers peers;
        add(peers, "nginx", [&] { return bench::start_nginx(site("idle-nginx")); });
        add(peers, "tresor-server", [&] { return bench::start_ours(ours, site("idle-ours")); });
        add(peers, "lighttpd", [&] { return bench::start_lighttpd(site("idle-lighttpd")); });
        for (auto& peer : peers) print_idle(*peer, tls);
        std::fflush(stdout);
    }
}
