#include "codec/deflate.hpp"

#include <algorithm>

#include <tresor/error.hpp>

#include "codec/zlib_memory.hpp"

namespace tresor::codec {

struct Deflater::State {
    ~State() { ::deflateEnd(&stream); }
    z_stream stream{};
};

Deflater::Deflater(int level) : state_(std::make_unique<State>()) {
    state_->stream.zalloc = wiping_alloc;
    state_->stream.zfree = wiping_free;
    constexpr int memory_level = 8;
    if (::deflateInit2(&state_->stream, level, Z_DEFLATED, -MAX_WBITS, memory_level,
                       Z_DEFAULT_STRATEGY) != Z_OK)
        throw Error(Errc::out_of_memory, "deflate did not get its memory");
}

Deflater::~Deflater() = default;

std::size_t Deflater::pack(ByteView before, ByteView piece, bool last, ByteSpan out) {
    z_stream& stream = state_->stream;
    ::deflateReset(&stream);
    before = before.last(std::min(before.size(), deflate_window));
    if (!before.empty())
        ::deflateSetDictionary(&stream, before.data(), static_cast<uInt>(before.size()));
    stream.next_in = const_cast<Byte*>(piece.data());
    stream.avail_in = static_cast<uInt>(piece.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    int status = ::deflate(&stream, last ? Z_FINISH : Z_SYNC_FLUSH);
    if (status != (last ? Z_STREAM_END : Z_OK) || stream.avail_in != 0 || stream.avail_out == 0)
        throw Error(Errc::internal, "deflate needed more room than it may");
    return out.size() - stream.avail_out;
}

Byte* deflate_stored(ByteView piece, bool last, Byte* out) noexcept {
    do {
        std::size_t size = std::min<std::size_t>(piece.size(), 65535);
        *out++ = last && size == piece.size();
        out[0] = static_cast<Byte>(size);
        out[1] = static_cast<Byte>(size >> 8);
        out[2] = static_cast<Byte>(~out[0]);
        out[3] = static_cast<Byte>(~out[1]);
        out = std::copy_n(piece.data(), size, out + 4);
        piece = piece.subspan(size);
    } while (!piece.empty());
    return out;
}

}  // namespace tresor::codec
