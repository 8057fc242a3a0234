#include "safe_service.hpp"

#include <tresor/storage/directory.hpp>

#include "switched.hpp"

using namespace tresor;
using namespace safe_server;
using Next = Admission::Next;

namespace {

const std::string id(64, 'a');
const std::string hash = "$2y$04$zbQbm8sIsCmk25GUePXtWO0R37/WywLKGRDIPrQVFbFJkgIKhIi3.";
const char alice[] = "Basic YWxpY2U6b3BlbiBzZXNhbWU=";  // alice:open sesame

// A folder, with accounts or without.
struct World {
    test::TemporaryFolder folder;
    test::Silent silent;
    Log& log = silent.log;
    Metrics metrics{now()};
    std::optional<Stores> stores;
    std::optional<ConfigCache> config;
    Gate gate{Accounts(as_bytes("alice:" + hash + "\n"))};
    std::optional<SafeService> service;

    explicit World(bool accounts = false) {
        storage::Directory::create(folder / "safe");
        storage::Directory store(folder / "safe");
        storage::put_limits(store, {4096, 30});
        stores.emplace(StoreOptions{.location = (folder / "safe").string()}, 2u);
        config.emplace(stores->open(), std::nullopt, log);
        service.emplace(*stores, *config, accounts ? &gate : nullptr, log, metrics);
    }

    net::Request request(std::string method, std::string target) const {
        net::Request made;
        made.method = std::move(method);
        made.target = std::move(target);
        made.headers = {{"User-Agent", "Threema"}};
        made.peer = "192.0.2.1";
        return made;
    }
    net::Request put_of(std::size_t size) const {
        auto made = request("PUT", "/backups/" + id);
        made.headers.push_back({"Content-Type", "application/octet-stream"});
        made.headers.push_back({"Content-Length", std::to_string(size)});
        return made;
    }
    int put(std::string_view body) {
        MemorySource source(as_bytes(body));
        auto made = put_of(body.size());
        made.body = &source;
        return service->answer(made, 1).status;
    }
    Next next(const net::Request& head) { return service->admit(head).next; }
    int refused(const net::Request& head) {
        auto admission = service->admit(head);
        return admission.next == Next::refuse ? admission.refusal.status : 0;
    }
};

}  // namespace

TEST_CASE("safe service: of a folder, what reads is answered here, what writes by a worker") {
    World w;
    CHECK(w.next(w.request("GET", "/config")) == Next::answer_here);
    CHECK(w.next(w.request("GET", "/healthz")) == Next::answer_here);
    CHECK(w.next(w.request("GET", "/backups/" + id)) == Next::answer_here);
    CHECK(w.next(w.request("HEAD", "/backups/" + id)) == Next::answer_here);
    CHECK(w.next(w.request("DELETE", "/backups/" + id)) == Next::answer_on_worker);
    CHECK(w.next(w.put_of(4096)) == Next::answer_on_worker);
    CHECK(w.refused(w.put_of(4097)) == 413);
    CHECK(w.refused(w.request("PUT", "/backups/" + id)) == 411);
    CHECK(w.refused(w.request("POST", "/config")) == 405);
    CHECK(w.refused(w.request("GET", "/backups/x")) == 400);
}

TEST_CASE("safe service: a backup goes in and comes out, by any thread") {
    World w;
    CHECK(w.put("sealed") == 201);
    CHECK(w.put("sealed again") == 204);
    for (unsigned worker : {0u, 1u, 2u}) {
        auto got = w.service->answer(w.request("GET", "/backups/" + id), worker);
        CHECK(got.status == 200);
        CHECK(test::text_of(got.body) == "sealed again");
    }
    CHECK(w.service->answer(w.request("GET", "/config"), 0).status == 200);
    CHECK(w.service->answer(w.request("GET", "/healthz"), 0).status == 200);
    CHECK(w.service->answer(w.request("DELETE", "/backups/" + id), 2).status == 204);
    CHECK(w.service->answer(w.request("GET", "/backups/" + id), 0).status == 404);
    CHECK(w.metrics.uploads_now == 0);
}

