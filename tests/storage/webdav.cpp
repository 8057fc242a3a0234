// A WebDAV folder as a store, on servers of every habit.

#include <tresor/storage/webdav.hpp>

#include <tresor/storage/check.hpp>
#include <tresor/storage/retention.hpp>

#include "storage/dav_server.hpp"

using namespace tresor;
using namespace tresor::storage;
using test::backup;
using test::DavHabits;
using test::DavServer;
using test::get;
using test::list;
using test::put;
using Etags = DavHabits::Etags;

namespace {

const ObjectName config("config"), deep("data-backups/2026/a.zip");

DavHabits apache() { return {.etags = Etags::weak, .path_destinations = false}; }
DavHabits nginx() { return {.put_without_folder = 500, .etags = Etags::none}; }
DavHabits lighttpd() { return {.collections_have_lengths = true}; }
DavHabits rclone() {
    return {.put_without_folder = 404, .move_without_source = 403, .make_again = 201};
}

struct Kind {
    const char* name;
    DavHabits habits;
    bool exact;  // removes on condition
};
const Kind kinds[] = {
    {"Apache", apache(), false},
    {"nginx", nginx(), false},
    {"lighttpd", lighttpd(), true},
    {"rclone", rclone(), true},
    {"behind a proxy", {.whole_destinations = false, .before_href = "https://inner.example"}, true},
    {"by the second", {.etags = Etags::by_second}, false},
    {"another ETag after a move", {.etag_moves = false}, false},
    {"always overwrites", {.respects_overwrite = false}, false},
    {"cannot move", {.moves = false}, false},
    {"no hidden names", {.hidden_names = false}, false},
    {"moves nowhere", {.whole_destinations = false, .path_destinations = false}, false},
};

std::size_t count(const DavServer& server, std::string_view method) {
    return static_cast<std::size_t>(
        std::count_if(server.asked.begin(), server.asked.end(),
                      [&](const test::Asked& asked) { return asked.method == method; }));
}

struct Broken final : ByteSource {
    std::optional<std::uint64_t> size() const override { return 1000; }
    std::size_t read(ByteSpan into) override {
        if (read_once) throw Error(Errc::io, "it broke off");
        read_once = true;
        return std::min<std::size_t>(into.size(), 500);
    }
    void rewind() override {}
    bool read_once = false;
};

}  // namespace

TEST_CASE(
    "webdav: servers of every habit conform, and none is trusted with a condition it breaks") {
    for (const Kind& kind : kinds) {
        CAPTURE(kind.name);
        DavServer server(kind.habits);
        auto store = server.open(), again = server.open();
        store->create();
        auto answers = check(
            *store, {.again = again.get(), .credentials = {"s3cret", "alice"}, .largest = 4096});
        CHECK(answers.size() == 18);
        for (const Answer& answer : answers)
            CHECK_MESSAGE(answer.ok, answer.name, ": ", answer.detail);
        CHECK(store->can().conditional_remove == kind.exact);
        CHECK(server.names().empty());
    }
}

TEST_CASE("webdav: a folder is made once, in one that exists") {
    for (const Kind& kind : kinds) {
        CAPTURE(kind.name);
        DavServer server(kind.habits);
        server.folders.insert("/dav/safe/");
        WebDav store(net::parse_base_url("https://alice:s3cret@safe.example/dav/safe/"),
                     std::make_unique<test::Scripted>(server.asked, [&](const test::Asked& asked) {
                         return server.answer(asked);
                     }));
        for (int i = 0; i < 2; ++i) store.create();
        CHECK(server.folders == std::set<std::string>{"/dav/", "/dav/safe/", "/dav/safe/backups/"});
        WebDav lost(net::parse_base_url("https://alice:s3cret@safe.example/dav/none/safe/"),
                    std::make_unique<test::Scripted>(server.asked, [&](const test::Asked& asked) {
                        return server.answer(asked);
                    }));
        CHECK_THROWS_CODE(lost.create(), Errc::not_found);
        CHECK_THROWS_CODE(put(lost, config, "x"), Errc::not_found);
        CHECK_THROWS_CODE(list(lost), Errc::not_found);
        CHECK_THROWS_CODE(get(lost, config), Errc::not_found);
        CHECK_THROWS_CODE(check(lost), Errc::not_found);
    }
}

