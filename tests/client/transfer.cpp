#include <tresor/client/transfer.hpp>

#include <tresor/storage/memory.hpp>
#include <tresor/storage/wrapper.hpp>

#include "support.hpp"

using namespace tresor;
using namespace tresor::client;
using storage::ObjectName;

namespace {

const ObjectName name("data-backups/x.zip");

// Gives back another last byte than it was sent.
struct Rotten final : storage::Wrapper {
    using Wrapper::Wrapper;
    std::optional<storage::ObjectInfo> get(const ObjectName& wanted, ByteSink& into) override {
        MemorySink sink;
        auto info = Wrapper::get(wanted, sink);
        Bytes bytes = sink.take();
        if (!bytes.empty()) bytes.back() ^= 1;
        into.write(bytes);
        return info;
    }
};

// Without conditions, as a mirror.
struct Plain final : storage::Wrapper {
    using Wrapper::Wrapper;
    storage::Abilities can() const override { return {.any_name = true}; }
};

Transferred put(storage::Storage& store, ByteView content, Existing existing = Existing::refuse) {
    MemorySource source(content);
    return put_verified(store, name, source, existing);
}

}  // namespace

TEST_CASE("transfer: what is put is hashed, verified and comes back with the same hash") {
    storage::Memory store;
    for (std::size_t size : {0u, 1u, 65536u, 200000u}) {
        Bytes content(size, 'x');
        auto sent = put(store, content, Existing::replace);
        CHECK(sent.bytes == size);
        CHECK(test::hex(sent.sha256) == test::sha256(content));
        MemorySink sink;
        auto got = get_hashed(store, name, sink);
        REQUIRE(got);
        CHECK(got->sha256 == sent.sha256);
        CHECK(got->bytes == size);
        CHECK(sink.bytes() == content);
    }
    MemorySink sink;
    CHECK_FALSE(get_hashed(store, ObjectName("none"), sink));
}

TEST_CASE("transfer: an object of that name is a conflict and stays unless it is to be replaced") {
    storage::Memory memory;
    Plain plain(memory);
    for (storage::Storage* store :
         {static_cast<storage::Storage*>(&memory), static_cast<storage::Storage*>(&plain)}) {
        put(*store, test::bytes_of("one"), Existing::replace);
        CHECK_THROWS_CODE(put(*store, test::bytes_of("two")), Errc::conflict);
        MemorySink sink;
        store->get(name, sink);
        CHECK(test::text_of(sink.bytes()) == "one");
        CHECK(put(*store, test::bytes_of("three"), Existing::replace).bytes == 5);
    }
}

TEST_CASE("transfer: other bytes than were sent are noticed") {
    storage::Memory memory;
    Rotten store(memory);
    CHECK_THROWS_CODE(put(store, test::bytes_of("content")), Errc::unavailable);
    CHECK_FALSE(memory.stat(name));
}

TEST_CASE("transfer: a file's name becomes an object's name") {
    const std::pair<std::string, std::string> names[] = {
        {"threema-backup_1.zip", "threema-backup_1.zip"},
        {"a b+c.zip", "a_b_c.zip"},
        {"\xC3\xA4.zip", "__.zip"},
        {".hidden", "_hidden"},
        {"ends.", "ends_"},
        {"..", "__"},
        {".", "_"},
        {"", "_"},
        {"a/b", "a_b"}};
    for (const auto& [file, object] : names)
        CHECK(archive_name(file).text() == std::string("data-backups/") + object);
    CHECK(archive_name(std::string(300, 'x')).text().size() == 255);
}

namespace {

// Without conditions and without facts in the answer to a put, as a WebDAV folder; `behind_put`
// comes between a put and what follows.
struct Remote final : storage::Wrapper {
    using Wrapper::Wrapper;
    storage::Abilities can() const override { return {.any_name = true}; }
    storage::ObjectInfo put(const ObjectName& wanted, ByteSource& content,
                            const storage::Condition& condition) override {
        auto info = Wrapper::put(wanted, content, condition);
        return {info.name, info.size, {}, {}};
    }
    std::optional<storage::ObjectInfo> get(const ObjectName& wanted, ByteSink& into) override {
        if (before_get) before_get();
        return Wrapper::get(wanted, into);
    }
    std::function<void()> before_get;
};

}  // namespace

TEST_CASE("transfer: what another program has put in the meantime is not taken back") {
    Timestamp now = test::at("2026-11-24T12:00:00Z");
    storage::Memory memory([&] { return now; });
    Remote store(memory);
    store.before_get = [&] {
        now += Seconds(1);
        MemorySource source(as_bytes("another's"));
        memory.put(name, source);
    };
    Bytes content(9, 'x');
    CHECK_THROWS_CODE(put(store, content), Errc::unavailable);
    MemorySink sink;
    memory.get(name, sink);
    CHECK(test::text_of(sink.bytes()) == "another's");
}

TEST_CASE("transfer: what cannot be read back is taken back where it is surely ours") {
    for (Errc code : {Errc::unavailable, Errc::cancelled, Errc::denied}) {
        storage::Memory memory;
        Remote store(memory);
        store.before_get = [&] { throw Error(code, "no"); };
        Bytes content(9, 'x');
        CHECK_THROWS_CODE(put(store, content), code);
        CHECK_FALSE(memory.stat(name));
    }
}

TEST_CASE("transfer: more bytes than were sent are not read to their end") {
    storage::Memory memory;
    struct Endless final : storage::Wrapper {
        using Wrapper::Wrapper;
        std::optional<storage::ObjectInfo> get(const ObjectName&, ByteSink& into) override {
            Bytes block(65536, 'x');
            for (int i = 0; i < 1000; ++i, ++blocks) into.write(block);
            return std::nullopt;
        }
        int blocks = 0;
    } store(memory);
    Bytes content(9, 'x');
    CHECK_THROWS_CODE(put(store, content), Errc::unavailable);
    CHECK(store.blocks == 0);
}
