// Answers to PROPFIND: in whatever pieces they come, the same is read, and within bounds.

#include <tresor/error.hpp>

#include "require.hpp"
#include "storage/propfind.hpp"

using namespace tresor;

namespace {

std::optional<std::vector<storage::DavEntry>> read(ByteView answer, std::size_t piece) {
    storage::PropfindSink sink({100, std::size_t{1} << 20});
    try {
        for (; !answer.empty(); answer = answer.subspan(std::min(piece, answer.size())))
            sink.write(answer.first(std::min(piece, answer.size())));
        return sink.finish();
    } catch (const Error& error) {
        REQUIRE_THAT(error.code() == Errc::malformed || error.code() == Errc::too_large);
        return std::nullopt;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    auto whole = read(ByteView(data, size), size + 1), pieces = read(ByteView(data, size), 7);
    REQUIRE_THAT(whole.has_value() == pieces.has_value());
    if (!whole) return 0;
    REQUIRE_THAT(whole->size() == pieces->size() && whole->size() <= 100);
    for (std::size_t i = 0; i < whole->size(); ++i) {
        const auto &one = (*whole)[i], &other = (*pieces)[i];
        REQUIRE_THAT(one.path == other.path && one.size == other.size && one.etag == other.etag);
        REQUIRE_THAT(one.path.starts_with('/'));
    }
    return 0;
}
