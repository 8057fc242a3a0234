// Chat archives in a store: put, cut off, put again, thinned, looked at.

#include <tresor/client/archives.hpp>

#include <set>

#include <tresor/storage/directory.hpp>

#include "data_backup/vector.hpp"
#include "storage/stores.hpp"

using namespace tresor;
using namespace tresor::client;
using storage::Every;
using storage::ObjectName;
using test::ArchiveVector;
using test::at;

namespace {

const std::string app_name = "threema-backup_1735690400000_1.zip";  // 2025-01-01T00:13:20Z
const std::string put_name = "data-backups/MYSELF01-20250101T001320Z.zip";

// An archive that tells no owner: the cheapest to open.
struct Nobody {
    ArchiveVector vector{"I3"};
    PutArchiveOptions options;
    Nobody() { options.owner = ThreemaId("ECHOECHO"); }

    PutArchive put(storage::Storage& store, Timestamp time) {
        auto milliseconds = std::to_string(time.time_since_epoch().count() * 1000);
        return put_archive(store, vector.file, "threema-backup_" + milliseconds + "_1.zip",
                           vector.password, options);
    }
};

PutArchive put(storage::Storage& store, ArchiveVector& vector, PutArchiveOptions options = {},
               std::string_view file_name = app_name) {
    return put_archive(store, vector.file, file_name, vector.password, options);
}

std::set<std::string> names_in(storage::Storage& store) {
    auto names = test::list(store);
    return {names.begin(), names.end()};
}

std::string owners_name(std::string_view time, std::string_view owner = "ECHOECHO") {
    return archive_object(ThreemaId(owner), at(time)).text();
}

void put_text(storage::Storage& store, std::string_view name, std::string_view text = "x") {
    test::put(store, ObjectName(name), text);
}

// Breaks at the given byte of an upload. `leaves_a_part`: as servers that write in place.
struct Cut final : storage::Wrapper {
    Cut(storage::Storage& inner, std::size_t after) : Wrapper(inner), left(after) {}
    storage::ObjectInfo put(const ObjectName& name, ByteSource& content,
                            const storage::Condition& condition) override {
        if (!broken) return Wrapper::put(name, content, condition);
        Bytes part(left);
        std::size_t size = 0;
        while (size < part.size()) size += content.read(ByteSpan(part).subspan(size));
        MemorySource source(part);
        if (leaves_a_part) Wrapper::put(name, source, condition);
        throw Error(Errc::unavailable, "the line was cut");
    }
    std::size_t left;
    bool broken = true, leaves_a_part = false;
};

// Is changed once it was read to its end and more, as by a program that writes into it.
struct Changing final : ReadAt {
    explicit Changing(Bytes content) : bytes(std::move(content)) {}
    std::uint64_t size() const override { return bytes.size(); }
    void read_at(std::uint64_t offset, ByteSpan into) override {
        auto from = bytes.begin() + static_cast<std::ptrdiff_t>(offset);
        std::copy_n(from, into.size(), into.begin());
    }
    Bytes bytes;
};

}  // namespace

TEST_CASE("archives: a name is written and read and no other name is one") {
    CHECK(owners_name("2026-11-24T06:05:09Z") == "data-backups/ECHOECHO-20261124T060509Z.zip");
    CHECK(owners_name("2026-11-24T06:05:09Z", "*GATEWAY") ==
          "data-backups/_GATEWAY-20261124T060509Z.zip");
    auto parse = [](std::string_view text) {
        return parse_archive_object({ObjectName(text), 7, {}, "v"});
    };
    auto copy = parse("data-backups/_GATEWAY-20261124T060509Z.zip");
    REQUIRE(copy);
    CHECK(copy->owner == ThreemaId("*GATEWAY"));
    CHECK(copy->time == at("2026-11-24T06:05:09Z"));
    CHECK(copy->object.size == 7);
    CHECK(copy->object.version == "v");
    for (auto other :
         {"data-backups/ECHOECHO-20261124T060509Z.zi_",
          "data-backups/echoecho-20261124T060509Z.zip",
          "data-backups/ECHOECHO_20261124T060509Z.zip",
          "data-backups/ECHOECHO-20261324T060509Z.zip",
          "data-backups/ECHOECHO-20261124t060509Z.zip",
          "data-backups/ECHOECHO-20261124T060509z.zip",
          "data-backups/ECHOECHO-20261124T060509Z.zip2",
          "data-backups/E_HOECHO-20261124T060509Z.zip",
          "data-backups/ECHOECHO-20261124T0605090.zip", "id-exports_/ECHOECHO-20261124T060509Z.zip",
          "data-backups/a/ECHOECHO-20261124T060509Z.zip", "data-backups/threema-backup_1_1.zip",
          "data-backups/ECHOECHO-20261124T060560Z.zip",
          "data-backups/ECHOECHO-2026-124T060509Z.zip"})
        CHECK_MESSAGE(!parse(other), other);
}

