// A bucket as a store, on engines of every habit.

#include <tresor/storage/s3.hpp>

#include <tresor/storage/check.hpp>
#include <tresor/storage/retention.hpp>

#include "storage/s3_engine.hpp"

using namespace tresor;
using namespace tresor::storage;
using test::backup;
using test::get;
using test::list;
using test::put;
using test::S3Engine;
using test::S3Habits;
using Conditions = S3Habits::Conditions;
using Style = S3Options::Style;

namespace {

const ObjectName config("config"), deep("data-backups/2026/a.zip");

struct Kind {
    const char* name;
    S3Habits habits;
    bool put_if_absent, exact;  // exact: versions, and conditions on them
};
const Kind kinds[] = {
    {"AWS", {}, true, false},
    {"AWS, encrypting", {.etag_by_write = true}, true, true},
    {"Swift", {.conditions = Conditions::refused, .on_removal = Conditions::ignored}, false, false},
    {"s3rver",
     {.conditions = Conditions::ignored, .on_removal = Conditions::ignored},
     false,
     false},
    {"ignores all, but has versions",
     {.conditions = Conditions::ignored, .on_removal = Conditions::ignored, .etag_by_write = true},
     false,
     false},
    {"no conditions on multipart uploads", {.completes_on_condition = false}, false, false},
    {"small pages, names as they are", {.page = 2, .encodes_keys = false}, true, false},
};

S3Engine::Fault answers(net::Response response) { return {std::move(response), false}; }

// An engine that answers this to all that is asked of objects.
S3Engine answering(const net::Response& response) {
    S3Engine engine;
    engine.fault = [response](const test::Asked&) { return answers(response); };
    return engine;
}

Error error_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error;
    }
    return Error(Errc::internal, "nothing was thrown");
}

}  // namespace

TEST_CASE("s3: engines of every habit conform, and none is trusted with a condition it breaks") {
    for (const Kind& kind : kinds)
        for (Style style : {Style::path, Style::host}) {
            CAPTURE(kind.name);
            S3Engine engine(kind.habits);
            auto open = [&] {
                auto options = engine.options(style == Style::path ? "" : "my safe/\xC3\xBC&<b>");
                options.style = style;
                return engine.open(std::move(options));
            };
            auto store = open(), again = open();
            auto answers = check(
                *store, {.again = again.get(), .credentials = {"wJalr", "AKIA"}, .largest = 4096});
            CHECK(answers.size() == 18);
            for (const Answer& answer : answers)
                CHECK_MESSAGE(answer.ok, answer.name, ": ", answer.detail);
            Abilities can = store->can();
            CHECK(can.put_if_absent == kind.put_if_absent);
            CHECK(can.conditional_put == kind.exact);
            CHECK(can.conditional_remove == kind.exact);
            CHECK(engine.objects.empty());
            CHECK(engine.uploads.empty());
        }
}

TEST_CASE("s3: a version is told only where the same bytes written twice have two") {
    for (const Kind& kind : kinds) {
        CAPTURE(kind.name);
        S3Engine engine(kind.habits);
        auto store = engine.open();
        store->can();
        put(*store, config, "{}");
        std::string version = store->stat(config)->version;
        CHECK(version.empty() == !kind.habits.etag_by_write);
        put(*store, config, "{}");
        if (!version.empty()) CHECK(store->stat(config)->version != version);
    }
}

TEST_CASE("s3: conditions on engines that honour some only") {
    S3Engine engine({.on_removal = Conditions::ignored, .etag_by_write = true});
    CHECK(engine.open()->can().conditional_put);
    CHECK_FALSE(engine.open()->can().conditional_remove);
    engine.habits = {.conditions = Conditions::ignored, .etag_by_write = true};
    CHECK_FALSE(engine.open()->can().conditional_put);
    CHECK(engine.open()->can().conditional_remove);
    CHECK(engine.objects.empty());
}

