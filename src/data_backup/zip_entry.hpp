// The contents of entries: WinZip's AES around deflate (data-backup.md 1.2, 1.3, 1.9).
//
//     content := salt (8, 12 or 16) || verifier (2) || AES-CTR(deflate(bytes)) || HMAC-SHA1 (10)
//     PBKDF2-HMAC-SHA1(password, salt, 1000) = AES key || HMAC key || verifier
//
// Nothing comes out before the whole entry has been authenticated: what fits into memory is read
// once, what is larger twice. How much comes out is bounded, whatever the archive says.
#pragma once

#include <cstdint>

#include <tresor/io.hpp>
#include <tresor/secret.hpp>

#include "data_backup/zip.hpp"

namespace tresor::data_backup {

struct ReadLimits {
    std::uint64_t content_bytes = std::uint64_t{4} << 30;  // of one entry, unpacked
    std::size_t held_bytes = std::size_t{1} << 20;         // of its packed bytes at a time
};

// Why an entry did not open.
enum class EntryFault {
    none,
    wrong_password,  // its verifier does not fit: so are 65,535 of 65,536 wrong ones told
    damaged,         // the verifier fits, the authentication code does not
};

struct EntryRead {
    EntryFault fault = EntryFault::none;
    std::uint64_t size = 0;
    bool size_differs = false;             // from what the directory says (1.8)
    std::vector<std::string> differences;  // of the local header, from the directory
};

// Reads an encrypted entry into a sink. Throws malformed for what does not inflate or is cut,
// too_large over a limit, unsupported for other methods than deflate and stored; what the sink
// throws. Of an entry that does not authenticate nothing is written.
EntryRead read_entry(ReadAt& file, const ZipDirectory& directory, const ZipEntry& entry,
                     ByteView password, ByteSink& into, const ReadLimits& limits = {});

}  // namespace tresor::data_backup