TEST_CASE("webdav: missing folders are made on the way, once they are missed") {
    for (const Kind& kind : kinds) {
        CAPTURE(kind.name);
        DavServer server(kind.habits);
        auto store = server.open();
        put(*store, deep, "archive");
        put(*store, deep, "archive 2");
        CHECK(count(server, "MKCOL") == 2);
        CHECK(get(*store, deep) == "archive 2");
        CHECK(server.folders.contains("/dav/data-backups/2026/"));
        CHECK(server.names() == std::vector{deep.text()});
    }
}

TEST_CASE("webdav: for a large file, or one that can be read once only, they are made before") {
    for (const Kind& kind : kinds) {
        CAPTURE(kind.name);
        DavServer server(kind.habits);
        auto store = server.open();
        put(*store, deep, std::string(1 << 20, 'x'));
        CHECK(count(server, "PUT") == (kind.habits.hidden_names && kind.habits.moves ? 1 : 2) +
                                          (std::string_view(kind.name) == "moves nowhere"));
        struct Once final : ByteSource {
            std::optional<std::uint64_t> size() const override { return std::nullopt; }
            std::size_t read(ByteSpan) override { return 0; }
            void rewind() override { throw Error(Errc::io, "it can be read once only"); }
        } once;
        DavServer other(kind.habits);
        auto fresh = other.open();
        if (kind.habits.hidden_names && kind.habits.moves && kind.habits.path_destinations)
            CHECK(fresh->put(deep, once).size == 0);
    }
}

TEST_CASE("webdav: an upload is moved to its name when it is whole") {
    DavServer server;
    auto store = server.open();
    put(*store, config, "x");
    REQUIRE(server.asked.size() == 2);
    CHECK(server.asked[0].method == "PUT");
    CHECK(server.asked[0].target.starts_with("https://safe.example/dav/.tresor-"));
    CHECK(server.asked[1].method == "MOVE");
    CHECK(server.asked[1].target == server.asked[0].target);
    CHECK(net::header_of(server.asked[1].headers, "Destination") ==
          "https://safe.example/dav/config");
    CHECK(net::header_of(server.asked[1].headers, "Overwrite") == "T");
}

TEST_CASE("webdav: an upload that breaks off leaves the old object and nothing else") {
    for (const Kind& kind : kinds) {
        CAPTURE(kind.name);
        DavServer server(kind.habits);
        auto store = server.open();
        put(*store, config, "old");
        Broken broken;
        CHECK_THROWS_CODE(store->put(config, broken), Errc::io);
        CHECK(get(*store, config) == "old");
        CHECK(server.names() == std::vector{config.text()});
    }
}

TEST_CASE("webdav: what cannot be moved or hidden is written in place, from the beginning") {
    for (const Kind& kind : {kinds[8], kinds[9], kinds[10]}) {
        CAPTURE(kind.name);
        DavServer server(kind.habits);
        auto store = server.open();
        put(*store, config, "first");
        CHECK(server.file("config")->content == "first");
        std::size_t before = server.asked.size();
        put(*store, config, "second");
        CHECK(server.asked.size() == before + 1);  // it has learned
        CHECK(server.file("config")->content == "second");
    }
}

TEST_CASE("webdav: user and password that are not accepted are no reason to write in place") {
    DavServer server;
    WebDav store(net::parse_base_url("https://alice:wrong@safe.example/dav/"),
                 std::make_unique<test::Scripted>(
                     server.asked, [&](const test::Asked& asked) { return server.answer(asked); }));
    CHECK_THROWS_CODE(put(store, config, "x"), Errc::denied);
    CHECK_THROWS_CODE(store.stat(config), Errc::denied);
    CHECK_THROWS_CODE(list(store), Errc::denied);
    for (const test::Asked& asked : server.asked)
        if (asked.method == "PUT") CHECK_FALSE(asked.target.ends_with("/config"));
}

