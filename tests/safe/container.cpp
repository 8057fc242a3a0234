#include <tresor/safe/container.hpp>

#include <sodium.h>
#include <zlib.h>

#include "safe/container_nonce.hpp"
#include "support.hpp"

using namespace tresor;
using namespace tresor::safe;

namespace {

const std::string master_key_1 =
    "066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3"
    "51c3d8d752fb6e1fd3199ead7f0895d6e3893ff691f2a5ee1976ed0897fc2f66";

const std::string json_1 =
    "{\"info\":{\"version\":1,\"device\":\"spec\"},\"user\":{\"privatekey\":"
    "\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\",\"nickname\":\"Zo\xC3\xAB\"},"
    "\"settings\":{\"syncContacts\":false}}";

EncryptionKey key_of(std::string_view master_hex) {
    return Keys(MasterKey(test::unhex(master_hex))).encryption_key();
}

Bytes nonce_0_to_17() {
    Bytes nonce(24);
    for (std::size_t i = 0; i < 24; ++i) nonce[i] = static_cast<Byte>(i);
    return nonce;
}

Bytes seal_fixed(std::string_view json) {
    Bytes nonce = nonce_0_to_17();
    return seal_with_nonce(as_bytes(json), key_of(master_key_1), ByteView(nonce).first<24>());
}

// What NaCl makes of bytes that need not be gzip.
Bytes box(ByteView plain, const EncryptionKey& key) {
    Bytes nonce = nonce_0_to_17(), boxed(40 + plain.size());
    std::copy(nonce.begin(), nonce.end(), boxed.begin());
    crypto_secretbox_easy(boxed.data() + 24, plain.data(), plain.size(), nonce.data(),
                          key.expose().data());
    return boxed;
}

// gzip of so many zeros, made by zlib piece by piece.
Bytes bomb(std::uint64_t size) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    Bytes zeros(1 << 20), packed, block(1 << 16);
    for (std::uint64_t left = size; left > 0;) {
        auto piece = std::min<std::uint64_t>(left, zeros.size());
        left -= piece;
        stream.next_in = zeros.data();
        stream.avail_in = static_cast<uInt>(piece);
        do {
            stream.next_out = block.data();
            stream.avail_out = static_cast<uInt>(block.size());
            deflate(&stream, left == 0 ? Z_FINISH : Z_NO_FLUSH);
            packed.insert(packed.end(), block.begin(), block.end() - stream.avail_out);
        } while (stream.avail_out == 0);
    }
    deflateEnd(&stream);
    return packed;
}

Errc code_of(std::string_view name) {
    for (int number = 1; number <= 13; ++number)
        if (name_of(static_cast<Errc>(number)) == name) return static_cast<Errc>(number);
    FAIL("unknown code " << name);
    return Errc::internal;
}

void check_vector(const std::string& path) {
    CAPTURE(path);
    auto vector = test::read_vector(path);
    auto key = key_of(vector.header.at("master-key"));
    if (vector.header.at("expect") != "ok") {
        CHECK_THROWS_CODE(open(vector.bytes, key), code_of(vector.header.at("expect")));
        return;
    }
    auto opened = open(vector.bytes, key);
    CHECK(test::sha256(opened.json.expose()) == vector.header.at("json-sha256"));
    bool has_findings = vector.header.contains("findings");
    CHECK(opened.findings.size() == (has_findings ? std::stoul(vector.header.at("findings")) : 0));
}

// Every vector whose name begins so; at least one.
void check_vectors(const std::string& name) {
    std::size_t checked = 0;
    for (const auto& path : test::vectors_in("safe/container")) {
        if (!path.starts_with("safe/container/" + name)) continue;
        check_vector(path);
        ++checked;
    }
    CHECK(checked > 0);
}

std::string message_of(ByteView container) {
    try {
        static_cast<void>(open(container, key_of(master_key_1)));
    } catch (const Error& error) {
        return error.what();
    }
    return "opened";
}

std::string reason_of(const std::string& vector) {
    return message_of(test::read_vector("safe/container/" + vector + ".vec").bytes);
}

}  // namespace

TEST_CASE("C-1: the canonical container is read, and written byte for byte") {
    check_vectors("C-01");
    CHECK(seal_fixed(json_1) == test::read_vector("safe/container/C-01.vec").bytes);
}
TEST_CASE("C-2: really compressed, as older apps did") { check_vectors("C-02"); }
TEST_CASE("C-3: the header of iOS") { check_vectors("C-03"); }
TEST_CASE("C-4: two stored blocks") { check_vectors("C-04"); }
TEST_CASE("C-5: zeros behind the trailer") { check_vectors("C-05"); }
TEST_CASE("C-6: a file name in the header") { check_vectors("C-06"); }
TEST_CASE("C-7: two members") { check_vectors("C-07"); }
TEST_CASE("C-8: a wrong checksum") {
    check_vectors("C-08");
    CHECK(reason_of("C-08") == "gzip: the checksum differs");
}
TEST_CASE("C-9: a wrong length") {
    check_vectors("C-09");
    CHECK(reason_of("C-09") == "gzip: the length differs");
}
TEST_CASE("C-10: no gzip at all") {
    check_vectors("C-10");
    CHECK(reason_of("C-10") == "gzip: not gzip");
}
TEST_CASE("C-11: zlib instead of gzip is malformed") {
    check_vectors("C-11");
    CHECK(reason_of("C-11") == "gzip: not gzip");
}
TEST_CASE("C-12: an empty plaintext is truncated") {
    check_vectors("C-12");
    CHECK(reason_of("C-12") == "the container is truncated");
}
TEST_CASE("C-13: short containers are truncated") {
    check_vectors("C-13");
    for (std::size_t size = 0; size < min_container_bytes; ++size)
        CHECK(message_of(Bytes(size)) == "the container is truncated");
}
TEST_CASE("C-14: a flipped bit in nonce, tag or text is refused") { check_vectors("C-14"); }
TEST_CASE("C-15: another key is refused") { check_vectors("C-15"); }
TEST_CASE("C-16: a byte less or more is refused") { check_vectors("C-16"); }
TEST_CASE("C-17: gzip cut in the middle is an inflate error") {
    check_vectors("C-17");
    CHECK(reason_of("C-17") == "gzip: inflate error");
}

