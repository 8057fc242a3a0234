#include <tresor/server.hpp>

#include <tresor/storage/directory.hpp>
#include <tresor/storage/retention.hpp>

#include "storage/stores.hpp"

using namespace tresor;
using namespace tresor::server;
using net::header_of;
using net::Response;
using storage::ObjectName;

namespace {

const Timestamp start = test::at("2026-11-24T12:00:00Z");
const std::string id(64, 'a'), other(64, 'b');

struct World {
    test::Watched store{"a store", [] { return start; }};
    Throttle throttle;
    std::optional<Error> failure;
    Timestamp now = start;

    World() { storage::put_limits(store, {4096, 30}); }

    net::Request request(std::string method, std::string target) const {
        net::Request made;
        made.method = std::move(method);
        made.target = std::move(target);
        made.headers = {{"User-Agent", "Threema"}};
        made.peer = "192.0.2.1";
        return made;
    }
    Response ask(const net::Request& asked) {
        return handle(asked, store, throttle, now, &failure);
    }
    Response ask(std::string method, std::string target) {
        return ask(request(std::move(method), std::move(target)));
    }
    Response put(std::string_view body, std::string target,
                 std::optional<std::string> length = std::nullopt) {
        MemorySource source(as_bytes(body));
        auto asked = request("PUT", std::move(target));
        asked.headers.push_back({"Content-Type", "application/octet-stream"});
        asked.headers.push_back({"Content-Length", length ? *length : std::to_string(body.size())});
        asked.body = &source;
        return ask(asked);
    }
    Response get(const std::string& peer, const std::string& which = other,
                 std::string method = "GET") {
        auto asked = request(std::move(method), "/backups/" + which);
        asked.peer = peer;
        return ask(asked);
    }
};

std::string text_of(const Response& response) { return test::text_of(response.body); }

}  // namespace

TEST_CASE("server: the config is what the store allows") {
    World w;
    auto response = w.ask("GET", "/config");
    CHECK(response.status == 200);
    CHECK(header_of(response.headers, "Content-Type") == "application/json");
    CHECK(text_of(response) == "{\"maxBackupBytes\":4096,\"retentionDays\":30}\n");
    CHECK(w.ask("GET", "/config?x=1").status == 200);
    w.store.memory.remove(ObjectName("config"));
    CHECK(w.ask("GET", "/config").status == 404);
}

TEST_CASE("server: a backup is created, replaced, looked at, fetched and removed") {
    World w;
    CHECK(w.ask("GET", "/backups/" + id).status == 404);
    CHECK(w.ask("HEAD", "/backups/" + id).status == 404);
    CHECK(w.put("first", "/backups/" + id).status == 201);
    CHECK(w.put("second", "/backups/" + id).status == 204);
    auto got = w.ask("GET", "/backups/" + id);
    CHECK(got.status == 200);
    CHECK(text_of(got) == "second");
    CHECK(header_of(got.headers, "Content-Type") == "application/octet-stream");
    CHECK(header_of(got.headers, "Content-Length") == "6");
    CHECK(header_of(got.headers, "Last-Modified") == "Tue, 24 Nov 2026 12:00:00 GMT");
    auto head = w.ask("HEAD", "/backups/" + id);
    CHECK(head.status == 200);
    CHECK(head.body.empty());
    CHECK(header_of(head.headers, "Content-Length") == "6");
    CHECK(header_of(head.headers, "Last-Modified") == header_of(got.headers, "Last-Modified"));
    CHECK(w.ask("DELETE", "/backups/" + id).status == 204);
    CHECK(w.ask("DELETE", "/backups/" + id).status == 404);
    CHECK_FALSE(w.failure);
}

