// A Safe server as a store: through our own handlers, and as other servers answer (safe.md 11.4).

#include <tresor/storage/safe_server.hpp>

#include <tresor/backup_id.hpp>
#include <tresor/client.hpp>
#include <tresor/storage/check.hpp>
#include <tresor/storage/retention.hpp>

#include "net/scripted.hpp"
#include "server/in_process.hpp"
#include "storage/stores.hpp"

using namespace tresor;
using namespace tresor::storage;
using net::header_of;
using net::Response;
using test::Asked;
using test::backup;

namespace {

net::BaseUrl base(std::string_view typed = "https://safe.example/") {
    return net::parse_base_url(typed);
}

// A store over a function that answers.
struct Mock {
    explicit Mock(test::Answering answer)
        : store(base(), std::make_unique<test::Scripted>(asked, std::move(answer))) {}
    std::vector<Asked> asked;
    SafeServer store;
};

Mock always(int status, net::Headers headers = {}, std::string_view body = {}) {
    return Mock([=, text = test::bytes_of(body)](const Asked&) {
        return Response{status, headers, text};
    });
}

Errc code_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.code();
    }
    return Errc::internal;
}

bool has(const Asked& asked, std::string_view name, std::string_view value) {
    return header_of(asked.headers, name) == value;
}

FoundLimits limits_of(std::string_view config) {
    auto mock = always(200, {}, config);
    return get_limits(mock.store);
}

// What a third party's server does with one request, as safe.md 12.2 has it.
struct ThirdParty {
    std::map<std::string, std::string> objects;
    bool sekursranko;

    Response answer(const Asked& asked) {
        auto agent = header_of(asked.headers, "User-Agent").value_or("");
        bool good_agent = sekursranko ? agent.find("Threema") != agent.npos : agent == "Threema";
        if (!good_agent) return {400, {}, {}};
        std::string path = asked.target.substr(std::string("https://safe.example").size());
        if (path == "/config") return config(asked);
        std::string id = path.substr(std::min<std::size_t>(path.size(), 9));
        if (!path.starts_with("/backups/") || !BackupId::parse(id)) return {404, {}, {}};
        if (asked.method == "PUT") return put(asked, id);
        bool head = asked.method == "HEAD";
        if (asked.method == "GET" || (head && sekursranko)) return get(asked, id, head);
        if (asked.method == "DELETE" && objects.erase(id) > 0)
            return {sekursranko ? 204 : 200, {}, {}};
        return {404, {}, {}};
    }
    Response config(const Asked& asked) const {
        auto accept = header_of(asked.headers, "Accept").value_or("");
        if (asked.method != "GET") return {405, {}, {}};
        if (sekursranko && !accept.starts_with("application/json")) return {400, {}, {}};
        return {200, {}, test::bytes_of("{\"maxBackupBytes\": 524288, \"retentionDays\": 180}")};
    }
    Response put(const Asked& asked, const std::string& id) {
        if (!has(asked, "Content-Type", "application/octet-stream")) return {400, {}, {}};
        if (asked.body.size() > 524288) return {sekursranko ? 413 : 400, {}, {}};
        if (!sekursranko && asked.body.empty()) return {400, {}, {}};
        bool replaces = objects.contains(id);
        objects[id] = asked.body;
        return {!sekursranko ? 200 : replaces ? 204 : 201, {}, {}};
    }
    Response get(const Asked& asked, const std::string& id, bool head) const {
        if (sekursranko && !has(asked, "Accept", "application/octet-stream")) return {400, {}, {}};
        if (!objects.contains(id)) return {404, {}, {}};
        Response response{200, {}, test::bytes_of(objects.at(id))};
        response.headers.push_back({"Content-Length", std::to_string(response.body.size())});
        if (!sekursranko)
            response.headers.push_back({"Last-Modified", "Tue, 24 Nov 2026 12:00:00 GMT"});
        if (head) response.body.clear();
        return response;
    }
};

}  // namespace

TEST_CASE("safe server: our own handlers conform, without a socket between") {
    Memory memory;
    put_limits(memory, {});
    server::Throttle throttle;
    SafeServer store(base(), std::make_unique<test::InProcess>(memory, throttle));
    SafeServer again(base(), std::make_unique<test::InProcess>(memory, throttle));
    auto answers = check(store, {.again = &again, .credentials = {}, .largest = 300000});
    CHECK(answers.size() == 18);
    for (const Answer& answer : answers) CHECK_MESSAGE(answer.ok, answer.name, ": ", answer.detail);
    CHECK(test::list(memory) == std::vector<std::string>{"config"});
}

