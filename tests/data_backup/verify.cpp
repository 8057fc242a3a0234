// Whether an archive is whole: what must be noticed, and what must not be called damage.

#include "vector.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::ArchiveVector;

namespace {

// What verifying comes to, in the words of the vectors.
std::string verdict(ReadAt& file, const Password& password) {
    try {
        auto result = verify(file, password);
        if (result.ok()) return "ok";
        bool tampered = std::any_of(result.bad.begin(), result.bad.end(), [](const BadEntry& bad) {
            return bad.code == Errc::auth_failed;
        });
        return std::string(name_of(tampered ? Errc::auth_failed : result.bad[0].code));
    } catch (const Error& error) {
        return std::string(name_of(error.code()));
    }
}

}  // namespace

TEST_CASE("verify: every archive of tests/vectors comes to what it should") {
    for (const std::string& path : test::vectors_in("data_backup")) {
        CAPTURE(path);
        ArchiveVector vector(test::read_vector(path));
        CHECK(verdict(vector.file, vector.password) == vector.header.at("expect"));
    }
}

TEST_CASE("verify: the miniature is whole, and nothing in it is odd") {
    ArchiveVector vector("miniature");
    auto result = verify(vector.file, vector.password);
    CHECK(result.ok());
    CHECK(result.entries == 24);
    for (const Finding& finding : result.findings) FAIL_CHECK(finding.pointer, finding.reason);
}

TEST_CASE("verify: threads come to the same") {
    for (auto name : {"miniature", "C9-text", "C10", "era-18"}) {
        ArchiveVector vector(name);
        ReadOptions two;
        two.jobs = 3;
        auto one = verify(vector.file, vector.password);
        auto many = verify(vector.file, vector.password, two);
        CHECK(one.bytes == many.bytes);
        CHECK(one.bad_count == many.bad_count);
        CHECK(one.findings == many.findings);
    }
}

TEST_CASE("verify: damaged entries are told by name") {
    ArchiveVector vector("C9-text");
    auto result = verify(vector.file, vector.password);
    REQUIRE(result.bad_count == 1);
    CHECK(result.bad[0].name == vector.header.at("damaged"));
    CHECK(result.bad[0].code == Errc::auth_failed);
}

TEST_CASE("verify: the caller is told how far it is, and can stop it") {
    ArchiveVector vector("miniature");
    std::uint64_t last = 0;
    ReadOptions options;
    options.progress = [&](std::uint64_t done, std::optional<std::uint64_t> total) {
        CHECK(done >= last);
        CHECK(done <= total);
        last = done;
        return true;
    };
    CHECK(verify(vector.file, vector.password, options).ok());
    CHECK(last > 0);
    for (unsigned jobs : {1u, 2u}) {
        options.jobs = jobs;
        options.progress = [](auto, auto) { return false; };
        CHECK_THROWS_CODE(verify(vector.file, vector.password, options), Errc::cancelled);
    }
}

// The archive is opened as a whole; only what nothing protects may change without a word: times,
// versions, attributes, comments, sizes that are hints.
TEST_CASE("verify: of a flipped byte what is read never changes without a word") {
    ArchiveVector vector("V2-twice");
    Bytes good = vector.bytes();
    // Not the identity: its own key costs much, and it is an entry like others.
    for (std::string_view rest = as_text(good); rest.find("identity") != rest.npos;)
        good[static_cast<std::size_t>(rest.data() - as_text(good).data()) + rest.find("identity")] =
            'I';
    test::MemoryFile file_before(good);
    DataBackup before(file_before, vector.password);
    std::map<std::string, std::string> contents;
    for (const EntryInfo& entry : before.entries()) {
        MemorySink sink;
        before.read(entry.name, sink);
        contents[entry.name] = test::text_of(sink.bytes());
    }
    std::size_t unnoticed = 0;
    for (std::size_t at = 0; at < good.size(); ++at) {
        Bytes changed = good;
        changed[at] ^= static_cast<Byte>(1 + at % 255);
        test::MemoryFile file(std::move(changed));
        if (verdict(file, vector.password) != "ok") continue;
        ++unnoticed;
        DataBackup archive(file, vector.password);
        if (archive.entries().size() != contents.size()) FAIL(at);
        for (const EntryInfo& entry : archive.entries()) {
            MemorySink sink;
            archive.read(entry.name, sink);
            if (!contents.contains(entry.name)) FAIL(at);
            if (contents[entry.name] != test::text_of(sink.bytes())) FAIL(at);
        }
    }
    CHECK(unnoticed < good.size() / 5);
}
