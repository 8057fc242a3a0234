// Codes: whatever the text, it is refused in words or read to a code that reads as itself; what the
// inner decoder opens is sealed to the same bytes again.

#include <memory>

#include <tresor/id_export.hpp>

#include "id_export/scheme.hpp"
#include "id_export/text.hpp"
#include "require.hpp"

using namespace tresor;
using namespace tresor::id_export;

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    static const ExportKey key(ByteView(Bytes(32, 7)));
    std::string_view text = as_text(ByteView(data, size));
    REQUIRE_THAT(bad_characters(text).size() <= 256);
    for (Reading reading : {Reading::lenient, Reading::strict}) {
        try {
            Raw raw = raw_of(text, reading);
            std::string code = text_of(raw.bytes);
            REQUIRE_THAT(raw_of(code, Reading::strict).bytes == raw.bytes);
            REQUIRE_THAT(find_code(text, Reading::lenient).text == code ||
                         reading == Reading::strict);
            Contents contents = open(raw.scheme, key, raw.bytes);
            REQUIRE_THAT(seal(raw.scheme, key, salt_of(raw.scheme, raw.bytes), contents.identity,
                              contents.private_key) == raw.bytes);
        } catch (const Error& error) {
            REQUIRE_THAT(error.code() == Errc::malformed || error.code() == Errc::unsupported ||
                         error.code() == Errc::auth_failed);
        }
    }
    return 0;
}
