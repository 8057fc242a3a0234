#include "codec/gzip.hpp"

#include <zlib.h>

#include "codec/inflate.hpp"
#include "support.hpp"

using namespace tresor;
using codec::gunzip;

namespace {

constexpr std::size_t plenty = std::size_t{1} << 24;

std::string text_in(const codec::Gunzipped& read) { return test::text_of(read.bytes.expose()); }

// What zlib makes of it.
Bytes zlib_gzip(ByteView content, int level, uInt output_block = 1 << 16) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_in = const_cast<Byte*>(content.data());
    stream.avail_in = static_cast<uInt>(content.size());
    Bytes packed, block(output_block);
    int result = Z_OK;
    while (result == Z_OK) {
        stream.next_out = block.data();
        stream.avail_out = output_block;
        result = deflate(&stream, Z_FINISH);
        packed.insert(packed.end(), block.begin(), block.end() - stream.avail_out);
    }
    REQUIRE(result == Z_STREAM_END);
    deflateEnd(&stream);
    return packed;
}

Bytes stored(std::string_view text) {
    Bytes packed(codec::gzip_stored_size(text.size()));
    codec::gzip_stored(as_bytes(text), packed);
    return packed;
}

Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

Bytes with_flags(Byte flags, const Bytes& extra) {
    Bytes packed = stored("hello");
    packed[3] = flags;
    packed.insert(packed.begin() + 10, extra.begin(), extra.end());
    return packed;
}

}  // namespace

TEST_CASE("gzip: stored blocks have the bytes of safe.md 4.3") {
    CHECK(test::hex(stored("hi")) ==
          "1f8b0800000000000000"
          "010200fdff"
          "6869"
          "ac2a93d8"
          "02000000");
    CHECK(test::hex(stored("")) ==
          "1f8b0800000000000000"
          "010000ffff"
          "00000000"
          "00000000");
}

TEST_CASE("gzip: zlib reads what is stored, at every size around a block") {
    for (std::size_t size : {0u, 1u, 65534u, 65535u, 65536u, 131069u, 131070u, 131071u, 300000u}) {
        std::string content(size, 'x');
        Bytes packed = stored(content), back(size + 1);
        z_stream stream{};
        REQUIRE(inflateInit2(&stream, 31) == Z_OK);
        stream.next_in = packed.data();
        stream.avail_in = static_cast<uInt>(packed.size());
        stream.next_out = back.data();
        stream.avail_out = static_cast<uInt>(back.size());
        CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
        CHECK(stream.total_out == size);
        CHECK(stream.avail_in == 0);
        inflateEnd(&stream);
        CHECK(text_in(gunzip(packed, plenty)) == content);
    }
}

TEST_CASE("gzip: every level of zlib is read") {
    std::string content;
    for (int i = 0; i < 20000; ++i) content += std::to_string(i * 7919) + ",";
    for (int level = 0; level <= 9; ++level)
        CHECK(text_in(gunzip(zlib_gzip(as_bytes(content), level), plenty)) == content);
}