TEST_CASE("webdav: a listing goes through folders, and shows names of objects only") {
    DavServer server(lighttpd());
    auto store = server.open();
    for (auto name : {"config", "backups/a", "data-backups/2026/a.zip", "data-backups/b.zip"})
        put(*store, ObjectName(name), "x");
    server.folders.insert({"/dav/Photos of me/", "/dav/empty/", "/dav/.git/"});
    for (auto name : {"Photos of me/x.jpg", "a file", "b%41", ".htaccess", ".git/x", "ö", "trail."})
        server.write(name, "y", server.clock);
    CHECK(list(*store) == std::vector<std::string>{"backups/a", "config", "data-backups/2026/a.zip",
                                                   "data-backups/b.zip"});
    CHECK(list(*store, "data-backups/") ==
          std::vector<std::string>{"data-backups/2026/a.zip", "data-backups/b.zip"});
    CHECK(list(*store, "data-backups/2026/a") ==
          std::vector<std::string>{"data-backups/2026/a.zip"});
    CHECK(list(*store, "c") == std::vector<std::string>{"config"});
    CHECK(list(*store, "none/").empty());
    int shown = 0;
    store->list("", [&](const ObjectInfo&) { return ++shown < 2; });
    CHECK(shown == 2);
    CHECK_FALSE(store->stat(ObjectName("backups")));
    CHECK_FALSE(get(*store, ObjectName("backups")));
    CHECK_FALSE(store->remove(ObjectName("backups")));
    CHECK(list(*store).size() == 4);
}

TEST_CASE("webdav: a base path of any letters is found again in the answers") {
    for (auto before : {"", "https://safe.example", "http://10.0.0.7:8080"}) {
        DavHabits habits;
        habits.before_href = before;
        DavServer server(habits, "/remote.php/dav/files/zoë/Meine Safes/");
        server.folders.insert("/remote.php/dav/files/zoë/");
        auto typed =
            "https://alice:s3cret@safe.example/remote.php/dav/files/zo%C3%AB/Meine%20Safes";
        WebDav store(net::parse_base_url(typed),
                     std::make_unique<test::Scripted>(server.asked, [&](const test::Asked& asked) {
                         return server.answer(asked);
                     }));
        put(store, backup(1), "x");
        CHECK(list(store) == std::vector{backup(1).text()});
        CHECK(get(store, backup(1)) == "x");
    }
}

TEST_CASE("webdav: an answer that is none is malformed, and never an empty folder") {
    auto answering = [](int status, std::string body) {
        return [status, body](const test::Asked&) {
            return net::Response{status, {}, test::bytes_of(body)};
        };
    };
    auto code = [&](int status, const std::string& body) {
        std::vector<test::Asked> asked;
        WebDav store(net::parse_base_url("https://safe.example/dav/"),
                     std::make_unique<test::Scripted>(asked, answering(status, body)));
        Errc thrown = Errc::internal;
        try {
            list(store);
        } catch (const Error& error) {
            thrown = error.code();
        }
        return std::string(name_of(thrown));
    };
    std::string head = "<D:multistatus xmlns:D=\"DAV:\">", tail = "</D:multistatus>";
    std::string file = "<D:response><D:href>/elsewhere/x</D:href></D:response>";
    for (const std::string& body :
         {std::string(), std::string("<html><body>Log in</body></html>"), std::string("{}"),
          head + file + tail, head + file, head, std::string("<multistatus/>"),
          "<!DOCTYPE x [<!ENTITY a \"aaaa\">]>" + head + tail,
          head + std::string(100000, ' ') + "<D:response><D:href>" + std::string(70000, 'a') +
              "</D:href></D:response>" + tail})
        CHECK(code(207, body) == "malformed");
    CHECK(code(200, "<html>") == "malformed");
    CHECK(code(405, "") == "unsupported");
    CHECK(code(501, "") == "unsupported");
    CHECK(code(500, "") == "unavailable");
    CHECK(code(403, "") == "denied");
    CHECK(code(404, "") == "not_found");
    std::string deep_nesting;
    for (int i = 0; i < 40; ++i) deep_nesting += "<D:x>";
    CHECK(code(207, head + deep_nesting) == "malformed");
}