TEST_CASE("safe server: the whole life of a Safe on our own handlers") {
    Memory memory;
    put_limits(memory, {});
    server::Throttle throttle;
    SafeServer store(base(), std::make_unique<test::InProcess>(memory, throttle));
    struct States final : client::StateStore {
        struct Free final : Lock {};
        std::unique_ptr<Lock> lock() override { return std::make_unique<Free>(); }
        std::optional<client::State> load() override {
            if (text.empty()) return std::nullopt;
            return client::parse_state(text.expose());
        }
        void save(const client::State& state) override { text = client::format_state(state); }
        SecretBytes text;
    } states;
    client::SafeClient phone(place(store), states);
    safe::Backup account{safe::User(PrivateKey(Bytes(32, 7)))};
    ThreemaId id("ECHOECHO");
    Password password("three quiet otters");
    Timestamp now = test::at("2026-11-24T12:00:00Z");
    CHECK(phone.enable(password, id, account, now).kind == client::Outcome::Kind::uploaded);
    CHECK_THROWS_CODE(phone.enable(password, id, account, now), Errc::conflict);
    account.user.nickname = "zoe";
    CHECK(phone.tick(account, now + std::chrono::hours(24)).kind ==
          client::Outcome::Kind::uploaded);
    CHECK_FALSE(phone.verify().differs);
    auto restored = client::restore(place(store), password, id);
    CHECK(restored.json == safe::export_backup(account));
    CHECK(restored.modified.has_value());
    CHECK(phone.disable());
    CHECK(test::list(memory) == std::vector<std::string>{"config"});
}

TEST_CASE("H-1: the headers of every operation") {
    auto mock = always(200, {{"Content-Length", "4"}}, "text");
    test::put(mock.store, backup(1), "sealed");
    test::get(mock.store, backup(1));
    mock.store.stat(backup(1));
    mock.store.remove(backup(1));
    test::get(mock.store, ObjectName("config"));
    REQUIRE(mock.asked.size() == 5);
    const char* methods[] = {"PUT", "GET", "HEAD", "DELETE", "GET"};
    for (std::size_t i = 0; i < 5; ++i) {
        const Asked& asked = mock.asked[i];
        CHECK(asked.method == methods[i]);
        CHECK(asked.target == "https://safe.example/" + (i == 4 ? "config" : backup(1).text()));
        CHECK(has(asked, "User-Agent", "Threema"));
        CHECK_FALSE(header_of(asked.headers, "Cookie"));
        CHECK_FALSE(header_of(asked.headers, "If-Match"));
    }
    CHECK(has(mock.asked[0], "Content-Type", "application/octet-stream"));
    CHECK(mock.asked[0].body == "sealed");
    CHECK(has(mock.asked[1], "Accept", "application/octet-stream"));
    CHECK(has(mock.asked[2], "Accept", "application/octet-stream"));
    CHECK_FALSE(header_of(mock.asked[3].headers, "Accept"));
    CHECK(has(mock.asked[4], "Accept", "application/json"));
}

TEST_CASE("H-2: a put that is answered 200, 201, 202 or 204 went well") {
    for (int status : {200, 201, 202, 204}) {
        auto mock = always(status);
        CHECK(test::put(mock.store, backup(1), "sealed").size == 6);
        CHECK(mock.asked.size() == 1);
    }
}

TEST_CASE("H-3: what a refused put means") {
    const std::tuple<int, Errc, const char*> refusals[] = {
        {413, Errc::too_large, "too large"},
        {400, Errc::denied, "400"},
        {409, Errc::denied, "create the folder backups"},
        {404, Errc::denied, "create the folder backups"},
        {500, Errc::unavailable, "create the folder backups"},
        {507, Errc::unavailable, "full"},
        {403, Errc::denied, "not allowed"},
        {301, Errc::denied, "elsewhere"}};
    for (auto [status, code, words] : refusals) {
        auto mock = always(status);
        try {
            test::put(mock.store, backup(1), "sealed");
            FAIL("it was taken");
        } catch (const Error& error) {
            CHECK(name_of(error.code()) == name_of(code));
            CHECK(std::string(error.what()).find(words) != std::string::npos);
            CHECK(error.http_status == status);
        }
    }
}

