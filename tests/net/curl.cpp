// The transport over libcurl against a real socket.

#include <chrono>
#include <cstdlib>

#include <tresor/http.hpp>

#include "net/loopback.hpp"
#include "support.hpp"

using namespace tresor;
using namespace tresor::net;
using test::answer;
using test::Loopback;
using test::Said;

namespace {

Request get(const std::string& url, std::string method = "GET") {
    Request request;
    request.method = std::move(method);
    request.target = url;
    return request;
}

Response put(Transport& transport, const std::string& url, ByteSource& body) {
    Request request = get(url, "PUT");
    request.headers = {{"Content-Type", "application/octet-stream"}};
    request.body = &body;
    return transport.send(request);
}

// Bytes without a known size.
class Unsized final : public ByteSource {
public:
    explicit Unsized(ByteView bytes) : source_(bytes) {}
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    std::size_t read(ByteSpan into) override { return source_.read(into); }
    void rewind() override { source_.rewind(); }

private:
    MemorySource source_;
};

Options hasty() {
    Options options;
    options.timeout = Seconds(1);
    return options;
}

bool has_line(const std::string& head, std::string_view line) {
    return head.find("\r\n" + std::string(line) + "\r\n") != head.npos;
}

double seconds_of(const std::function<void()>& work) {
    auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("curl: an answer is given back, whatever its status") {
    for (std::string status :
         {"200 OK", "204 No Content", "302 Found", "404 Not Found", "500 No"}) {
        Loopback server({answer(status, status[0] == '2' && status[2] == '4' ? "" : "text",
                                "X-One: 1\r\nx-two:2 \r\n")});
        auto response = curl_transport()->send(get(server.url()));
        CHECK(std::to_string(response.status) == status.substr(0, 3));
        CHECK(header_of(response.headers, "x-one") == "1");
        CHECK(header_of(response.headers, "X-Two") == "2");
        CHECK(test::text_of(response.body) == (response.status == 204 ? "" : "text"));
    }
}

TEST_CASE("curl: the request is what it was made of, and nothing else") {
    Loopback server({answer("200 OK")});
    Request request = get(server.url() + "a/b?c");
    request.headers = {{"User-Agent", "Threema"}, {"Accept", "application/json"}};
    request.authorization = SecretBytes(as_bytes("Basic abc"));
    curl_transport()->send(request);
    auto seen = server.seen();
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].head.starts_with("GET /a/b?c HTTP/1.1\r\n"));
    CHECK(has_line(seen[0].head, "User-Agent: Threema"));
    CHECK(has_line(seen[0].head, "Accept: application/json"));
    CHECK(has_line(seen[0].head, "Authorization: Basic abc"));
    CHECK(std::count(seen[0].head.begin(), seen[0].head.end(), '\n') == 5);  // and Host
}

TEST_CASE("curl: a body goes out with its length, or in chunks without one") {
    Loopback server({answer("201 Created")});
    auto transport = curl_transport();
    Bytes body(100000, 7);
    MemorySource sized(body);
    CHECK(put(*transport, server.url() + "x", sized).status == 201);
    Unsized unsized(ByteView(body).first(1000));
    CHECK(put(*transport, server.url() + "x", unsized).status == 201);
    MemorySource empty(ByteView{});
    CHECK(put(*transport, server.url() + "x", empty).status == 201);
    auto seen = server.seen();
    REQUIRE(seen.size() == 3);
    CHECK(has_line(seen[0].head, "Content-Length: 100000"));
    CHECK(std::count(seen[0].head.begin(), seen[0].head.end(), '\n') == 4);  // and Host
    CHECK(seen[0].body == std::string(100000, '\7'));
    CHECK(has_line(seen[1].head, "Transfer-Encoding: chunked"));
    CHECK(seen[1].body.find(std::string(1000, '\7')) != std::string::npos);
    CHECK(has_line(seen[2].head, "Content-Length: 0"));
}

TEST_CASE("curl: HEAD has a length and no body, other methods are sent as they are called") {
    Loopback server({{"HTTP/1.1 200 OK\r\nContent-Length: 777\r\n\r\n"}, answer("201 Created")});
    auto transport = curl_transport();
    auto head = transport->send(get(server.url(), "HEAD"));
    CHECK(header_of(head.headers, "Content-Length") == "777");
    CHECK(head.body.empty());
    for (auto method : {"MKCOL", "MOVE", "DELETE", "PROPFIND"})
        CHECK(transport->send(get(server.url(), method)).status == 201);
    auto seen = server.seen();
    CHECK(seen[0].head.starts_with("HEAD / "));
    CHECK(seen[1].head.starts_with("MKCOL / "));
    CHECK(seen[4].head.starts_with("PROPFIND / "));
    CHECK(server.connections() == 1);
}

