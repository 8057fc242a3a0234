// Raw deflate streams (RFC 1951), packed piece by piece by any number of threads, or not packed at
// all. All memory that held content is wiped.
//
//     stream := piece* last piece
//
// A piece that is not the last ends on a byte border, so that pieces can be made apart and joined.
#pragma once

#include <cstddef>
#include <memory>

#include <tresor/bytes.hpp>

namespace tresor::codec {

inline constexpr std::size_t deflate_window = 32768;

// Packs pieces (zlib). One thread at a time.
class Deflater {
public:
    explicit Deflater(int level);  // 1 to 9; throws out_of_memory
    ~Deflater();
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    // The most that a piece can take.
    static constexpr std::size_t bound(std::size_t size) noexcept {
        return size + size / 1000 + 5 * (size / 16383 + 1) + 64;
    }
    // `before`: what stands before the piece in its stream; its last 32 KiB help. `out` has room
    // for bound(piece.size()). Returns the size.
    std::size_t pack(ByteView before, ByteView piece, bool last, ByteSpan out);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// The same without packing: blocks that are stored, of 65535 bytes. Returns where it ends.
constexpr std::size_t deflate_stored_size(std::size_t size) noexcept {
    return size + 5 * (size == 0 ? 1 : (size + 65534) / 65535);
}
Byte* deflate_stored(ByteView piece, bool last, Byte* out) noexcept;

}  // namespace tresor::codec
