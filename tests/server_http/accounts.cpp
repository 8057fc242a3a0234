#include "accounts.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>

#include "support.hpp"

using namespace tresor;
using namespace safe_server;

namespace {

// All of "open sesame", by other programs: htpasswd, mkpasswd, openssl passwd, argon2, PyNaCl. Low
// costs, so that the tests are fast.
const std::array hashes = {
    "$2y$04$zbQbm8sIsCmk25GUePXtWO0R37/WywLKGRDIPrQVFbFJkgIKhIi3.",
    "$2a$05$kxFGHMzNF0gOhprahQkDSuCsfkkm.ffNtEfaUzlhxttulzVfPmf2.",
    "$2b$05$QuUK4uMLHA9/X2uCNihIe.qqNNhZ42lwnqHn3/p3XoTO.R0Opbuw2",
    "$7$BU..../....LiiUkjp3kx4ktolTa5uhc0$sCiRk/m.Opx4BlSpmxRjjGhApNljLLh19Wx2pDC.YW/",
    "$7$86..../....dDWeaewV7o4NE4XYUrGnnjU3LqBVf1xP57X7PJovzR2$"
    "hLKxGQjqUgcICQiTZn1FGtlOBEgxaxyUusD0nlDfYk5",
    "$y$j75$/WdDUZJ.d3VyV7XFn7x/d.$0ey.k5QdjcMaT6c0qo9CyOk5.Xy.tRYoAec5uFu6x.B",
    "$gy$j75$CpCVvx4U8m8NPazxc3oiy.$fe5LdSU2KZCv9BCruyyyhuhk3d2oQV1Ce5HHEWuXz34",
    "$6$abcdefgh$CkjGkP7IIgZVUCNlt.Vi53LOYJLXZ5KzdpzEYCj01XGruA1hxZYJqccTU2zz68oJwAGsd1iPty5F7dHIat"
    "UTy/",
    "$6$rounds=1000$fvT9T4ULFPq4VT0V$w9YMPFGUQXpvlMKKovFvh1XRhcc3wAtEsSnj6OTiqPzMmgB3Fr1BB2gNNLYRMn"
    "pj8UcCn/vIlTO391l.N9p3b.",
    "$5$A9s1x91F6o/pEDji$B1aWsSKJfbVkUsBDfISKGp5TgomIFbzbs1PvpD1chPB",
    "$argon2id$v=19$m=256,t=1,p=1$c29tZXNhbHQxMjM0$LSQaMwXAPVIzhF7R79u6WnPNL1dpglrXPtBJu9pq5wM",
    "$argon2id$v=19$m=1024,t=2,p=4$c29tZXNhbHQxMjM0$E+T9L7l9i+l8GH3Yxj/SK/3J8ah0QEoCVDKhJNi0bMw",
    "$argon2i$v=19$m=256,t=3,p=1$c29tZXNhbHQxMjM0$nvP8GYHuvg12aZzN0upWJt5wOzJd6YjWhZt3J/N2nG4",
    "$argon2id$v=19$m=8,t=1,p=1$/zy5nLEQUIURAoQy6i13kA$diOS3V+uNxF/"
    "daQRtFADROWdq8ISXTsgv2hIiGaf2hc"};

// Of the same password, but not good enough, or in no form that is known here.
const std::array strange = {
    "$apr1$XZJrl1kF$qyeMC1Y6RMS9Duv07vyxi1",
    "$1$88ffcJFQ$6l4nYXOGc.1cKJlLQeDAL.",
    "$argon2d$v=19$m=256,t=1,p=1$c29tZXNhbHQxMjM0$n1YYEprc7xUrEzGBUjh6ZQzDRqUE8/EZUd2kaz1hJik",
    "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
    "open sesame",
    "x",
    "!",
    "*",
    "AbCdEfGhIjKlM"};

Accounts read(std::string_view text) { return Accounts(as_bytes(text)); }

std::string trouble_with(std::string_view text) {
    try {
        read(text);
    } catch (const Error& error) {
        CHECK(name_of(error.code()) == name_of(Errc::malformed));
        return error.what();
    }
    return "";
}

bool matches_text(std::string_view hash, std::string_view password) {
    return matches(as_bytes(hash), password);
}

}  // namespace

TEST_CASE("accounts: hashes of other programs are verified") {
    for (auto hash : hashes) {
        CAPTURE(hash);
        CHECK(read(std::string("u:") + hash).size() == 1);
        CHECK(matches_text(hash, "open sesame"));
        for (auto wrong : {"open sesam", "open sesame ", "Open sesame", ""})
            CHECK_FALSE(matches_text(hash, wrong));
        CHECK_FALSE(matches_text(hash, std::string_view("open sesame\0", 12)));
        CHECK_FALSE(matches_text(hash, std::string(600, 'a')));
    }
}