TEST_CASE("s3: the probe is asked once, and again only if the engine was away") {
    S3Engine engine;
    auto store = engine.open();
    engine.fault = [](const test::Asked&) { return answers({503, {}, {}}); };
    CHECK_FALSE(store->can().put_if_absent);
    CHECK_THROWS_CODE(put(*store, config, "x", Condition::absent()), Errc::unavailable);
    engine.fault = nullptr;
    CHECK(store->can().put_if_absent);
    std::size_t asked = engine.asked.size();
    CHECK(store->can().put_if_absent);
    CHECK(engine.asked.size() == asked);

    S3Engine closed = answering(test::s3_error(403, "AccessDenied"));
    auto reader = closed.open();
    CHECK_FALSE(reader->can().put_if_absent);
    asked = closed.asked.size();
    CHECK_THROWS_CODE(put(*reader, config, "x", Condition::absent()), Errc::unsupported);
    CHECK(closed.asked.size() == asked);
}

TEST_CASE("s3: what is no version is a conflict, and nothing of it gets into a header") {
    S3Engine engine({.etag_by_write = true});
    auto store = engine.open();
    put(*store, config, "x");
    for (const char* version : {"", "x", "*", "\"", "\"a\"\r\nX: \"b\""}) {
        CHECK_THROWS_CODE(put(*store, config, "y", Condition::version(version)), Errc::conflict);
        CHECK_THROWS_CODE(store->remove(config, Condition::version(version)), Errc::conflict);
    }
    CHECK(get(*store, config) == "x");
}

TEST_CASE("s3: a bucket is made once, in its region") {
    for (const char* region : {"us-east-1", "eu-central-1"}) {
        S3Engine engine({.region = region});
        engine.has_bucket = false;
        auto store = engine.open();
        CHECK_THROWS_CODE(put(*store, config, "x"), Errc::not_found);
        CHECK_THROWS_CODE(get(*store, config), Errc::not_found);
        CHECK_THROWS_CODE(store->stat(config), Errc::not_found);
        CHECK_THROWS_CODE(store->remove(config), Errc::not_found);
        CHECK_THROWS_CODE(list(*store), Errc::not_found);
        CHECK_THROWS_CODE(store->clock(), Errc::not_found);
        CHECK_THROWS_CODE(check(*store), Errc::not_found);
        for (int i = 0; i < 2; ++i) store->create();
        bool named = engine.location.find("<LocationConstraint>eu-central-1<") != std::string::npos;
        CHECK(named == (std::string_view(region) == "eu-central-1"));
        CHECK_FALSE(store->stat(config));
        CHECK(store->can().put_if_absent);
        CHECK(store->clock() == engine.clock);
    }
}

TEST_CASE("s3: a bucket that is made by others meanwhile, or is another's") {
    S3Engine engine({.region = "eu-central-1"});
    engine.has_bucket = false;
    std::string code = "BucketAlreadyOwnedByYou";
    engine.fault = [&](const test::Asked& asked) -> std::optional<S3Engine::Fault> {
        if (asked.method != "PUT") return std::nullopt;
        return answers(test::s3_error(409, code));
    };
    engine.open()->create();
    code = "BucketAlreadyExists";
    CHECK_THROWS_CODE(engine.open()->create(), Errc::denied);
    // An engine that knows regions of other names.
    engine.fault = [](const test::Asked& asked) -> std::optional<S3Engine::Fault> {
        if (asked.method != "PUT" || asked.body.empty()) return std::nullopt;
        return answers(test::s3_error(400, "InvalidLocationConstraint"));
    };
    engine.open()->create();
    CHECK(engine.has_bucket);
}

