#include "client/fixture.hpp"

using namespace client_test;
using std::chrono::days;
using std::chrono::hours;

TEST_CASE("client: enable uploads, remembers, and the account can be restored") {
    Fixture f;
    auto outcome = f.enable();
    CHECK(outcome.kind == Outcome::Kind::uploaded);
    CHECK(outcome.reason == safe::Reason::never_uploaded);
    CHECK(outcome.next_due == start + hours(24));
    CHECK(f.store.stat(object));
    CHECK(f.nickname_in_store() == "zoe");
    auto status = f.status(start + days(1));
    CHECK(status.store == "memory:");
    CHECK(f.states.load()->data == "a.json");
    CHECK(status.backup_id->object_name() == object.text());
    CHECK(status.backup_bytes == f.store.stat(object)->size);
    CHECK(status.expires_at == start + days(180));
    CHECK(status.refresh_due == start + days(90));
    CHECK(status.next_due == start + hours(24));
    CHECK(status.warnings.empty());
}

TEST_CASE("client: the cycle decides, and a skipped tick puts nothing") {
    Fixture f;
    f.enable();
    f.store.puts = 0;
    CHECK(f.client.tick(account("zoe"), start + hours(1)).kind == Outcome::Kind::unchanged);
    CHECK(f.client.tick(account("new"), start + hours(1)).kind == Outcome::Kind::grace);
    CHECK(f.store.puts == 0);
    CHECK(f.nickname_in_store() == "zoe");
    auto changed = f.client.tick(account("new"), start + hours(23));
    CHECK(changed.kind == Outcome::Kind::uploaded);
    CHECK(changed.reason == safe::Reason::changed);
    CHECK(f.nickname_in_store() == "new");
    CHECK(f.client.tick(account("new"), start + hours(24), safe::Trigger::force).reason ==
          safe::Reason::forced);
    CHECK(f.client.tick(account("new"), start + hours(24) + days(90)).reason ==
          safe::Reason::refresh);
    CHECK(f.store.puts == 3);
}

TEST_CASE("client: enable is refused where Safe is on or the object is there") {
    Fixture f;
    f.enable();
    CHECK_THROWS_CODE(f.enable(), Errc::conflict);
    MemoryStates other;
    SafeClient second(f.place, other);
    CHECK_THROWS_CODE(second.enable(password(), identity, account("intruder"), start),
                      Errc::conflict);
    CHECK(f.nickname_in_store() == "zoe");
    CHECK_FALSE(other.load());
}

TEST_CASE("client: enable without config, over the limit or without a state leaves nothing") {
    Fixture f;
    f.store.remove(storage::ObjectName("config"), {});
    CHECK_THROWS_CODE(f.enable(), Errc::not_found);
    storage::put_limits(f.store, {1024, 180});
    CHECK_THROWS_CODE(f.client.enable(password(), identity, account(std::string(1024, 'x')), start),
                      Errc::too_large);
    f.states.full = true;
    CHECK_THROWS_CODE(f.enable(), Errc::io);
    CHECK_FALSE(f.store.stat(object));
    CHECK_FALSE(f.states.load());
    f.states.full = false;
    CHECK_NOTHROW(f.enable());
}

TEST_CASE("client: a save that fails after the state is in place keeps the backup") {
    Fixture f;
    f.states.late = true;
    CHECK_THROWS_CODE(f.enable(), Errc::io);
    f.states.late = false;
    CHECK(f.cycle().enabled);
    CHECK(f.nickname_in_store() == "zoe");
}

TEST_CASE("client: a put that fails after the object is in place is undone") {
    Fixture f;
    f.store.trouble_behind_put = Errc::io;
    CHECK_THROWS_CODE(f.enable(), Errc::io);
    CHECK_FALSE(f.store.stat(object));
    f.store.trouble_behind_put.reset();
    CHECK_NOTHROW(f.enable());
}

TEST_CASE("client: notes that could not be saved are refused before anything happens") {
    Fixture f;
    CHECK_THROWS_CODE(f.client.enable(password(), identity, account("zoe"), start, {"\xFF", ""}),
                      Errc::invalid_argument);
    CHECK(f.store.puts == 0);
}

