// The config of a store: what was read, written and read again is equal.

#include <tresor/storage/retention.hpp>

#include "require.hpp"

using namespace tresor;

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    try {
        auto limits = storage::parse_limits(ByteView(data, size)).limits;
        auto again = storage::parse_limits(storage::format_limits(limits));
        REQUIRE_THAT(again.limits == limits && again.findings.empty());
        storage::require_valid(limits);
    } catch (const Error& error) {
        REQUIRE_THAT(error.code() == Errc::malformed || error.code() == Errc::too_large);
    }
    return 0;
}
