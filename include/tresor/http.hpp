// HTTP messages (RFC 9110) and what carries them: the words between stores on the network and a
// server.
//
// A Transport sends one request and gives back its answer, whatever the status. curl_transport() is
// the one for networks; another may lead to a proxy of one's own, or straight into the handlers of
// server.hpp. Names of headers mean the same in either case.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/bytes.hpp>
#include <tresor/error.hpp>
#include <tresor/io.hpp>
#include <tresor/secret.hpp>
#include <tresor/time.hpp>

namespace tresor::net {

struct Header {
    std::string name, value;
};
using Headers = std::vector<Header>;

// The value of the first header of this name.
std::optional<std::string_view> header_of(const Headers& headers, std::string_view name) noexcept;

struct Request {
    std::string method;
    std::string target;         // a client's: the whole URL; a server's: the path, from "/" on
    Headers headers;            // without Content-Length, where a client gives a body
    SecretBytes authorization;  // the value of that header, if there is any
    ByteSource* body = nullptr;
    bool brief = false;  // a client's: worth no more than 5 s
    Seconds patience = Seconds(0);  // a client's: so long without progress is nothing odd here
    // A client's, whose body is one piece of something: how much went before it, and how much there
    // is in all. Progress is told so.
    std::uint64_t before = 0;
    std::optional<std::uint64_t> whole = {};
    std::string peer;  // a server's: the address that asks
};

struct Response {
    int status = 0;
    Headers headers;
    Bytes body;  // a client's: the first 64 KiB, unless it went into a sink

    bool ok() const noexcept { return status >= 200 && status < 300; }
    // That something was put or removed as a whole (safe.md 5.6); 207 may say otherwise inside.
    bool done() const noexcept {
        return status == 200 || status == 201 || status == 202 || status == 204;
    }
};

// One thread at a time.
class Transport {
public:
    virtual ~Transport() = default;
    // The body of an answer of success goes `into` the sink, if there is one. Throws unavailable
    // without a whole answer, denied if the server's certificate is not accepted, cancelled, and
    // what body and sink throw.
    virtual Response send(const Request& request, ByteSink* into = nullptr) = 0;
};

// How a server is reached. None of it comes from the environment.
struct Options {
    // PEM: certificates to trust; besides those in the system's folder, where libcurl knows of one
    // (as on Debian), else instead of the system's.
    std::string ca_file;
    std::string pin;                // SHA-256 of the server's public key: 64 hex digits or base64
    std::string proxy;              // its URL: http, https, socks4(a) or socks5(h)
    Seconds timeout = Seconds(30);  // without progress, 1 s to a day; half of it to connect
    bool allow_insecure = false;    // http:// to other machines, too
    std::string user_agent = "Threema";  // contains Threema, which Safe servers ask for

    bool operator==(const Options&) const = default;
};

// Throws invalid_argument for a pin, proxy, time limit or User-Agent that is none.
void require_valid(const Options& options);

// Over libcurl: HTTP/1.1, TLS 1.2 and up, IPv4 and IPv6. Certificates are always verified,
// connections reused, cookies and redirects left alone. `progress` is told how much of a body went
// by, and asked about once a second in any case; false cancels. Until it is true again, requests
// may take 5 s in all: for whoever was cancelled to tidy up. Throws what require_valid() does, io
// if the CA file cannot be read. Not in a library built with TRESOR_NET=OFF.
std::unique_ptr<Transport> curl_transport(const Options& options = {}, Progress progress = {});

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::string format_http_date(Timestamp time);
// That form and the two obsolete ones.
std::optional<Timestamp> parse_http_date(std::string_view text);

}  // namespace tresor::net
