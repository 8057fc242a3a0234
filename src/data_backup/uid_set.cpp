#include "data_backup/uid_set.hpp"

#include <algorithm>
#include <utility>

namespace tresor::data_backup {

namespace {

constexpr std::size_t least_slots = 16;

// Where it is, or where it would be.
std::uint64_t& slot_of(std::vector<std::uint64_t>& slots, std::uint64_t hash) {
    std::size_t at = static_cast<std::size_t>(hash % slots.size());
    while (slots[at] != 0 && slots[at] != hash) at = at + 1 == slots.size() ? 0 : at + 1;
    return slots[at];
}

}  // namespace

void UidSet::grow(Shard& shard) {
    std::size_t size = std::max(least_slots, shard.slots.size() / 2 * 3);
    auto old = std::exchange(shard.slots, std::vector<std::uint64_t>(size));
    for (std::uint64_t hash : old)
        if (hash != 0) slot_of(shard.slots, hash) = hash;
}

bool UidSet::insert(std::string_view uid) {
    std::uint64_t hash = hash_({uid});
    Shard& shard = shards_[hash >> 56];
    if (shard.used >= shard.slots.size() / 5 * 4) grow(shard);
    std::uint64_t& slot = slot_of(shard.slots, hash);
    if (slot == hash) return false;
    slot = hash;
    ++shard.used;
    return true;
}

}  // namespace tresor::data_backup