TEST_CASE("s3: errors of engines in the words of this library") {
    struct Case {
        int status;
        const char *code, *more;
        Errc expected;
        const char* words;
    };
    for (const Case& one : std::initializer_list<Case>{
             {403, "AccessDenied", "", Errc::denied, "may not"},
             {403, "InvalidAccessKeyId", "", Errc::denied, "does not know"},
             {403, "SignatureDoesNotMatch", "", Errc::denied, "secret"},
             {400, "ExpiredToken", "", Errc::denied, "token"},
             {400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>", Errc::denied,
              "in the region eu-west-1"},
             {301, "PermanentRedirect", "<Endpoint>x</Endpoint>", Errc::denied, "region?"},
             {307, "TemporaryRedirect", "", Errc::denied, "region?"},
             {404, "NoSuchBucket", "", Errc::not_found, "no such bucket"},
             {400, "EntityTooLarge", "", Errc::too_large, "too large"},
             {413, "", "", Errc::too_large, "too large"},
             {503, "SlowDown", "", Errc::unavailable, "too many"},
             {500, "InternalError", "", Errc::unavailable, "failed"},
             {400, "BadDigest", "", Errc::unavailable, "arrived"},
             {409, "OperationAborted", "", Errc::unavailable, "something else"},
             {501, "NotImplemented", "", Errc::unsupported, "does not do"},
             {429, "", "", Errc::unavailable, "too many"},
             {502, "", "", Errc::unavailable, "did not answer"},
             {418, "Teapot", "", Errc::denied, "418 Teapot"},
             {403, "<b>hunter2</b>", "", Errc::denied, "403"},
         }) {
        CAPTURE(one.code);
        auto response = test::s3_error(one.status, one.code, one.more);
        response.headers.push_back({"Retry-After", "7"});
        S3Engine engine = answering(response);
        Error error = error_of([&] { put(*engine.open(), config, "x"); });
        CHECK(error.code() == one.expected);
        CHECK(error.http_status == one.status);
        CHECK(error.retry_after.has_value() ==
              (one.status == 429 || one.status == 500 || one.status == 502 || one.status == 503));
        std::string text = error.what();
        CHECK(text.find(one.words) != text.npos);
        CHECK(text.find("hunter2") == text.npos);
        CHECK(text.find("AKIA") == text.npos);
    }
}

TEST_CASE("s3: a refusal without a word may have more than one reason") {
    S3Engine engine = answering({403, {}, {}});
    Error error = error_of([&] { engine.open()->stat(config); });
    CHECK(error.code() == Errc::denied);
    for (const char* word : {"403", "access key", "s3:ListBucket"})
        CHECK(std::string(error.what()).find(word) != std::string::npos);
}

TEST_CASE("s3: a full engine says so") {
    for (auto response : {test::s3_error(403, "QuotaExceeded"), net::Response{507, {}, {}}}) {
        S3Engine engine = answering(response);
        Error error = error_of([&] { put(*engine.open(), config, "x"); });
        CHECK(error.code() == Errc::unavailable);
        CHECK(error.no_space);
    }
}

TEST_CASE("s3: a wrong region is told, also where an answer has no body") {
    S3Engine engine = answering({301, {{"x-amz-bucket-region", "eu-west-3"}}, {}});
    Error error = error_of([&] { engine.open()->stat(config); });
    CHECK(error.code() == Errc::denied);
    CHECK(std::string(error.what()).find("eu-west-3") != std::string::npos);
}

