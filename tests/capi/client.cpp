// The Safe of one account by the C library.

#include "capi/c.hpp"

using namespace test::c;

namespace {

struct World {
    World() {
        open(store, "memory:");
        tresor_limits limits = TRESOR_LIMITS_INIT;
        NEED(tresor_limits_put(store, &limits));
        NEED(tresor_states_open(states.out(), (folder / "state").c_str()));
        NEED(tresor_client_create(client.out(), states, store, nullptr));
    }
    int enable(int replace = 0, std::string_view word = password, const char* identity = id) {
        return tresor_client_enable(&outcome, findings.out(), client, word.data(), word.size(),
                                    identity, account.data(), account.size(), nullptr, "a.json",
                                    replace, start);
    }
    int tick(std::int64_t now, std::string_view json = account, int force = 0) {
        return tresor_client_tick(&outcome, findings.out(), client, json.data(), json.size(), force,
                                  now);
    }
    std::string said() const {
        return std::string(tresor_outcome_name(outcome.kind)) + " " +
               tresor_reason_name(outcome.reason);
    }

    test::TemporaryFolder folder;
    Store store;
    States states;
    Client client;
    tresor_outcome outcome{};
    Buf findings;
};

std::string changed() {
    std::string json(account);
    return json.replace(json.find("zoe"), 3, "ada");
}

}  // namespace

TEST_CASE("capi: the whole life of a Safe") {
    World w;
    NEED(w.enable());
    CHECK(w.said() == "uploaded never_uploaded");
    CHECK(w.outcome.next_due == start + 86400);
    CHECK(w.findings.text().find("/settings") != std::string_view::npos);
    FAILS(w.enable(), TRESOR_CONFLICT);
    CHECK(w.outcome.next_due == TRESOR_NEVER);
    NEED(w.tick(start + 3600));
    CHECK(w.said() == "unchanged unchanged");
    NEED(w.tick(start + 3600, changed()));
    CHECK(w.said() == "grace grace");
    NEED(w.tick(start + 86400, changed()));
    CHECK(w.said() == "uploaded changed");
    NEED(w.tick(start + 86401, changed(), 1));
    CHECK(w.said() == "uploaded forced");
    int differs = 1, removed = 0;
    std::int64_t last = 0, modified = 0, due = 0;
    NEED(tresor_client_verify(&differs, &last, &modified, w.findings.out(), w.client));
    CHECK(differs == 0);
    CHECK(last == start + 86401);
    CHECK(modified > 0);
    Buf status;
    NEED(tresor_client_status(status.out(), w.client, start + 90000));
    CHECK(status.text().starts_with("{\"enabled\":true,\"identity\":\"ECHOECHO\""));
    CHECK(status.text().find("master") == std::string_view::npos);
    GOOD(tresor_client_next_due(&due, w.client, start + 90000));
    CHECK(due == start + 86401 + 86400);

    std::string_view word = "three quiet otters";
    NEED(tresor_client_change_password(&w.outcome, w.findings.out(), w.client, word.data(),
                                       word.size(), nullptr, 0, start + 90000));
    Buf lost;
    NEED(tresor_safe_restore(lost.out(), &modified, w.findings.out(), nullptr, w.store, word.data(),
                             word.size(), id));
    CHECK(lost.text().find("\"nickname\":\"ada\"") != std::string_view::npos);
    FAILS(tresor_safe_restore(lost.out(), &modified, nullptr, nullptr, w.store, password, 14, id),
          TRESOR_NOT_FOUND);
    CHECK(lost.buf.data == nullptr);
    NEED(tresor_client_disable(&removed, w.client, 0));
    CHECK(removed == 1);
    NEED(w.tick(start + 100000));
    CHECK(w.said() == "disabled disabled");
    GOOD(tresor_client_next_due(&due, w.client, start));
    CHECK(due == TRESOR_NEVER);
    NEED(tresor_client_status(status.out(), w.client, start));
    CHECK(status.text().find("\"store\":null") != std::string_view::npos);
}

TEST_CASE("capi: a client restores and goes on") {
    World w;
    NEED(w.enable());
    States other;
    NEED(tresor_states_open(other.out(), (w.folder / "new phone").c_str()));
    Client phone;
    NEED(tresor_client_create(phone.out(), other, w.store, nullptr));
    Buf lost;
    std::int64_t modified = 0;
    NEED(tresor_client_restore(lost.out(), &modified, w.findings.out(), phone, password, 14, id,
                               nullptr, nullptr, start));
    CHECK(lost.text().find("zoe") != std::string_view::npos);
    NEED(
        tresor_client_tick(&w.outcome, nullptr, phone, lost.buf.data, lost.buf.size, 0, start + 1));
    CHECK(w.said() == "uploaded never_uploaded");
    FAILS(tresor_client_restore(lost.out(), &modified, nullptr, phone, password, 14, id, nullptr,
                                nullptr, start),
          TRESOR_CONFLICT);
}

