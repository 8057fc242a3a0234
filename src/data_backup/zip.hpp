// The directory of a zip file, read from its end (data-backup.md 1.2, 1.6, 1.8; APPNOTE 4.3).
//
// What it says is believed as far as it can be checked: every extent lies before the directory, and
// none overlaps another; counts and sizes are bounded before memory is taken. Sizes of contents are
// hints. A name is bytes, and no path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tresor/error.hpp>
#include <tresor/io.hpp>

namespace tresor::data_backup {

struct ZipEntry {
    std::string name;
    std::uint64_t header_offset = 0;  // of the local header
    std::uint64_t packed_size = 0;    // with all that encryption adds
    std::uint64_t size_hint = 0;
    std::uint32_t crc = 0;
    std::uint16_t flags = 0, method = 0;  // method: of the content, also where it is encrypted
    std::uint16_t dos_time = 0, dos_date = 0;
    unsigned aes_version = 0;  // 1 or 2 (AE-1, AE-2); 0: not encrypted so
    unsigned aes_bits = 0;     // 128, 192, 256

    bool is_encrypted() const noexcept { return (flags & 1) != 0; }
};

struct ZipDirectory {
    std::vector<ZipEntry> entries;  // in the order of the directory
    std::uint64_t offset = 0;       // where it begins; entries lie before it
    std::vector<Finding> findings;  // pointer: the name of an entry, or ""
};

struct ZipLimits {
    std::uint64_t directory_bytes = std::uint64_t{256} << 20;
    std::uint64_t entries = 2'000'000;
};

// Throws malformed for what is no zip file, is cut off, or contradicts itself; unsupported for
// archives in several parts and encrypted directories; too_large over a limit.
ZipDirectory read_zip_directory(ReadAt& file, const ZipLimits& limits = {});

// Whether a name can be one of a file in a folder: no folder in it, nothing that steers a terminal,
// not "." or "..".
bool is_plain_name(std::string_view name) noexcept;

// What stands before an entry. Sizes are 0 where they were not known when it was written.
struct LocalHeader {
    ZipEntry entry;
    std::uint64_t begin = 0;  // of the content
};
// Absent if there is none at this place, or not all of it before `end`. Throws malformed.
std::optional<LocalHeader> read_local_header(ReadAt& file, std::uint64_t offset, std::uint64_t end);

// Where the bytes of an entry begin. Reads its local header. Throws malformed if there is none, or
// one of another entry; what else differs from the directory is added to `differences`.
std::uint64_t content_offset(ReadAt& file, const ZipDirectory& directory, const ZipEntry& entry,
                             std::vector<std::string>& differences);

}  // namespace tresor::data_backup
