// Uploads into a bucket, in one request and in parts: nothing is left of those that fail.

#include "storage/s3_upload.hpp"

#include "storage/s3_engine.hpp"

using namespace tresor;
using namespace tresor::storage;
using test::get;
using test::put;
using test::S3Engine;

namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20, gibibyte = mebibyte << 10,
                        tebibyte = gibibyte << 10;
const ObjectName archive("data-backups/a.zip");

std::unique_ptr<S3> open(S3Engine& engine) {
    auto options = engine.options("p");
    options.part_bytes = 5 * mebibyte;
    return engine.open(std::move(options));
}

Bytes content_of(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<Byte>(i * 7 + i / 65536);
    return bytes;
}

// Gives its bytes piece by piece; may be of another size than it says.
struct Source final : ByteSource {
    explicit Source(Bytes content, std::optional<std::uint64_t> told = {})
        : bytes(std::move(content)), size_told(told) {}
    std::optional<std::uint64_t> size() const override { return size_told; }
    std::size_t read(ByteSpan into) override {
        if (at >= breaks_at) throw Error(Errc::io, "it broke off");
        std::size_t size = std::min({into.size(), bytes.size() - at, std::size_t{70'000}});
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), size, into.begin());
        at += size;
        return size;
    }
    void rewind() override { at = 0; }
    Bytes bytes;
    std::optional<std::uint64_t> size_told;
    std::size_t at = 0, breaks_at = std::size_t(-1);
};

S3Engine::Fault answers(net::Response response) { return {std::move(response), false}; }

bool is_part(const test::Asked& asked, int number) {
    return asked.target.find("partNumber=" + std::to_string(number) + "&") != std::string::npos;
}
bool is_end(const test::Asked& asked) {
    return asked.method == "POST" && asked.target.find("uploadId=") != std::string::npos;
}

}  // namespace

TEST_CASE("s3 upload: of every size around a part, whether it is known or not") {
    for (bool known : {true, false})
        for (std::size_t size : {0 * mebibyte, 5 * mebibyte - 1, 5 * mebibyte, 5 * mebibyte + 1,
                                 10 * mebibyte, 10 * mebibyte + 1}) {
            CAPTURE(size);
            S3Engine engine;
            auto store = open(engine);
            Bytes content = content_of(size);
            Source source(content, known ? std::optional<std::uint64_t>(size) : std::nullopt);
            auto info = store->put(archive, source);
            CHECK(info.size == size);
            CHECK(engine.objects.at("p/data-backups/a.zip").content == as_text(content));
            CHECK(engine.uploads.empty());
            std::size_t parts = size <= 5 * mebibyte ? 1 : (size - 1) / (5 * mebibyte) + 1;
            CHECK(engine.count("PUT") == parts);
            CHECK(engine.count("POST") == (parts > 1 ? 2 : 0));
        }
}

