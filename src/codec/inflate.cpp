#include "codec/inflate.hpp"

#include <algorithm>

#ifdef TRESOR_ISAL
#include <isa-l/igzip_lib.h>
#endif

#include <tresor/secret.hpp>

#include "codec/zlib_memory.hpp"

namespace tresor::codec {
namespace {

// Both libraries count in 32 bits: no more than that is laid out for one step.
template <class Stream>
void lay_out(Stream& stream, ByteView& input, ByteSpan& room) {
    constexpr std::size_t most_at_once = 1u << 30;
    input = input.first(std::min(input.size(), most_at_once));
    room = room.first(std::min(room.size(), most_at_once));
    stream.next_in = const_cast<Byte*>(input.data());
    stream.avail_in = static_cast<std::uint32_t>(input.size());
    stream.next_out = room.data();
    stream.avail_out = static_cast<std::uint32_t>(room.size());
}

}  // namespace

struct Inflater::State {
    ~State() { ::inflateEnd(&stream); }
    z_stream stream{};
};

Inflater::Inflater() : state_(std::make_unique<State>()) {
    state_->stream.zalloc = wiping_alloc;
    state_->stream.zfree = wiping_free;
    if (::inflateInit2(&state_->stream, -MAX_WBITS) != Z_OK)
        throw Error(Errc::out_of_memory, "inflate did not get its memory");
}

Inflater::~Inflater() = default;

void Inflater::begin() { ::inflateReset(&state_->stream); }

std::optional<Inflater::Step> Inflater::step(ByteView input, ByteSpan room) {
    z_stream& stream = state_->stream;
    lay_out(stream, input, room);
    int status = ::inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END) return std::nullopt;
    return Step{status == Z_STREAM_END, input.size() - stream.avail_in,
                room.size() - stream.avail_out};
}

#ifdef TRESOR_ISAL

struct FastInflater::State {
    ~State() { wipe(&stream, sizeof stream); }
    inflate_state stream{};
};

FastInflater::FastInflater() : state_(std::make_unique<State>()) { begin(); }

void FastInflater::begin() { ::isal_inflate_init(&state_->stream); }

std::optional<Inflater::Step> FastInflater::step(ByteView input, ByteSpan room) {
    inflate_state& stream = state_->stream;
    lay_out(stream, input, room);
    if (::isal_inflate(&stream) != ISAL_DECOMP_OK) return std::nullopt;
    Inflater::Step step{stream.block_state == ISAL_BLOCK_FINISH, input.size() - stream.avail_in,
                        room.size() - stream.avail_out};
    bool stands_still = !step.at_end && step.taken == 0 && step.given == 0;
    return stands_still ? std::nullopt : std::optional(step);
}

#else

struct FastInflater::State {
    Inflater inflater;
};

FastInflater::FastInflater() : state_(std::make_unique<State>()) {}
void FastInflater::begin() { state_->inflater.begin(); }
std::optional<Inflater::Step> FastInflater::step(ByteView input, ByteSpan room) {
    return state_->inflater.step(input, room);
}

#endif

FastInflater::~FastInflater() = default;

void Crc32::update(ByteView bytes) noexcept {
    value_ = static_cast<std::uint32_t>(::crc32_z(value_, bytes.data(), bytes.size()));
}

}  // namespace tresor::codec