TEST_CASE("server: who does not say Threema is no app") {
    World w;
    for (auto agent : {"", "Mozilla/5.0", "threema"})
        for (auto target : {"/config", "/", "/backups/x"}) {
            auto asked = w.request("GET", target);
            asked.headers = {{"User-Agent", agent}};
            CHECK(w.ask(asked).status == 400);
        }
    auto nobody = w.request("GET", "/config");
    nobody.headers.clear();
    CHECK(w.ask(nobody).status == 400);
    nobody.target = "/healthz";
    CHECK(w.ask(nobody).status == 200);
    auto desktop = w.request("GET", "/config");
    desktop.headers = {{"user-agent", "Threema Desktop/2.0 (consumer, live)"}};
    CHECK(w.ask(desktop).status == 200);
}

TEST_CASE("server: an id is 64 lowercase hex digits") {
    World w;
    for (const std::string& bad : {std::string(), std::string(63, 'a'), std::string(65, 'a'),
                                   std::string(64, 'A'), std::string(64, 'g'), id + "/", "../" + id,
                                   "%61" + id.substr(1), std::string("config")}) {
        CAPTURE(bad);
        for (auto method : {"GET", "HEAD", "DELETE"})
            CHECK(w.ask(method, "/backups/" + bad).status == 400);
        CHECK(w.put("x", "/backups/" + bad).status == 400);
    }
    CHECK(test::list(w.store) == std::vector<std::string>{"config"});
}

TEST_CASE("server: nothing else is there, and nothing is listed") {
    World w;
    for (auto target : {"", "/", "/backups", "/config/", "/Config", "//config", "/data-backups/x",
                        "/healthz/", "backups/x", "config"})
        for (auto method : {"GET", "PUT", "DELETE", "PROPFIND"})
            CHECK(w.ask(method, target).status == 404);
}

TEST_CASE("server: another method is told which there are") {
    World w;
    for (auto method : {"HEAD", "PUT", "DELETE", "POST", "OPTIONS", "get", ""}) {
        auto config = w.ask(method, "/config");
        CHECK(config.status == 405);
        CHECK(header_of(config.headers, "Allow") == "GET");
        CHECK(w.ask(method, "/healthz").status == 405);
    }
    for (auto method : {"POST", "PROPFIND", "MOVE", "get", ""}) {
        auto backup = w.ask(method, "/backups/" + id);
        CHECK(backup.status == 405);
        CHECK(header_of(backup.headers, "Allow") == "GET, HEAD, PUT, DELETE");
    }
}

TEST_CASE("server: a put without length, type or content is refused before anything is written") {
    World w;
    auto bare = w.request("PUT", "/backups/" + id);
    CHECK(w.ask(bare).status == 411);
    for (auto length : {"", "-1", "+5", "5 ", "0x5", "99999999999999999999999"})
        CHECK(w.put("12345", "/backups/" + id, length).status == 411);
    for (auto type : {"", "text/plain", "application/octet-stream; charset=utf-8"}) {
        auto asked = w.request("PUT", "/backups/" + id);
        MemorySource source(as_bytes("12345"));
        asked.body = &source;
        asked.headers.push_back({"Content-Length", "5"});
        if (*type != '\0') asked.headers.push_back({"Content-Type", type});
        CHECK(w.ask(asked).status == 400);
    }
    CHECK(w.put("", "/backups/" + id).status == 400);
    CHECK(test::list(w.store) == std::vector<std::string>{"config"});
}

TEST_CASE("server: a body that is too large is refused before it is read") {
    World w;
    std::string largest(4096, 'x');
    CHECK(w.put(largest, "/backups/" + id).status == 201);
    struct Unread final : ByteSource {
        std::optional<std::uint64_t> size() const override { return 4097; }
        std::size_t read(ByteSpan) override { throw Error(Errc::internal, "it was read"); }
        void rewind() override {}
    } unread;
    auto asked = w.request("PUT", "/backups/" + id);
    asked.headers.push_back({"Content-Type", "application/octet-stream"});
    asked.headers.push_back({"Content-Length", "4097"});
    asked.body = &unread;
    CHECK(w.ask(asked).status == 413);
    CHECK(test::get(w.store, ObjectName("backups/" + id)) == largest);
}

