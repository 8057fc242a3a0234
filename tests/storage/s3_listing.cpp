// Listings of a bucket: pages, what is in them, and engines that lie about them.

#include <tresor/storage/retention.hpp>
#include <tresor/storage/s3.hpp>

#include "storage/s3_engine.hpp"
#include "storage/s3_xml.hpp"

using namespace tresor;
using namespace tresor::storage;
using test::backup;
using test::list;
using test::S3Engine;

namespace {

const ObjectName config("config");

S3Engine::Fault answers(net::Response response) { return {std::move(response), false}; }

net::Response page_of(const std::string& inside) {
    return {200, {}, test::bytes_of("<ListBucketResult>" + inside + "</ListBucketResult>")};
}

std::string entry(const std::string& key) {
    return "<Contents><Key>" + key + "</Key><Size>1</Size></Contents>";
}

S3Engine listing(std::function<net::Response(const test::Asked&)> answer) {
    S3Engine engine;
    engine.fault = [answer](const test::Asked& asked) { return answers(answer(asked)); };
    return engine;
}

}  // namespace

TEST_CASE("s3 listing: all pages, and only what is an object's name below the prefix") {
    for (bool encodes : {true, false})
        for (std::size_t page : {1u, 2u, 1000u}) {
            S3Engine engine({.page = page, .encodes_keys = encodes});
            for (const char* key : {"my safe/config", "my safe/.tresor-1", "my safe/backups/",
                                    "my safe/a b", "my safe/\xC3\xBC", "other/config", "my saf",
                                    "my safe/data-backups/A_1-2.zip", "my safe/backups/x"})
                engine.write(key, "x", engine.clock);
            auto store = engine.open("my safe");
            CHECK(list(*store) ==
                  std::vector<std::string>{"backups/x", "config", "data-backups/A_1-2.zip"});
            CHECK(list(*store, "backups/") == std::vector<std::string>{"backups/x"});
            CHECK(list(*store, "data-") == std::vector<std::string>{"data-backups/A_1-2.zip"});
        }
}

TEST_CASE("s3 listing: times and sizes are told, and the visitor may remove and stop") {
    S3Engine engine({.page = 3});
    for (unsigned i = 0; i < 10; ++i)
        engine.write(backup(i).text(), std::string(i, 'x'), test::at("2026-01-02T03:04:05Z"));
    auto store = engine.open();
    std::size_t seen = 0;
    store->list("backups/", [&](const ObjectInfo& info) {
        CHECK(info.modified == test::at("2026-01-02T03:04:05Z"));
        CHECK(info.size == seen);
        CHECK(store->remove(info.name));
        return ++seen < 8;
    });
    CHECK(seen == 8);
    CHECK(engine.objects.size() == 2);
}

TEST_CASE("s3 listing: what a killed program has left is removed after a day") {
    S3Engine engine;
    auto old = engine.clock - std::chrono::hours(25), young = engine.clock - std::chrono::hours(23);
    std::string ours = "p/.tresor-0123456789abcdef0123", newer = "p/.tresor-0123456789abcdef0124";
    engine.write(ours, "probe", old);
    engine.write(newer, "probe", young);
    engine.write("p/.tresor-mine", "x", old);
    engine.write("p/config", "{}", old);
    CHECK(list(*engine.open("p")) == std::vector<std::string>{"config"});
    CHECK(engine.keys() == std::vector<std::string>{newer, "p/.tresor-mine", "p/config"});
}