TEST_CASE("accounts: a hash that is made here can be used here") {
    Password password("correct horse");
    std::string hash = hash_of(password);
    CHECK(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    CHECK(hash != hash_of(password));
    CHECK(read("alice:" + hash).size() == 1);
    CHECK(matches_text(hash, "correct horse"));
    CHECK_FALSE(matches_text(hash, "correct horsf"));
}

TEST_CASE("accounts: other hashes are refused, with the line and a way out, and not shown") {
    for (std::string hash : strange) {
        CAPTURE(hash);
        auto words = trouble_with("# users\n\nbob:" + hash + "\n");
        CHECK(words.starts_with("line 3 of the users file: "));
        CHECK(words.find("tresor-server --hash-password") != words.npos);
        if (hash.size() > 3) CHECK(words.find(hash) == words.npos);
    }
}

TEST_CASE("accounts: a hash that is cut, longer or has other characters is refused") {
    for (std::string hash : hashes) {
        CAPTURE(hash);
        for (const std::string& bad :
             {hash.substr(0, hash.size() - 1), hash + "a", hash.substr(0, hash.size() / 2),
              hash.substr(0, hash.size() - 1) + "\xC3", hash + ":", hash.substr(0, 4)})
            CHECK(trouble_with("u:" + bad).starts_with("line 1 of the users file: "));
    }
}

TEST_CASE("accounts: lines end in any way, comments and blanks are fine") {
    std::string hash = hashes[0];
    auto accounts =
        read("\r\n# alice:x\n  alice:" + hash + "  \r\n\n\t\nbob:" + hash + "\nc d:" + hash);
    CHECK(accounts.size() == 3);
    CHECK(accounts.find("alice").known);
    CHECK(accounts.find("bob").known);
    CHECK(accounts.find("c d").known);
    CHECK_FALSE(accounts.find("Alice").known);
    CHECK(read("").size() == 0);
    CHECK(read("# nobody\n").size() == 0);
}

TEST_CASE("accounts: what is no line of the file is told by its number") {
    std::string hash = hashes[0];
    CHECK(trouble_with("alice").starts_with("line 1 "));
    CHECK(trouble_with("a:" + hash + "\n:" + hash).starts_with("line 2 "));
    CHECK(trouble_with("a:\n").starts_with("line 1 "));
    CHECK(trouble_with(std::string(256, 'a') + ":" + hash).starts_with("line 1 "));
    CHECK(trouble_with("a\x01:" + hash).starts_with("line 1 "));
    CHECK(trouble_with("a\xFF:" + hash).starts_with("line 1 "));
    CHECK(trouble_with("\xC3:" + hash).starts_with("line 1 "));
    CHECK(trouble_with("é:" + hash).empty());
    CHECK(trouble_with("b:" + hash + "\na:" + hash + "\n\nb:" + hash) ==
          "line 4 of the users file: this name stands in line 1, too");
}

TEST_CASE("accounts: a name that is not there has always the same hash, somebody else's") {
    std::string text;
    for (std::size_t i = 0; i < hashes.size(); ++i)
        text += "user" + std::to_string(i) + ":" + hashes[i] + "\n";
    auto accounts = read(text);
    std::map<std::string, int> seen;
    for (int i = 0; i < 200; ++i) {
        auto name = "stranger" + std::to_string(i);
        auto found = accounts.find(name);
        CHECK_FALSE(found.known);
        std::string hash = test::text_of(found.hash.expose());
        ++seen[hash];
        CHECK(std::find(hashes.begin(), hashes.end(), hash) != hashes.end());
        CHECK(test::text_of(accounts.find(name).hash.expose()) == hash);
    }
    CHECK(seen.size() > 1);
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        auto found = accounts.find("user" + std::to_string(i));
        CHECK(found.known);
        CHECK(test::text_of(found.hash.expose()) == hashes[i]);
    }
}

TEST_CASE("accounts: a file others can read is noticed, one that is not there is io") {
    test::TemporaryFolder folder;
    auto path = folder / "users";
    std::ofstream(path) << "alice:" << hashes[0] << "\n";
    using std::filesystem::perms;
    std::filesystem::permissions(path, perms::owner_read | perms::group_read);
    CHECK(Accounts::load(path).size() == 1);
    CHECK_FALSE(is_open_to_others(path));
    std::filesystem::permissions(path, perms::owner_read | perms::others_read);
    CHECK(is_open_to_others(path));
    CHECK_THROWS_CODE(Accounts::load(folder / "nothing"), Errc::io);
    CHECK_THROWS_CODE(Accounts::load(folder.path()), Errc::io);
}

TEST_CASE("accounts: a hundred thousand are read in any order") {
    std::string text;
    for (int i = 0; i < 100000; ++i)
        text += "user" + std::to_string((i * 7919) % 100000) + ":" + hashes[1] + "\n";
    auto accounts = read(text);
    CHECK(accounts.size() == 100000);
    CHECK(accounts.find("user99999").known);
    CHECK_FALSE(accounts.find("user100000").known);
}
