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

TEST_CASE("identity: a private key is read from bytes, hex digits and base64") {
    Bytes bytes(32);
    for (unsigned i = 0; i < 32; ++i) bytes[i] = static_cast<Byte>(i * 7 + 3);
    PrivateKey key(bytes);
    std::string digits = test::hex(bytes), base64 = test::text_of(format_private_key(key).expose());
    CHECK(base64 == "AwoRGB8mLTQ7QklQV15lbHN6gYiPlp2kq7K5wMfO1dw=");
    std::string capitals = digits;
    for (char& c : capitals)
        if (c >= 'a') c = static_cast<char>(c - 32);
    for (const std::string& text :
         {test::text_of(bytes), digits, digits + "\n", capitals + "\r\n", base64, base64 + "\n"}) {
        CAPTURE(text);
        auto parsed = parse_private_key(as_bytes(text));
        REQUIRE(parsed);
        CHECK(*parsed == key);
    }
    for (const std::string& text :
         {std::string(), test::text_of(bytes) + "\n", digits + "\n\n", digits + "\r", digits + " ",
          digits.substr(1), std::string(64, 'g'), base64.substr(0, 43), base64 + "\n\n",
          std::string(43, 'A') + "B", base64.substr(0, 40), std::string(31, 'a')}) {
        CAPTURE(text);
        CHECK_FALSE(parse_private_key(as_bytes(text)));
    }
    CHECK(format_public_key(public_key_of(PrivateKey(Bytes(32, 1)))) ==
          "pOCSkrZRwni5dyxWn1+puxPZBrRqtoyd+dwrRAn4ogk=");
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