TEST_CASE("archives: the time is in the name that the app gives") {
    Timestamp time = at("2025-01-01T00:13:20Z");
    for (auto name :
         {"threema-backup_1735690400000_1.zip", "threema-backup_ECHOECHO_1735690400000_1.zip",
          "threema-backup__GATEWAY_1735690400999_1.zip",
          "threema-backup_*GATEWAY_1735690400999_1.zip", "threema-backup_1735690400000_1 (2).zip",
          "threema-backup_1735690400000_1", "phone threema-backup_1735690400000_1.zip.zip",
          "threema-backup_12345678_1735690400000_1.zip"})
        CHECK_MESSAGE(time_of_archive(name) == time, name);
    CHECK(time_of_archive("threema-backup_12345678_1.zip") == Timestamp(Seconds(12345)));
    for (auto name :
         {"", "archive.zip", "threema-backup_1735690400000.zip", "threema-backup__1.zip",
          "threema-backup_1735690400000_2.zip", "threema-backup_1735690400000_12.zip",
          "threema-backup_-1_1.zip", "threema-backup_x_1.zip",
          "threema-backup_999999999999999999999_1.zip", "threema-backup_253402300800000_1.zip"})
        CHECK_MESSAGE(!time_of_archive(name), name);
}

TEST_CASE("archives: entries tell when they were written") {
    ArchiveVector vector("miniature");
    for (const auto& entry : vector.open().entries()) {
        REQUIRE(entry.written);
        CHECK(timestamp_of(*entry.written) == at("2025-01-01T00:00:00Z"));
    }
}

TEST_CASE("archives: what is put is named by owner and time and is the archive") {
    ArchiveVector vector("miniature");
    test::TemporaryFolder folder;
    storage::Directory directory(folder.path());
    storage::Memory memory;
    for (storage::Storage* store : std::initializer_list<storage::Storage*>{&memory, &directory}) {
        auto done = put(*store, vector);
        CHECK(done.name.text() == put_name);
        CHECK(done.uploaded);
        CHECK(done.copies.empty());
        CHECK(test::hex(done.transferred.sha256) == test::sha256(vector.bytes()));
        CHECK(names_in(*store) == std::set<std::string>{put_name});
        CHECK(test::get(*store, done.name) == test::text_of(vector.bytes()));
    }
}

TEST_CASE("archives: without a telling file name the newest entry tells the time") {
    ArchiveVector vector("miniature");
    storage::Memory store;
    CHECK(put(store, vector, {}, "copy.zip").name.text() ==
          "data-backups/MYSELF01-20250101T000000Z.zip");
    PutArchiveOptions there;
    there.utc_offset = [](Timestamp) { return Seconds(3600); };
    CHECK(put(store, vector, there, "copy.zip").name.text() ==
          "data-backups/MYSELF01-20241231T230000Z.zip");
}

TEST_CASE("archives: what does not verify is not uploaded") {
    for (auto name : {"C9-text", "C9-code", "C9-verifier", "local-method", "V1"}) {
        CAPTURE(name);
        ArchiveVector vector(name);
        storage::Memory store;
        Errc expected =
            vector.header.at("expect") == "auth_failed" ? Errc::auth_failed : Errc::malformed;
        CHECK_THROWS_CODE(put(store, vector), expected);
        CHECK(names_in(store).empty());
    }
}

