// Bytes that may have been an archive: what is saved of them is an archive that opens.

#include <tresor/data_backup/reader.hpp>

#include "memory_view.hpp"
#include "require.hpp"

using namespace tresor;
using namespace tresor::data_backup;

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    MemoryView file(ByteView(data, size));
    Password password("backup-demo-1");
    ReadOptions options;
    options.max_content_bytes = 1 << 20;
    options.assume_version = true;
    MemorySink sink;
    try {
        auto saved = salvage(file, password, sink, options);
        if (saved.recovered == 0) return 0;
    } catch (const Error& error) {
        REQUIRE_THAT(error.code() == Errc::malformed || error.code() == Errc::auth_failed);
        return 0;
    }
    MemoryView saved(sink.bytes());
    DataBackup archive(saved, password, options);
    for (const EntryInfo& entry : archive.entries()) {
        MemorySink content;
        REQUIRE_THAT(archive.read(entry.name, content));
    }
    return 0;
}