TEST_CASE("webdav: what a server says oddly of one file is said of no other") {
    std::vector<test::Asked> asked;
    std::string text =
        "<multistatus xmlns='DAV:' xmlns:x='urn:x'>"
        "<response><href>/dav/</href><propstat><prop><resourcetype><collection/></resourcetype>"
        "</prop></propstat></response>"
        "<response><href>/dav/gone</href><status>HTTP/1.1 404 Not Found</status></response>"
        "<response><href>/dav/odd</href><propstat><prop><getcontentlength>x</getcontentlength>"
        "<getlastmodified>never</getlastmodified></prop></propstat></response>"
        "<response><href>/dav/good?x#y</href><propstat><prop><x:getcontentlength>9"
        "</x:getcontentlength><getcontentlength> 5 </getcontentlength><resourcetype/>"
        "<getlastmodified>Tue, 24 Nov 2026 12:00:00 GMT</getlastmodified></prop>"
        "<status>HTTP/1.1 200 OK</status></propstat></response>"
        "<response><propstat><prop><getcontentlength>1</getcontentlength></prop></propstat>"
        "</response><response><href>/dav/%zz</href></response>"
        "<response><href>/dav/a/b</href></response><x:response><href>/dav/x</href></x:response>"
        "</multistatus>";
    WebDav store(net::parse_base_url("https://safe.example/dav/"),
                 std::make_unique<test::Scripted>(asked, [&](const test::Asked&) {
                     return net::Response{207, {}, test::bytes_of(text)};
                 }));
    std::vector<ObjectInfo> found;
    store.list("", [&](const ObjectInfo& info) {
        found.push_back(info);
        return true;
    });
    REQUIRE(found.size() == 1);
    CHECK(found[0].name.text() == "good");
    CHECK(found[0].size == 5);
    CHECK(found[0].modified == test::at("2026-11-24T12:00:00Z"));
    CHECK(found[0].version.empty());
}

TEST_CASE("webdav: its clock is that of the server") {
    DavServer server;
    server.clock = test::at("2031-01-01T00:00:00Z");
    CHECK(server.open()->clock() == server.clock);
}

TEST_CASE("webdav: temporary files over a day old go with a listing, by the server's clock") {
    DavServer server;
    auto store = server.open();
    put(*store, backup(1), "x");
    server.write("backups/.tresor-0123456789abcdef0123", "x", server.clock - Seconds(86401));
    server.write("backups/.tresor-fedcba9876543210fedc", "x", server.clock - Seconds(86399));
    server.write("backups/.other", "x", server.clock - Seconds(864010));
    list(*store, "config");
    CHECK(server.files.size() == 4);
    CHECK(list(*store).size() == 1);
    CHECK(server.names() == std::vector<std::string>{"backups/.other",
                                                     "backups/.tresor-fedcba9876543210fedc",
                                                     backup(1).text()});
}

TEST_CASE("webdav: a file that a removal has left aside comes back when it is looked for") {
    const std::string aside = "backups/.aside/0123456789abcdef." + backup(1).text().substr(8);
    auto left = [&](DavServer& server, std::string text, int age) {
        server.folders.insert({"/dav/backups/", "/dav/backups/.aside/"});
        server.write(aside, std::move(text), server.clock - Seconds(age));
    };
    for (const Kind& kind : kinds) {
        if (!kind.habits.moves || !kind.habits.respects_overwrite || !kind.habits.hidden_names ||
            (!kind.habits.whole_destinations && !kind.habits.path_destinations))
            continue;
        CAPTURE(kind.name);
        for (int way = 0; way < 4; ++way) {
            DavServer server(kind.habits);
            auto store = server.open();
            left(server, "text", 100);
            if (way == 0) CHECK(store->stat(backup(1)));
            if (way == 1) CHECK(get(*store, backup(1)) == "text");
            if (way == 2) CHECK(list(*store) == std::vector{backup(1).text()});
            if (way == 3) CHECK(store->remove(backup(1)));
            CHECK(server.names() ==
                  (way == 3 ? std::vector<std::string>() : std::vector{backup(1).text()}));
        }
        // The newer one has the name, whichever that is.
        for (int age : {50, 150}) {
            DavServer server(kind.habits);
            auto store = server.open();
            left(server, "aside", age);
            server.write(backup(1).text(), "named", server.clock - Seconds(100));
            CHECK(list(*store) == std::vector{backup(1).text()});
            CHECK(get(*store, backup(1)) == (age == 50 ? "aside" : "named"));
            CHECK(server.names() == std::vector{backup(1).text()});
        }
    }
}

