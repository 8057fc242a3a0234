#include "chunked_reader.hpp"

#include "support.hpp"

using namespace safe_server;

namespace {

struct Body {
    Reading state;
    std::string data;
    std::size_t used;
};

Body read(std::string_view text, std::size_t step) {
    ChunkedReader reader;
    Body body{Reading::unfinished, {}, 0};
    while (body.used < text.size() && reader.state() == Reading::unfinished) {
        auto taken = reader.read(tresor::as_bytes(text.substr(body.used, step)));
        body.data.append(tresor::as_text(taken.data));
        body.used += taken.used;
    }
    body.state = reader.state();
    return body;
}

}  // namespace

TEST_CASE("chunked reader: the data comes out, however the bytes come in") {
    std::string text = "5\r\nhello\r\n00A;name=\"value\"\r\n, world...\r\n0\r\nTrailer: x\r\n\r\n";
    for (std::size_t step = 1; step <= text.size() + 4; ++step) {
        auto body = read(text + "GET ", step);
        CAPTURE(step);
        CHECK(body.state == Reading::whole);
        CHECK(body.data == "hello, world...");
        CHECK(body.used == text.size());
    }
}

TEST_CASE("chunked reader: a body that ends too early is unfinished") {
    std::string text = "5\r\nhello\r\n0\r\n\r\n";
    for (std::size_t size = 0; size < text.size(); ++size)
        CHECK(read(text.substr(0, size), 3).state == Reading::unfinished);
}

TEST_CASE("chunked reader: what another reader might understand otherwise is refused") {
    for (std::string text : {"\r\n", ";x\r\n", "-1\r\n", "+5\r\n", "0x5\r\n", "5 \r\n", "5\n",
                             "5\rh", "g\r\n", "1000000000000000\r\n", "5\r\nhello0", "5\r\nhello\n",
                             "5\r\nhello\rx", "5;a\nb\r\n", "0\r\nX: \x01\r\n", "0\r\nX: y\n"}) {
        CAPTURE(text);
        CHECK(read(text, 64).state == Reading::refused);
        CHECK(read(text, 1).state == Reading::refused);
    }
}

TEST_CASE("chunked reader: extensions and trailers have an end") {
    CHECK(read("1;" + std::string(5000, 'x'), 64).state == Reading::refused);
    std::string trailers = "0\r\n";
    for (int i = 0; i < 1000; ++i) trailers.append("X: yyyyy\r\n");
    CHECK(read(trailers, 64).state == Reading::refused);
}
