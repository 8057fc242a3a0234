#include <tresor/safe/keys.hpp>

#include <array>

#include "crypto/kdf.hpp"
#include "support.hpp"

using namespace tresor;
using namespace tresor::safe;

namespace {

std::string master(std::string_view password, std::string_view identity) {
    return test::hex(derive_keys(Password(password), ThreemaId(identity)).master_key().expose());
}

}  // namespace

TEST_CASE("K-1: the official vector") {
    CHECK(master("shootdeathstar", "ECHOECHO") ==
          "066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3"
          "51c3d8d752fb6e1fd3199ead7f0895d6e3893ff691f2a5ee1976ed0897fc2f66");
}

// The public API raises the ID (K-12), so this one is derived below it.
TEST_CASE("K-2: a lowercase salt gives another key") {
    Bytes out(64);
    crypto::scrypt(as_bytes("shootdeathstar"), as_bytes("echoecho"), {65536, 8, 1}, out);
    CHECK(test::hex(out) ==
          "fb289d78c850c175c9bce92648f0bb9c30cab5a6d2687c37c75ce7a022825c51"
          "97250121614a0f4b60f8d468620419583c570e5ed409e7cd12dc428b372c2a76");
}

TEST_CASE("K-3: the password is case sensitive") {
    CHECK(master("Shootdeathstar", "ECHOECHO") ==
          "8ba9ae74e35fdad1f3dfd3ed32971eb203c6b3c0909120feba6292b1facd345b"
          "728583a11f458a6e13335cf2eb9d0c8c8cac3c2e0d9eaf7fa6f8057d2f218ebc");
}

TEST_CASE("K-4: a trailing space counts") {
    CHECK(master("shootdeathstar ", "ECHOECHO") ==
          "b11dec204c874adcc600bb47267d7741490e75d4c0331d0b5ed79411aca7ca5b"
          "dfb4ad6a1597d48c3fb9ff3d04f4a526e9ea9a1bf461a432d7a4466b6a30e059");
}

TEST_CASE("K-5: umlauts, emoji and a gateway ID") {
    CHECK(master(test::text_of(test::unhex("70c3a4737377c3b67264e28093e282acf09f9880")),
                 "*SUPPORT") ==
          "f03569cc0ff5ec2e4875ec9eb1a343257877b77a92ed172259238bafce180b1d"
          "536faef81869a98374d05cbdb5a4334f24ff54c38b0964b78e4a81b277ddd1fe");
}

TEST_CASE("K-6: digits") {
    CHECK(master("12345678", "00000000") ==
          "76671a21c44205153f39c609a5ddb6ada4de2b2a4b2b7be56139fc1873f634cf"
          "c1160c93afb0d4a68d5fa20083bf4447945616d7ebe10f4c7fe4b7f1e999f4f9");
}

TEST_CASE("K-7: NFC") {
    CHECK(master(test::text_of(test::unhex("5ac3bc72696368736565")), "ABCD1234") ==
          "451aa44586cbe3d3133a243c474e50b500c8531b4cf9da4c9cb906ffd6de454c"
          "e18f0f87d004f71163c5c1d625ea09d5b5e76352a88a28847d5849ea22c71256");
}

TEST_CASE("K-8: NFD is another password") {
    CHECK(master(test::text_of(test::unhex("5a75cc8872696368736565")), "ABCD1234") ==
          "1d0445da8d6a06347b350af3b9a3bcc687c457c9dbe13084fae3f05efd262bb2"
          "e7e67a38bdc010502a9bea12f2442e1c64b2ebf84a64043ce095435a17a8eead");
}

TEST_CASE("K-9: 4096 characters") {
    CHECK(master(std::string(4096, 'a'), "ABCD1234") ==
          "3847e9ec9f0a48c9459cd84cec7a4c9ea651c3d70f9153ff1993ec39b435cab1"
          "58b9a677acffd6836a95edf2e8cbf25b2601c8a6ec043d3b835708f8582690a0");
}

TEST_CASE("K-10: no password or no Threema ID, nothing to derive") {
    CHECK_THROWS_CODE(Password(""), Errc::invalid_argument);
    for (auto text : {"", "ECHOECH", "ECHOECHOO", "echo*cho", "E*HOECHO"})
        CHECK_THROWS_CODE(ThreemaId(text), Errc::invalid_argument);
}

TEST_CASE("K-11: a password with U+0000 is refused, one that is not UTF-8 too") {
    CHECK_THROWS_CODE(Password(std::string_view("shoot\0star", 10)), Errc::invalid_argument);
    CHECK_THROWS_CODE(derive_keys(Password("\xFF\xFE"), ThreemaId("ECHOECHO")),
                      Errc::invalid_argument);
}

TEST_CASE("K-12: a lowercase ID is raised and equals K-1") {
    CHECK(derive_keys(Password("shootdeathstar"), ThreemaId("echoecho")).master_key() ==
          derive_keys(Password("shootdeathstar"), ThreemaId("ECHOECHO")).master_key());
}

TEST_CASE("K-13: a stored master key that has not 64 bytes means not configured") {
    for (std::size_t size : {0u, 32u, 63u, 65u}) CHECK_FALSE(Keys::from_stored(Bytes(size)));
    CHECK(Keys::from_stored(Bytes(64)));
}

TEST_CASE("keys: the first half is the name, the second the key") {
    Bytes stored(64);
    for (std::size_t i = 0; i < 64; ++i) stored[i] = static_cast<Byte>(i);
    auto keys = Keys::from_stored(stored).value();
    CHECK(keys.backup_id().hex() == test::hex(ByteView(stored).first(32)));
    CHECK(test::hex(keys.encryption_key().expose()) == test::hex(ByteView(stored).last(32)));
}
