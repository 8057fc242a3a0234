// Lifecycle rules: ours beside those of others.

#include "storage/s3_lifecycle.hpp"

#include "storage/s3_engine.hpp"

using namespace tresor;
using namespace tresor::storage;
using test::S3Engine;
using Lifecycle = test::S3Habits::Lifecycle;

namespace {

const std::string ours =
    "<Rule><ID>tresor-safe-retention-27fccc98c83164e8</ID><Filter><Prefix>p/backups/</Prefix></"
    "Filter>"
    "<Status>Enabled</Status><Expiration><Days>180</Days></Expiration></Rule>"
    "<Rule><ID>tresor-unfinished-uploads-27fccc98c83164e8</ID><Filter><Prefix>p/data-backups/</"
    "Prefix></Filter>"
    "<Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>7"
    "</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>";
const std::string theirs =
    "<Rule><ID>logs &amp; &lt;more&gt;</ID><Filter><And><Prefix>logs/</Prefix><Tag><Key>a</Key>"
    "<Value> b </Value></Tag></And></Filter><Status>Disabled</Status><Transition><Days>30</Days>"
    "<StorageClass>GLACIER</StorageClass></Transition></Rule>";

std::string whole(const std::string& rules) {
    return "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + rules +
           "</LifecycleConfiguration>";
}

}  // namespace

TEST_CASE("s3 lifecycle: rules are made, and made anew, and those of others stay as they are") {
    S3Engine engine;
    auto store = engine.open("p");
    store->lifecycle(180);
    CHECK(engine.lifecycle == whole(ours));
    store->lifecycle(180);
    CHECK(engine.lifecycle == whole(ours));
    engine.lifecycle = "<?xml version=\"1.0\"?>\n<LifecycleConfiguration>\n  " + theirs +
                       "\n</LifecycleConfiguration>";
    store->lifecycle(30);
    store->lifecycle(180);
    CHECK(engine.lifecycle == whole(theirs + ours));
}

TEST_CASE("s3 lifecycle: each store of a bucket has its rules") {
    S3Engine engine;
    for (const char* prefix : {"p", "", "q"}) engine.open(prefix)->lifecycle(180);
    engine.open("q")->lifecycle(30);
    for (std::string prefix : {"p/", ""})
        CHECK(has_our_rule(as_bytes(engine.lifecycle), prefix, 180));
    CHECK(has_our_rule(as_bytes(engine.lifecycle), "q/", 30));
    std::size_t rules = 0;
    for (std::size_t at = 0; (at = engine.lifecycle.find("<Rule>", at)) != std::string::npos; ++at)
        ++rules;
    CHECK(rules == 6);
}

TEST_CASE("s3 lifecycle: no rule is made for what is no backup") {
    S3Engine engine;
    auto store = engine.open("p");
    test::put(*store, ObjectName("backups/" + std::string(64, 'a')), "sealed");
    store->lifecycle(180);
    engine.lifecycle.clear();
    test::put(*store, ObjectName("backups/mysql.dump"), "much");
    CHECK_THROWS_CODE(store->lifecycle(180), Errc::conflict);
    CHECK(engine.lifecycle.empty());
}

TEST_CASE("s3 lifecycle: beside rules of the older form ours have that form") {
    std::string old =
        "<Rule><ID>x</ID><Prefix>x/</Prefix><Status>Enabled</Status><Expiration>"
        "<Days>1</Days></Expiration></Rule>";
    std::string made = with_our_rules(as_bytes(whole(old)), "", 180);
    CHECK(made.find("<Filter>") == made.npos);
    CHECK(made.find("<Prefix>backups/</Prefix>") != made.npos);
    CHECK(has_our_rule(as_bytes(made), "", 180));
    CHECK_FALSE(has_our_rule(as_bytes(made), "", 181));
    CHECK_FALSE(has_our_rule(as_bytes(made), "p/", 180));
    CHECK_FALSE(has_our_rule(as_bytes(whole(old)), "", 180));
}

TEST_CASE("s3 lifecycle: the prefix is text in a document") {
    std::string made = with_our_rules({}, "a&b<c>/", 1);
    CHECK(made.find("<Prefix>a&amp;b&lt;c&gt;/backups/</Prefix>") != made.npos);
    CHECK(has_our_rule(as_bytes(made), "a&b<c>/", 1));
}

TEST_CASE("s3 lifecycle: engines that have no rules say so in their ways, and nothing is written") {
    for (auto kind : {Lifecycle::refused, Lifecycle::ignored, Lifecycle::taken_for_a_listing}) {
        S3Engine engine({.lifecycle = kind});
        CHECK_THROWS_CODE(engine.open("p")->lifecycle(180), Errc::unsupported);
        CHECK(engine.count("PUT") == (kind == Lifecycle::ignored ? 1 : 0));
        CHECK(engine.lifecycle.empty());
    }
    S3Engine engine;
    for (std::int64_t days : {0, -1, 36501})
        CHECK_THROWS_CODE(engine.open()->lifecycle(days), Errc::invalid_argument);
    CHECK(engine.asked.empty());
    engine.fault = [](const test::Asked&) {
        return S3Engine::Fault{test::s3_error(403, "AccessDenied"), false};
    };
    CHECK_THROWS_CODE(engine.open()->lifecycle(180), Errc::denied);
    engine.fault = [](const test::Asked&) {
        return S3Engine::Fault{{200, {}, test::bytes_of("<Lifecycle")}, false};
    };
    CHECK_THROWS_CODE(engine.open()->lifecycle(180), Errc::malformed);
}