TEST_CASE("capi: a place is opened as it was noted, and its password kept apart") {
    test::TemporaryFolder folder;
    std::string location = (folder / "safe").string(), state = (folder / "state").string();
    Store store;
    open(store, location, true);
    tresor_limits limits = TRESOR_LIMITS_INIT;
    NEED(tresor_limits_put(store, &limits));
    States states;
    NEED(tresor_states_open(states.out(), state.c_str()));
    Client client;
    NEED(tresor_client_create(client.out(), states, nullptr, nullptr));
    Place near(location);
    NEED(tresor_client_enable(nullptr, nullptr, client, password, 14, id, account.data(),
                              account.size(), &near, nullptr, 0, start));
    GOOD(
        tresor_client_tick(nullptr, nullptr, client, account.data(), account.size(), 1, start + 9));
    // A server that is not there: the failure is noted, with how it would be reached.
    FarPlace place;
    FAILS(tresor_client_enable(nullptr, nullptr, client, password, 14, id, account.data(),
                               account.size(), &place, nullptr, 1, start),
          TRESOR_UNAVAILABLE);
    CHECK(test::text_of(test::read_file(state)).find(location) != std::string::npos);
    tresor_buf lost = TRESOR_BUF_INIT;
    FAILS(tresor_safe_restore(&lost, nullptr, nullptr, &place, nullptr, password, 14, id),
          TRESOR_UNAVAILABLE);
    FAILS(tresor_safe_restore(&lost, nullptr, nullptr, &place, store, password, 14, id),
          TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_safe_restore(&lost, nullptr, nullptr, nullptr, nullptr, password, 14, id),
          TRESOR_INVALID_ARGUMENT);
    place.timeout = -3;
    FAILS(tresor_client_enable(nullptr, nullptr, client, password, 14, id, account.data(),
                               account.size(), &place, nullptr, 1, start),
          TRESOR_INVALID_ARGUMENT);
}

TEST_CASE("capi: an account that cannot be read is a failure of the tick, and noted") {
    World w;
    NEED(w.enable());
    FAILS(w.tick(start + 86400, "[]"), TRESOR_MALFORMED);
    Buf status;
    NEED(tresor_client_status(status.out(), w.client, start + 86400));
    CHECK(status.text().find("\"last_outcome\":\"failed\"") != std::string_view::npos);
    NEED(w.tick(start + 86401));
    CHECK(w.said() == "uploaded after_failure");
}

TEST_CASE("capi: nothing is on: not found") {
    World w;
    int out = 0;
    std::int64_t due = 0;
    Buf json;
    FAILS(w.tick(start), TRESOR_NOT_FOUND);
    FAILS(tresor_client_verify(&out, nullptr, nullptr, nullptr, w.client), TRESOR_NOT_FOUND);
    FAILS(tresor_client_disable(&out, w.client, 0), TRESOR_NOT_FOUND);
    FAILS(tresor_client_status(json.out(), w.client, start), TRESOR_NOT_FOUND);
    FAILS(tresor_client_next_due(&due, w.client, start), TRESOR_NOT_FOUND);
    FAILS(
        tresor_client_change_password(nullptr, nullptr, w.client, "abcdefgh", 8, nullptr, 0, start),
        TRESOR_NOT_FOUND);
    FAILS(w.enable(0, "word", "nobody"), TRESOR_INVALID_ARGUMENT);
    FAILS(w.enable(0, ""), TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_client_enable(nullptr, nullptr, w.client, password, 14, id, account.data(),
                               account.size(), nullptr, "\xFF", 0, start),
          TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_client_enable(nullptr, nullptr, w.client, password, 14, id, account.data(),
                               account.size(), nullptr, nullptr, 0, INT64_MAX),
          TRESOR_INVALID_ARGUMENT);
}

