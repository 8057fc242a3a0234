#include "codec/gzip.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <string>
#include <utility>

#include "codec/deflate.hpp"
#include "codec/inflate.hpp"

namespace tresor::codec {
namespace {

constexpr std::array<Byte, 10> stored_header = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0};

[[noreturn]] void damaged(const char* what) {
    throw Error(Errc::malformed, std::string("gzip: ") + what);
}

std::uint32_t crc32_of(ByteView bytes) {
    Crc32 crc;
    crc.update(bytes);
    return crc.value();
}

void put_le32(Byte* at, std::uint32_t value) {
    for (int i = 0; i < 4; ++i) at[i] = static_cast<Byte>(value >> (8 * i));
}

std::uint32_t le32(ByteView bytes) {
    return bytes[0] | static_cast<std::uint32_t>(bytes[1]) << 8 |
           static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

class Reader {
public:
    Reader(ByteView packed, std::size_t most) : packed_(packed), most_(most) {}

    Gunzipped read() {
        do read_member();
        while (another_member());
        out_.resize(end_);
        ByteView tail = packed_.subspan(at_);
        bool zeros = std::all_of(tail.begin(), tail.end(), [](Byte b) { return b == 0; });
        return {std::move(out_), zeros ? 0 : tail.size()};
    }

private:
    bool another_member() const {
        ByteView rest = packed_.subspan(at_);
        return rest.size() >= 2 && rest[0] == 0x1f && rest[1] == 0x8b;
    }

    void read_member() {
        std::size_t from = end_;
        skip_header();
        inflate_body();
        ByteView trailer = take(8), body = out_.expose().subspan(from, end_ - from);
        if (le32(trailer.first(4)) != crc32_of(body)) damaged("the checksum differs");
        if (le32(trailer.last(4)) != static_cast<std::uint32_t>(body.size()))
            damaged("the length differs");
    }

    void skip_header() {
        std::size_t from = at_;
        ByteView fixed = take(10);
        if (fixed[0] != 0x1f || fixed[1] != 0x8b || fixed[2] != 8) damaged("not gzip");
        unsigned flags = fixed[3];
        if (flags & 0xE0) damaged("reserved flags are set");
        if (flags & 4) {
            ByteView size = take(2);
            take(size[0] | static_cast<std::size_t>(size[1]) << 8);
        }
        if (flags & 8) skip_text();
        if (flags & 16) skip_text();
        if ((flags & 2) == 0) return;
        std::uint32_t crc = crc32_of(packed_.subspan(from, at_ - from));
        ByteView given = take(2);
        if (given[0] != (crc & 0xFF) || given[1] != (crc >> 8 & 0xFF))
            damaged("the header checksum differs");
    }

    ByteView take(std::size_t size) {
        if (size > packed_.size() - at_) damaged("truncated");
        at_ += size;
        return packed_.subspan(at_ - size, size);
    }

    void skip_text() {
        while (take(1)[0] != 0) {
        }
    }

    void inflate_body() {
        inflater_.begin();
        for (bool at_end = false; !at_end;) {
            if (end_ == out_.size() && end_ < most_) grow();
            Byte beyond;  // where a byte over the limit would go
            bool full = end_ == most_;
            ByteSpan room = full ? ByteSpan(&beyond, 1) : out_.expose().subspan(end_);
            auto step = inflater_.step(packed_.subspan(at_), room);
            if (!step) damaged("inflate error");
            if (full && step->given > 0)
                throw Error(Errc::too_large,
                            "more than " + std::to_string(most_) + " bytes inflated");
            at_ += step->taken;
            end_ += step->given;
            at_end = step->at_end;
        }
    }

    // What is stored fits at once; what was compressed doubles its way up.
    void grow() {
        std::size_t wanted = std::max({std::size_t{65536}, packed_.size(), 2 * out_.size()});
        out_.resize(std::min(wanted, most_));
    }

    ByteView packed_;
    std::size_t most_;
    std::size_t at_ = 0;  // in packed_
    SecretBytes out_;
    std::size_t end_ = 0;  // of what is inflated, in out_
    Inflater inflater_;
};

}  // namespace

Gunzipped gunzip(ByteView packed, std::size_t most) { return Reader(packed, most).read(); }

void gzip_stored(ByteView bytes, ByteSpan out) {
    assert(out.size() == gzip_stored_size(bytes.size()));
    Byte* at = std::copy(stored_header.begin(), stored_header.end(), out.data());
    at = deflate_stored(bytes, true, at);
    put_le32(at, crc32_of(bytes));
    put_le32(at + 4, static_cast<std::uint32_t>(bytes.size()));
}

}  // namespace tresor::codec
