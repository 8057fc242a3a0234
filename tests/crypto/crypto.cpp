#include "crypto/hash.hpp"
#include "crypto/kdf.hpp"
#include "crypto/random.hpp"
#include "crypto/secretbox.hpp"
#include "crypto/x25519.hpp"
#include "support.hpp"

using namespace tresor;
using namespace tresor::crypto;

TEST_CASE("crypto: scrypt gives the vectors of RFC 7914") {
    Bytes out(64);
    scrypt({}, {}, {16, 1, 1}, out);
    CHECK(test::hex(out) ==
          "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
          "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
    scrypt(as_bytes("password"), as_bytes("NaCl"), {1024, 8, 16}, out);
    CHECK(test::hex(out) ==
          "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
          "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
}

TEST_CASE("crypto: scrypt without its memory says so") {
    Bytes out(64);
    CHECK_THROWS_CODE(scrypt(as_bytes("a"), as_bytes("b"), {std::uint64_t{1} << 40, 8, 1}, out),
                      Errc::out_of_memory);
}

TEST_CASE("crypto: BLAKE2b gives the vector of RFC 7693 and takes keys") {
    Bytes out(64);
    blake2b(out, as_bytes("abc"));
    CHECK(test::hex(out) ==
          "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
          "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
    // Python: hashlib.blake2b(b"abc").hexdigest() agrees; keyed: hashlib.blake2b(b"abc",
    // digest_size=32, key=b"k").hexdigest()
    out.resize(32);
    blake2b(out, as_bytes("abc"), as_bytes("k"));
    CHECK(test::hex(out) == "12f0b4a482a321476483eac3387d86e810573152916fb35bf7a6b9951f221db3");
}

TEST_CASE("crypto: X25519 gives the public key of safe.md 4.5") {
    Bytes secret(32), made(32);
    for (unsigned i = 0; i < 32; ++i) secret[i] = static_cast<Byte>(i);
    x25519_public_key(ByteSpan(made).first<32>(), ByteView(secret).first<32>());
    CHECK(test::hex(made) == "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f");
}

TEST_CASE("crypto: a secretbox opens with its key only") {
    Bytes key(32, 1), nonce(24, 2), text = test::bytes_of("attack at dawn"), tag(16), back(14);
    auto fixed_key = ByteView(key).first<32>();
    auto fixed_nonce = ByteView(nonce).first<24>();
    secretbox_seal(text, ByteSpan(tag).first<16>(), fixed_nonce, fixed_key);
    CHECK(test::text_of(text) != "attack at dawn");
    REQUIRE(secretbox_open(back, text, ByteView(tag).first<16>(), fixed_nonce, fixed_key));
    CHECK(test::text_of(back) == "attack at dawn");
    key[31] ^= 1;
    Bytes untouched(14, 9);
    CHECK_FALSE(secretbox_open(untouched, text, ByteView(tag).first<16>(), fixed_nonce, fixed_key));
    CHECK(untouched == Bytes(14, 9));
}

TEST_CASE("crypto: random bytes differ and fill all") {
    Bytes a(64), b(64);
    random_bytes(a);
    random_bytes(b);
    CHECK(a != b);
    CHECK(a != Bytes(64));
}