TEST_CASE("client: an object that another put in between is left alone") {
    Fixture f;
    struct Rival final : StateStore {
        explicit Rival(Troubled& shared) : store(shared) {}
        std::unique_ptr<Lock> lock() override { return std::make_unique<Lock>(); }
        std::optional<State> load() override { return std::nullopt; }
        void save(const State&) override {}
        Troubled& store;
    } states(f.store);
    // The rival puts its object when the client has looked already.
    Opener opener = [&](const StoreNote&) {
        return [&](const BackupId&) {
            struct Late final : storage::Storage {
                explicit Late(Troubled& shared) : store(shared) {}
                std::string describe() const override { return store.describe(); }
                storage::Abilities can() const override { return store.can(); }
                storage::ObjectInfo put(const storage::ObjectName& name, ByteSource& content,
                                        const storage::Condition& condition) override {
                    MemorySource rival(as_bytes("rival"));
                    store.put(name, rival, {});
                    return store.put(name, content, condition);
                }
                std::optional<storage::ObjectInfo> stat(const storage::ObjectName& name) override {
                    return store.stat(name);
                }
                std::optional<storage::ObjectInfo> get(const storage::ObjectName& name,
                                                       ByteSink& into) override {
                    return store.get(name, into);
                }
                bool remove(const storage::ObjectName& name, const storage::Condition& c) override {
                    return store.remove(name, c);
                }
                Troubled& store;
            };
            return std::make_unique<Late>(f.store);
        };
    };
    SafeClient client(opener, states);
    CHECK_THROWS_CODE(client.enable(password(), identity, account("zoe"), start), Errc::conflict);
    MemorySink sink;
    f.store.get(object, sink);
    CHECK(test::text_of(sink.bytes()) == "rival");
}

TEST_CASE("client: a store exactly at the limit takes it, one byte more it does not") {
    Fixture f;
    f.enable();
    auto size = [](std::size_t padding) {
        SecretBytes json = safe::export_backup(account(std::string(padding, 'x')));
        return safe::container_size(json.size());
    };
    std::size_t fitting = 1;
    while (size(fitting) < 2048) ++fitting;
    f.store.remove(storage::ObjectName("config"), {});
    storage::put_limits(f.store, {2048, 180});
    CHECK_THROWS_CODE(f.client.tick(account(std::string(fitting + 1, 'x')), start + days(1)),
                      Errc::too_large);
    CHECK(f.client.tick(account(std::string(fitting, 'x')), start + days(1)).kind ==
          Outcome::Kind::uploaded);
    CHECK(f.store.stat(object)->size == 2048);
}

TEST_CASE("client: a failed upload is noted, thrown, and the old backup stands") {
    Fixture f;
    f.enable();
    f.store.trouble = Errc::unavailable;
    CHECK_THROWS_CODE(f.client.tick(account("new"), start + days(1)), Errc::unavailable);
    CHECK(f.cycle().failing_since == start + days(1));
    CHECK(f.cycle().last_error == Errc::unavailable);
    CHECK(f.states.load()->last_outcome == "failed");
    CHECK(f.status(start + days(1)).next_due == start + days(1) + std::chrono::minutes(15));
    CHECK_THROWS_CODE(f.client.tick(account("new"), start + days(2)), Errc::unavailable);
    CHECK(f.cycle().failures == 2);
    CHECK_FALSE(f.status(start + days(8) + Seconds(1)).warnings.empty());
    f.store.trouble.reset();
    CHECK(f.nickname_in_store() == "zoe");
    CHECK(f.client.tick(account("new"), start + days(2) + hours(1)).kind ==
          Outcome::Kind::uploaded);
    CHECK_FALSE(f.cycle().failing_since);
}

TEST_CASE("client: a failure that cannot be noted is told all the same") {
    Fixture f;
    f.enable();
    f.store.trouble = Errc::unavailable;
    f.states.full = true;
    CHECK_THROWS_CODE(f.client.tick(account("new"), start + days(1)), Errc::unavailable);
    CHECK_FALSE(f.cycle().failing_since);
}

TEST_CASE("Y-10: no config, but unchanged or grace by the stored limits: a warning, no error") {
    Fixture f;
    f.enable();
    f.store.trouble = Errc::unavailable;
    auto unchanged = f.client.tick(account("zoe"), start + hours(25));
    CHECK(unchanged.kind == Outcome::Kind::unchanged);
    CHECK(unchanged.warnings.size() == 1);
    CHECK(f.client.tick(account("new"), start + hours(2)).kind == Outcome::Kind::grace);
    CHECK_FALSE(f.cycle().last_error);
    CHECK_THROWS_CODE(f.client.tick(account("zoe"), start + days(90)), Errc::unavailable);
}

TEST_CASE("client: each tick learns the store's limits anew") {
    Fixture f;
    f.enable();
    f.store.remove(storage::ObjectName("config"), {});
    storage::put_limits(f.store, {4096, 30});
    f.client.tick(account("zoe"), start + hours(1));
    CHECK(f.cycle().retention_days == 30);
    CHECK(f.states.load()->max_backup_bytes == 4096);
    CHECK(f.client.tick(account("zoe"), start + days(15)).reason == safe::Reason::refresh);
}

TEST_CASE("client: cancelling is no failure") {
    Fixture f;
    f.enable();
    f.store.trouble = Errc::cancelled;
    CHECK_THROWS_CODE(f.client.tick(account("new"), start + days(1)), Errc::cancelled);
    CHECK_FALSE(f.cycle().last_error);
    CHECK_FALSE(f.cycle().failing_since);
}