TEST_CASE("server: a body of another length than announced leaves the old backup") {
    World w;
    w.put("old", "/backups/" + id);
    CHECK(w.put("longer", "/backups/" + id, "5").status == 400);
    CHECK(w.put("short", "/backups/" + id, "6").status == 400);
    CHECK(test::get(w.store, ObjectName("backups/" + id)) == "old");
}

TEST_CASE("server: trouble with the store is told in numbers, and its words only to the log") {
    const std::pair<Errc, int> troubles[] = {{Errc::unavailable, 503},
                                             {Errc::io, 500},
                                             {Errc::denied, 500},
                                             {Errc::internal, 500},
                                             {Errc::out_of_memory, 500}};
    for (auto [code, status] : troubles) {
        World w;
        w.store.before = [&, code = code](std::string_view) {
            Error error(code, "secret words");
            error.retry_after = Seconds(17);
            throw error;
        };
        for (auto target : {"/config", "/healthz"}) CHECK(w.ask("GET", target).status == status);
        auto response = w.ask("GET", "/backups/" + id);
        CHECK(response.status == status);
        CHECK(text_of(response).find("secret") == std::string::npos);
        CHECK(header_of(response.headers, "Retry-After").has_value() == (status == 503));
        if (status == 503) CHECK(header_of(response.headers, "Retry-After") == "17");
        REQUIRE(w.failure);
        CHECK(w.failure->code() == code);
    }
    for (bool full : {true, false}) {
        World w;
        w.store.before = [&](std::string_view call) {
            Error error(Errc::io, "could not write");
            error.no_space = full;
            if (call == "put") throw error;
        };
        CHECK(w.put("x", "/backups/" + id).status == (full ? 507 : 500));
    }
}

TEST_CASE("server: healthz says whether there is a store") {
    World w;
    CHECK(text_of(w.ask("GET", "/healthz")) == "ok\n");
    w.store.memory.remove(ObjectName("config"));
    CHECK(w.ask("GET", "/healthz").status == 503);
}

TEST_CASE("throttle: sixty unknown ids at once, then one a second") {
    for (std::string method : {"GET", "HEAD", "DELETE"}) {
        World w;
        for (int i = 0; i < 60; ++i) CHECK(w.get("192.0.2.1", other, method).status == 404);
        auto refused = w.get("192.0.2.1", other, method);
        CHECK(refused.status == 429);
        CHECK(header_of(refused.headers, "Retry-After") == "1");
        w.now += Seconds(1);
        CHECK(w.get("192.0.2.1", other, method).status == 404);
        CHECK(w.get("192.0.2.1", other, method).status == 429);
        w.now += Seconds(10);
        for (int i = 0; i < 10; ++i) CHECK(w.get("192.0.2.1", other, method).status == 404);
        CHECK(w.get("192.0.2.1", other, method).status == 429);
        w.now += Seconds(86400);
        for (int i = 0; i < 60; ++i) CHECK(w.get("192.0.2.1", other, method).status == 404);
        CHECK(w.get("192.0.2.1", other, method).status == 429);
    }
}

TEST_CASE(
    "throttle: who is told to wait learns nothing, and may still put and ask for the config") {
    World w;
    w.put("x", "/backups/" + id);
    for (int i = 0; i < 60; ++i) w.get("192.0.2.1");
    CHECK(w.get("192.0.2.1", id).status == 429);
    CHECK(w.get("192.0.2.1", id, "DELETE").status == 429);
    CHECK(w.put("y", "/backups/" + id).status == 204);
    CHECK(w.ask("GET", "/config").status == 200);
    CHECK(w.get("192.0.2.2", id).status == 200);
}

TEST_CASE("throttle: what is there never counts, and neither does a put") {
    World w;
    w.put("x", "/backups/" + id);
    for (int i = 0; i < 200; ++i) {
        CHECK(w.get("192.0.2.1", id).status == 200);
        CHECK(w.put("x", "/backups/" + id).status == 204);
    }
    CHECK(w.get("192.0.2.1").status == 404);
}

