// Changed codes: the key is derived once for each salt, so that many can be tried.

#include <array>
#include <vector>

#include <tresor/id_export.hpp>

#include "codes.hpp"
#include "id_export/scheme.hpp"
#include "id_export/text.hpp"

using namespace tresor;
using namespace tresor::id_export;
using namespace test::codes;

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

enum class End { opened, refused_by_hash, bad_identity };

class Opener {
public:
    Opener(const std::string& text, std::string_view password) {
        for (char c : text)
            if (c != '-') characters += c;
        Raw raw = raw_of(text, Reading::strict);
        scheme_ = raw.scheme;
        original_ = raw.bytes;
        salt_ = salt_of(raw.scheme, raw.bytes);
        key_ = std::make_unique<ExportKey>(derive_key(raw.scheme, as_bytes(password), salt_));
    }

    bool has_the_salt(const Raw& raw) const { return salt_of(raw.scheme, raw.bytes) == salt_; }

    // Of a text with the same salt.
    End open_bytes(ByteView raw) const {
        try {
            open(scheme_, *key_, raw);
            return End::opened;
        } catch (const Error& error) {
            CHECK((error.code() == Errc::auth_failed || error.code() == Errc::malformed));
            return error.code() == Errc::malformed ? End::bad_identity : End::refused_by_hash;
        }
    }

    std::string characters;
    Scheme scheme_;
    Bytes original_;

private:
    Salt salt_;
    std::unique_ptr<ExportKey> key_;
};

struct Counts {
    std::uint64_t tried = 0, opened = 0, bad_identity = 0, other_salt = 0, other_version = 0;
};

// A changed version is told by the text alone; a changed salt needs another key.
void try_text(const Opener& opener, const std::string& text, Counts& counts) {
    std::optional<Raw> raw;
    try {
        raw = raw_of(text, Reading::strict);
    } catch (const Error& error) {
        CHECK((error.code() == Errc::unsupported || error.code() == Errc::malformed));
        ++counts.other_version;
        return;
    }
    if (raw->scheme != opener.scheme_ || !opener.has_the_salt(*raw)) {
        ++counts.other_salt;
        return;
    }
    ++counts.tried;
    End end = opener.open_bytes(raw->bytes);
    counts.opened += end == End::opened;
    counts.bad_identity += end == End::bad_identity;
}

Counts every_single_character(const Opener& opener) {
    Counts counts;
    for (std::size_t at = 0; at < opener.characters.size(); ++at)
        for (char c : alphabet) {
            std::string text = opener.characters;
            if (text[at] == c) continue;
            text[at] = c;
            try_text(opener, text, counts);
        }
    return counts;
}

Counts random_changes(const Opener& opener, std::uint64_t rounds) {
    Counts counts;
    test::Random random(20261124);
    // Behind version and salt: the key stays the same.
    std::size_t first = opener.scheme_ == Scheme::classic ? 13 : 15;
    while (counts.tried < rounds) {
        std::string text = opener.characters;
        std::uint64_t changes = 2 + test::below(random, 3);
        for (std::uint64_t i = 0; i < changes; ++i) {
            std::size_t at = first + test::below(random, text.size() - first);
            text[at] = alphabet[test::below(random, 32)];
        }
        if (text != opener.characters) try_text(opener, text, counts);
    }
    return counts;
}

}  // namespace

TEST_CASE("no change of one character of a classic code opens") {
    Opener opener(l1, "testpassword");
    Counts counts = every_single_character(opener);
    CHECK(counts.tried + counts.other_salt == 80 * 31);
    CHECK(counts.tried == 67 * 31 + 1);  // the salt is in 12 characters and four bits of the next
    CHECK(counts.opened == 0);
}

TEST_CASE("no change of one character of a code of the scheme argon2id opens") {
    if (!can(Scheme::argon2id)) return;
    Opener opener(a1, "ThisIsABadPassword");
    Counts counts = every_single_character(opener);
    CHECK(counts.tried + counts.other_salt + counts.other_version == 104 * 31);
    CHECK(counts.other_version > 0);
    CHECK(counts.opened == 0);
    CHECK(counts.bad_identity == 0);
}

TEST_CASE("random changes of a classic code open as seldom as two hash bytes allow") {
    Opener opener(l1, "testpassword");
    std::uint64_t rounds = test::rounds(1'000'000);
    Counts counts = random_changes(opener, rounds);
    double expected = static_cast<double>(rounds) / 65536;
    auto accepted = static_cast<double>(counts.opened + counts.bad_identity);
    INFO(accepted, " of ", rounds, ", ", expected, " expected");
    CHECK(accepted > 0);
    CHECK(accepted < 2 * expected + 10);
    CHECK(accepted > expected / 2 - 5);
}

TEST_CASE("no random change of a code of the scheme argon2id opens") {
    if (!can(Scheme::argon2id)) return;
    Opener opener(a1, "ThisIsABadPassword");
    Counts counts = random_changes(opener, test::rounds(1'000'000));
    CHECK(counts.opened == 0);
    CHECK(counts.bad_identity == 0);
}

TEST_CASE("a changed salt gives another key") {
    test::Random random(7);
    std::string plain;
    for (char c : l1)
        if (c != '-') plain += c;
    for (int round = 0; round < 30; ++round) {
        std::string text = plain;
        std::size_t at = test::below(random, 12);
        while (text[at] == plain[at]) text[at] = alphabet[test::below(random, 32)];
        CAPTURE(text);
        CHECK_THROWS_CODE(decode(text, Password("testpassword")), Errc::auth_failed);
    }
}

TEST_CASE("D-14: wrong keys pass the hash as seldom as they may, and the identity never") {
    test::Random random(14);
    Raw raw = raw_of(l1, Reading::strict);
    std::uint64_t passed = 0, opened = 0, rounds = test::rounds(200'000);
    for (std::uint64_t round = 0; round < rounds; ++round) {
        auto key = ExportKey::made_by([&](std::span<Byte, 32> bytes) {
            for (Byte& byte : bytes) byte = static_cast<Byte>(random());
        });
        try {
            open(Scheme::classic, key, raw.bytes);
            ++opened;
        } catch (const Error& error) {
            passed += error.code() == Errc::malformed;
        }
    }
    double expected = static_cast<double>(rounds) / 65536;  // 3 at scale 1
    CHECK(static_cast<double>(passed) < 3 * expected + 6);
    CHECK(static_cast<double>(passed) > expected / 3 - 1);
    CHECK(opened == 0);
}
