// Archives as they are written: byte by byte as the app does, alike on any number of threads.

#include "data_backup/zip_writer.hpp"

#include <random>
#include <set>

#include <tresor/data_backup/reader.hpp>

#include "crypto/hash.hpp"
#include "data_backup/container.hpp"
#include "memory_file.hpp"
#include "support.hpp"
#include "vector.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::MemoryFile;

namespace {

constexpr std::string_view password = "backup-demo-1";
constexpr CivilTime new_year{.year = 2025, .month = 1, .day = 1, .weekday = 2};

void fixed_salt(ByteSpan salt) {
    for (std::size_t i = 0; i < salt.size(); ++i) salt[i] = static_cast<Byte>(i);
}

// Each entry another one, each time the same.
std::function<void(ByteSpan)> counted_salts() {
    return [next = std::uint64_t{0}](ByteSpan salt) mutable {
        std::mt19937_64 random(next++);
        for (Byte& byte : salt) byte = static_cast<Byte>(random());
    };
}

using Contents = std::vector<std::pair<std::string, std::string>>;

Bytes written(const Contents& contents, ZipWriteOptions options) {
    MemorySink sink;
    ZipWriter zip(sink, Password(password), std::move(options));
    for (const auto& [name, content] : contents) zip.add(name, as_bytes(content));
    zip.finish();
    CHECK(zip.bytes() == sink.bytes().size());
    CHECK(zip.entries() == contents.size());
    return sink.take();
}

// As our own reader finds it.
Contents contents_of(Bytes bytes) {
    MemoryFile file(std::move(bytes));
    Findings findings;
    Container container(file, Password(password), {}, findings);
    Contents found;
    for (const ZipEntry& entry : container.directory().entries) {
        MemorySink sink;
        copy(*container.open(entry), sink);
        CHECK(entry.size_hint == sink.bytes().size());
        found.emplace_back(entry.name, as_text(sink.bytes()));
    }
    CHECK(findings.take().empty());
    return found;
}

std::string random_text(std::size_t size, test::Random& random) {
    std::string text;
    while (text.size() < size) text += std::to_string(random() % 1000) + ",\"word\"\n";
    text.resize(size);
    return text;
}

std::string hex_at(const Bytes& bytes, std::size_t at, std::size_t size) {
    return test::hex(ByteView(bytes).subspan(at, size));
}

// Counts and hashes what comes, keeps its end.
class EndSink final : public ByteSink {
public:
    void write(ByteView bytes) override {
        size += bytes.size();
        end.insert(end.end(), bytes.begin(), bytes.end());
        if (end.size() > most)
            end.erase(end.begin(), end.end() - static_cast<std::ptrdiff_t>(most / 2));
    }
    void restart() override { FAIL("nothing is written twice"); }
    std::uint64_t size = 0;
    Bytes end;

private:
    static constexpr std::size_t most = 1 << 20;
};

// So many bytes of one kind.
class SameBytes final : public ByteSource {
public:
    explicit SameBytes(std::uint64_t size) : size_(size) {}
    std::optional<std::uint64_t> size() const override { return size_; }
    std::size_t read(ByteSpan into) override {
        auto size = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - at_));
        std::fill_n(into.begin(), size, Byte{'a'});
        at_ += size;
        return size;
    }
    void rewind() override { at_ = 0; }

private:
    std::uint64_t size_, at_ = 0;
};

// Fails at a byte, as a full disk does.
class FailingSink final : public ByteSink {
public:
    explicit FailingSink(std::size_t left) : left_(left) {}
    void write(ByteView bytes) override {
        if (bytes.size() > left_) throw Error(Errc::io, "the disk is full");
        left_ -= bytes.size();
    }
    void restart() override {}

private:
    std::size_t left_;
};

}  // namespace

