// The `identity` of an archive: rows I1 to I3 of data-backup.md 9.2.

#include <tresor/id_export.hpp>

#include "data_backup/rows.hpp"
#include "data_backup/vector.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::ArchiveVector;
using test::tells;

namespace {

// data-backup.md 5.2: MYSELF01, private key 00 to 1f.
const std::string v1 =
    "AEBA-GBAF-AYDQ-QAGP-I47I-YWKF-NMPQ-IJHI-NRQ7-JZXY-P237-LAYN-WBVM-VO3S-MSRK-7DGP-Q3VB-IDUI-"
    "65EZ-QUDM";
const std::string v2 =
    "AEAQ-EAYE-AUDA-OCEI-42IA-25OG-ZV74-6TSI-GPYX-A2FG-RTU7-PGNW-GY7Q-EOQC-Q5AS-34CH-4EX7-BTQE-"
    "5OFV-NUQP-MRRR-V5AU-CU4C-5TSX-6TWC-FWOA";

id_export::Imported decoded(std::string_view text, const char* password = "backup-demo-1") {
    return id_export::decode(text, Password(password));
}

std::string key_of(const id_export::Imported& imported) {
    return test::hex(imported.private_key.expose());
}
const std::string counting = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

std::size_t messages_in(DataBackup& archive) {
    auto reader = archive.messages(*archive.chat("ECHOECHO"));
    std::size_t count = 0;
    for (Message message; reader.next(message);) ++count;
    return count;
}

}  // namespace

TEST_CASE("I1: both forms of the identity open") {
    auto classic = decoded(v1);
    CHECK(classic.identity == ThreemaId("MYSELF01"));
    CHECK(key_of(classic) == counting);
    if (!id_export::can(id_export::Scheme::argon2id)) return;
    auto argon = decoded(v2);
    CHECK(argon.identity == ThreemaId("MYSELF01"));
    CHECK(key_of(argon) == counting);
    ArchiveVector vector("I1");
    CHECK(vector.open().identity() == ThreemaId("MYSELF01"));
}

TEST_CASE("I2: a wrong password or character fails, and what people make of a code does not") {
    CHECK_THROWS_CODE(decoded(v1, "backup-demo-2"), Errc::auth_failed);
    std::string changed = v1;
    changed[10] = changed[10] == 'A' ? 'B' : 'A';
    CHECK_THROWS_CODE(decoded(changed), Errc::auth_failed);
    std::string lower, plain;
    for (char c : v1) {
        lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (c != '-') plain += c;
    }
    for (const std::string& text : {lower, plain, v1 + "\n", v1 + "\r\n"}) {
        CAPTURE(text);
        CHECK(key_of(decoded(text)) == counting);
    }
}

TEST_CASE("I2: an identity that does not open is told, and the chats are read") {
    ArchiveVector vector("I2");
    DataBackup archive = vector.open();
    CHECK_FALSE(archive.identity());
    CHECK(tells(archive.findings(), "identity", "could not be read"));
    CHECK(as_text(archive.id_export().expose()).starts_with("AEBA-GBAF-AYDR"));
    CHECK(messages_in(archive) == 6);
}

TEST_CASE("I3: without an identity the owner is unknown, and the chats are read") {
    ArchiveVector vector("I3");
    DataBackup archive = vector.open();
    CHECK_FALSE(archive.identity());
    CHECK(archive.id_export().size() == 0);
    CHECK(tells(archive.findings(), "identity", "missing"));
    CHECK(messages_in(archive) == 6);
    auto reader = archive.messages(*archive.chat("ECHOECHO"));
    for (Message message; reader.next(message);)
        CHECK(message.sender == (message.outgoing ? "" : "ECHOECHO"));
}
