#include "body.hpp"

#include <filesystem>

#include <tresor/io.hpp>

#include "support.hpp"

using namespace safe_server;
using tresor::Bytes;

namespace {

Bytes some_bytes(test::Random& random, std::size_t size) {
    Bytes bytes(size);
    for (auto& byte : bytes) byte = static_cast<tresor::Byte>(random());
    return bytes;
}

Bytes all_of(Body& body) {
    tresor::MemorySink sink;
    body.rewind();
    copy(body, sink);
    return sink.take();
}

}  // namespace

TEST_CASE("body: what goes in comes out, in memory and in a file") {
    test::TemporaryFolder folder;
    test::Random random(1);
    for (std::size_t memory : {0U, 100'000U, 10'000'000U}) {
        BodyRoom room(memory, folder.path(), 8);
        for (std::size_t size : {0U, 1U, 65536U, 65537U, 300'000U}) {
            Bytes bytes = some_bytes(random, size);
            Body body(room);
            for (std::size_t at = 0; at < size;) {
                std::size_t part =
                    std::min<std::size_t>(size - at, 1 + test::below(random, 50'000));
                body.append(tresor::ByteView(bytes).subspan(at, part), size - at);
                at += part;
            }
            CHECK(body.size() == size);
            CHECK(room.used() <= memory);
            CHECK(all_of(body) == bytes);
            CHECK(all_of(body) == bytes);
            Bytes middle(std::min<std::size_t>(size, 1000));
            std::size_t offset = (size - middle.size()) / 2;
            REQUIRE(body.read_at(offset, middle) == middle.size());
            CHECK(std::equal(middle.begin(), middle.end(), bytes.begin() + std::ptrdiff_t(offset)));
        }
        CHECK(room.used() == 0);
        CHECK((room.files_made() == 0) == (memory > 1'000'000));
    }
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("body: one without a known size finds its way, too") {
    test::TemporaryFolder folder;
    test::Random random(2);
    BodyRoom room(150'000, folder.path(), 8);
    Bytes bytes = some_bytes(random, 200'000);
    Body body(room);
    for (std::size_t at = 0; at < bytes.size(); at += 1000)
        body.append(tresor::ByteView(bytes).subspan(at, 1000), 1000);
    CHECK(all_of(body) == bytes);
}

TEST_CASE("body: many that have stalled leave room for one more") {
    test::TemporaryFolder folder;
    BodyRoom room(100'000, folder.path(), 2);
    Bytes bytes(60'000, 1);
    std::vector<std::unique_ptr<Body>> bodies;
    for (int i = 0; i < 3; ++i) {
        bodies.push_back(std::make_unique<Body>(room));
        bodies.back()->append(bytes, bytes.size());
    }
    CHECK(room.files_made() == 2);
    Body one_more(room);
    CHECK_THROWS_CODE(one_more.append(bytes, bytes.size()), tresor::Errc::unavailable);
    bodies.pop_back();
    Body another(room);
    CHECK_NOTHROW(another.append(bytes, bytes.size()));
}