TEST_CASE("s3 upload: parts are as large as they must be") {
    constexpr std::uint64_t least = 16 * mebibyte;
    CHECK(part_bytes_for(std::nullopt, least) == least);
    CHECK(part_bytes_for(0, least) == least);
    CHECK(part_bytes_for(16000 * mebibyte, least) == least);
    CHECK(part_bytes_for(16001 * mebibyte, least) == 17 * mebibyte);
    CHECK(part_bytes_for(100 * gibibyte, least) == 64 * mebibyte);
    CHECK(part_bytes_for(5 * tebibyte, least) == 525 * mebibyte);
    CHECK(part_bytes_for(5 * tebibyte, gibibyte) == gibibyte);
    for (std::uint64_t size = mebibyte; size <= 5 * tebibyte; size = size * 3 / 2 + 1) {
        std::uint64_t part = part_bytes_for(size, 5 * mebibyte);
        CHECK((size + part - 1) / part <= 10'000);
        CHECK(part <= 5 * gibibyte);
    }
    CHECK_THROWS_CODE(part_bytes_for(5 * tebibyte + 1, least), Errc::too_large);
}

TEST_CASE("s3 upload: a source that changes its size is no object") {
    for (std::size_t told : {999u, 1001u, 11'000'000u, 12'000'001u}) {
        S3Engine engine;
        Source source(content_of(told < 2000 ? 1000 : 12'000'000), told);
        CHECK_THROWS_CODE(open(engine)->put(archive, source), Errc::io);
        CHECK(engine.objects.empty());
        CHECK(engine.uploads.empty());
    }
}

TEST_CASE("s3 upload: whatever fails, nothing is left behind and the old object stays") {
    for (int broken : {0, 1, 2, 3, 4, 5}) {
        CAPTURE(broken);
        S3Engine engine;
        auto store = open(engine);
        put(*store, archive, "old");
        engine.asked.clear();
        engine.fault = [&](const test::Asked& asked) -> std::optional<S3Engine::Fault> {
            if (broken == 1 && is_part(asked, 1)) return answers({500, {}, {}});
            if (broken == 2 && is_part(asked, 3)) return answers({200, {}, {}});  // no ETag
            if (broken == 3 && is_end(asked)) return answers(test::s3_error(500, "InternalError"));
            if (broken == 4 && is_end(asked)) return answers(test::s3_error(200, "InternalError"));
            if (broken == 5 && is_part(asked, 2)) throw Error(Errc::cancelled, "cancelled");
            return std::nullopt;
        };
        Source source(content_of(12 * mebibyte), 12 * mebibyte);
        if (broken == 0) source.breaks_at = 9 * mebibyte;
        constexpr Errc expected[] = {Errc::io,          Errc::unavailable, Errc::malformed,
                                     Errc::unavailable, Errc::unavailable, Errc::cancelled};
        CHECK_THROWS_CODE(store->put(archive, source), expected[broken]);
        CHECK(engine.uploads.empty());
        CHECK(engine.count("DELETE") == 1);
        CHECK(get(*store, archive) == "old");
    }
}

TEST_CASE("s3 upload: a part that did not go through is sent once more, unless it shall wait") {
    for (bool waits : {false, true}) {
        S3Engine engine;
        auto store = open(engine);
        int failures = 0;
        engine.fault = [&](const test::Asked& asked) -> std::optional<S3Engine::Fault> {
            if (!is_part(asked, 2) || ++failures > 1) return std::nullopt;
            net::Headers headers;
            if (waits) headers.push_back({"Retry-After", "3"});
            return answers({503, headers, {}});
        };
        Bytes content = content_of(12 * mebibyte);
        Source source(content, content.size());
        if (waits) {
            CHECK_THROWS_CODE(store->put(archive, source), Errc::unavailable);
            CHECK(engine.objects.empty());
        } else {
            store->put(archive, source);
            CHECK(engine.objects.begin()->second.content == as_text(content));
        }
        CHECK(engine.uploads.empty());
    }
}

TEST_CASE("s3 upload: an engine that says too little about an upload is not believed") {
    for (const char* body :
         {"", "<InitiateMultipartUploadResult/>", "<x><UploadId>1</UploadId></x>",
          "<InitiateMultipartUploadResult><UploadId> </UploadId>"
          "</InitiateMultipartUploadResult>"}) {
        S3Engine engine;
        engine.fault = [&](const test::Asked&) { return answers({200, {}, test::bytes_of(body)}); };
        Source source(content_of(6 * mebibyte));
        CHECK_THROWS_CODE(open(engine)->put(archive, source), Errc::malformed);
        CHECK(engine.asked.size() == 1);
    }
    S3Engine engine;
    engine.fault = [](const test::Asked& asked) -> std::optional<S3Engine::Fault> {
        if (!is_end(asked)) return std::nullopt;
        return answers({200, {}, test::bytes_of("<?xml version=\"1.0\"?>  ")});
    };
    Source source(content_of(6 * mebibyte));
    CHECK_THROWS_CODE(open(engine)->put(archive, source), Errc::unavailable);
    CHECK(engine.uploads.empty());
}

TEST_CASE("s3 upload: conditions hold for parts, too") {
    S3Engine engine({.etag_by_write = true});
    auto store = open(engine);
    Source source(content_of(6 * mebibyte));
    store->put(archive, source, Condition::absent());
    source.rewind();
    CHECK_THROWS_CODE(store->put(archive, source, Condition::absent()), Errc::conflict);
    std::string version = store->stat(archive)->version;
    source.rewind();
    auto replaced = store->put(archive, source, Condition::version(version));
    CHECK(replaced.version == store->stat(archive)->version);
    source.rewind();
    CHECK_THROWS_CODE(store->put(archive, source, Condition::version(version)), Errc::conflict);
    CHECK(engine.uploads.empty());
}

TEST_CASE("s3 upload: progress is that of the whole") {
    struct Watching final : net::Transport {
        explicit Watching(S3Engine& its) : engine(its) {}
        net::Response send(const net::Request& request, ByteSink*) override {
            if (request.body != nullptr && request.whole) {
                CHECK(request.whole == 12 * mebibyte);
                parts.push_back(request.before);
            }
            std::vector<test::Asked> asked;
            test::Scripted inner(asked, [&](const test::Asked& one) { return engine.answer(one); });
            return inner.send(request, nullptr);
        }
        S3Engine& engine;
        std::vector<std::uint64_t> parts;
    };
    S3Engine engine;
    auto transport = std::make_unique<Watching>(engine);
    Watching& watching = *transport;
    auto options = engine.options();
    options.part_bytes = 5 * mebibyte;
    S3 store(std::move(options), std::move(transport));
    Source source(content_of(12 * mebibyte), 12 * mebibyte);
    store.put(archive, source);
    CHECK(watching.parts == std::vector<std::uint64_t>{0, 5 * mebibyte, 10 * mebibyte});
}
