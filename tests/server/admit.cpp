#include <tresor/server.hpp>

#include <array>

#include <tresor/storage/retention.hpp>

#include "storage/stores.hpp"

using namespace tresor;
using namespace tresor::server;
using net::header_of;
using storage::ObjectName;

namespace {

const Timestamp start = test::at("2026-11-24T12:00:00Z");
const std::string id(64, 'a');
constexpr storage::Limits limits{4096, 30};

net::Request head_of(std::string method, std::string target, net::Headers headers = {}) {
    net::Request head;
    head.method = std::move(method);
    head.target = std::move(target);
    head.headers = std::move(headers);
    head.headers.push_back({"User-Agent", "Threema"});
    head.peer = "192.0.2.1";
    return head;
}

net::Request put_of(const std::string& length, std::string_view type = "application/octet-stream") {
    return head_of("PUT", "/backups/" + id,
                   {{"Content-Length", length}, {"Content-Type", std::string(type)}});
}

// What a store must never be asked for.
struct Untouched final : storage::Storage {
    [[noreturn]] static void touched() { throw Error(Errc::internal, "the store was asked"); }
    std::string describe() const override { return "an untouched store"; }
    storage::Abilities can() const override { return {}; }
    storage::ObjectInfo put(const ObjectName&, ByteSource&, const storage::Condition&) override {
        touched();
    }
    std::optional<storage::ObjectInfo> stat(const ObjectName&) override { touched(); }
    std::optional<storage::ObjectInfo> get(const ObjectName&, ByteSink&) override { touched(); }
    bool remove(const ObjectName&, const storage::Condition&) override { touched(); }
};

std::string words_of(const net::Response& response) {
    std::string words = std::to_string(response.status) + " ";
    for (const auto& [name, value] : response.headers) words += name + ": " + value + "; ";
    return words + test::text_of(response.body);
}

}  // namespace

TEST_CASE("admit: what can be refused by its head is refused before there is a body") {
    auto status = [](const net::Request& head) {
        auto refusal = admit(head, limits);
        return refusal ? refusal->status : 0;
    };
    CHECK(status(put_of("4096")) == 0);
    CHECK(status(put_of("4097")) == 413);
    CHECK(status(put_of("0")) == 400);
    CHECK(status(put_of("1", "text/plain")) == 400);
    CHECK(status(put_of("-1")) == 411);
    CHECK(status(head_of("PUT", "/backups/" + id, {{"Transfer-Encoding", "chunked"}})) == 411);
    CHECK(status(head_of("PUT", "/backups/x")) == 400);
    CHECK(status(head_of("POST", "/backups/" + id)) == 405);
    CHECK(status(head_of("POST", "/config")) == 405);
    CHECK(status(head_of("PUT", "/healthz")) == 405);
    CHECK(status(head_of("GET", "/nothing")) == 404);
    for (auto method : {"GET", "HEAD", "DELETE"})
        CHECK(status(head_of(method, "/backups/" + id)) == 0);
    CHECK(status(head_of("GET", "/config?a=b")) == 0);
    auto browser = head_of("GET", "/config");
    browser.headers = {{"User-Agent", "Mozilla/5.0"}};
    CHECK(status(browser) == 400);
    browser.target = "/healthz";
    CHECK(status(browser) == 0);
}

TEST_CASE("admit: a method is allowed as a whole word only") {
    for (auto method :
         {"GE", "GET,", "T, HEAD", "GET, HEAD", ",", ", ", " ", "PU", "HEADPUT", ""}) {
        CAPTURE(method);
        auto refusal = admit(head_of(method, "/backups/" + id), limits);
        REQUIRE(refusal);
        CHECK(refusal->status == 405);
        CHECK(header_of(refusal->headers, "Allow") == "GET, HEAD, PUT, DELETE");
    }
}