TEST_CASE("webdav: a backup that is renewed at any moment of a removal on condition stays") {
    // Counts the requests of an undisturbed removal first.
    std::size_t requests = 0;
    for (std::size_t moment = 0; moment <= requests; ++moment) {
        CAPTURE(moment);
        DavServer server;
        auto store = server.open(), rival = server.open();
        put(*store, backup(1), "old");
        store->can();
        auto version = store->stat(backup(1)).value().version;
        CHECK_FALSE(version.empty());
        std::size_t seen = 0;
        server.clock += Seconds(10);
        server.before = [&](const test::Asked&) {
            if (moment == 0 || ++seen != moment) return;
            auto hook = std::exchange(server.before, {});
            put(*rival, backup(1), "renewed");
            server.before = hook;
        };
        std::size_t before = server.asked.size();
        std::string outcome = "removed";
        try {
            store->remove(backup(1), Condition::version(version));
        } catch (const Error& error) {
            outcome = name_of(error.code());
        }
        if (moment == 0) requests = server.asked.size() - before;
        server.before = {};
        if (moment == 0)
            CHECK(outcome == "removed");
        else
            CHECK(get(*rival, backup(1)) == "renewed");
        CHECK((outcome == "removed" || outcome == "conflict"));
        list(*rival);
        CHECK(server.files.size() == (moment == 0 ? 0 : 1));
    }
    CHECK(requests > 5);
}

TEST_CASE("webdav: a removal on condition that is cut short at any request loses nothing") {
    std::size_t requests = 0;
    for (std::size_t moment = 0; moment <= requests; ++moment) {
        CAPTURE(moment);
        DavServer server;
        auto store = server.open();
        put(*store, backup(1), "old");
        store->can();
        put(*store, backup(1), "renewed");
        auto version = Condition::version("\"1\"");
        std::size_t seen = 0;
        server.before = [&](const test::Asked&) {
            if (moment != 0 && ++seen >= moment) throw Error(Errc::unavailable, "cut");
        };
        std::size_t before = server.asked.size();
        CHECK_THROWS_AS(store->remove(backup(1), version), Error);
        if (moment == 0) requests = server.asked.size() - before;
        server.before = {};
        CHECK(get(*server.open(), backup(1)) == "renewed");
    }
    CHECK(requests > 1);
}

TEST_CASE("webdav: a sweep removes what has expired, and only that") {
    for (const Kind& kind : kinds) {
        CAPTURE(kind.name);
        DavServer server(kind.habits);
        auto store = server.open();
        put_limits(*store, {});
        put(*store, deep, "archive");
        for (unsigned i = 1; i <= 3; ++i) put(*store, backup(i), "x");
        for (auto& [path, file] : server.files)
            if (path.ends_with("1") || path.ends_with("zip") || path.ends_with("config"))
                file.modified = server.clock - std::chrono::days(200);
        Swept swept = sweep(*store, 180, store->clock().value());
        CHECK(swept.examined == 3);
        CHECK(swept.removed == 1);
        CHECK(list(*store) ==
              std::vector{backup(2).text(), backup(3).text(), config.text(), deep.text()});
    }
}

TEST_CASE("webdav: a probe that the network cuts short says no for this time only") {
    DavServer server;
    auto store = server.open();
    bool cut = true;
    server.before = [&](const test::Asked&) {
        if (cut) throw Error(Errc::unavailable, "cut");
    };
    CHECK_FALSE(store->can().conditional_remove);
    cut = false;
    CHECK(store->can().conditional_remove);
    CHECK(server.names().empty());
}

TEST_CASE("webdav: what it cannot do it says") {
    DavServer server(nginx());
    auto store = server.open();
    put(*store, config, "x");
    for (const Condition& condition : {Condition::absent(), Condition::version("x")})
        CHECK_THROWS_CODE(put(*store, config, "y", condition), Errc::unsupported);
    CHECK_THROWS_CODE(store->remove(config, Condition::version("x")), Errc::unsupported);
    CHECK_THROWS_CODE(store->remove(config, Condition::absent()), Errc::conflict);
    CHECK(store->describe() == "the WebDAV folder https://safe.example/dav/");
    DavServer exact;
    auto other = exact.open();
    ObjectName longest("a/" + std::string(239, 'x'));
    put(*other, longest, "x");
    CHECK(other->can().conditional_remove);
    CHECK_THROWS_CODE(other->remove(longest, Condition::version(other->stat(longest)->version)),
                      Errc::unsupported);
    CHECK(get(*other, longest) == "x");
}

