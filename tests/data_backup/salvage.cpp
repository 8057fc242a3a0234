// What is saved of archives that were cut off or damaged.

#include "data_backup/zip_directory.hpp"
#include "vector.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::ArchiveVector;

namespace {

struct Saved {
    Salvaged count;
    Bytes bytes;
};
Saved saved(Bytes archive, const Password& password) {
    test::MemoryFile file(std::move(archive));
    MemorySink sink;
    auto count = salvage(file, password, sink);
    return {count, sink.take()};
}

// The contents of an archive, by name.
std::map<std::string, std::string> contents_of(Bytes bytes, const Password& password) {
    test::MemoryFile file(std::move(bytes));
    ReadOptions options;
    options.assume_version = true;
    DataBackup archive(file, password, options);
    std::map<std::string, std::string> contents;
    for (const EntryInfo& entry : archive.entries()) {
        MemorySink sink;
        archive.read(entry.name, sink);
        contents[entry.name] = test::text_of(sink.bytes());
    }
    return contents;
}

// The miniature three times in one archive of 72 entries: names are not protected, so that copies
// of entries may have others.
Bytes three_times(ArchiveVector& vector) {
    Bytes source = vector.bytes(), out, tail;
    auto directory = read_zip_directory(vector.file);
    std::uint64_t count = 0;
    for (char copy : {'m', '2', '3'})
        for (ZipEntry entry : directory.entries) {
            auto begin = source.begin() + static_cast<std::ptrdiff_t>(entry.header_offset);
            std::size_t size = 30 + entry.name.size() + 11 + entry.packed_size + 16;
            Bytes bytes(begin, begin + static_cast<std::ptrdiff_t>(size));
            if (copy != 'm') entry.name[0] = static_cast<char>(copy);
            bytes[30] = static_cast<Byte>(entry.name[0]);
            entry.header_offset = out.size();
            out.insert(out.end(), bytes.begin(), bytes.end());
            Bytes header = central_header(entry);
            tail.insert(tail.end(), header.begin(), header.end());
            ++count;
        }
    Bytes records = end_records(count, false, out.size(), tail.size());
    out.insert(out.end(), tail.begin(), tail.end());
    out.insert(out.end(), records.begin(), records.end());
    return out;
}

}  // namespace

TEST_CASE("salvage: of a whole archive everything is saved") {
    for (auto name : {"miniature", "era-15", "no-descriptor", "C16-128-AE1", "C12", "C18",
                      "C6-euro", "comment"}) {
        CAPTURE(name);
        ArchiveVector vector(name);
        auto found = saved(vector.bytes(), vector.password);
        CHECK(found.count.lost == 0);
        CHECK(std::to_string(found.count.recovered) == vector.header.at("entries"));
        CHECK(contents_of(found.bytes, vector.password) ==
              contents_of(vector.bytes(), vector.password));
        test::MemoryFile file(found.bytes);
        CHECK(verify(file, vector.password).ok());
    }
}

TEST_CASE("C15: an archive without its end gives all it has") {
    ArchiveVector vector("C15");
    auto found = saved(vector.bytes(), vector.password);
    CHECK(found.count.recovered > 0);
    test::MemoryFile file(found.bytes);
    CHECK(verify(file, vector.password).ok());
}

TEST_CASE("salvage: cut anywhere, every entry that is complete is saved and no other") {
    ArchiveVector vector("miniature");
    Bytes whole = three_times(vector);
    auto contents = contents_of(whole, vector.password);
    // Where the content of each entry ends.
    std::vector<std::size_t> ends;
    {
        test::MemoryFile file(whole);
        for (const ZipEntry& entry : read_zip_directory(file).entries)
            ends.push_back(static_cast<std::size_t>(entry.header_offset + 30 + entry.name.size() +
                                                    11 + entry.packed_size));
    }
    CHECK(ends.size() == 72);
    std::uint64_t cuts = test::rounds(50);
    for (std::uint64_t i = 1; i < cuts; ++i) {
        std::size_t size = whole.size() * i / cuts;
        auto complete = static_cast<std::uint64_t>(
            std::count_if(ends.begin(), ends.end(), [&](std::size_t end) { return end <= size; }));
        CAPTURE(size);
        Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        if (complete == 0) continue;
        auto found = saved(std::move(cut), vector.password);
        CHECK(found.count.recovered == complete);
        for (const auto& [name, content] : contents_of(found.bytes, vector.password))
            if (contents.at(name) != content) FAIL(name);
    }
}

TEST_CASE("salvage: a damaged entry is lost, those behind it are not") {
    ArchiveVector vector("miniature");
    Bytes bytes = vector.bytes();
    bytes[bytes.size() / 3] ^= 1;
    auto found = saved(bytes, vector.password);
    CHECK(found.count.lost == 1);
    CHECK(found.count.recovered == 23);
}

TEST_CASE("salvage: what is no archive, or has another password, is told apart") {
    ArchiveVector vector("miniature");
    CHECK_THROWS_CODE(saved(vector.bytes(), Password("another one")), Errc::auth_failed);
    CHECK_THROWS_CODE(saved(Bytes(100'000, 'x'), vector.password), Errc::malformed);
    CHECK_THROWS_CODE(saved({}, vector.password), Errc::malformed);
}

TEST_CASE("salvage: the caller can stop it") {
    ArchiveVector vector("miniature");
    MemorySink sink;
    ReadOptions options;
    options.progress = [](auto, auto) { return false; };
    CHECK_THROWS_CODE(salvage(vector.file, vector.password, sink, options), Errc::cancelled);
}