TEST_CASE("s3: a clock that is wrong is put right by an answer, once") {
    S3Engine engine;
    for (auto wrong : {Seconds(-86400), Seconds(7200)}) {
        auto options = engine.options();
        options.clock = [&engine, wrong] { return engine.clock + wrong; };
        auto store = engine.open(std::move(options));
        std::size_t before = engine.asked.size();
        put(*store, config, "in time");
        CHECK(engine.asked.size() == before + 2);
        CHECK(get(*store, config) == "in time");
        CHECK(engine.asked.size() == before + 3);
    }
    engine.fault = [&](const test::Asked&) {
        return answers({403, {{"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}}, {}});
    };
    std::size_t before = engine.asked.size();
    CHECK_THROWS_CODE(put(*engine.open(), config, "x"), Errc::denied);
    CHECK(engine.asked.size() == before + 2);
}

TEST_CASE("s3: the token of temporary keys goes with each request, signed") {
    S3Engine engine;
    auto options = engine.options();
    std::string token(500, 't');
    options.credentials.token = SecretBytes(as_bytes(token));
    auto store = engine.open(std::move(options));
    put(*store, config, "x");
    CHECK(list(*store) == std::vector<std::string>{"config"});
    for (const auto& asked : engine.asked) {
        CHECK(net::header_of(asked.headers, "x-amz-security-token") == token);
        CHECK(asked.authorization.find(";x-amz-security-token,") != std::string::npos);
    }
}

TEST_CASE("s3: an object that comes with another length than it has is none") {
    S3Engine engine;
    auto store = engine.open();
    put(*store, config, "{}");
    engine.fault = [](const test::Asked& asked) -> std::optional<S3Engine::Fault> {
        if (asked.method != "GET") return std::nullopt;
        return answers({200, {{"Content-Length", "3"}}, test::bytes_of("{}")});
    };
    CHECK_THROWS_CODE(get(*store, config), Errc::unavailable);
    engine.fault = [](const test::Asked&) { return answers({206, {}, test::bytes_of("{")}); };
    CHECK_THROWS_CODE(get(*store, config), Errc::denied);
    engine.fault = [](const test::Asked&) { return answers({200, {}, {}}); };
    CHECK_THROWS_CODE(store->stat(config), Errc::malformed);
}

TEST_CASE("s3: options that are none are refused") {
    S3Engine engine;
    auto refused = [&](auto&& change) {
        auto options = engine.options();
        change(options);
        CHECK_THROWS_CODE(engine.open(std::move(options)), Errc::invalid_argument);
    };
    for (auto bucket : {"", "ab", "Upper", "a_b", "-ab", "ab.", "a..b", "192.168.0.1", "a/b"})
        refused([&](S3Options& its) { its.bucket = bucket; });
    for (auto prefix : {"a//b", "/a", "..", "a/../b", "a\nb", "\xFF"})
        refused([&](S3Options& its) { its.prefix = prefix; });
    for (auto region : {"", "eu central", "a/b", "a,b"})
        refused([&](S3Options& its) { its.region = region; });
    for (auto endpoint :
         {"ftp://x", "https://u:p@x", "https://x/?y", "https://{backupIdPrefix8}.x"})
        refused([&](S3Options& its) { its.endpoint = endpoint; });
    refused([](S3Options& its) {
        its.endpoint = "http://127.0.0.1:9000";
        its.style = Style::host;
    });
    refused([](S3Options& its) { its.credentials = {}; });
    refused([](S3Options& its) { its.credentials.password = SecretBytes(); });
    refused([](S3Options& its) { its.part_bytes = 1 << 20; });
}

TEST_CASE("s3: where requests go to") {
    S3Engine engine;
    auto target = [&](auto&& change) {
        auto options = engine.options("a b");
        change(options);
        std::vector<test::Asked> asked;
        S3 store(std::move(options),
                 std::make_unique<test::Scripted>(asked, [](const test::Asked&) -> net::Response {
                     return {200, {{"Content-Length", "1"}}, {}};
                 }));
        store.stat(config);
        return asked.at(0).target;
    };
    CHECK(target([](S3Options& its) { its.endpoint.clear(); }) ==
          "https://s3.us-east-1.amazonaws.com/safe/a%20b/config");
    CHECK(target([](S3Options& its) {
              its.endpoint.clear();
              its.region = "cn-north-1";
              its.style = Style::host;
          }) == "https://safe.s3.cn-north-1.amazonaws.com.cn/a%20b/config");
    CHECK(target([](S3Options& its) { its.endpoint = "HTTP://[::1]:9000/st%6Frage/v1"; }) ==
          "http://[::1]:9000/storage/v1/safe/a%20b/config");
}