TEST_CASE("H-4: what a refused get means") {
    auto absent = always(404);
    CHECK_FALSE(test::get(absent.store, backup(1)));
    for (auto [status, code] : {std::pair{401, Errc::denied},
                                {403, Errc::denied},
                                {429, Errc::unavailable},
                                {500, Errc::unavailable}}) {
        auto mock = always(status, {{"Retry-After", "60"}});
        try {
            test::get(mock.store, backup(1));
            FAIL("it was there");
        } catch (const Error& error) {
            CHECK(name_of(error.code()) == name_of(code));
            CHECK(error.http_status == status);
            CHECK(error.retry_after.has_value() == (code == Errc::unavailable));
            if (error.retry_after) CHECK(*error.retry_after == Seconds(60));
        }
    }
    Mock silent([](const Asked&) -> Response { throw Error(Errc::unavailable, "time limit"); });
    CHECK(code_of([&] { test::get(silent.store, backup(1)); }) == Errc::unavailable);
}

TEST_CASE("H-5: what a server says of its limits") {
    CHECK(limits_of("{\"maxBackupBytes\":4096,\"retentionDays\":30,\"x\":[]}").findings.empty());
    CHECK(limits_of("\xEF\xBB\xBF{\"maxBackupBytes\":4096,\"retentionDays\":30}")
              .limits.max_backup_bytes == 4096);
    auto strings = limits_of("{\"maxBackupBytes\":\"4096\",\"retentionDays\":30.0}");
    CHECK(strings.limits.max_backup_bytes == 4096);
    CHECK(strings.findings.size() == 1);
    auto huge = limits_of("{\"maxBackupBytes\":1e18,\"retentionDays\":-5}");
    CHECK(huge.limits.max_backup_bytes == 2147483648);
    CHECK(huge.limits.retention_days == 1);
    CHECK(huge.findings.size() == 2);
    CHECK(limits_of("{\"maxBackupBytes\":1,\"retentionDays\":0}").limits.retention_days == 180);
    for (auto bad : {"{}", "[]", "{\"maxBackupBytes\":4096}", "<html></html>", "",
                     "{\"maxBackupBytes\":[],\"retentionDays\":30}"})
        CHECK(code_of([&] { limits_of(bad); }) == Errc::malformed);
    CHECK(code_of([&] { limits_of(std::string(10 << 20, ' ')); }) == Errc::too_large);
    auto missing = always(404);
    CHECK(code_of([&] { get_limits(missing.store); }) == Errc::not_found);
}

TEST_CASE("H-8: a removal that is answered 200, 204 or 404 leaves nothing") {
    for (int status : {200, 204}) {
        auto mock = always(status);
        CHECK(mock.store.remove(backup(1)));
    }
    auto gone = always(404);
    CHECK_FALSE(gone.store.remove(backup(1)));
    auto denied = always(403);
    CHECK(code_of([&] { denied.store.remove(backup(1)); }) == Errc::denied);
}

TEST_CASE("H-9: a blob of exactly maxBackupBytes goes up, one byte more is refused here") {
    safe::Backup account{safe::User(PrivateKey(Bytes(32, 7)))};
    account.info.device = std::string(2000, 'x');
    std::size_t size = safe::container_size(safe::export_backup(account).size());
    for (std::size_t most : {size, size - 1}) {
        Memory memory;
        put_limits(memory, {most, 180});
        server::Throttle throttle;
        SafeServer store(base(), std::make_unique<test::InProcess>(memory, throttle));
        struct Never final : client::StateStore {
            struct Free final : Lock {};
            std::unique_ptr<Lock> lock() override { return std::make_unique<Free>(); }
            std::optional<client::State> load() override { return std::nullopt; }
            void save(const client::State&) override {}
        } states;
        client::SafeClient phone(place(store), states);
        auto enable = [&] {
            phone.enable(Password("three quiet otters"), ThreemaId("ECHOECHO"), account, now());
        };
        if (most == size)
            enable();
        else
            CHECK_THROWS_CODE(enable(), Errc::too_large);
        CHECK(test::list(memory).size() == (most == size ? 2 : 1));
    }
}

TEST_CASE("H-10: a download stops where the caller has enough") {
    auto mock = always(200, {}, std::string(100000, 'x'));
    MemorySink sink(50000);
    CHECK(code_of([&] { mock.store.get(backup(1), sink); }) == Errc::too_large);
}

