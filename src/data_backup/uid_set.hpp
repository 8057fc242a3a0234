// The uids of an archive, to find one that is there twice. Keeps none of them, but 64 bits of a
// keyed hash: 10 to 15 bytes each, and 32 KiB. Two uids that differ pass for the same with a chance
// of n*n / 2^65: one in 37 million for a million messages. Nobody can bring it about on purpose.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "data_backup/keyed_hash.hpp"

namespace tresor::data_backup {

// One thread at a time.
class UidSet {
public:
    bool insert(std::string_view uid);  // false if it is there already

private:
    // Many small tables, so that one grows without the others, and little is there twice.
    struct Shard {
        std::vector<std::uint64_t> slots;  // 0: free
        std::size_t used = 0;
    };
    static void grow(Shard& shard);

    KeyedHash hash_;
    std::array<Shard, 256> shards_;
};

}  // namespace tresor::data_backup