TEST_CASE("zip writer: an entry is the one of the specification byte for byte") {
    Bytes file = written({{"identity", "\"version\",\"27\"\n"}},
                         {.time = new_year, .salt = fixed_salt, .progress = {}});
    const std::string local =
        "504b0304"
        "33000908"
        "63000000215a"
        "000000000000000000000000"
        "08000b00";
    CHECK(hex_at(file, 0, 30) == local);
    CHECK(as_text(ByteView(file).subspan(30, 8)) == "identity");
    CHECK(hex_at(file, 38, 11) == "0199070002004145030800");
    CHECK(hex_at(file, 49, 48) ==
          "000102030405060708090a0b0c0d0e0f"
          "5be1"
          "0ad4417cc846c11be9bfdf4ddb1dc64383dd2125"
          "bdfc6cbd9dfc7460ed59");
    CHECK(hex_at(file, 97, 16) ==
          "504b0708"
          "00000000"
          "30000000"
          "0f000000");
    const std::string central =
        "504b0102"
        "33033300"
        "09086300"
        "0000215a"
        "00000000"
        "30000000"
        "0f000000"
        "08000b00"
        "0000"
        "0000"
        "0000"
        "0000a481"
        "00000000";
    CHECK(hex_at(file, 113, 46) == central);
    CHECK(hex_at(file, 167, 11) == "0199070002004145030800");
    CHECK(hex_at(file, 178, 22) ==
          "504b0506"
          "0000"
          "0000"
          "0100"
          "0100"
          "41000000"
          "71000000"
          "0000");
    CHECK(file.size() == 200);
}

TEST_CASE("zip writer: an empty entry takes 30 bytes whatever it is") {
    for (const char* name : {"identity", "ballot.csv"}) {
        Bytes file = written({{name, ""}}, {.salt = fixed_salt, .progress = {}});
        MemoryFile read(file);
        CHECK(read_zip_directory(read).entries.at(0).packed_size == 30);
        CHECK(contents_of(file) == Contents{{name, ""}});
    }
}

// The miniature of data-backup.md 9.1, made by another program with salts and times of its own.
TEST_CASE("zip writer: the archive of the other implementation comes out byte for byte") {
    test::ArchiveVector vector("miniature");
    Findings findings;
    Container container(vector.file, vector.password, {}, findings);
    std::vector<Bytes> salts;
    for (const ZipEntry& entry : container.directory().entries) {
        std::vector<std::string> differences;
        Bytes salt(16);
        vector.file.read_at(content_offset(vector.file, container.directory(), entry, differences),
                            salt);
        salts.push_back(salt);
    }
    MemorySink sink;
    std::size_t next = 0;
    ZipWriter zip(sink, vector.password,
                  {.time = new_year,
                   .jobs = 2,
                   .salt =
                       [&](ByteSpan salt) {
                           const Bytes& one = salts.at(next++);
                           std::copy(one.begin(), one.end(), salt.begin());
                       },
                   .progress = {}});
    for (const ZipEntry& entry : container.directory().entries)
        zip.add(entry.name, *container.open(entry));
    zip.finish();
    CHECK(next == salts.size());
    CHECK(sink.bytes() == vector.bytes());
}

TEST_CASE("zip writer: what is written is read again whatever its size") {
    test::Random random(7);
    constexpr std::size_t piece = 2 * 65535;
    Contents contents;
    for (std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{65535}, std::size_t{65536}, piece - 1, piece,
          piece + 1, 2 * piece, 3 * piece + 17, std::size_t{5'000'000}})
        for (const char* kind : {"media_", "table_"})
            contents.emplace_back(kind + std::to_string(size) + (kind[0] == 't' ? ".csv" : ""),
                                  random_text(size, random));
    CHECK(contents_of(written(contents, {.jobs = 2, .progress = {}})) == contents);
}

TEST_CASE("zip writer: the file does not depend on the number of threads") {
    test::Random random(8);
    Contents contents;
    for (int i = 0; i < 300; ++i)
        contents.emplace_back("message_media_" + std::to_string(i),
                              random_text(random() % 5000, random));
    contents.emplace_back("contacts.csv", random_text(9'000'000, random));
    contents.emplace_back("big", random_text(6'000'000, random));
    for (int i = 0; i < 1100; ++i)
        contents.emplace_back("message_" + std::to_string(i) + ".csv", random_text(100, random));
    Bytes one = written(contents, {.salt = counted_salts(), .progress = {}});
    for (unsigned jobs : {2u, 3u, 16u})
        CHECK(written(contents, {.jobs = jobs, .salt = counted_salts(), .progress = {}}) == one);
    CHECK(contents_of(one) == contents);
}

