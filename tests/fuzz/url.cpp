// Addresses: the normal form is its own normal form. References: what is taken for the same origin
// leads there.

#include "net/url.hpp"
#include "require.hpp"

using namespace tresor;

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    std::string_view text = as_text(ByteView(data, size));
    const std::string base = "https://safe.example/dav/x";
    std::string target = net::resolve(base, text);
    if (net::same_origin(target, base))
        REQUIRE_THAT(net::origin_of(target).find_first_of("@?#\\") == std::string_view::npos);
    if (auto decoded = net::percent_decode(text)) REQUIRE_THAT(decoded->size() <= text.size());
    try {
        auto parsed = net::parse_base_url(text, net::PlainHttp::allowed);
        REQUIRE_THAT(net::parse_base_url(parsed.text, net::PlainHttp::allowed).text == parsed.text);
        REQUIRE_THAT(parsed.text.ends_with('/') &&
                     parsed.text.find_first_of("?# ") == parsed.text.npos);
        REQUIRE_THAT(net::origin_of(parsed.text).find('@') == parsed.text.npos);
        REQUIRE_THAT(!net::has_placeholder(net::expand(parsed.text, "06")));
    } catch (const Error& error) {
        REQUIRE_THAT(error.code() == Errc::invalid_argument);
    }
    return 0;
}
