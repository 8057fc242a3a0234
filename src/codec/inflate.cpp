#include "codec/inflate.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <zlib.h>
#ifdef TRESOR_ISAL
#include <isa-l/igzip_lib.h>
#endif

#include <tresor/secret.hpp>

namespace tresor::codec {
namespace {

// zlib keeps a window of what it inflated: its memory is wiped before it is freed.
constexpr std::size_t block_head = alignof(std::max_align_t);
static_assert(block_head >= sizeof(std::size_t));

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