namespace {

using Fault = DavServer::Fault;

// Each request of this method gets this answer, so many times.
std::function<std::optional<Fault>(const test::Asked&)> answering(std::string method, Fault fault,
                                                                  int times = 1'000'000) {
    return [=, left = times](const test::Asked& asked) mutable -> std::optional<Fault> {
        if (asked.method != method || left == 0) return std::nullopt;
        --left;
        return fault;
    };
}

std::size_t puts_in_place(const DavServer& server) {
    return static_cast<std::size_t>(
        std::count_if(server.asked.begin(), server.asked.end(), [](const test::Asked& asked) {
            return asked.method == "PUT" && asked.target.find("/.tresor-") == std::string::npos;
        }));
}

}  // namespace

TEST_CASE("webdav: a server that is away for a moment is no reason to write in place") {
    for (Fault fault : {Fault{502}, Fault{503}, Fault{500}, Fault{504}, Fault{507}}) {
        for (auto method : {"MOVE", "PUT"}) {
            CAPTURE(method);
            DavServer server;
            auto store = server.open();
            server.write("config", "old", server.clock);
            server.fault = answering(method, fault);
            CHECK_THROWS_CODE(put(*store, config, "new"), Errc::unavailable);
            CHECK(puts_in_place(server) == 0);
            CHECK(server.file("config")->content == "old");
            CHECK(server.names() == std::vector<std::string>{"config"});  // the temporary is gone
            server.fault = {};
            put(*store, config, "new");
            CHECK(puts_in_place(server) == 0);
            CHECK(server.file("config")->content == "new");
        }
    }
}

TEST_CASE("webdav: a single 502 is asked again another way, and the way that works is kept") {
    DavServer server(apache());
    auto store = server.open();
    server.fault = answering("MOVE", {502}, 1);
    put(*store, config, "one");
    put(*store, config, "two");
    CHECK(puts_in_place(server) == 0);
    CHECK(server.file("config")->content == "two");
    CHECK(count(server, "MOVE") == 4);  // whole, path, whole; whole
}

TEST_CASE("webdav: a server that has moved files is not believed that it cannot") {
    for (int status : {405, 501, 400}) {
        DavServer server;
        auto store = server.open();
        put(*store, config, "one");
        server.fault = answering("MOVE", {status});
        CHECK_THROWS_CODE(put(*store, config, "two"), Errc::unavailable);
        CHECK(server.file("config")->content == "one");
        CHECK(puts_in_place(server) == 0);
    }
}

TEST_CASE("webdav: only a name that is refused is a reason to do without a temporary file") {
    for (int status : {400, 401, 402, 410, 411, 413, 415, 423, 429}) {
        CAPTURE(status);
        DavServer server;
        auto store = server.open();
        server.fault = answering("PUT", {status});
        CHECK_THROWS_AS(put(*store, config, "x"), Error);
        CHECK(puts_in_place(server) == 0);
    }
    DavServer server({.hidden_names = false});
    auto store = server.open();
    struct Once final : ByteSource {
        std::optional<std::uint64_t> size() const override { return 0; }
        std::size_t read(ByteSpan) override { return 0; }
        void rewind() override { throw Error(Errc::io, "it can be read once only"); }
    } once;
    CHECK_THROWS_CODE(store->put(config, once), Errc::denied);  // and not io
}

TEST_CASE(
    "webdav: an upload that is cut or refused at any request leaves the old object or the new") {
    for (auto [code, status] : {std::pair(Errc::unavailable, 0),
                                {Errc::unavailable, 503},
                                {Errc::denied, 423},
                                {Errc::too_large, 413}}) {
        std::size_t requests = 0;
        for (std::size_t moment = 0; moment <= requests; ++moment) {
            DavServer server;
            auto store = server.open();
            server.write("backups/x", "", server.clock);
            server.folders.insert("/dav/backups/");
            server.write(backup(1).text(), "old", server.clock);
            std::size_t seen = 0;
            server.fault = [&, status = status](const test::Asked&) -> std::optional<Fault> {
                if (moment == 0 || ++seen != moment) return std::nullopt;
                if (status == 0) throw Error(Errc::unavailable, "cut");
                return Fault{status};
            };
            std::size_t before = server.asked.size();
            try {
                put(*store, backup(1), "new");
                CHECK(moment == 0);
            } catch (const Error& error) {
                CHECK(name_of(error.code()) == name_of(code));
            }
            if (moment == 0) requests = server.asked.size() - before;
            CHECK(server.file(backup(1).text())->content == (moment == 0 ? "new" : "old"));
            CHECK(server.names() == std::vector<std::string>{backup(1).text(), "backups/x"});
        }
        CHECK(requests == 2);
    }
}

