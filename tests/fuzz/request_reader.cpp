// Requests as they come from anybody: read in pieces as they are read at once; what was read keeps
// the rules, and written down again it is read alike.

#include "request_reader.hpp"
#include "chunked_reader.hpp"
#include "require.hpp"

using namespace safe_server;
using tresor::ByteView;

namespace {

struct Read {
    Reading reading;
    std::size_t size;
    tresor::net::Request request;
    Framing framing;
    int status;
};

Read read(ByteView bytes, std::size_t step) {
    RequestReader reader({2048, 512, 16});
    Read result{Reading::unfinished, 0, {}, {}, 0};
    for (std::size_t end = std::min(step, bytes.size());
         (result.reading = reader.read(bytes.first(end), result.request)) == Reading::unfinished &&
         end < bytes.size();)
        end = std::min(end + step, bytes.size());
    result.size = reader.size();
    result.framing = reader.framing();
    result.status = reader.fault().status;
    return result;
}

std::string written(const tresor::net::Request& request, bool old) {
    std::string text = request.method + " " + request.target + (old ? " HTTP/1.0" : " HTTP/1.1");
    text.append("\r\n");
    for (const auto& [name, value] : request.headers)
        text.append(name).append(": ").append(value).append("\r\n");
    auto secret = tresor::as_text(request.authorization.expose());
    if (!secret.empty()) text.append("Authorization: ").append(secret).append("\r\n");
    return text.append("\r\n");
}

void look_at(const Read& whole) {
    const auto& request = whole.request;
    REQUIRE_THAT(request.target.starts_with('/') && request.target.size() <= 512);
    REQUIRE_THAT(request.target.find_first_of(" \r\n\t#\\") == std::string::npos);
    REQUIRE_THAT(!tresor::net::header_of(request.headers, "Authorization"));
    REQUIRE_THAT(!whole.framing.chunked || !whole.framing.content_length);
    for (const auto& [name, value] : request.headers)
        REQUIRE_THAT(!name.empty() && (name + value).find_first_of("\r\n") == std::string::npos);
    auto text = written(request, whole.framing.old);
    // What is left out, such as blanks, never makes a head longer than it was but by one a header.
    if (text.size() > 2048) return;
    auto again = read(tresor::as_bytes(text), text.size());
    REQUIRE_THAT(again.reading == Reading::whole && again.size == text.size());
    REQUIRE_THAT(written(again.request, again.framing.old) == text);
    REQUIRE_THAT(again.framing.content_length == whole.framing.content_length);
    REQUIRE_THAT(again.framing.keep_alive == whole.framing.keep_alive);
}

struct Chunks {
    Reading state;
    std::string data;
};

Chunks chunks(ByteView bytes, std::size_t step) {
    ChunkedReader reader;
    Chunks result{Reading::unfinished, {}};
    std::size_t at = 0;
    while (at < bytes.size() && reader.state() == Reading::unfinished) {
        auto piece = bytes.subspan(at, std::min(step, bytes.size() - at));
        auto taken = reader.read(piece);
        REQUIRE_THAT(taken.used > 0 && taken.used <= piece.size());
        REQUIRE_THAT(taken.data.size() <= taken.used);
        result.data.append(tresor::as_text(taken.data));
        at += taken.used;
    }
    result.state = reader.state();
    return result;
}

}  // namespace

// The first byte tells how large the pieces are.
extern "C" int LLVMFuzzerTestOneInput(const tresor::Byte* data, std::size_t size) {
    if (size == 0) return 0;
    std::size_t step = data[0] % 64 + 1U;
    ByteView bytes(data + 1, size - 1);
    auto at_once = read(bytes, std::max<std::size_t>(bytes.size(), 1)), pieces = read(bytes, step);
    REQUIRE_THAT(at_once.reading == pieces.reading);
    REQUIRE_THAT((at_once.reading == Reading::refused) == (at_once.status >= 400));
    if (at_once.reading == Reading::whole) {
        REQUIRE_THAT(at_once.size == pieces.size && at_once.size <= bytes.size());
        REQUIRE_THAT(written(at_once.request, false) == written(pieces.request, false));
        look_at(at_once);
        bytes = bytes.subspan(at_once.size);
    }
    auto body = chunks(bytes, std::max<std::size_t>(bytes.size(), 1)), slowly = chunks(bytes, step);
    REQUIRE_THAT(body.state == slowly.state && body.data == slowly.data);
    return 0;
}
