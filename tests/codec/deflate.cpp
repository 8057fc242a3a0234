// Streams of pieces that are packed apart: joined, they are one stream of deflate.

#include "codec/deflate.hpp"

#include <algorithm>

#include <tresor/secret.hpp>

#include "codec/inflate.hpp"
#include "support.hpp"

using namespace tresor;
using namespace tresor::codec;

namespace {

Bytes random_bytes(std::size_t size, std::uint64_t kinds, test::Random& random) {
    Bytes bytes(size);
    for (Byte& byte : bytes) byte = static_cast<Byte>(test::below(random, kinds));
    return bytes;
}

// Of a whole stream and nothing behind it.
Bytes inflated(ByteView packed) {
    Inflater inflater;
    inflater.begin();
    Bytes out, room(65536);
    for (;;) {
        auto step = inflater.step(packed, room);
        REQUIRE(step);
        packed = packed.subspan(step->taken);
        out.insert(out.end(), room.begin(),
                   room.begin() + static_cast<std::ptrdiff_t>(step->given));
        if (step->at_end) break;
    }
    CHECK(packed.empty());
    return out;
}

Bytes packed_in_pieces(ByteView bytes, std::size_t piece_size, int level) {
    Deflater deflater(level);
    Bytes out;
    for (std::size_t at = 0;; at += piece_size) {
        std::size_t size = std::min(piece_size, bytes.size() - at);
        Bytes room(Deflater::bound(size));
        bool last = at + size == bytes.size();
        room.resize(deflater.pack(bytes.first(at), bytes.subspan(at, size), last, room));
        out.insert(out.end(), room.begin(), room.end());
        if (last) return out;
    }
}

}  // namespace

TEST_CASE("deflate: pieces that are packed apart are one stream") {
    test::Random random(1);
    for (std::uint64_t i = 0; i < test::rounds(100); ++i) {
        Bytes bytes =
            random_bytes(test::below(random, 300'000), 1 + test::below(random, 256), random);
        std::size_t piece = 1 + test::below(random, 100'000);
        for (int level : {1, 5, 9}) {
            if (bytes.size() / piece > 100) continue;
            CHECK(inflated(packed_in_pieces(bytes, piece, level)) == bytes);
        }
    }
}

TEST_CASE("deflate: a piece finds what was in the one before it") {
    test::Random random(2);
    Bytes bytes = random_bytes(20'000, 256, random);
    bytes.insert(bytes.end(), bytes.begin(), bytes.begin() + 20'000);
    CHECK(packed_in_pieces(bytes, 20'000, 5).size() < 21'000);
}

TEST_CASE("deflate: no piece takes more room than its bound") {
    test::Random random(3);
    Deflater deflater(5);
    for (int count : {0, 1, 2, 100, 16383, 16384, 65535, 131070, 1000000}) {
        auto size = static_cast<std::size_t>(count);
        Bytes bytes = random_bytes(size, 256, random);
        for (bool last : {false, true}) {
            Bytes room(Deflater::bound(size));
            CHECK(deflater.pack({}, bytes, last, room) <= room.size());
        }
    }
}

TEST_CASE("deflate: what is not packed takes the room that is told") {
    test::Random random(4);
    for (int count : {0, 1, 65535, 65536, 131070, 200000}) {
        auto size = static_cast<std::size_t>(count);
        Bytes bytes = random_bytes(size, 256, random), out(deflate_stored_size(size));
        CHECK(deflate_stored(bytes, true, out.data()) == out.data() + out.size());
        CHECK(inflated(out) == bytes);
    }
}