TEST_CASE("s3 listing: many names, a page at a time") {
    std::uint64_t many = test::rounds(20'000), seen = 0;
    auto engine = listing([&](const test::Asked& asked) {
        auto at = asked.target.find("continuation-token=");
        std::uint64_t first =
            at == asked.target.npos ? 0 : std::stoull(asked.target.substr(at + 19));
        std::string inside;
        for (std::uint64_t i = first; i < std::min(first + 1000, many); ++i)
            inside += entry(backup(static_cast<unsigned>(i)).text());
        if (first + 1000 < many)
            inside += "<IsTruncated>true</IsTruncated><NextContinuationToken>" +
                      std::to_string(first + 1000) + "</NextContinuationToken>";
        return page_of(inside);
    });
    engine.open()->list("backups/", [&](const ObjectInfo&) { return ++seen > 0; });
    CHECK(seen == many);
}

TEST_CASE("s3 listing: one that goes round in circles ends") {
    for (int length : {1, 2, 3, 7, 100}) {
        int step = 0, most = 0;
        auto engine = listing([&](const test::Asked&) {
            ++most;
            return page_of(entry("x") + "<IsTruncated>true</IsTruncated><NextContinuationToken>t" +
                           std::to_string(step++ % length) + "</NextContinuationToken>");
        });
        CHECK_THROWS_CODE(list(*engine.open()), Errc::malformed);
        CHECK(most <= 4 * length + 4);
    }
}

TEST_CASE("s3 listing: what is no page is refused") {
    auto refused = [](const std::string& body, Errc code) {
        auto engine = listing([&](const test::Asked&) {
            return net::Response{200, {}, test::bytes_of(body)};
        });
        CHECK_THROWS_CODE(list(*engine.open()), code);
    };
    refused("", Errc::malformed);
    refused("{}", Errc::malformed);
    refused("<Error><Code>InternalError</Code></Error>", Errc::malformed);
    refused("<ListBucketResult><Contents><Key>config</Key>", Errc::malformed);
    refused("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
            Errc::malformed);
    refused("<!DOCTYPE x [<!ENTITY a \"b\">]><ListBucketResult/>", Errc::malformed);
    std::string deep, many;
    for (int i = 0; i < 100; ++i) deep += "<a>";
    refused("<ListBucketResult>" + deep, Errc::malformed);
    for (int i = 0; i < 1001; ++i) many += entry("config");
    refused("<ListBucketResult>" + many + "</ListBucketResult>", Errc::too_large);
    refused("<ListBucketResult><Contents><Key>" + std::string(70'000, 'k'), Errc::malformed);
    std::string text(60'000, 't'), large;
    for (int i = 0; i < 300; ++i) large += "<x>" + text + "</x>";
    refused("<ListBucketResult>" + large + "</ListBucketResult>", Errc::too_large);
}

TEST_CASE("s3 listing: entries without a size, and keys outside of what was asked for, are none") {
    auto engine = listing([](const test::Asked&) {
        return page_of(
            "<Contents><Key>a</Key></Contents><Contents><Size>1</Size></Contents>"
            "<Contents><Key>b</Key><Size>-1</Size></Contents>"
            "<CommonPrefixes><Key>c</Key><Size>1</Size></CommonPrefixes>" +
            entry("d") + entry("other/e") + entry("%64"));
    });
    CHECK(list(*engine.open()) == std::vector<std::string>{"d", "other/e"});
    CHECK(list(*engine.open(), "d") == std::vector<std::string>{"d"});
}

TEST_CASE("s3 listing: a backup that is renewed during a sweep stays") {
    using Conditions = test::S3Habits::Conditions;
    for (bool exact : {true, false}) {
        S3Engine engine({.on_removal = exact ? Conditions::honoured : Conditions::ignored,
                         .etag_by_write = exact});
        auto old = engine.clock - std::chrono::hours(24 * 400);
        for (unsigned i = 0; i < 20; ++i) engine.write(backup(i).text(), "old", old);
        auto store = engine.open();
        // Where removal has a condition: in the last moment; else: before the last look.
        const char* moment = exact ? "DELETE" : "HEAD";
        unsigned next = 0;
        engine.before = [&](const test::Asked& asked) {
            if (asked.method != moment ||
                asked.target.find(backup(next).text()) == std::string::npos)
                return;
            if (next % 2 == 0) engine.write(backup(next).text(), "new", engine.clock);
            ++next;
        };
        auto swept = sweep(*store, 180, engine.clock);
        CHECK(swept.examined == 20);
        CHECK(swept.removed == 10);
        CHECK(swept.kept_changed == 10);
        CHECK(engine.objects.size() == 10);
        for (const auto& [key, object] : engine.objects) CHECK(object.content == "new");
    }
}