TEST_CASE("safe service: with accounts only healthz is for everybody") {
    World w(true);
    CHECK(w.next(w.request("GET", "/healthz")) == Next::answer_here);
    for (auto target : {std::string("/config"), "/backups/" + id})
        CHECK(w.refused(w.request("GET", target)) == 401);
    // What is wrong for everybody costs no hash.
    auto odd = w.request("GET", "/nothing");
    odd.authorization = SecretBytes(as_bytes(alice));
    CHECK(w.refused(odd) == 404);
    auto put = w.put_of(5);
    put.authorization = SecretBytes(as_bytes(alice));
    CHECK(w.next(put) == Next::ask_worker_first);
    CHECK_FALSE(w.service->authenticate(put));
    CHECK(w.next(put) == Next::answer_on_worker);
    auto get = w.request("GET", "/backups/" + id);
    get.authorization = SecretBytes(as_bytes(alice));
    CHECK(w.next(get) == Next::answer_here);
    get.authorization = SecretBytes(as_bytes("Basic YWxpY2U6b3Blbg=="));  // alice:open
    CHECK(w.next(get) == Next::ask_worker_first);
    auto refused = w.service->authenticate(get);
    REQUIRE(refused);
    CHECK(refused->status == 401);
    CHECK(w.metrics.wrong_passwords == 1);
}

TEST_CASE("safe service: when the folder goes away, the answer is to come again, and no more") {
    World w;
    CHECK(w.put("sealed") == 201);
    std::filesystem::rename(w.folder / "safe", w.folder / "away");
    for (const auto& asked : {w.request("GET", "/backups/" + id), w.request("GET", "/healthz"),
                              w.request("DELETE", "/backups/" + id)}) {
        auto answer = w.service->answer(asked, 1);
        CHECK(answer.status == 503);
        CHECK(net::header_of(answer.headers, "Retry-After").has_value());
        CHECK(test::text_of(answer.body).find("safe") == std::string::npos);
    }
    CHECK(w.put("other") == 503);
    CHECK(w.metrics.text({}).find("tresor_store_errors_total{error=\"unavailable\"} 4\n") !=
          std::string::npos);
    std::filesystem::rename(w.folder / "away", w.folder / "safe");
    CHECK(w.put("other") == 204);
}

TEST_CASE("safe service: unknown ids are throttled and counted") {
    World w;
    for (int i = 0; i < 70; ++i) w.service->answer(w.request("GET", "/backups/" + id), 0);
    CHECK(w.service->answer(w.request("GET", "/backups/" + id), 0).status == 429);
    CHECK(w.metrics.throttled_ids > 0);
    CHECK(w.put("sealed") == 201);
}

TEST_CASE("stores: one location for all ids, shared where that can be") {
    CHECK_THROWS_CODE(Stores(StoreOptions{.location = "threema:"}, 1), Errc::invalid_argument);
    CHECK_THROWS_CODE(Stores(StoreOptions{.location = "https://safe-{backupIdPrefix8}.x/"}, 1),
                      Errc::invalid_argument);
    CHECK_THROWS_CODE(Stores(StoreOptions{.location = "nowhere:x"}, 1), Errc::unsupported);
    Stores memory(StoreOptions{.location = "memory:"}, 3);
    CHECK(memory.is_local());
    test::put(memory.of(1), test::backup(1), "x");
    CHECK(test::get(memory.of(3), test::backup(1)) == "x");
    CHECK(test::get(*memory.open(), test::backup(1)) == "x");
    Stores network(StoreOptions{.location = "https://safe.example/"}, 2);
    CHECK_FALSE(network.is_local());
    CHECK(&network.of(1) != &network.of(2));
    CHECK(&network.of(1) == &network.of(1));
}