TEST_CASE("archives: a cut or flipped archive is not uploaded") {
    ArchiveVector vector("I3");
    Bytes good = vector.bytes();
    storage::Memory store;
    PutArchiveOptions options;
    options.owner = ThreemaId("ECHOECHO");
    for (std::size_t size = 0; size < good.size(); size += 37) {
        test::MemoryFile file(
            Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
        CHECK_THROWS_CODE(put_archive(store, file, app_name, vector.password, options),
                          Errc::malformed);
    }
    CHECK(names_in(store).empty());
}

TEST_CASE("archives: with a wrong password nothing is uploaded") {
    ArchiveVector vector("miniature");
    storage::Memory store;
    CHECK_THROWS_CODE(put_archive(store, vector.file, app_name, Password("wrong password")),
                      Errc::auth_failed);
    CHECK(names_in(store).empty());
}

TEST_CASE("archives: an archive that tells no owner needs one and another one is refused") {
    storage::Memory store;
    Nobody nobody;
    nobody.options.owner.reset();
    CHECK_THROWS_CODE(nobody.put(store, at("2026-01-01T00:00:00Z")), Errc::malformed);
    nobody.options.owner = ThreemaId("ECHOECHO");
    CHECK(nobody.put(store, at("2026-01-01T00:00:00Z")).name.text() ==
          owners_name("2026-01-01T00:00:00Z"));
    ArchiveVector vector("I1");
    CHECK_THROWS_CODE(put(store, vector, nobody.options), Errc::invalid_argument);
    CHECK(names_in(store).size() == 1);
}

TEST_CASE("archives: a copy that is there already is read and not uploaded again") {
    Nobody nobody;
    test::Watched store;
    nobody.put(store, at("2026-01-01T00:00:00Z"));
    store.calls.clear();
    auto again = nobody.put(store, at("2026-01-01T00:00:00Z"));
    CHECK_FALSE(again.uploaded);
    CHECK(test::hex(again.transferred.sha256) == test::sha256(nobody.vector.bytes()));
    for (const std::string& call : store.calls) CHECK(call.find("put") == std::string::npos);
}

TEST_CASE("archives: another object of that name is a conflict unless it is to be replaced") {
    Nobody nobody;
    std::string name = owners_name("2026-01-01T00:00:00Z");
    Bytes good = nobody.vector.bytes();
    std::string longer = test::text_of(good) + "x", other = test::text_of(good);
    other[other.size() / 2] ^= 1;
    for (const std::string& text : {std::string("another"), longer, other, other.substr(0, 900)}) {
        storage::Memory store;
        put_text(store, name, text);
        nobody.options.existing = Existing::refuse;
        CHECK_THROWS_CODE(nobody.put(store, at("2026-01-01T00:00:00Z")), Errc::conflict);
        CHECK(test::get(store, ObjectName(name)) == text);
        nobody.options.existing = Existing::replace;
        CHECK(nobody.put(store, at("2026-01-01T00:00:00Z")).uploaded);
        CHECK(test::get(store, ObjectName(name)) == test::text_of(good));
    }
}

TEST_CASE("archives: an upload that was cut anywhere is done again") {
    Nobody nobody;
    test::TemporaryFolder folder;
    storage::Directory directory(folder.path());
    storage::Memory memory;
    std::size_t size = nobody.vector.bytes().size();
    auto time = at("2026-01-01T00:00:00Z");
    for (storage::Storage* inner : std::initializer_list<storage::Storage*>{&memory, &directory}) {
        for (bool leaves_a_part : {false, true}) {
            for (std::size_t after = 0; after < size; after += size / 7) {
                Cut store(*inner, after);
                store.leaves_a_part = leaves_a_part;
                CHECK_THROWS_CODE(nobody.put(store, time), Errc::unavailable);
                CHECK(names_in(*inner).size() == (leaves_a_part ? 1 : 0));
                store.broken = false;
                CHECK(nobody.put(store, time).uploaded);
                CHECK(test::get(*inner, ObjectName(owners_name("2026-01-01T00:00:00Z"))) ==
                      test::text_of(nobody.vector.bytes()));
                inner->remove(ObjectName(owners_name("2026-01-01T00:00:00Z")));
            }
        }
    }
}

TEST_CASE("archives: deep verifies what was downloaded and leaves no file") {
    Nobody nobody;
    test::TemporaryFolder folder;
    storage::Memory store;
    nobody.options.deep = folder / "copy.zip";
    CHECK(nobody.put(store, at("2026-01-01T00:00:00Z")).uploaded);
    CHECK_FALSE(nobody.put(store, at("2026-01-01T00:00:00Z")).uploaded);
    CHECK(test::entries_in(folder.path()) == 0);
}

TEST_CASE("archives: a file that changed after it was verified is not stored") {
    ArchiveVector vector("I3");
    test::Watched store;
    Changing file(vector.bytes());
    // The first question comes when the archive has been verified.
    store.before = [&](std::string_view) { file.bytes[file.bytes.size() / 2] = 'x'; };
    PutArchiveOptions options;
    options.owner = ThreemaId("ECHOECHO");
    CHECK_THROWS_CODE(put_archive(store, file, app_name, vector.password, options), Errc::io);
    CHECK(names_in(store.memory).empty());
}

TEST_CASE("archives: a file that changed meanwhile does not replace the copy that is there") {
    ArchiveVector vector("I3");
    test::Watched store;
    PutArchiveOptions options;
    options.owner = ThreemaId("ECHOECHO");
    options.existing = Existing::replace;
    std::string name = owners_name("2025-01-01T00:13:20Z");
    put_text(store.memory, name, "an older copy");
    Changing file(vector.bytes());
    store.before = [&](std::string_view) { file.bytes[file.bytes.size() / 2] = 'x'; };
    CHECK_THROWS_CODE(put_archive(store, file, app_name, vector.password, options), Errc::io);
    MemorySink kept;
    store.memory.get(ObjectName(name), kept);
    CHECK(as_text(kept.bytes()) == "an older copy");
}

TEST_CASE("archives: deep does not write over a file and the copy stays") {
    Nobody nobody;
    test::TemporaryFolder folder;
    { FileSink(folder / "copy.zip", Existing::refuse).commit(); }
    storage::Memory store;
    nobody.options.deep = folder / "copy.zip";
    CHECK_THROWS_CODE(nobody.put(store, at("2026-01-01T00:00:00Z")), Errc::conflict);
    CHECK(std::filesystem::exists(folder / "copy.zip"));
    CHECK(names_in(store).size() == 1);
}

TEST_CASE("archives: old copies are thinned and others are not touched") {
    Nobody nobody;
    nobody.options.keep = storage::KeepPolicy{.daily = 2, .monthly = 2};
    storage::Memory memory;
    test::TemporaryFolder folder;
    storage::Directory directory(folder.path());
    for (storage::Storage* store : std::initializer_list<storage::Storage*>{&memory, &directory}) {
        std::set<std::string> others{"config",
                                     "backups/" + std::string(64, 'a'),
                                     "data-backups/threema-backup_1735690400000_1.zip",
                                     "data-backups/ECHOECHO-20200101T000000Z.zip.old",
                                     "data-backups/ECHOECHO-2020.zip",
                                     "data-backups/OTHER001-20200101T000000Z.zip",
                                     "data-backups/_CHOECHO-20200101T000000Z.zip",
                                     "data-backups/folder/ECHOECHO-20200101T000000Z.zip",
                                     "id-exports/ECHOECHO-20200101T000000Z.txt"};
        for (const std::string& name : others) put_text(*store, name);
        for (auto time : {"2026-01-05T00:00:00Z", "2026-01-30T00:00:00Z", "2026-02-01T00:00:00Z",
                          "2026-02-02T00:00:00Z"})
            put_text(*store, owners_name(time));
        auto done = nobody.put(*store, at("2026-02-03T00:00:00Z"));
        REQUIRE(done.copies.size() == 5);
        CHECK_FALSE(done.first_failure);
        CHECK(done.copies[0].copy.object.name == done.name);
        CHECK(done.copies[0].reasons ==
              std::vector<std::string>{"newest", "daily 2026-02-03", "monthly 2026-02"});
        CHECK(done.copies[2].fate == Fate::removed);
        CHECK(done.copies[2].reasons ==
              std::vector<std::string>{"daily 2026-02-01: older than the newest 2",
                                       "monthly 2026-02: a newer one is kept"});
        std::set<std::string> expected = others;
        for (auto time : {"2026-01-30T00:00:00Z", "2026-02-02T00:00:00Z", "2026-02-03T00:00:00Z"})
            expected.insert(owners_name(time));
        CHECK(names_in(*store) == expected);
    }
}

TEST_CASE("archives: a copy from the future neither goes nor takes the place of another one") {
    Nobody nobody;
    nobody.options.keep = storage::KeepPolicy{.daily = 1};
    nobody.options.now = at("2026-02-03T00:00:00Z");
    storage::Memory store;
    for (auto time : {"2026-01-05T00:00:00Z", "2026-02-04T00:00:00Z", "2026-02-04T00:00:01Z",
                      "2031-01-01T00:00:00Z"})
        put_text(store, owners_name(time));
    auto done = nobody.put(store, at("2026-02-03T00:00:00Z"));
    REQUIRE(done.copies.size() == 5);
    CHECK(done.copies[0].copy.object.name.text() == owners_name("2031-01-01T00:00:00Z"));
    for (std::size_t i : {0u, 1u})
        CHECK(done.copies[i].reasons == std::vector<std::string>{"dated in the future"});
    CHECK(done.copies[2].reasons == std::vector<std::string>{"newest", "daily 2026-02-04"});
    CHECK(done.copies[3].reasons == std::vector<std::string>{"just put"});
    CHECK(done.copies[4].fate == Fate::removed);
    CHECK(names_in(store).size() == 4);
}

TEST_CASE("archives: a dry run tells the same and touches nothing") {
    Nobody nobody;
    nobody.options.keep = storage::KeepPolicy{.daily = 1};
    test::Watched store;
    for (auto time : {"2026-01-05T00:00:00Z", "2026-01-30T00:00:00Z"})
        put_text(store.memory, owners_name(time));
    auto before = names_in(store.memory);
    nobody.options.dry_run = true;
    auto told = nobody.put(store, at("2026-02-03T00:00:00Z"));
    CHECK(names_in(store.memory) == before);
    for (const std::string& call : store.calls) {
        CHECK(call.find("put") == std::string::npos);
        CHECK(call.find("remove") == std::string::npos);
    }
    nobody.options.dry_run = false;
    auto done = nobody.put(store, at("2026-02-03T00:00:00Z"));
    CHECK(told.uploaded);
    CHECK(told.name == done.name);
    CHECK(told.transferred.sha256 == done.transferred.sha256);
    REQUIRE(told.copies.size() == done.copies.size());
    for (std::size_t i = 0; i < told.copies.size(); ++i) {
        CHECK(told.copies[i].copy.object.name == done.copies[i].copy.object.name);
        CHECK(told.copies[i].copy.object.size == done.copies[i].copy.object.size);
        CHECK(told.copies[i].fate == done.copies[i].fate);
        CHECK(told.copies[i].reasons == done.copies[i].reasons);
    }
    CHECK(names_in(store.memory) == std::set<std::string>{done.name.text()});
}

TEST_CASE("archives: an old archive that is put stays until the next one is") {
    Nobody nobody;
    nobody.options.keep = storage::KeepPolicy{.daily = 1};
    storage::Memory store;
    nobody.put(store, at("2026-02-03T00:00:00Z"));
    auto old = nobody.put(store, at("2020-02-03T00:00:00Z"));
    REQUIRE(old.copies.size() == 2);
    CHECK(old.copies[1].fate == Fate::kept);
    CHECK(old.copies[1].reasons == std::vector<std::string>{"just put"});
    nobody.put(store, at("2026-02-04T00:00:00Z"));
    CHECK(names_in(store) == std::set<std::string>{owners_name("2026-02-04T00:00:00Z")});
}

TEST_CASE("archives: a removal that fails stops no other one and the put counts") {
    Nobody nobody;
    nobody.options.keep = storage::KeepPolicy{.daily = 1};
    for (Errc code : {Errc::denied, Errc::unavailable, Errc::conflict}) {
        CAPTURE(name_of(code));
        test::Watched store;
        for (auto time : {"2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"})
            put_text(store.memory, owners_name(time));
        bool first = true;
        store.before = [&](std::string_view call) {
            if (call.find("remove") == call.npos || !std::exchange(first, false)) return;
            throw Error(code, "no");
        };
        auto done = nobody.put(store, at("2026-02-03T00:00:00Z"));
        CHECK(done.uploaded);
        CHECK(done.first_failure.has_value() == (code != Errc::conflict));
        CHECK(done.copies[1].fate == (code == Errc::conflict ? Fate::kept : Fate::failed));
        // What is unavailable is not asked again and again.
        CHECK(names_in(store.memory).size() == (code == Errc::unavailable ? 4u : 2u));
    }
}

TEST_CASE("archives: what cannot list is not thinned and nothing is uploaded") {
    struct Plain final : storage::Wrapper {
        using Wrapper::Wrapper;
        storage::Abilities can() const override { return {.any_name = true}; }
        void list(std::string_view, const storage::Visitor&) override {
            throw Error(Errc::unsupported, "no");
        }
    };
    Nobody nobody;
    storage::Memory memory;
    Plain store(memory);
    nobody.options.keep = storage::KeepPolicy{.daily = 1};
    CHECK_THROWS_CODE(nobody.put(store, at("2026-01-01T00:00:00Z")), Errc::unsupported);
    nobody.options.keep = storage::KeepPolicy{};
    CHECK_THROWS_CODE(nobody.put(store, at("2026-01-01T00:00:00Z")), Errc::invalid_argument);
    CHECK(names_in(memory).empty());
    nobody.options.keep.reset();
    CHECK(nobody.put(store, at("2026-01-01T00:00:00Z")).uploaded);
}

TEST_CASE("archives: where nothing can be removed on condition old copies go all the same") {
    struct Simple final : storage::Wrapper {
        using Wrapper::Wrapper;
        storage::Abilities can() const override { return {.list = true, .any_name = true}; }
    };
    Nobody nobody;
    nobody.options.keep = storage::KeepPolicy{.daily = 1};
    storage::Memory memory;
    Simple store(memory);
    put_text(store, owners_name("2026-01-01T00:00:00Z"));
    CHECK(nobody.put(store, at("2026-02-03T00:00:00Z")).copies[1].fate == Fate::removed);
    CHECK(names_in(memory).size() == 1);
}

TEST_CASE("archives: years of puts leave what the policy says and each of it verifies") {
    Nobody nobody;
    nobody.options.keep = storage::KeepPolicy{2, 2, 3, 4};
    storage::Memory store;
    std::vector<storage::Generation> all;
    for (Timestamp time = at("2021-01-01T03:00:00Z"); time < at("2026-11-25T00:00:00Z");
         time += std::chrono::days(19)) {
        auto done = nobody.put(store, time);
        all.push_back({done.name, time});
        CHECK(names_in(store).contains(done.name.text()));
    }
    std::set<std::string> expected;
    for (const auto& judged : storage::thin(all, *nobody.options.keep))
        if (judged.kept) expected.insert(judged.generation.name.text());
    CHECK(names_in(store) == expected);
    for (const std::string& name : expected) {
        test::MemoryFile file(test::bytes_of(test::get(store, ObjectName(name)).value()));
        CHECK(data_backup::verify(file, nobody.vector.password).ok());
    }
}

TEST_CASE("archives: the status tells of the newest copy and when the next is due") {
    storage::Memory store;
    CHECK(archive_status(archive_copies(store), Every::daily, at("2026-02-01T00:00:00Z")).overdue);
    for (auto time : {"2026-01-01T10:00:00Z", "2026-01-20T10:00:00Z", "2026-01-10T10:00:00Z"})
        put_text(store, owners_name(time), "12345");
    put_text(store, owners_name("2026-02-20T10:00:00Z", "OTHER001"));
    put_text(store, "data-backups/threema-backup_1_1.zip");
    auto copies = archive_copies(store, ThreemaId("ECHOECHO"));
    CHECK(copies.size() == 3);
    CHECK(archive_copies(store).size() == 4);
    auto status = archive_status(copies, Every::weekly, at("2026-01-27T09:59:59Z"));
    REQUIRE(status.last_good);
    CHECK(status.last_good->object.name.text() == owners_name("2026-01-20T10:00:00Z"));
    CHECK(status.count == 3);
    CHECK(status.bytes == 15);
    CHECK(status.next_due == at("2026-01-27T10:00:00Z"));
    CHECK_FALSE(status.overdue);
    CHECK(archive_status(copies, Every::weekly, at("2026-01-27T10:00:00Z")).overdue);
    CHECK_FALSE(archive_status(copies, Every::monthly, at("2026-02-20T09:59:59Z")).overdue);
}

TEST_CASE("archives: a copy from the future does not hide that one is overdue") {
    storage::Memory store;
    put_text(store, owners_name("2026-01-20T10:00:00Z"));
    put_text(store, owners_name("2031-01-20T10:00:00Z"));
    auto status = archive_status(archive_copies(store), Every::monthly, at("2026-06-01T00:00:00Z"));
    CHECK(status.overdue);
    CHECK(status.count == 2);
    REQUIRE(status.last_good);
    CHECK(status.last_good->time == at("2026-01-20T10:00:00Z"));
    // A clock that is a little ahead is none.
    CHECK_FALSE(
        archive_status(archive_copies(store), Every::monthly, at("2026-01-20T00:00:00Z")).overdue);
}