TEST_CASE("capi: a client tells its log, without secrets, and asks its policy") {
    World w;
    struct Lines {
        std::string text;
    } lines;
    tresor_client_options options = TRESOR_CLIENT_OPTIONS_INIT;
    options.payload = &lines;
    options.log = [](int level, const char* event, const char* fields, void* payload) {
        static_cast<Lines*>(payload)->text +=
            std::to_string(level) + " " + event + " " + fields + "\n";
    };
    tresor_cycle_policy policy = TRESOR_CYCLE_POLICY_INIT;
    policy.refresh_after = 23 * 3600;
    options.cycle = &policy;
    Client talking;
    NEED(tresor_client_create(talking.out(), w.states, w.store, &options));
    NEED(tresor_client_enable(nullptr, nullptr, talking, password, 14, id, account.data(),
                              account.size(), nullptr, nullptr, 0, start));
    NEED(tresor_client_tick(&w.outcome, nullptr, talking, account.data(), account.size(), 0,
                            start + 23 * 3600));
    CHECK(w.said() == "uploaded refresh");
    CHECK(lines.text.find("1 enabled {\"shard\":\"06\"") != std::string::npos);
    CHECK(lines.text.find("066384") == std::string::npos);
    options.version = 3;
    Client none;
    FAILS(tresor_client_create(none.out(), w.states, w.store, &options), TRESOR_INVALID_ARGUMENT);
    options = TRESOR_CLIENT_OPTIONS_INIT;
    options.cycle = &policy;
    policy.version = 3;
    FAILS(tresor_client_create(none.out(), w.states, w.store, &options), TRESOR_INVALID_ARGUMENT);
    CHECK(none.pointer == nullptr);
}

TEST_CASE("capi: states in a place of one's own") {
    World w;
    struct Own {
        std::string text;
        int locked = 0, locks = 0, released = 0, fail_with = 0;
    } own;
    tresor_states_callbacks callbacks = TRESOR_STATES_CALLBACKS_INIT;
    callbacks.payload = &own;
    callbacks.lock = [](void* payload) {
        auto& mine = *static_cast<Own*>(payload);
        ++mine.locks;
        return ++mine.locked == 1 ? 0 : static_cast<int>(TRESOR_INTERNAL);
    };
    callbacks.unlock = [](void* payload) { --static_cast<Own*>(payload)->locked; };
    callbacks.load = [](int* found, tresor_writer* into, void* payload) {
        auto& mine = *static_cast<Own*>(payload);
        *found = mine.text.empty() ? 0 : 1;
        return tresor_writer_write(into, mine.text.data(), mine.text.size());
    };
    callbacks.save = [](const unsigned char* json, std::size_t size, void* payload) {
        auto& mine = *static_cast<Own*>(payload);
        if (mine.fail_with != 0) return tresor_error_set(mine.fail_with, "no room");
        mine.text.assign(reinterpret_cast<const char*>(json), size);
        return 0;
    };
    callbacks.release = [](void* payload) { ++static_cast<Own*>(payload)->released; };
    {
        States states;
        NEED(tresor_states_from_callbacks(states.out(), &callbacks));
        Client client;
        NEED(tresor_client_create(client.out(), states, w.store, nullptr));
        auto enable = [&] {
            return tresor_client_enable(nullptr, nullptr, client, password, 14, id, account.data(),
                                        account.size(), nullptr, nullptr, 0, start);
        };
        own.fail_with = TRESOR_IO;
        FAILS(enable(), TRESOR_IO);
        CHECK(std::string(tresor_error_text()) == "no room");
        int found = 1;
        GOOD(tresor_storage_stat(
            &found, nullptr, w.store,
            "backups/066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3"));
        CHECK(found == 0);  // was undone
        own.fail_with = 0;
        NEED(enable());
        CHECK(own.text.find("\"enabled\": true") != std::string::npos);
        CHECK(own.locked == 0);
        CHECK(own.locks == 2);
        own.text.resize(20);
        FAILS(enable(), TRESOR_MALFORMED);
        own.text.assign(2 << 20, ' ');
        FAILS(enable(), TRESOR_TOO_LARGE);
        CHECK(own.locked == 0);
    }
    CHECK(own.released == 1);
    States none;
    for (int missing = 0; missing < 5; ++missing) {
        tresor_states_callbacks broken = callbacks;
        if (missing == 0) broken.lock = nullptr;
        if (missing == 1) broken.unlock = nullptr;
        if (missing == 2) broken.load = nullptr;
        if (missing == 3) broken.save = nullptr;
        if (missing == 4) broken.version = 0;
        FAILS(tresor_states_from_callbacks(none.out(), &broken), TRESOR_INVALID_ARGUMENT);
    }
}

TEST_CASE("capi: a state file of a newer version, or one that others can read, is refused") {
    World w;
    NEED(w.enable());
    auto path = w.folder / "state";
    std::string text = test::text_of(test::read_file(path));
    std::filesystem::permissions(path, std::filesystem::perms(0644));
    FAILS(w.tick(start), TRESOR_DENIED);
    std::filesystem::permissions(path, std::filesystem::perms(0600));
    text.replace(text.find("\"version\": 1"), 12, "\"version\": 2");
    std::ofstream(path) << text;
    FAILS(w.tick(start), TRESOR_UNSUPPORTED);
}
