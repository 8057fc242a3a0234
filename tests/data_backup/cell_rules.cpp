// What the restorer takes for a cell.

#include "data_backup/cell_rules.hpp"
#include "support.hpp"

using namespace tresor::data_backup;

namespace {

bool is_fine(CellKind kind, std::string_view cell) { return fault_of(kind, cell).empty(); }

}  // namespace

TEST_CASE("cell_rules: an identity has 8 capitals or digits and may begin with a star") {
    for (const char* good : {"ECHOECHO", "*SUPPORT", "00000000", "A1B2C3D4"})
        CHECK(is_identity(good));
    for (const char* bad : {"", "ECHOECH", "ECHOECHOO", "echoecho", "ECHO*CHO", "ECHO ECH"})
        CHECK_FALSE(is_identity(bad));
}

TEST_CASE("cell_rules: hex digits may be of either case and their number counts") {
    CHECK(is_hex("0123456789abCDEF", 16));
    CHECK_FALSE(is_hex("0123456789abCDE", 16));
    CHECK_FALSE(is_hex("0123456789abcdeg", 16));
    CHECK_FALSE(is_hex("+123456789abcdef", 16));
}

TEST_CASE("cell_rules: a number in names has 10 digits") {
    CHECK(is_number("0000000042"));
    for (const char* bad : {"", "42", "00000000042", "000000004a", "-000000042"})
        CHECK_FALSE(is_number(bad));
}

TEST_CASE("cell_rules: only cells that the app reads as a number must not be empty") {
    for (CellKind kind : {CellKind::text, CellKind::flag, CellKind::optional_id, CellKind::moment,
                          CellKind::identities})
        CHECK(is_fine(kind, ""));
    for (CellKind kind : {CellKind::identity, CellKind::id, CellKind::key, CellKind::number,
                          CellKind::integer, CellKind::needed_moment})
        CHECK_FALSE(is_fine(kind, ""));
}

TEST_CASE("cell_rules: numbers and times are decimal with a sign or without") {
    for (CellKind kind : {CellKind::integer, CellKind::moment, CellKind::needed_moment}) {
        for (const char* good : {"0", "-5", "+5", "1735690400000"}) CHECK(is_fine(kind, good));
        for (const char* bad : {"12.5", " 1", "1 ", "x", "+-1", "99999999999999999999"})
            CHECK_FALSE(is_fine(kind, bad));
    }
}

TEST_CASE("cell_rules: a flag and a member may be anything") {
    CHECK(is_fine(CellKind::flag, "true"));
    CHECK(is_fine(CellKind::identities, "A;;nobody;"));
}

TEST_CASE("cell_rules: what is wrong is told in words") {
    CHECK(fault_of(CellKind::key, "00") == "is no key of 64 hex digits");
    CHECK(fault_of(CellKind::optional_id, "12") == "is no id of 16 hex digits");
}