TEST_CASE("curl: a connection is used again, and made anew when the server has closed it") {
    Said closing = answer("200 OK", "a");
    closing.then_close = true;
    Loopback server({answer("200 OK", "a"), closing, answer("200 OK", "b")});
    auto transport = curl_transport();
    for (int i = 0; i < 3; ++i) {
        Bytes body(10, 1);
        MemorySource source(body);
        CHECK(put(*transport, server.url(), source).status == 200);
    }
    CHECK(server.connections() == 2);
}

TEST_CASE("curl: it speaks IPv6") {
    Loopback server({answer("200 OK", "six")}, true);
    CHECK(test::text_of(curl_transport()->send(get(server.url())).body) == "six");
}

TEST_CASE("curl: only the body of a success goes into the sink") {
    Loopback server({answer("200 OK", "wanted"), answer("404 Not Found", "page")});
    auto transport = curl_transport();
    MemorySink sink;
    CHECK(transport->send(get(server.url()), &sink).body.empty());
    CHECK(test::text_of(sink.bytes()) == "wanted");
    CHECK(test::text_of(transport->send(get(server.url()), &sink).body) == "page");
    CHECK(test::text_of(sink.bytes()) == "wanted");
}

TEST_CASE("curl: no answer is unavailable, and so is half of one") {
    const std::pair<const char*, Said> cuts[] = {
        {"nothing", {"", true}},
        {"in the head", {"HTTP/1.1 200 OK\r\nContent-Le", true}},
        {"no head at all", {"SSH-2.0-OpenSSH_9.2\r\n\r\n", true}},
        {"in the body", {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", true}},
        {"before the last byte", {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", true}},
        {"in a chunk", {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", true}},
        {"no last chunk",
         {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", true}},
        {"a broken chunk",
         {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc", true}},
        {"two lengths", {"HTTP/1.1 200 OK\r\nContent-Length: x1\r\n\r\nabc", true}}};
    for (const auto& cut : cuts) {
        CAPTURE(cut.first);
        Loopback server({cut.second});
        MemorySink sink;
        CHECK_THROWS_CODE(curl_transport(hasty())->send(get(server.url()), &sink),
                          Errc::unavailable);
    }
    std::string gone;
    {
        Loopback server({answer("200 OK")});
        gone = server.url();
    }
    CHECK_THROWS_CODE(curl_transport()->send(get(gone)), Errc::unavailable);
}

TEST_CASE("curl: more bytes than were announced are left alone") {
    Loopback server({{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", true}});
    MemorySink sink;
    curl_transport()->send(get(server.url()), &sink);
    CHECK(test::text_of(sink.bytes()) == "abc");
}

TEST_CASE("curl: a server that says nothing, or drips, is given up after the time limit") {
    const Said silent{"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(300, 'x'),
                      false};
    const Said drips{"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(1000, 'x'),
                     false, 30};
    const Said head_drips{"HTTP/1.1 200 OK\r\nX: " + std::string(1000, 'x'), false, 30};
    for (const Said& said : {silent, drips, head_drips}) {
        Loopback server({said});
        MemorySink sink;
        double took = seconds_of([&] {
            CHECK_THROWS_CODE(curl_transport(hasty())->send(get(server.url()), &sink),
                              Errc::unavailable);
        });
        CHECK(took < 5);
    }
}

TEST_CASE("curl: an endless body stops where the sink has enough, an endless page by itself") {
    Said endless{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"};
    Said chunks{"HTTP/1.1 200 OK\r\n\r\n" + std::string(100000, 'x')};
    chunks.endless = true;
    Loopback server({chunks});
    MemorySink sink(1000000);
    CHECK_THROWS_CODE(curl_transport()->send(get(server.url()), &sink), Errc::too_large);
    CHECK(sink.bytes().size() <= 1000000);
    Said page{"HTTP/1.1 500 No\r\n\r\n" + std::string(100000, 'x')};
    page.endless = true;
    Loopback failing({page});
    auto response = curl_transport()->send(get(failing.url()), &sink);
    CHECK(response.status == 500);
    CHECK(response.body.size() == 65536);
}

TEST_CASE("curl: a head without end is refused") {
    Said head{"HTTP/1.1 200 OK\r\nX-A: " + std::string(50000, 'a') + "\r\n"};
    head.endless = true;
    Loopback server({head});
    CHECK_THROWS_AS(curl_transport()->send(get(server.url())), Error);
}

TEST_CASE("curl: a server that refuses before it has read the body is heard") {
    Said refusal = answer("413 Too Large", "", "Connection: close\r\n");
    refusal.before_body = refusal.then_close = true;
    Loopback server({refusal});
    Bytes body(8 << 20, 1);
    MemorySource source(body);
    CHECK(put(*curl_transport(), server.url(), source).status == 413);
}

TEST_CASE("curl: interim answers are no answers") {
    Loopback server(
        {{"HTTP/1.1 103 Early Hints\r\nX-A: 1\r\n\r\nHTTP/1.1 200 OK\r\n"
          "Content-Length: 2\r\n\r\nok"}});
    auto response = curl_transport()->send(get(server.url()));
    CHECK(response.status == 200);
    CHECK_FALSE(header_of(response.headers, "X-A"));
    CHECK(test::text_of(response.body) == "ok");
}

TEST_CASE("curl: what source and sink throw arrives") {
    Loopback server({answer("200 OK", std::string(100000, 'x'))});
    auto transport = curl_transport();
    struct Sink final : ByteSink {
        void write(ByteView) override { throw Error(Errc::io, "disk full"); }
        void restart() override {}
    } sink;
    CHECK_THROWS_CODE(transport->send(get(server.url()), &sink), Errc::io);
    struct Source final : ByteSource {
        std::optional<std::uint64_t> size() const override { return 100; }
        std::size_t read(ByteSpan) override { throw Error(Errc::conflict, "changed"); }
        void rewind() override {}
    } source;
    CHECK_THROWS_CODE(put(*transport, server.url(), source), Errc::conflict);
    struct Short final : ByteSource {
        std::optional<std::uint64_t> size() const override { return 100; }
        std::size_t read(ByteSpan) override { return 0; }
        void rewind() override {}
    } too_short;
    CHECK_THROWS_CODE(put(*transport, server.url(), too_short), Errc::io);
}

TEST_CASE("curl: progress is told, and ends the work when it says so") {
    Said big = answer("200 OK", std::string(2000000, 'x'));
    Loopback server({big});
    std::uint64_t most = 0;
    std::optional<std::uint64_t> total;
    auto watching = curl_transport({}, [&](std::uint64_t done, std::optional<std::uint64_t> all) {
        most = std::max(most, done);
        if (all) total = all;
        return true;
    });
    MemorySink sink;
    watching->send(get(server.url()), &sink);
    CHECK(most == 2000000);
    CHECK(total == 2000000);

    Loopback silent({{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", false}});
    int asked = 0;
    auto ended = curl_transport(
        {}, [&](std::uint64_t, std::optional<std::uint64_t>) { return ++asked < 3; });
    double took = seconds_of(
        [&] { CHECK_THROWS_CODE(ended->send(get(silent.url()), &sink), Errc::cancelled); });
    CHECK(took < 5);
}

TEST_CASE("curl: the environment says nothing") {
    Loopback server({answer("200 OK", "direct")});
    for (auto name : {"http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"})
        ::setenv(name, "http://127.0.0.1:9", 1);
    ::setenv("no_proxy", "example.com", 1);
    test::TemporaryFolder home;
    ::setenv("HOME", home.path().c_str(), 1);
    auto response = curl_transport()->send(get(server.url()));
    CHECK(test::text_of(response.body) == "direct");
    for (auto name :
         {"http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY", "no_proxy"})
        ::unsetenv(name);
}

TEST_CASE("curl: a proxy is an option") {
    Loopback proxy({answer("200 OK", "by proxy")});
    Options options;
    options.proxy = proxy.url();
    auto response = curl_transport(options)->send(get("http://127.0.0.1:9/config"));
    CHECK(test::text_of(response.body) == "by proxy");
    CHECK(proxy.seen()[0].head.starts_with("GET http://127.0.0.1:9/config HTTP/1.1\r\n"));
}

TEST_CASE("curl: options that are none are refused before anything is sent") {
    Options options;
    for (auto pin : {"x", "sha256//abc", "0123456789abcdef"}) {
        options.pin = pin;
        CHECK_THROWS_CODE(curl_transport(options), Errc::invalid_argument);
    }
    options.pin = std::string(64, 'A');
    CHECK(curl_transport(options) != nullptr);
    options.pin = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
    CHECK(curl_transport(options) != nullptr);
    options = {};
    for (auto limit : {-1, 0, 86401}) {
        options.timeout = Seconds(limit);
        CHECK_THROWS_CODE(curl_transport(options), Errc::invalid_argument);
    }
    options = {};
    options.ca_file = "/nowhere/ca.pem";
    CHECK_THROWS_CODE(curl_transport(options), Errc::io);
}

TEST_CASE("curl: only http and https are spoken") {
    for (auto url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "x", ""})
        CHECK_THROWS_AS(curl_transport()->send(get(url)), Error);
}
