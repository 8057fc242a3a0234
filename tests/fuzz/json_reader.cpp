// JSON: what was read, written and read again is equal, and then there is nothing to report.

#include "codec/json_reader.hpp"
#include "codec/json_writer.hpp"
#include "require.hpp"

using namespace tresor;

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    Findings findings, none;
    try {
        auto value = codec::read_json(ByteView(data, size), {}, findings);
        auto text = codec::write_json(value);
        auto again = codec::read_json(text.expose(), {}, none);
        REQUIRE_THAT(again == value);
        REQUIRE_THAT(none.take().empty());
    } catch (const Error& error) {
        REQUIRE_THAT(error.code() == Errc::malformed || error.code() == Errc::too_large);
    }
    return 0;
}
