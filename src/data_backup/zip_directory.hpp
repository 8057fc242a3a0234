// Writes the headers of a zip file (data-backup.md 1.2, 1.6).
#pragma once

#include <cstdint>

#include <tresor/io.hpp>

#include "data_backup/zip.hpp"

namespace tresor::data_backup {

// Before the content of an entry, whose sizes are not known yet.
Bytes local_header(const ZipEntry& entry);

// Behind the content of an entry whose sizes its local header does not tell. Sizes over 32 bits are
// cut, as the app cuts them.
Bytes data_descriptor(const ZipEntry& entry);

// The header of an entry in the directory; 64-bit numbers are written where they are needed.
Bytes central_header(const ZipEntry& entry);

// Whether its header in the directory has 64-bit numbers.
bool is_wide(const ZipEntry& entry) noexcept;

// What ends the file behind the directory; `any_wide`: an entry of it is.
Bytes end_records(std::uint64_t entries, bool any_wide, std::uint64_t directory_offset,
                  std::uint64_t directory_size);

}  // namespace tresor::data_backup
