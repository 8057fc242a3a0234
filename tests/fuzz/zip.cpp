// Archives: whatever the bytes, they are refused in words, or entries lie inside and do not
// overlap, and no more comes out of one than is allowed.

#include <algorithm>

#include "data_backup/zip_entry.hpp"
#include "require.hpp"

using namespace tresor;
using namespace tresor::data_backup;

namespace {

class View final : public ReadAt {
public:
    explicit View(ByteView bytes) : bytes_(bytes) {}
    std::uint64_t size() const override { return bytes_.size(); }
    void read_at(std::uint64_t offset, ByteSpan into) override {
        if (offset > bytes_.size() || into.size() > bytes_.size() - offset)
            throw Error(Errc::malformed, "beyond the end");
        std::copy_n(bytes_.data() + offset, into.size(), into.data());
    }

private:
    ByteView bytes_;
};

void read_some(ReadAt& file, const ZipDirectory& directory) {
    constexpr std::size_t most = 65536;
    std::size_t entries = std::min<std::size_t>(directory.entries.size(), 3);
    for (std::size_t i = 0; i < entries; ++i) {
        MemorySink sink;
        try {
            auto read = read_entry(file, directory, directory.entries[i], as_bytes("password"),
                                   sink, {.content_bytes = most, .held_bytes = 512});
            REQUIRE_THAT(read.fault == EntryFault::none || sink.bytes().empty());
        } catch (const Error& error) {
            REQUIRE_THAT(error.code() == Errc::malformed || error.code() == Errc::unsupported ||
                         error.code() == Errc::too_large);
        }
        REQUIRE_THAT(sink.bytes().size() <= most);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    View file(ByteView(data, size));
    try {
        auto directory = read_zip_directory(file);
        for (const ZipEntry& entry : directory.entries)
            REQUIRE_THAT(entry.header_offset < size && entry.packed_size < size);
        read_some(file, directory);
    } catch (const Error& error) {
        REQUIRE_THAT(error.code() == Errc::malformed || error.code() == Errc::unsupported ||
                     error.code() == Errc::too_large);
    }
    return 0;
}
