// What a server says in headers: dates, and where it sends us. Nothing but Error is thrown, and a
// date that was read is written and read alike.

#include <algorithm>

#include "net/client.hpp"
#include "require.hpp"

using namespace tresor;

namespace {

// Answers each request with the headers of the input.
class Answering final : public net::Transport {
public:
    explicit Answering(net::Response response) : response_(std::move(response)) {}
    net::Response send(const net::Request& request, ByteSink*) override {
        REQUIRE_THAT(net::same_origin(request.target, "https://safe.example/"));
        REQUIRE_THAT(net::origin_of(request.target).find('@') == std::string_view::npos);
        return response_;
    }

private:
    net::Response response_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    std::string_view text = as_text(ByteView(data, size));
    if (auto date = net::parse_http_date(text); date && *date >= Timestamp{})
        REQUIRE_THAT(net::parse_http_date(net::format_http_date(*date)) == date);
    if (size == 0) return 0;
    constexpr int statuses[] = {200, 301, 303, 307, 401, 429, 503};
    net::Response response{statuses[data[0] % std::size(statuses)], {}, {}};
    std::string value(text.substr(1));
    for (auto name : {"Location", "Retry-After", "Date", "WWW-Authenticate"})
        response.headers.push_back({name, value});
    net::Client client(std::make_unique<Answering>(response),
                       net::Credentials{"alice", SecretBytes(as_bytes("pw"))});
    try {
        net::Request request;
        request.method = "GET";
        request.target = "https://safe.example/config";
        auto answer = client.send(std::move(request));
        Error error = net::error_of(answer, "it");
        REQUIRE_THAT(!error.retry_after || error.retry_after->count() >= 0);
    } catch (const Error& error) {
        REQUIRE_THAT(error.code() == Errc::denied);
    }
    return 0;
}