TEST_CASE("webdav: folders are never removed, whatever they are called") {
    DavServer server;
    auto store = server.open();
    const std::string name = ".tresor-0123456789abcdef0123";
    server.folders.insert({"/dav/" + name + "/", "/dav/.tresor-archive/"});
    server.write(name + "/precious", "x", server.clock - std::chrono::days(9));
    server.write(".tresor-mine", "x", server.clock - std::chrono::days(9));
    list(*store);
    CHECK(server.files.size() == 2);
}

TEST_CASE("webdav: an answer that is lost and a request that libcurl sends again lose nothing") {
    // The file was moved aside, and the second MOVE finds nothing.
    DavServer server;
    auto store = server.open();
    store->can();
    put(*store, backup(1), "renewed");
    server.fault = [](const test::Asked& asked) -> std::optional<Fault> {
        bool aside = net::header_of(asked.headers, "Destination").value_or("").find("/.aside/") !=
                     std::string_view::npos;
        return aside ? std::optional(Fault{404, true}) : std::nullopt;
    };
    CHECK_THROWS_CODE(store->remove(backup(1), Condition::version("\"1\"")), Errc::conflict);
    CHECK(store->remove(backup(1), Condition::version(store->stat(backup(1))->version)));
    CHECK(server.names().empty());
    put(*store, backup(1), "x");
    server.fault = answering("DELETE", {404, true});
    CHECK(store->remove(backup(1)));
    CHECK(server.names().empty());
}

TEST_CASE("webdav: a removal of which a part failed is none") {
    DavServer server;
    auto store = server.open();
    put(*store, config, "x");
    server.fault = answering("DELETE", {207});
    CHECK_THROWS_CODE(store->remove(config), Errc::denied);
    CHECK(server.file("config") != nullptr);
}

TEST_CASE("webdav: a server that gives no name back is not asked for ever") {
    for (int status : {404, 409, 412}) {
        DavServer server;
        auto store = server.open();
        server.folders.insert({"/dav/backups/", "/dav/backups/.aside/"});
        server.write("backups/.aside/0123456789abcdef." + backup(1).text().substr(8), "x",
                     server.clock);
        server.fault = answering("MOVE", {status});
        CHECK_THROWS_CODE(store->stat(backup(1)), Errc::unavailable);
        CHECK(server.asked.size() < 1000);
        CHECK(server.files.size() == 1);
    }
}

TEST_CASE("webdav: a foreign file in the place aside is nobody's business") {
    DavServer server;
    auto store = server.open();
    server.folders.insert({"/dav/backups/", "/dav/backups/.aside/"});
    for (auto name : {"README", "0123456789abcdef", "0123456789abcdef.", "x123456789abcdef.a"})
        server.write(std::string("backups/.aside/") + name, "x", server.clock);
    CHECK_FALSE(store->stat(backup(1)));
    CHECK(server.asked.size() < 10);
    CHECK(server.files.size() == 4);
}

TEST_CASE("webdav: a tree without end is not walked to its end") {
    std::vector<test::Asked> asked;
    WebDav store(net::parse_base_url("https://safe.example/"),
                 std::make_unique<test::Scripted>(asked, [](const test::Asked& one) {
                     std::string path =
                         one.target.substr(std::string("https://safe.example").size());
                     std::string text = "<multistatus xmlns='DAV:'>";
                     for (auto child : {"", "a/", "b/"})
                         text += "<response><href>" + path + child +
                                 "</href><propstat><prop><resourcetype><collection/></resourcetype>"
                                 "</prop></propstat></response>";
                     return net::Response{207, {}, test::bytes_of(text + "</multistatus>")};
                 }));
    CHECK_THROWS_CODE(list(store), Errc::too_large);
    CHECK(asked.size() < 11000);
}

TEST_CASE("webdav: what a transport throws that is no Error of ours goes through") {
    DavServer server;
    auto store = server.open();
    server.before = [](const test::Asked& asked) {
        if (asked.method != "PUT") throw std::runtime_error("a progress function of somebody");
    };
    CHECK_THROWS_AS(put(*store, config, "x"), std::runtime_error);
}