TEST_CASE("gzip: the limit is exact") {
    std::string content(100'000, 'a');
    for (int level : {0, 9}) {
        Bytes packed = zlib_gzip(as_bytes(content), level);
        CHECK(text_in(gunzip(packed, 100'000)) == content);
        CHECK_THROWS_CODE(gunzip(packed, 99'999), Errc::too_large);
        CHECK_THROWS_CODE(gunzip(packed, 0), Errc::too_large);
    }
    CHECK(gunzip(stored(""), 0).bytes.empty());
    CHECK_THROWS_CODE(gunzip(joined({stored("abc"), stored("def")}), 5), Errc::too_large);
    CHECK(text_in(gunzip(joined({stored("abc"), stored("def")}), 6)) == "abcdef");
}

TEST_CASE("gzip: several members are one text, zeros behind them are nothing") {
    Bytes two = joined({stored("hello "), stored(""), zlib_gzip(as_bytes("world"), 9)});
    CHECK(text_in(gunzip(two, plenty)) == "hello world");
    CHECK(gunzip(two, plenty).ignored == 0);
    CHECK(gunzip(joined({two, Bytes(16)}), plenty).ignored == 0);
    auto odd = gunzip(joined({two, Bytes{0, 0, 7, 0}}), plenty);
    CHECK(text_in(odd) == "hello world");
    CHECK(odd.ignored == 4);
    CHECK(gunzip(joined({two, Bytes{0x1f}}), plenty).ignored == 1);
}

TEST_CASE("gzip: the optional parts of the header are skipped") {
    CHECK(text_in(gunzip(with_flags(4, {3, 0, 'a', 'b', 'c'}), plenty)) == "hello");
    CHECK(text_in(gunzip(with_flags(8, test::bytes_of(std::string_view("name\0", 5))), plenty)) ==
          "hello");
    CHECK(text_in(gunzip(with_flags(16, test::bytes_of(std::string_view("note\0", 5))), plenty)) ==
          "hello");
    Bytes checked = with_flags(2, {});
    auto crc = crc32(0, checked.data(), 10);
    checked.insert(checked.begin() + 10, {static_cast<Byte>(crc), static_cast<Byte>(crc >> 8)});
    CHECK(text_in(gunzip(checked, plenty)) == "hello");
    checked[10] ^= 1;
    CHECK_THROWS_CODE(gunzip(checked, plenty), Errc::malformed);
}

TEST_CASE("gzip: damage of every kind is malformed") {
    CHECK_THROWS_CODE(gunzip({}, plenty), Errc::malformed);
    CHECK_THROWS_CODE(gunzip(test::bytes_of("{\"no\":\"gzip at all\"}"), plenty), Errc::malformed);
    for (Byte flag : Bytes{0x20, 0x40, 0x80})
        CHECK_THROWS_CODE(gunzip(with_flags(flag, {}), plenty), Errc::malformed);
    Bytes method = stored("x");
    method[2] = 7;
    CHECK_THROWS_CODE(gunzip(method, plenty), Errc::malformed);
    CHECK_THROWS_CODE(gunzip(with_flags(4, {255, 255}), plenty), Errc::malformed);
    Bytes endless = with_flags(8, {});
    for (std::size_t i = 10; i < endless.size(); ++i) endless[i] = 'x';
    CHECK_THROWS_CODE(gunzip(endless, plenty), Errc::malformed);
    Bytes block_type_3 = stored("hello");
    block_type_3[10] = 7;
    CHECK_THROWS_CODE(gunzip(block_type_3, plenty), Errc::malformed);
    Bytes length_mismatch = stored("hello");
    length_mismatch[13] ^= 1;
    CHECK_THROWS_CODE(gunzip(length_mismatch, plenty), Errc::malformed);
}

TEST_CASE("gzip: a cut anywhere is malformed") {
    std::string content;
    for (int i = 0; i < 500; ++i) content += std::to_string(i);
    for (const Bytes& packed : {stored(content), zlib_gzip(as_bytes(content), 9)})
        for (std::size_t size = 0; size < packed.size(); ++size)
            CHECK_THROWS_CODE(gunzip(ByteView(packed).first(size), plenty), Errc::malformed);
}

TEST_CASE("gzip: a hundred thousand empty members take no time worth a word") {
    Bytes member = stored(""), all;
    for (int i = 0; i < 100'000; ++i) all.insert(all.end(), member.begin(), member.end());
    all.insert(all.end(), {1, 0, 0, 0, 1});
    auto read = gunzip(all, plenty);
    CHECK(read.bytes.empty());
    CHECK(read.ignored == 5);
}

TEST_CASE("gzip: a wrong hint of the size changes nothing") {
    std::string content(5000, 'q');
    Bytes packed = joined({stored(content), Bytes{0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0x7F}});
    auto read = gunzip(packed, plenty);
    CHECK(text_in(read) == content);
    CHECK(read.ignored == 8);
}

TEST_CASE("inflate: the fast one gives what the exact one gives") {
    test::Random random(7);
    for (std::uint64_t i = test::rounds(300); i > 0; --i) {
        std::string text(test::below(random, 200'000), 'x');
        auto alphabet = 1 + test::below(random, 200);
        for (char& c : text) c = static_cast<char>(test::below(random, alphabet));
        Bytes packed = zlib_gzip(as_bytes(text), static_cast<int>(i % 10));
        packed.erase(packed.begin(), packed.begin() + 10);           // gzip's header
        packed.resize(packed.size() - 8 + test::below(random, 20));  // its trailer; padding
        std::size_t chunk = 1 + test::below(random, 70'000),
                    space = 1 + test::below(random, 70'000);
        Bytes room(space), given;
        codec::FastInflater inflater;
        for (int round = 0; round < 2; ++round) {
            inflater.begin();
            given.clear();
            bool at_end = false;
            for (std::size_t at = 0; !at_end;) {
                auto size = std::min(chunk, packed.size() - at);
                auto step = inflater.step(ByteView(packed).subspan(at, size), room);
                REQUIRE(step);
                at += step->taken;
                given.insert(given.end(), room.begin(),
                             room.begin() + static_cast<std::ptrdiff_t>(step->given));
                at_end = step->at_end;
            }
            if (test::text_of(given) != text) FAIL(i);
        }
    }
}

TEST_CASE("inflate: what is no stream is none for the fast one, too") {
    Bytes room(1000);
    for (auto bad : {"ff", "07", "00010000000000"}) {
        codec::FastInflater inflater;
        Bytes packed = test::unhex(bad);
        std::optional<codec::Inflater::Step> step = inflater.step(packed, room);
        while (step && !step->at_end && (step->taken > 0 || step->given > 0))
            step = inflater.step({}, room);
        CHECK((!step || !step->at_end));
    }
}