TEST_CASE("C-18: 500 and 600 MiB of zeros stop at the limit") {
    auto key = key_of(master_key_1);
    for (std::uint64_t mib : {500u, 600u}) {
        Bytes container = box(bomb(mib << 20), key);
        CHECK(container.size() < max_container_bytes);
        CHECK_THROWS_CODE(open(container, key), Errc::too_large);
    }
}

TEST_CASE("C-19: 200000 bytes in blocks as zlib cuts them") { check_vectors("C-19"); }
TEST_CASE("C-20: an empty block between two others") { check_vectors("C-20"); }
TEST_CASE("C-21: damaged deflate and reserved flags") { check_vectors("C-21"); }

TEST_CASE("C-22: sizes by the formula, bytes as the second implementation makes them") {
    auto expected = test::read_vector("safe/sizes.vec").header;
    for (std::size_t size : {65535u, 65536u, 131070u, 524190u}) {
        std::string json = "{\"a\":\"" + std::string(size - 8, 'a') + "\"}";
        Bytes container = seal_fixed(json);
        CHECK(container.size() == size + 5 * ((size + 65534) / 65535) + 18 + 40);
        CHECK(container.size() == container_size(size));
        CHECK(test::sha256(container) == expected.at(std::to_string(size)));
        CHECK(test::text_of(open(container, key_of(master_key_1)).json.expose()) == json);
    }
    CHECK(container_size(524190) == 524288);
}

TEST_CASE("C-23: sealing twice gives other nonces and other bytes") {
    auto key = key_of(master_key_1);
    Bytes first = seal(as_bytes(json_1), key), second = seal(as_bytes(json_1), key);
    CHECK(first.size() == second.size());
    CHECK(Bytes(first.begin(), first.begin() + 24) != Bytes(second.begin(), second.begin() + 24));
    CHECK(Bytes(first.begin() + 40, first.end()) != Bytes(second.begin() + 40, second.end()));
    CHECK(test::text_of(open(first, key).json.expose()) == json_1);
    CHECK(test::text_of(open(second, key).json.expose()) == json_1);
}

TEST_CASE("container: other bytes behind the gzip data are a finding") { check_vectors("tail"); }

TEST_CASE("container: J-FULL of the specification is opened and sealed alike") {
    check_vector("safe/J-FULL.vec");
    auto json = test::read_file(std::filesystem::path(TRESOR_VECTORS) / "safe/model/J-FULL.json");
    CHECK(seal_fixed(as_text(json)) == test::read_vector("safe/J-FULL.vec").bytes);
}

TEST_CASE("container: a flipped bit anywhere is refused") {
    Bytes container = seal_fixed(json_1);
    auto key = key_of(master_key_1);
    for (std::size_t bit = 0; bit < container.size() * 8; ++bit) {
        Bytes flipped = container;
        flipped[bit / 8] = static_cast<Byte>(flipped[bit / 8] ^ (1u << bit % 8));
        CHECK_THROWS_CODE(open(flipped, key), Errc::auth_failed);
    }
}

TEST_CASE("container: cut anywhere it is refused, with the right error") {
    Bytes container = seal_fixed(json_1);
    auto key = key_of(master_key_1);
    for (std::size_t size = 0; size < container.size(); ++size)
        CHECK_THROWS_CODE(open(ByteView(container).first(size), key),
                          size < min_container_bytes ? Errc::malformed : Errc::auth_failed);
}

TEST_CASE("container: the limits are exact") {
    auto key = key_of(master_key_1);
    std::string json(max_json_bytes, ' ');
    Bytes container = seal(as_bytes(json), key);
    CHECK(open(container, key).json.size() == max_json_bytes);
    json += ' ';
    CHECK_THROWS_CODE(seal(as_bytes(json), key), Errc::too_large);
    CHECK_THROWS_CODE(open(box(bomb(max_json_bytes + 1), key), key), Errc::too_large);
    CHECK_THROWS_CODE(open(Bytes(max_container_bytes + 1), key), Errc::too_large);
    CHECK_THROWS_CODE(open(Bytes(max_container_bytes), key), Errc::auth_failed);
    CHECK(open(seal({}, key), key).json.empty());
}
