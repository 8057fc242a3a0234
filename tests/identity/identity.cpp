#include <tresor/identity.hpp>

#include <tresor/backup_id.hpp>

#include "support.hpp"

using namespace tresor;

TEST_CASE("identity: a Threema ID is 8 characters, raised to uppercase") {
    CHECK(ThreemaId("ECHOECHO").text() == "ECHOECHO");
    CHECK(ThreemaId("echoecho").text() == "ECHOECHO");
    CHECK(ThreemaId("*SUPPORT").text() == "*SUPPORT");
    CHECK(ThreemaId("00000000") < ThreemaId("A0000000"));
    CHECK(ThreemaId("ABCD1234") == ThreemaId("abcd1234"));
}

TEST_CASE("identity: what is no Threema ID is refused") {
    for (std::string_view text : {"", "ECHOECH", "ECHOECHOO", "echo*cho", "E*HOECHO", "ECHO ECH",
                                  "ECHOECH\xC3", "ÄCHOECH", "ECHOECH-", "**SUPPOR"}) {
        CHECK_FALSE(ThreemaId::parse(text));
        CHECK_THROWS_CODE(ThreemaId(text), Errc::invalid_argument);
    }
    CHECK_FALSE(ThreemaId::parse(std::string_view("ECHOECH\0", 8)));
}

TEST_CASE("identity: the public key belongs to the private one (safe.md 4.5)") {
    Bytes bytes(32);
    for (unsigned i = 0; i < 32; ++i) bytes[i] = static_cast<Byte>(i);
    PublicKey key = public_key_of(PrivateKey(bytes));
    CHECK(test::hex(key) == "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f");
}

TEST_CASE("backup id: hex, shard and object name, zeros kept") {
    for (std::string_view first : {"00", "06", "0f", "f0", "ff"}) {
        std::string text = std::string(first) + std::string(62, 'a');
        auto id = BackupId::parse(text);
        REQUIRE(id);
        CHECK(id->hex() == text);
        CHECK(id->shard() == first);
        CHECK(id->object_name() == "backups/" + text);
    }
}

TEST_CASE("backup id: only 64 lowercase digits are one") {
    CHECK_FALSE(BackupId::parse(""));
    CHECK_FALSE(BackupId::parse(std::string(63, 'a')));
    CHECK_FALSE(BackupId::parse(std::string(65, 'a')));
    CHECK_FALSE(BackupId::parse(std::string(64, 'A')));
    CHECK_FALSE(BackupId::parse(std::string(63, 'a') + "g"));
}
