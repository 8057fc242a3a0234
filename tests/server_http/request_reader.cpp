#include "request_reader.hpp"

#include "support.hpp"

using namespace safe_server;
using tresor::as_bytes;
using tresor::net::Request;

namespace {

// What becomes of a head, given at once.
struct Head {
    explicit Head(const std::string& text, const HeadLimits& limits = {}) : reader(limits) {
        reading = reader.read(as_bytes(text), request);
    }
    int status() const { return reader.fault().status; }

    RequestReader reader;
    Request request;
    Reading reading;
};

std::string get(const std::string& headers) {
    return "GET /a HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n";
}

int refusal_of(const std::string& text) {
    Head head(text);
    CHECK((head.reading == Reading::refused) == (head.status() != 0));
    return head.status();
}

}  // namespace

TEST_CASE("request reader: a request is read as it was written") {
    std::string text =
        "PUT /backups/06?a=%20b HTTP/1.1\r\nHost: safe.example:8443\r\nX-Empty:\r\n"
        "x-blanks: \t a  b \t\r\nAuthorization: Basic YTpi\r\ncontent-length: 5\r\n\r\nhello";
    Head head(text);
    REQUIRE(head.reading == Reading::whole);
    CHECK(head.reader.size() == text.size() - 5);
    CHECK(head.request.method == "PUT");
    CHECK(head.request.target == "/backups/06?a=%20b");
    REQUIRE(head.request.headers.size() == 4);
    CHECK(head.request.headers[1].name == "X-Empty");
    CHECK(head.request.headers[1].value.empty());
    CHECK(head.request.headers[2].value == "a  b");
    CHECK(tresor::as_text(head.request.authorization.expose()) == "Basic YTpi");
    CHECK(head.reader.had_secret());
    CHECK(head.reader.framing().content_length == 5U);
    CHECK(head.reader.framing().keep_alive);
    CHECK_FALSE(head.reader.framing().chunked);
}

TEST_CASE("request reader: bytes may come one by one") {
    std::string text = "\r\n" + get("Expect: 100-Continue\r\nTransfer-Encoding: Chunked\r\n");
    RequestReader reader;
    Request request;
    for (std::size_t size = 1; size < text.size(); ++size)
        REQUIRE(reader.read(as_bytes(text).first(size), request) == Reading::unfinished);
    REQUIRE(reader.read(as_bytes(text), request) == Reading::whole);
    CHECK(reader.size() == text.size());
    CHECK(reader.framing().chunked);
    CHECK(reader.framing().expects_continue);
}

TEST_CASE("request reader: the memory of a request is used again, its content is not") {
    Request request;
    for (const auto& text : {get("Authorization: Basic YTpi\r\nX: 1\r\nY: 2\r\n"), get("")}) {
        RequestReader reader;
        REQUIRE(reader.read(as_bytes(text), request) == Reading::whole);
    }
    CHECK(request.headers.size() == 1);
    CHECK(request.authorization.empty());
}

TEST_CASE("request reader: whether a connection is kept") {
    auto kept = [](const std::string& version, const std::string& headers) {
        Head head("GET / HTTP/" + version + "\r\nHost: a\r\n" + headers + "\r\n");
        REQUIRE(head.reading == Reading::whole);
        return head.reader.framing().keep_alive;
    };
    CHECK(kept("1.1", ""));
    CHECK_FALSE(kept("1.1", "Connection: x, Close\r\n"));
    CHECK_FALSE(kept("1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
    CHECK_FALSE(kept("1.0", ""));
    CHECK(kept("1.0", "Connection: Keep-Alive\r\n"));
}

TEST_CASE("request reader: what has two readings is refused") {
    for (std::string headers : {"Content-Length: 5\r\nContent-Length: 5\r\n",
                                "Content-Length: +5\r\n",
                                "Content-Length: -1\r\n",
                                "Content-Length: 5, 5\r\n",
                                "Content-Length: 5 5\r\n",
                                "Content-Length: 0x5\r\n",
                                "Content-Length:\r\n",
                                "Content-Length: 18446744073709551621\r\n",
                                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                "Content-Length : 5\r\n",
                                " Content-Length: 5\r\n",
                                "X: a\r\n b\r\n",
                                "X\tY: a\r\n",
                                ": a\r\n",
                                "nothing\r\n",
                                "X: a\rb\r\n",
                                "X: a\nY: b\r\n",
                                "Host: b\r\n",
                                "Authorization: a\r\nAuthorization: b\r\n"}) {
        CAPTURE(headers);
        CHECK(refusal_of(get(headers)) == 400);
    }
    CHECK(refusal_of(get(std::string("X: a\0b\r\n", 8))) == 400);
    CHECK(refusal_of(get("Transfer-Encoding: gzip, chunked\r\n")) == 501);
    CHECK(refusal_of(get("Transfer-Encoding: xchunked\r\n")) == 501);
    CHECK(refusal_of(get("Expect: more\r\n")) == 417);
    CHECK(refusal_of("PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
}

TEST_CASE("request reader: request lines that are none") {
    for (std::string line :
         {"get / HTTP/1.1", "G<T / HTTP/1.1", "GET  / HTTP/1.1", "GET / / HTTP/1.1", "GET /",
          "GET / http/1.1", "GET / HTTP/1.10", " GET / HTTP/1.1", "GET http://a/ HTTP/1.1",
          "OPTIONS * HTTP/1.1", "CONNECT a:1 HTTP/1.1", "GET /a#b HTTP/1.1", "GET /a\\b HTTP/1.1",
          "GET /%2 HTTP/1.1", "GET /%zz HTTP/1.1", "GET /\x7f HTTP/1.1",
          "GET /\xc3\xa4 HTTP/1.1"}) {
        CAPTURE(line);
        CHECK(refusal_of(line + "\r\nHost: a\r\n\r\n") == 400);
    }
    CHECK(refusal_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == 505);
    CHECK(refusal_of("GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(refusal_of("GET / HTTP/1.0\r\n\r\n") == 0);
    CHECK(refusal_of("GET / HTTP/1.1\nHost: a\n\n") == 400);
    CHECK(refusal_of("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
}

TEST_CASE("request reader: another protocol is told at its first byte") {
    CHECK(refusal_of("\x16") == 400);
    CHECK(refusal_of("g") == 400);
    CHECK(refusal_of("G") == 0);
}

TEST_CASE("request reader: limits hold before the end of a head is there") {
    HeadLimits limits{200, 50, 4};
    auto status = [&](const std::string& text) { return Head(text, limits).status(); };
    std::string line = "GET / HTTP/1.1\r\nHost: a\r\n";
    CHECK(status("GET /" + std::string(49, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
    CHECK(status("GET /" + std::string(50, 'x') + " HTTP/1.1\r\n") == 414);
    CHECK(status("GET /" + std::string(90, 'x')) == 414);
    CHECK(status(line + "X: " + std::string(300, 'x')) == 431);
    CHECK(status(line + "X: 1\r\nX: 2\r\nX: 3\r\n\r\n") == 0);
    CHECK(status(line + "X: 1\r\nX: 2\r\nX: 3\r\nX: 4\r\n") == 431);
    std::string longest = line + "X: ";
    longest.append(200 - longest.size() - 4, 'x').append("\r\n\r\n");
    CHECK(status(longest) == 0);
    CHECK(status(longest.insert(longest.size() - 4, 1, 'x')) == 431);
}
