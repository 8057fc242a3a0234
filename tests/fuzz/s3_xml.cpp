// What S3 engines answer: in whatever pieces a listing comes, the same is read, and within bounds;
// rules that were merged once are merged.

#include <tresor/error.hpp>

#include "require.hpp"
#include "storage/s3_error.hpp"
#include "storage/s3_lifecycle.hpp"
#include "storage/s3_xml.hpp"

using namespace tresor;
using namespace tresor::storage;

namespace {

std::optional<S3Page> read(ByteView answer, std::size_t piece) {
    S3PageSink sink;
    try {
        for (; !answer.empty(); answer = answer.subspan(std::min(piece, answer.size())))
            sink.write(answer.first(std::min(piece, answer.size())));
        return sink.finish();
    } catch (const Error& error) {
        REQUIRE_THAT(error.code() == Errc::malformed || error.code() == Errc::too_large);
        return std::nullopt;
    }
}

void merge(ByteView document) {
    std::string once;
    try {
        once = with_our_rules(document, "p/", 180);
    } catch (const Error& error) {
        REQUIRE_THAT(error.code() == Errc::malformed || error.code() == Errc::unsupported);
        return;
    }
    REQUIRE_THAT(has_our_rule(as_bytes(once), "p/", 180));
    REQUIRE_THAT(with_our_rules(as_bytes(once), "p/", 180) == once);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    ByteView answer(data, size);
    auto whole = read(answer, size + 1), pieces = read(answer, 7);
    REQUIRE_THAT(whole.has_value() == pieces.has_value());
    if (whole) {
        REQUIRE_THAT(whole->entries.size() == pieces->entries.size());
        REQUIRE_THAT(whole->entries.size() <= S3PageSink::most_entries);
        REQUIRE_THAT(whole->next == pieces->next && (!whole->truncated || !whole->next.empty()));
        for (std::size_t i = 0; i < whole->entries.size(); ++i)
            REQUIRE_THAT(whole->entries[i].key == pieces->entries[i].key);
    }
    if (auto error = read_s3_error(answer))
        REQUIRE_THAT(error->code.size() <= 64 && error->code.find('<') == std::string::npos);
    merge(answer);
    return 0;
}