TEST_CASE("throttle: a network of IPv6 is one address, each of IPv4 another") {
    auto shared = [](const std::string& one, const std::string& two) {
        Throttle throttle;
        for (int i = 0; i < 60; ++i) throttle.missed(one, start);
        return throttle.wait(two, start).has_value();
    };
    CHECK(shared("192.0.2.1", "192.0.2.1"));
    CHECK_FALSE(shared("192.0.2.1", "192.0.2.10"));
    CHECK(shared("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:ffff::1"));
    CHECK(shared("2001:0db8:0001:0002::1", "2001:db8:1:2::99"));
    CHECK(shared("[2001:db8:1:2::1]", "2001:db8:1:2::2"));
    CHECK_FALSE(shared("2001:db8:1:2::1", "2001:db8:1:3::1"));
    CHECK_FALSE(shared("2001:db8:1:2::1", "2001:db8:1::2"));
    CHECK(shared("2001:db8::1", "2001:db8:0:0:5::1"));
    CHECK_FALSE(shared("2a00::1:2:3:4:5", "2a00::9:2:3:4:5"));
    CHECK(shared("2a00::1:2:3:4:5", "2a00:0:0:1::5"));
    CHECK(shared("::1", "::2"));
    CHECK_FALSE(shared("::1", "::1:0:0:0:0"));
    CHECK(shared("::ffff:192.0.2.1", "192.0.2.1"));
    CHECK_FALSE(shared("::ffff:192.0.2.1", "::ffff:192.0.2.2"));
}

TEST_CASE("throttle: a clock that is set back gives nothing and takes nothing for ever") {
    Throttle throttle;
    for (int i = 0; i < 60; ++i) throttle.missed("a", start);
    CHECK(throttle.wait("a", start - Seconds(3600)));
    CHECK_FALSE(throttle.wait("b", start - Seconds(3600)));
    CHECK_FALSE(throttle.wait("a", start + Seconds(1)));
}

TEST_CASE("throttle: it remembers no more than it must") {
    Throttle throttle;
    // Far more addresses than it keeps; the last ones are still known.
    for (int i = 0; i < 300000; ++i) throttle.missed(std::to_string(i), start);
    for (int i = 0; i < 59; ++i) throttle.missed("299999", start);
    CHECK(throttle.wait("299999", start));
    CHECK_FALSE(throttle.wait("299999", start + Seconds(1)));
    // At random against a table of every address.
    test::Random random(7);
    std::map<std::string, std::pair<std::int64_t, Timestamp>> table;
    Throttle tried;
    Timestamp now = start;
    for (std::uint64_t i = test::rounds(20000); i > 0; --i) {
        if (test::below(random, 3) == 0) now += Seconds(test::below(random, 4));
        std::string peer = std::to_string(test::below(random, 5));
        auto [left, at] = table.contains(peer) ? table[peer] : std::pair(std::int64_t{60}, now);
        left = std::min<std::int64_t>(left + (now - at).count(), 60);
        REQUIRE(tried.wait(peer, now).has_value() == (left == 0));
        if (left == 0) continue;
        tried.missed(peer, now);
        table[peer] = {left - 1, now};
    }
}

TEST_CASE("server: a folder behind it holds what the apps would have put there") {
    test::TemporaryFolder folder;
    storage::Directory::create(folder / "safe");
    storage::Directory store(folder / "safe");
    storage::put_limits(store, {});
    Throttle throttle;
    MemorySource source(as_bytes("sealed"));
    net::Request asked;
    asked.method = "PUT";
    asked.target = "/backups/" + id;
    asked.headers = {{"User-Agent", "Threema"},
                     {"Content-Type", "application/octet-stream"},
                     {"Content-Length", "6"}};
    asked.body = &source;
    CHECK(handle(asked, store, throttle, start).status == 201);
    CHECK(test::text_of(test::read_file(folder.path() / "safe/backups" / id)) == "sealed");
}