TEST_CASE("admit: handle says the same, and asks no store for it") {
    const std::array methods = {"GET", "HEAD", "PUT", "DELETE", "POST", "PATCH", "OPTIONS", "get"};
    const std::array targets = {
        std::string("/config"),   std::string("/healthz"),    std::string("/"),
        std::string("/backups/"), "/backups/" + id,           "/backups/" + id + "?q",
        "/backups/" + id + "/",   "/backups/" + id.substr(1), "/backups/../" + id,
        std::string("*"),         std::string("/%63onfig"),   std::string()};
    const std::array lengths = {"", "0", "1", "4096", "4097", "x", "18446744073709551616"};
    const std::array types = {"", "application/octet-stream", "text/html"};
    const std::array agents = {"Threema", "curl/7.88.1", ""};
    test::Random random(11);
    int refused = 0, admitted = 0;
    for (std::uint64_t round = test::rounds(5000); round > 0; --round) {
        auto one_of = [&](const auto& all) { return all[test::below(random, all.size())]; };
        net::Request asked;
        asked.method = one_of(methods);
        asked.target = one_of(targets);
        asked.headers = {{"User-Agent", one_of(agents)}};
        if (std::string length = one_of(lengths); !length.empty())
            asked.headers.push_back({"Content-Length", length});
        if (std::string type = one_of(types); !type.empty())
            asked.headers.push_back({"content-type", type});
        Untouched store;
        Throttle throttle;
        std::optional<Error> failure;
        MemorySource body(as_bytes("12345"));
        asked.body = &body;
        auto answered = handle(asked, store, limits, throttle, start, &failure);
        auto refusal = admit(asked, limits);
        ++(refusal ? refused : admitted);
        if (refusal) CHECK(words_of(*refusal) == words_of(answered));
        // With limits of one's own the config is no question for the store.
        bool config = asked.target == "/config";
        CHECK(failure.has_value() == (!refusal && !config));
    }
    CHECK(refused > 0);
    CHECK(admitted > 0);
}

TEST_CASE("server: limits of one's own go before a config, or stand for one") {
    test::Watched store;
    Throttle throttle;
    auto ask = [&](const net::Request& asked) {
        return handle(asked, store, limits, throttle, start);
    };
    CHECK(test::text_of(ask(head_of("GET", "/config")).body) ==
          "{\"maxBackupBytes\":4096,\"retentionDays\":30}\n");
    CHECK(store.calls.empty());
    CHECK(ask(head_of("GET", "/healthz")).status == 200);
    CHECK(store.calls == std::vector<std::string>{"stat"});
    MemorySource body(as_bytes("12345"));
    auto put = put_of("5");
    put.body = &body;
    CHECK(ask(put).status == 201);
    CHECK(ask(put_of("4097")).status == 413);
    CHECK(handle(put, store, throttle, start).status == 500);  // there is no config to go by
    storage::put_limits(store, {1024, 7});
    CHECK(ask(put_of("1025")).status == 400);  // only its body is missing
    CHECK(handle(put_of("1025"), store, throttle, start).status == 413);
    store.before = [](std::string_view) { throw Error(Errc::unavailable, "gone"); };
    CHECK(ask(head_of("GET", "/healthz")).status == 503);
}

TEST_CASE("server: a full server behind this one is a full store, too") {
    test::Watched store;
    Throttle throttle;
    store.before = [](std::string_view call) {
        Error error(Errc::unavailable, "it is full");
        error.http_status = 507;
        if (call == "put") throw error;
    };
    MemorySource body(as_bytes("12345"));
    auto put = put_of("5");
    put.body = &body;
    CHECK(handle(put, store, limits, throttle, start).status == 507);
}

TEST_CASE("throttle: others than sixty at once and one a second") {
    Throttle throttle(3, Seconds(10));
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(throttle.wait("a", start));
        throttle.missed("a", start);
    }
    CHECK(throttle.wait("a", start) == Seconds(10));
    CHECK(throttle.wait("a", start + Seconds(9)) == Seconds(1));
    CHECK_FALSE(throttle.wait("a", start + Seconds(10)));
    // Half of the next one's time has gone by; it counts.
    throttle.missed("a", start + Seconds(15));
    CHECK(throttle.wait("a", start + Seconds(15)) == Seconds(5));
    CHECK_FALSE(throttle.wait("b", start + Seconds(15)));
    // After thirty seconds all of them are there again, and no more.
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(throttle.wait("a", start + Seconds(1000)));
        throttle.missed("a", start + Seconds(1000));
    }
    CHECK(throttle.wait("a", start + Seconds(1000)) == Seconds(10));
}
