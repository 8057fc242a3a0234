// Files, such as chat archives and ID exports, into a store and back, verified by hash.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include <tresor/io.hpp>
#include <tresor/storage.hpp>

namespace tresor::client {

struct Transferred {
    std::uint64_t bytes;
    std::array<Byte, 32> sha256;
};

// Puts an object, gets it back and compares. Throws conflict if there is one of that name, unless
// that is to be replaced; unavailable if other bytes come back; a new object that could not be
// verified is removed again, where the store tells it from one that another program has put there.
Transferred put_verified(storage::Storage& storage, const storage::ObjectName& name,
                         ByteSource& content, Existing existing = Existing::refuse);

// Gets an object; absent if there is none.
std::optional<Transferred> get_hashed(storage::Storage& storage, const storage::ObjectName& name,
                                      ByteSink& into);

// Where a file is kept unless said otherwise: `data-backups/` and its name, with `_` for what no
// object's name can have.
storage::ObjectName archive_name(std::string_view file_name);

}  // namespace tresor::client