TEST_CASE("H-11: sekursranko and eee-safe, as they answer, take a whole life") {
    for (bool sekursranko : {true, false}) {
        CAPTURE(sekursranko);
        ThirdParty party{{}, sekursranko};
        Mock mock([&](const Asked& asked) { return party.answer(asked); });
        CHECK(get_limits(mock.store).limits == Limits());
        CHECK_FALSE(mock.store.stat(backup(1)));
        CHECK_FALSE(test::get(mock.store, backup(1)));
        test::put(mock.store, backup(1), "first");
        test::put(mock.store, backup(1), "second");
        CHECK(test::get(mock.store, backup(1)) == "second");
        auto found = mock.store.stat(backup(1));  // eee-safe knows no HEAD
        REQUIRE(found);
        CHECK(found->size == 6);
        CHECK(found->modified.has_value() == !sekursranko);
        CHECK_FALSE(mock.store.stat(backup(2)));
        CHECK(mock.store.remove(backup(1)));
        CHECK_FALSE(mock.store.remove(backup(1)));
        CHECK_FALSE(mock.store.stat(backup(1)));
        std::string large(524289, 'x');
        CHECK(code_of([&] { test::put(mock.store, backup(1), large); }) ==
              (sekursranko ? Errc::too_large : Errc::denied));
        CHECK(party.objects.empty());
    }
}

TEST_CASE("safe server: once a HEAD has found something, a 404 to it is believed") {
    Memory memory;
    server::Throttle throttle;
    std::vector<std::string> methods;
    Mock mock([&](const Asked& asked) {
        methods.push_back(asked.method);
        net::Request request;
        request.method = asked.method;
        request.target = asked.target.substr(std::string("https://safe.example").size());
        request.headers = asked.headers;
        return server::handle(request, memory, throttle, now());
    });
    test::put(memory, backup(1), "x");
    CHECK_FALSE(mock.store.stat(backup(2)));
    CHECK(mock.store.stat(backup(1)));
    CHECK_FALSE(mock.store.stat(backup(2)));
    CHECK(methods == std::vector<std::string>{"HEAD", "GET", "HEAD", "HEAD"});
}

TEST_CASE("safe server: what it does not have is unsupported, and nothing is asked") {
    auto mock = always(200);
    for (auto name : {"data-backups/a.zip", "backups/x", "backups", "config.json"}) {
        ObjectName odd{name};
        CHECK(code_of([&] { test::put(mock.store, odd, "x"); }) == Errc::unsupported);
        CHECK(code_of([&] { test::get(mock.store, odd); }) == Errc::unsupported);
        CHECK(code_of([&] { mock.store.stat(odd); }) == Errc::unsupported);
        CHECK(code_of([&] { mock.store.remove(odd); }) == Errc::unsupported);
    }
    CHECK(code_of([&] { test::put(mock.store, ObjectName("config"), "x"); }) == Errc::unsupported);
    CHECK(code_of([&] { mock.store.remove(ObjectName("config")); }) == Errc::unsupported);
    CHECK(code_of([&] { test::list(mock.store); }) == Errc::unsupported);
    for (const Condition& condition : {Condition::absent(), Condition::version("x")}) {
        CHECK(code_of([&] { test::put(mock.store, backup(1), "x", condition); }) ==
              Errc::unsupported);
        CHECK(code_of([&] { mock.store.remove(backup(1), condition); }) == Errc::unsupported);
    }
    CHECK_FALSE(mock.store.clock());
    CHECK(mock.asked.empty());
}

TEST_CASE("safe server: a source without a size is sent with its length") {
    auto mock = always(201);
    struct Unsized final : ByteSource {
        std::optional<std::uint64_t> size() const override { return std::nullopt; }
        std::size_t read(ByteSpan into) override {
            if (left == 0) return 0;
            --left;
            into[0] = 'x';
            return 1;
        }
        void rewind() override { left = 3; }
        int left = 3;
    } source;
    CHECK(mock.store.put(backup(1), source).size == 3);
    CHECK(mock.asked[0].body == "xxx");
}

TEST_CASE("safe server: it shows where it is, and no password") {
    std::vector<Asked> asked;
    SafeServer store(base("https://alice:s3cret@safe.example/dav"),
                     std::make_unique<test::Scripted>(asked, [](const Asked&) {
                         return Response{404, {}, {}};
                     }));
    CHECK(store.describe() == "the Safe server https://safe.example/dav/");
    store.remove(backup(1));
    CHECK(asked[0].authorization == "Basic YWxpY2U6czNjcmV0");
    CHECK(asked[0].target.find("alice") == std::string::npos);
    CHECK(code_of([] { SafeServer(base("https://safe-{backupIdPrefix8}.example/"), nullptr); }) ==
          Errc::invalid_argument);
}