TEST_CASE("zip writer: pieces that are written in any way make the same entry") {
    test::Random random(9);
    std::string text = random_text(700'000, random);
    Bytes whole = written({{"contacts.csv", text}}, {.salt = fixed_salt, .progress = {}});
    MemorySink sink;
    ZipWriter zip(sink, Password(password), {.salt = fixed_salt, .progress = {}});
    zip.begin("contacts.csv");
    for (ByteView left = as_bytes(text); !left.empty();) {
        auto size = std::min<std::size_t>(left.size(), random() % 200'000);
        zip.write(left.first(size));
        left = left.subspan(size);
    }
    zip.end();
    zip.finish();
    CHECK(sink.bytes() == whole);
}

TEST_CASE("zip writer: salts and counter streams are never the same by themselves") {
    Contents contents;
    for (int i = 0; i < 50; ++i) contents.emplace_back(std::to_string(i), "the same");
    MemoryFile file(written(contents, {.jobs = 2, .progress = {}}));
    auto directory = read_zip_directory(file);
    std::set<Bytes> heads;
    for (const ZipEntry& entry : directory.entries) {
        std::vector<std::string> differences;
        Bytes head(26);
        file.read_at(content_offset(file, directory, entry, differences), head);
        heads.insert(head);
    }
    CHECK(heads.size() == 50);
}

TEST_CASE("zip writer: numbers of entries over 16 bits are told by ZIP64 records") {
    for (std::size_t count : {std::size_t{65534}, std::size_t{65535}, std::size_t{65600}}) {
        MemorySink sink;
        ZipWriter zip(sink, Password(password), {.jobs = 2, .salt = fixed_salt, .progress = {}});
        for (std::size_t i = 0; i < count; ++i) zip.add(std::to_string(i), as_bytes("x"));
        zip.finish();
        const Bytes& file = sink.bytes();
        bool wide = hex_at(file, file.size() - 98, 4) == "504b0606";
        CHECK(wide == (count > 65534));
        CHECK(hex_at(file, file.size() - 14, 4) == (count == 65534 ? "fefffeff" : "ffffffff"));
        MemoryFile read(file);
        auto directory = read_zip_directory(read);
        CHECK(directory.entries.size() == count);
        // The offset fits, and is told as it is (1.6).
        CHECK(hex_at(file, file.size() - 6, 4) != "ffffffff");
        CHECK(directory.entries.back().name == std::to_string(count - 1));
    }
}

TEST_CASE("zip writer: an entry over 4 GiB is told by ZIP64 in the directory alone") {
    constexpr std::uint64_t size = (std::uint64_t{4} << 30) + 5;
    EndSink sink;
    SameBytes content(size);
    ZipWriter zip(sink, Password(password), {.jobs = 2, .salt = fixed_salt, .progress = {}});
    zip.add("message_media_1", content);
    zip.add("last", as_bytes("x"));
    zip.finish();
    std::uint64_t blocks = (size + 65534) / 65535, packed = size + 5 * blocks + 28;
    constexpr std::size_t end = 56 + 20 + 22;
    std::size_t directory = sink.end.size() - end - (46 + 15 + 32 + 11) - (46 + 4 + 32 + 11);
    CHECK(hex_at(sink.end, directory, 4) == "504b0102");
    CHECK(hex_at(sink.end, directory + 20, 8) == "ffffffffffffffff");
    CHECK(hex_at(sink.end, directory + 34, 2) == "ffff");
    auto number_at = [&](std::size_t at) {
        std::uint64_t number = 0;
        for (std::size_t i = 8; i-- > 0;) number = number << 8 | sink.end[at + i];
        return number;
    };
    std::size_t extra = directory + 46 + 15;
    CHECK(hex_at(sink.end, extra, 4) == "01001c00");
    CHECK(number_at(extra + 4) == size);
    CHECK(number_at(extra + 12) == packed);
    CHECK(number_at(extra + 20) == 0);
    CHECK(hex_at(sink.end, extra + 32, 11) == "0199070002004145030800");
    // Its descriptor has the low 32 bits: the quirk of 1.6. Behind it stands "last".
    std::size_t last_entry = 30 + 4 + 11 + (18 + 6 + 10) + 16;
    std::size_t descriptor = directory - last_entry - 16;
    CHECK(hex_at(sink.end, descriptor, 4) == "504b0708");
    CHECK((number_at(descriptor + 8) & 0xFFFFFFFF) == (packed & 0xFFFFFFFF));
    CHECK((number_at(descriptor + 12) & 0xFFFFFFFF) == (size & 0xFFFFFFFF));
    // The second entry begins beyond 4 GiB.
    std::size_t second = directory + 46 + 15 + 32 + 11;
    CHECK(number_at(second + 46 + 4 + 4) == 1);
    CHECK(number_at(second + 46 + 4 + 20) == 30 + 15 + 11 + packed + 16);
    CHECK(hex_at(sink.end, sink.end.size() - 6, 4) == "ffffffff");
    CHECK(sink.size == zip.bytes());
}

TEST_CASE("zip writer: a table over 4 GiB is read again to its last byte") {
    if (test::rounds(1) < 2) return;  // half a minute
    constexpr std::uint64_t size = (std::uint64_t{4} << 30) + 5;
    MemorySink sink;
    SameBytes content(size);
    ZipWriter zip(sink, Password(password), {.jobs = 2, .progress = {}});
    zip.add("contacts.csv", content);
    zip.finish();
    MemoryFile file(sink.take());
    Findings findings;
    Container container(file, Password(password), {}, findings);
    EndSink back;
    copy(*container.open(container.directory().entries.at(0)), back);
    CHECK(back.size == size);
}

TEST_CASE("zip writer: a sink that fails at any byte fails the writer") {
    test::Random random(10);
    Contents contents = {{"settings", "\"version\",\"27\"\n"}, {"media", random_text(300, random)}};
    std::size_t size = written(contents, {.salt = fixed_salt, .progress = {}}).size();
    for (std::size_t left = 0; left < size; ++left) {
        FailingSink sink(left);
        ZipWriter zip(sink, Password(password), {.jobs = 2, .salt = fixed_salt, .progress = {}});
        auto write_all = [&] {
            for (const auto& [name, content] : contents) zip.add(name, as_bytes(content));
            zip.finish();
        };
        CHECK_THROWS_CODE(write_all(), Errc::io);
    }
    FailingSink enough(size);
    ZipWriter zip(enough, Password(password), {.salt = fixed_salt, .progress = {}});
    for (const auto& [name, content] : contents) zip.add(name, as_bytes(content));
    zip.finish();
}

TEST_CASE("zip writer: a source that fails fails the writer on any number of threads") {
    class Failing final : public ByteSource {
    public:
        std::optional<std::uint64_t> size() const override { return std::nullopt; }
        std::size_t read(ByteSpan into) override {
            if (++reads_ > 100) throw Error(Errc::auth_failed, "an entry was damaged");
            std::fill(into.begin(), into.end(), Byte{1});
            return into.size();
        }
        void rewind() override { reads_ = 0; }

    private:
        int reads_ = 0;
    };
    for (unsigned jobs : {1u, 2u}) {
        MemorySink sink;
        ZipWriter zip(sink, Password(password), {.jobs = jobs, .progress = {}});
        Failing source;
        CHECK_THROWS_CODE(zip.add("media", source), Errc::auth_failed);
    }
}

TEST_CASE("zip writer: a callback that says no ends it") {
    MemorySink sink;
    ZipWriter zip(sink, Password(password),
                  {.progress = [](std::uint64_t, auto) { return false; }});
    SameBytes content(20'000'000);
    CHECK_THROWS_CODE(zip.add("media", content), Errc::cancelled);
}

TEST_CASE("zip writer: times that a zip cannot tell are the nearest that it can") {
    auto time_in = [](std::int64_t year) {
        Bytes file = written(
            {{"a", ""}},
            {.time = {.year = year, .month = 2, .day = 3, .hour = 4, .minute = 5, .second = 6},
             .salt = fixed_salt,
             .progress = {}});
        return hex_at(file, 10, 4);
    };
    CHECK(time_in(1979) == "00002100");
    CHECK(time_in(1980) == "a3204300");
    CHECK(time_in(2107) == "a32043fe");
    CHECK(time_in(2108) == "7dbf9fff");
}

TEST_CASE("zip writer: only tables and settings are packed") {
    CHECK(is_packed("settings"));
    CHECK(is_packed("message_0000000042.csv"));
    for (const char* name : {"identity", "nonce_counts.csv", "contact_avatar_me",
                             "message_media_6f1d2a3b-0000-4000-8000-000000000003", "settings.txt"})
        CHECK_FALSE(is_packed(name));
}
