// Containers: the bytes as they come, and what they would be inside a box that authenticates.

#include <algorithm>

#include <tresor/safe/container.hpp>

#include "codec/gzip.hpp"
#include "crypto/secretbox.hpp"
#include "require.hpp"

using namespace tresor;

namespace {

Bytes boxed(ByteView plain, const safe::EncryptionKey& key) {
    Bytes container(40 + plain.size());
    ByteSpan all = container;
    std::copy(plain.begin(), plain.end(), all.subspan(40).begin());
    crypto::secretbox_seal(all.subspan(40), all.subspan<24, 16>(), all.first<24>(), key.expose());
    return container;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    ByteView input(data, size);
    const safe::EncryptionKey key{Bytes(32, 7)};
    bool opened_as_it_is = true;
    try {
        static_cast<void>(safe::open(input, key));
    } catch (const Error&) {
        opened_as_it_is = false;
    }
    REQUIRE_THAT(!opened_as_it_is);
    try {
        auto opened = safe::open(boxed(input, key), key);
        REQUIRE_THAT(opened.json.size() <= safe::max_json_bytes);
        auto again = safe::open(safe::seal(opened.json.clone().expose(), key), key);
        REQUIRE_THAT(again.json == opened.json && again.findings.empty());
    } catch (const Error& error) {
        REQUIRE_THAT(error.code() == Errc::malformed || error.code() == Errc::too_large);
    }
    return 0;
}