TEST_CASE("client: an account that could not be read is a failure, too") {
    Fixture f;
    f.enable();
    AccountSource broken = [](const ThreemaId& id, const std::string& data) -> safe::Backup {
        CHECK(id == identity);
        CHECK(data == "a.json");
        throw Error(Errc::malformed, "no JSON");
    };
    CHECK_THROWS_CODE(f.client.tick(broken, start + days(1)), Errc::malformed);
    CHECK(f.cycle().last_error == Errc::malformed);
    CHECK(f.cycle().failing_since == start + days(1));
}

TEST_CASE("client: without a state there is nothing to tick or to show, and off is off") {
    Fixture f;
    CHECK_THROWS_CODE(f.client.tick(account("zoe"), start), Errc::not_found);
    f.states.text =
        SecretBytes(as_bytes("{\"version\":1,\"identity\":\"ECHOECHO\",\"enabled\":false}"));
    CHECK(f.client.tick(account("zoe"), start).kind == Outcome::Kind::disabled);
    CHECK_FALSE(f.status(start).next_due);
    CHECK(f.store.puts == 0);
    CHECK_NOTHROW(f.enable());
}

TEST_CASE("client: a wrong password or ID leads to another name") {
    Fixture f;
    f.enable();
    CHECK_THROWS_CODE(restore(f.place, Password("shootdeathstaR"), identity), Errc::not_found);
    CHECK_THROWS_CODE(restore(f.place, password(), ThreemaId("ECHOECH0")), Errc::not_found);
}

TEST_CASE("client: a damaged or foreign object is refused") {
    Fixture f;
    f.enable();
    MemorySink sink;
    f.store.get(object, sink);
    Bytes damaged = sink.bytes();
    damaged.back() ^= 1;
    MemorySource source(damaged);
    f.store.put(object, source, {});
    CHECK_THROWS_CODE(restore(f.place, password(), identity), Errc::auth_failed);
    Bytes huge(safe::max_container_bytes + 1);
    MemorySource large(huge);
    f.store.put(object, large, {});
    CHECK_THROWS_CODE(restore(f.place, password(), identity), Errc::too_large);
}

TEST_CASE("client: a download is bounded by the store's limit or 4 MiB, or by the caller") {
    Fixture f;
    std::string padding(5 << 20, ' ');
    safe::Keys keys = safe::derive_keys(password(), identity);
    Bytes container = safe::seal(as_bytes("{}" + padding), keys.encryption_key());
    MemorySource source(container);
    f.store.put(object, source, {});
    CHECK_THROWS_CODE(restore(f.place, password(), identity), Errc::too_large);
    CHECK(restore(f.place, password(), identity, safe::max_container_bytes).json.size() ==
          padding.size() + 2);
    f.store.remove(storage::ObjectName("config"), {});
    CHECK(restore(f.place, password(), identity).json.size() == padding.size() + 2);
    storage::put_limits(f.store, {6 << 20, 180});
    CHECK(restore(f.place, password(), identity).json.size() == padding.size() + 2);
    CHECK_THROWS_CODE(restore(f.place, password(), identity, 1000), Errc::too_large);
}

TEST_CASE("client: a tick uses the store that the state names") {
    storage::Memory first, second;
    for (auto* store : {&first, &second}) storage::put_limits(*store, {});
    MemoryStates states;
    Opener opener = [&](const StoreNote& store) {
        return storage::place(store.location == "first" ? first : second);
    };
    SafeClient client(opener, states);
    client.enable(password(), identity, account("zoe"), start, {"first", ""});
    State moved = states.load().value();
    moved.store = "second";
    states.save(moved);
    client.tick(account("new"), start + days(1));
    CHECK(second.stat(object));
    CHECK(safe::import_backup(restore(storage::place(first), password(), identity).json.expose())
              .backup.user.nickname == "zoe");
}

TEST_CASE("client: the log tells what happened and no secret") {
    Fixture f;
    std::string log;
    SafeClient client(
        f.place, f.states,
        {.cycle = {}, .log = [&](LogLevel, std::string_view event, const LogFields& fields) {
             log.append(event);
             for (auto& [name, value] : fields)
                 log.append(" ").append(name).append("=").append(value);
             log += "\n";
         }});
    client.enable(password(), identity, account("zoe"), start);
    client.tick(account("zoe"), start + hours(1));
    CHECK(log.find("enabled shard=06") != log.npos);
    CHECK(log.find("tick outcome=unchanged reason=unchanged") != log.npos);
    CHECK(log.find("066384d3") == log.npos);
    CHECK(log.find("shootdeathstar") == log.npos);
    CHECK(log.find("ECHOECHO") == log.npos);
}
