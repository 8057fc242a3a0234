#include "codec/zlib_memory.hpp"

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include <tresor/secret.hpp>

namespace tresor::codec {

namespace {

// Before each block stands its size.
constexpr std::size_t block_head = alignof(std::max_align_t);
static_assert(block_head >= sizeof(std::size_t));

}  // namespace

voidpf wiping_alloc(voidpf, uInt items, uInt item_size) {
    std::size_t size = block_head + std::size_t{items} * item_size;
    auto* block = static_cast<Byte*>(std::malloc(size));
    if (block == nullptr) return nullptr;
    std::memcpy(block, &size, sizeof size);
    return block + block_head;
}

void wiping_free(voidpf, voidpf at) {
    Byte* block = static_cast<Byte*>(at) - block_head;
    std::size_t size;
    std::memcpy(&size, block, sizeof size);
    wipe(block, size);
    std::free(block);
}

}  // namespace tresor::codec
