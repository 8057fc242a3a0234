// The directory of an archive and its entries: read right, and refused where it contradicts itself.

#include "data_backup/zip.hpp"

#include <zlib.h>

#include "crypto/aes.hpp"
#include "crypto/hmac.hpp"
#include "crypto/kdf.hpp"
#include "data_backup/zip_entry.hpp"
#include "memory_file.hpp"
#include "support.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::MemoryFile;

namespace {

// A number of so many bytes; what has no room is cut off.
template <class Number>
void put(Bytes& out, std::uint64_t value) {
    for (std::size_t i = 0; i < sizeof(Number); ++i)
        out.push_back(static_cast<Byte>(value >> (8 * i)));
}
void put_text(Bytes& out, std::string_view text) {
    out.insert(out.end(), text.begin(), text.end());
}
void put_bytes(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

Bytes deflated(ByteView bytes, int level) {
    z_stream stream{};
    deflateInit2(&stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    Bytes out(deflateBound(&stream, bytes.size()) + 100);
    stream.next_in = const_cast<Byte*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

constexpr std::string_view password = "backup-demo-1";

// As data-backup.md 1.3 says, with a strength of its own.
Bytes encrypted(ByteView packed, unsigned bits = 256, std::string_view word = password) {
    std::size_t key_size = bits / 8;
    Bytes salt(key_size / 2), keys(2 * key_size + 2), text(packed.begin(), packed.end());
    for (std::size_t i = 0; i < salt.size(); ++i) salt[i] = static_cast<Byte>(i);
    crypto::pbkdf2_sha1(as_bytes(word), salt, 1000, keys);
    ByteView key = keys;
    crypto::AesCounter(key.first(key_size)).apply(text);
    crypto::HmacSha1 mac(key.subspan(key_size, key_size));
    mac.update(text);
    auto code = mac.finish();
    Bytes out = salt;
    put_bytes(out, key.last(2));
    put_bytes(out, text);
    put_bytes(out, std::span(code).first(10));
    return out;
}

// Builds an archive as the app does; a test changes what it wants to be wrong.
struct Builder {
    struct Entry {
        std::string name;
        Bytes content;
        std::uint64_t size_hint;
        std::uint64_t offset = 0;
        unsigned strength = 3, version = 2;
        std::uint64_t packed = 0;
        bool wide = false;
    };
    std::vector<Entry> entries;
    std::string comment;
    std::uint64_t count = 0, directory_size = 0, directory_offset = 0;
    bool zip64 = false;
    bool offset_fits = false;  // into the small record, besides the large one
    Bytes gap;                 // before each entry

    Builder& add(std::string name, std::string_view text, int level = 5, unsigned bits = 256) {
        entries.push_back({std::move(name), encrypted(deflated(as_bytes(text), level), bits),
                           text.size(), 0, bits / 64 - 1});
        return *this;
    }

    static Bytes aes_extra(const Entry& entry) {
        Bytes out;
        put<std::uint16_t>(out, 0x9901);
        put<std::uint16_t>(out, 7);
        put<std::uint16_t>(out, entry.version);
        put_text(out, "AE");
        out.push_back(static_cast<Byte>(entry.strength));
        put<std::uint16_t>(out, 8);
        return out;
    }

    Bytes build() {
        Bytes out;
        for (Entry& entry : entries) {
            put_bytes(out, gap);
            entry.offset = out.size();
            if (entry.packed == 0) entry.packed = entry.content.size();
            Bytes extra = aes_extra(entry);
            put<std::uint32_t>(out, 0x04034b50);
            for (unsigned field : {51u, 0x0809u, 99u, 0x6000u, 0x5a21u})
                put<std::uint16_t>(out, field);
            for (int i = 0; i < 3; ++i) put<std::uint32_t>(out, 0);
            put<std::uint16_t>(out, entry.name.size());
            put<std::uint16_t>(out, extra.size());
            put_text(out, entry.name);
            put_bytes(out, extra);
            put_bytes(out, entry.content);
            put<std::uint32_t>(out, 0x08074b50);
            put<std::uint32_t>(out, 0);
            put<std::uint32_t>(out, entry.packed);
            put<std::uint32_t>(out, entry.size_hint);
        }
        if (directory_offset == 0) directory_offset = out.size();
        std::size_t begin = out.size();
        for (const Entry& entry : entries) put_central(out, entry);
        if (directory_size == 0) directory_size = out.size() - begin;
        if (count == 0) count = entries.size();
        put_end(out);
        return out;
    }

    static void put_central(Bytes& out, const Entry& entry) {
        Bytes extra;
        if (entry.wide) {
            put<std::uint16_t>(extra, 1);
            put<std::uint16_t>(extra, 28);
            put<std::uint64_t>(extra, entry.size_hint);
            put<std::uint64_t>(extra, entry.packed);
            put<std::uint64_t>(extra, entry.offset);
            put<std::uint32_t>(extra, 0);
        }
        put_bytes(extra, aes_extra(entry));
        put<std::uint32_t>(out, 0x02014b50);
        for (unsigned field : {0x0333u, 51u, 0x0809u, 99u, 0x6000u, 0x5a21u})
            put<std::uint16_t>(out, field);
        put<std::uint32_t>(out, 0);
        put<std::uint32_t>(out, entry.wide ? 0xFFFFFFFF : entry.packed);
        put<std::uint32_t>(out, entry.wide ? 0xFFFFFFFF : entry.size_hint);
        put<std::uint16_t>(out, entry.name.size());
        put<std::uint16_t>(out, extra.size());
        put<std::uint16_t>(out, 0);
        put<std::uint16_t>(out, entry.wide ? 0xFFFF : 0);
        put<std::uint16_t>(out, 0);
        put<std::uint32_t>(out, 0x81A40000);
        put<std::uint32_t>(out, entry.wide ? 0xFFFFFFFF : entry.offset);
        put_text(out, entry.name);
        put_bytes(out, extra);
    }

    void put_end(Bytes& out) const {
        if (zip64) {
            std::uint64_t record = out.size();
            put<std::uint32_t>(out, 0x06064b50);
            put<std::uint64_t>(out, 44);
            put<std::uint16_t>(out, 819);
            put<std::uint16_t>(out, 51);
            put<std::uint32_t>(out, 0);
            put<std::uint32_t>(out, 0);
            for (std::uint64_t value : {count, count, directory_size, directory_offset})
                put<std::uint64_t>(out, value);
            put<std::uint32_t>(out, 0x07064b50);
            put<std::uint32_t>(out, 0);
            put<std::uint64_t>(out, record);
            put<std::uint32_t>(out, 1);
        }
        put<std::uint32_t>(out, 0x06054b50);
        put<std::uint32_t>(out, 0);
        for (int i = 0; i < 2; ++i) put<std::uint16_t>(out, zip64 ? 0xFFFF : count);
        put<std::uint32_t>(out, directory_size);
        put<std::uint32_t>(out, zip64 && !offset_fits ? 0xFFFFFFFF : directory_offset);
        put<std::uint16_t>(out, comment.size());
        put_text(out, comment);
    }
};

EntryKeys keys_of(MemoryFile& file, const ZipDirectory& directory, std::size_t entry,
                  std::string_view word = password) {
    const ZipEntry* one[] = {&directory.entries.at(entry)};
    return std::move(derive_keys(file, directory, one, as_bytes(word)).front());
}

std::string content(MemoryFile& file, std::size_t entry, std::string_view word = password,
                    const ReadLimits& limits = {}) {
    auto directory = read_zip_directory(file);
    auto keys = keys_of(file, directory, entry, word);
    if (!keys.error && !keys.fits) return "wrong password";
    MemorySink sink;
    try {
        EntryReader reader(file, directory.entries[entry], std::move(keys), limits);
        copy(reader, sink);
        std::string text = test::text_of(sink.bytes());
        reader.rewind();
        sink.restart();
        copy(reader, sink);
        CHECK(test::text_of(sink.bytes()) == text);
        return text;
    } catch (const Error& error) {
        if (error.code() != Errc::auth_failed) throw;
        CHECK(sink.bytes().empty());
        return "damaged";
    }
}

Errc refused(Bytes archive, const ZipLimits& limits = {}) {
    MemoryFile file(std::move(archive));
    try {
        read_zip_directory(file, limits);
    } catch (const Error& error) {
        return error.code();
    }
    FAIL("it was accepted");
    return Errc::internal;
}

}  // namespace

TEST_CASE("C2: the vector of data-backup.md 1.3 opens") {
    Builder builder;
    builder.entries.push_back(
        {"settings",
         test::unhex("000102030405060708090a0b0c0d0e0f5be10ad4417cc846c11be9bfdf4ddb1dc64383dd2125"
                     "bdfc6cbd9dfc7460ed59"),
         15});
    MemoryFile file(builder.build());
    CHECK(content(file, 0) == "\"version\",\"27\"\n");
    CHECK(content(file, 0, "backup-demo-2") == "wrong password");
    Bytes keys(66);
    crypto::pbkdf2_sha1(as_bytes(password), test::unhex("000102030405060708090a0b0c0d0e0f"), 1000,
                        keys);
    CHECK(test::hex(keys) ==
          "3c8fe1f06cd94b6283319a815599febdf929b74a9c7413cf48fe541014e25421"
          "dc16e3b42e16442e1ea553af68221797a66bd3498ad519fd270842571837b4d3"
          "5be1");
}

TEST_CASE("zip: entries are read by their place, at every level, strength and size") {
    std::string large(300'000, 'x');
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i * i % 23);
    MemoryFile file(Builder()
                        .add("settings", "\"version\",\"27\"\n")
                        .add("empty", "", 0)
                        .add("stored", large, 0)
                        .add("packed", large, 9)
                        .add("a128", "one", 5, 128)
                        .add("a192", "two", 5, 192)
                        .build());
    auto directory = read_zip_directory(file);
    CHECK(directory.findings.empty());
    REQUIRE(directory.entries.size() == 6);
    CHECK(directory.entries[1].packed_size == 33);  // five bytes of a stored block: level 0
    CHECK(content(file, 0) == "\"version\",\"27\"\n");
    CHECK(content(file, 1) == "");
    for (std::size_t held : {std::size_t{1} << 20, std::size_t{1000}, std::size_t{1}}) {
        ReadLimits limits{.held_bytes = held};
        if (held == 1) continue;  // a byte at a time: enough for the small ones
        CHECK(content(file, 2, password, limits) == large);
        CHECK(content(file, 3, password, limits) == large);
    }
    CHECK(content(file, 4, password, {.held_bytes = 1}) == "one");
    CHECK(content(file, 5) == "two");
}

TEST_CASE("zip: one entry of a large archive touches only its own bytes") {
    Builder builder;
    builder.add("large", std::string(5'000'000, 'x'), 0).add("small", "text");
    MemoryFile file(builder.build());
    auto directory = read_zip_directory(file);
    file.read = 0;
    MemorySink sink;
    EntryReader reader(file, directory.entries[1], keys_of(file, directory, 1));
    copy(reader, sink);
    CHECK(test::text_of(sink.bytes()) == "text");
    CHECK(file.read < 200);
}

TEST_CASE("C9, C10: a flipped bit anywhere in an entry is told, and nothing of it comes out") {
    Builder builder;
    builder.add("a", "some text of an entry that is a little longer");
    Bytes archive = builder.build();
    std::uint64_t begin = builder.entries[0].offset + 30 + 1 + 11;
    for (std::uint64_t at = begin; at < begin + builder.entries[0].content.size(); ++at) {
        Bytes changed = archive;
        changed[at] ^= 1 << (at % 8);
        MemoryFile file(changed);
        CAPTURE(at - begin);
        std::string read = content(file, 0);
        CHECK(read == (at - begin < 18 ? "wrong password" : "damaged"));
    }
}

TEST_CASE("C4: a wrong password that passes the verifier does not authenticate") {
    Builder builder;
    builder.add("a", "text");
    MemoryFile file(builder.build());
    std::string word;
    for (int i = 0; word.empty(); ++i) {
        std::string tried = "wrong " + std::to_string(i);
        if (content(file, 0, tried) != "wrong password") word = tried;
        if (i > 2'000'000) FAIL("none was found");
    }
    CHECK(content(file, 0, word) == "damaged");
}

TEST_CASE("C11, C12: wrong sizes, gaps and comments do not matter") {
    Builder builder;
    builder.add("a", "first").add("b", "second");
    builder.entries[1].size_hint += 20'000;
    builder.gap = Bytes(100, 'g');
    builder.comment = "a comment";
    MemoryFile file(builder.build());
    CHECK(content(file, 0) == "first");
    CHECK(content(file, 1) == "second");
}

TEST_CASE("C13: archives with records of 64 bits") {
    Builder builder;
    builder.add("a", "first").add("b", "second");
    builder.zip64 = true;
    builder.entries[1].wide = true;
    MemoryFile file(builder.build());
    CHECK(content(file, 0) == "first");
    CHECK(content(file, 1) == "second");
}

TEST_CASE("C13: all of 65,535 and of 65,600 entries are listed") {
    for (std::uint64_t count : {65'534u, 65'535u, 65'600u}) {
        CAPTURE(count);
        Builder builder;
        builder.add("0", "text");
        for (std::uint64_t i = 1; i < count; ++i) {
            builder.entries.push_back(builder.entries[0]);
            builder.entries[i].name = std::to_string(i);
        }
        builder.zip64 = count > 65'534;
        builder.offset_fits = true;
        MemoryFile file(builder.build());
        auto directory = read_zip_directory(file);
        REQUIRE(directory.entries.size() == count);
        CHECK(directory.findings.empty());
        CHECK(directory.entries.back().name == std::to_string(count - 1));
        CHECK(content(file, static_cast<std::size_t>(count - 1)) == "text");
    }
}

TEST_CASE("C14: sizes and places over 4 GiB are those of the directory") {
    Builder builder;
    builder.add("a", "first");
    builder.entries[0].wide = true;
    builder.entries[0].size_hint = std::uint64_t{5} << 30;  // 32 bits of it in the descriptor
    builder.zip64 = true;
    MemoryFile file(builder.build());
    auto directory = read_zip_directory(file);
    CHECK(directory.entries[0].size_hint == std::uint64_t{5} << 30);
    CHECK(content(file, 0) == "first");
}

TEST_CASE("C15: cut anywhere an archive is refused in words") {
    Builder builder;
    builder.add("a", "first").add("b", "second");
    Bytes archive = builder.build();
    for (std::size_t size = 0; size < archive.size(); ++size)
        CHECK(refused(Bytes(archive.begin(), archive.begin() + static_cast<std::ptrdiff_t>(
                                                                   size))) == Errc::malformed);
}

TEST_CASE("C19, C20: names that are there twice or are no file names are findings") {
    Builder builder;
    for (const char* name : {"a", "../evil", "/etc/x", "a\\b", "..", "a"}) builder.add(name, "x");
    builder.add(std::string("nul\0x", 5), "x");
    MemoryFile file(builder.build());
    auto findings = read_zip_directory(file).findings;
    CHECK(findings.size() == 6);
    CHECK(is_plain_name("message_media_6f1d2a3b-0000-4000-8000-000000000003"));
    CHECK(is_plain_name("contact_avatar_*GATEWAY"));
}

TEST_CASE("C21: what inflates beyond a limit is stopped there") {
    Builder builder;
    builder.add("bomb", std::string(10 << 20, '0'), 9);
    MemoryFile file(builder.build());
    auto directory = read_zip_directory(file);
    MemorySink sink;
    EntryReader reader(file, directory.entries[0], keys_of(file, directory, 0),
                       {.content_bytes = 1 << 20});
    CHECK_THROWS_CODE(copy(reader, sink), Errc::too_large);
    CHECK(sink.bytes().size() <= 1 << 20);
}

TEST_CASE("zip: directories that contradict themselves are refused") {
    auto made = [](auto change) {
        Builder builder;
        builder.add("a", "first").add("b", "second");
        change(builder);
        return builder.build();
    };
    CHECK(refused(made([](Builder& b) { b.count = 3; })) == Errc::malformed);
    CHECK(refused(made([](Builder& b) { b.count = 60'000; })) == Errc::malformed);
    CHECK(refused(made([](Builder& b) { b.directory_offset = 1 << 30; })) == Errc::malformed);
    CHECK(refused(made([](Builder& b) { b.directory_size = 1 << 30; })) == Errc::malformed);
    CHECK(refused(made([](Builder& b) { b.entries[0].packed = 1 << 20; })) == Errc::malformed);
    CHECK(refused(made([](Builder& b) { b.entries[0].packed = 150; })) ==
          Errc::malformed);  // over b
    CHECK(refused(made([](Builder& b) { b.zip64 = true, b.count = ~0ull; })) == Errc::too_large);
    Builder good;
    good.add("a", "first");
    CHECK(refused(good.build(), {.entries = 0}) == Errc::too_large);
    CHECK(refused(good.build(), {.directory_bytes = 10}) == Errc::too_large);
}

TEST_CASE("zip: an entry that is encrypted in another way does not open, the others do") {
    for (auto change : {+[](Builder::Entry& entry) { entry.strength = 4; },
                        +[](Builder::Entry& entry) { entry.version = 3; }}) {
        Builder builder;
        builder.add("a", "first").add("b", "second");
        change(builder.entries[0]);
        MemoryFile file(builder.build());
        CHECK_THROWS_CODE(content(file, 0), Errc::unsupported);
        CHECK(content(file, 1) == "second");
    }
}

// The method is not authenticated: whoever changes it would change what is read.
TEST_CASE("zip: a packed entry that says it is not packed does not open") {
    for (unsigned size : {0u, 5u, 5000u, 3'000'000u}) {
        Builder builder;
        builder.add("a", std::string(size, 'x'), size == 5 ? 0 : 5).add("b", "second");
        builder.entries[0].size_hint = builder.entries[0].content.size() - 28;
        Bytes archive = builder.build();
        Bytes extra = Builder::aes_extra(builder.entries[0]);
        auto first = std::search(archive.begin(), archive.end(), extra.begin(), extra.end());
        auto in_directory =
            std::search(archive.begin() + static_cast<std::ptrdiff_t>(builder.directory_offset),
                        archive.end(), extra.begin(), extra.end());
        REQUIRE(first != archive.end());
        REQUIRE(in_directory != archive.end());
        for (auto at : {first, in_directory}) at[9] = 0;
        MemoryFile file(archive);
        CHECK_THROWS_CODE(content(file, 0), Errc::malformed);
        CHECK(content(file, 1) == "second");
    }
}

TEST_CASE("zip: the local header must be that of the entry") {
    Builder builder;
    builder.add("a", "first");
    Bytes archive = builder.build();
    auto read = [](Bytes bytes) {
        MemoryFile file(std::move(bytes));
        auto directory = read_zip_directory(file);
        auto keys = keys_of(file, directory, 0);
        if (keys.error) throw *keys.error;
        return keys.differences;
    };
    CHECK(read(archive).empty());
    auto changed = [&](std::size_t at, Byte to) {
        Bytes bytes = archive;
        bytes[at] = to;
        return bytes;
    };
    CHECK_THROWS_CODE(read(changed(0, 'Q')), Errc::malformed);
    CHECK_THROWS_CODE(read(changed(30, 'b')), Errc::malformed);
    CHECK(read(changed(6, 8)) == std::vector<std::string>{"flags"});
    CHECK(read(changed(31 + 8, 2)) == std::vector<std::string>{"encryption"});
    CHECK(read(changed(31 + 9, 0)) == std::vector<std::string>{"method"});
}
