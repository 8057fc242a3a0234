// Archives: whatever the bytes, they are refused in words, or entries lie inside and do not
// overlap, and no more comes out of one than is allowed.

#include "data_backup/zip_entry.hpp"
#include "memory_view.hpp"
#include "require.hpp"

using namespace tresor;
using namespace tresor::data_backup;

namespace {

void read_some(ReadAt& file, const ZipDirectory& directory) {
    constexpr std::size_t most = 65536;
    std::vector<const ZipEntry*> some;
    for (const ZipEntry& entry : directory.entries)
        if (some.size() < 3) some.push_back(&entry);
    auto keys = derive_keys(file, directory, some, as_bytes("password"));
    for (std::size_t i = 0; i < some.size(); ++i) {
        MemorySink sink;
        try {
            EntryReader reader(file, *some[i], std::move(keys[i]),
                               {.content_bytes = most, .held_bytes = 512});
            copy(reader, sink);
        } catch (const Error& error) {
            REQUIRE_THAT(is_of_entry(error));
            REQUIRE_THAT(error.code() != Errc::auth_failed || sink.bytes().empty());
        }
        REQUIRE_THAT(sink.bytes().size() <= most);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    MemoryView file(ByteView(data, size));
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
