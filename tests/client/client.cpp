#include <tresor/client.hpp>

#include <tresor/storage/memory.hpp>
#include <tresor/storage/retention.hpp>

#include "support.hpp"

using namespace tresor;
using namespace tresor::client;
using std::chrono::days;
using std::chrono::hours;

namespace {

const Timestamp start = test::at("2026-11-23T06:05:00Z");
const ThreemaId identity("ECHOECHO");
const storage::ObjectName object(
    "backups/066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3");

Password password() { return Password("shootdeathstar"); }

safe::Backup account(const std::string& nickname) {
    std::string json =
        "{\"info\":{\"version\":1},\"user\":{\"privatekey\":"
        "\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\",\"nickname\":\"" +
        nickname + "\"},\"settings\":{\"syncContacts\":false}}";
    return safe::import_backup(as_bytes(json)).backup;
}

// A store that lives as long as the test and can be told to fail.
class Shared final : public storage::Storage {
public:
    explicit Shared(storage::Memory& store, std::optional<Errc>& trouble, int& puts)
        : store_(store), trouble_(trouble), puts_(puts) {}
    std::string describe() const override { return store_.describe(); }
    storage::Abilities can() const override { return store_.can(); }
    storage::ObjectInfo put(const storage::ObjectName& name, ByteSource& content,
                            const storage::Condition& c) override {
        check();
        ++puts_;
        return store_.put(name, content, c);
    }
    std::optional<storage::ObjectInfo> stat(const storage::ObjectName& name) override {
        check();
        return store_.stat(name);
    }
    std::optional<storage::ObjectInfo> get(const storage::ObjectName& name,
                                           ByteSink& into) override {
        check();
        return store_.get(name, into);
    }
    bool remove(const storage::ObjectName& name, const storage::Condition& c) override {
        check();
        return store_.remove(name, c);
    }

private:
    void check() const {
        if (trouble_) throw Error(*trouble_, "trouble");
    }
    storage::Memory& store_;
    std::optional<Errc>& trouble_;
    int& puts_;
};

struct MemoryStates final : StateStore {
    std::unique_ptr<Lock> lock() override { return std::make_unique<Lock>(); }
    std::optional<State> load() override {
        if (text.empty()) return std::nullopt;
        return parse_state(text.expose());
    }
    void save(const State& state) override {
        if (full) throw Error(Errc::io, "disk full");
        text = format_state(state);
    }
    SecretBytes text;
    bool full = false;
};

struct Fixture {
    storage::Memory store;
    std::optional<Errc> trouble;
    int puts = 0;
    MemoryStates states;
    storage::Place place = [this](const BackupId&) {
        return std::make_unique<Shared>(store, trouble, puts);
    };
    SafeClient client{place, states};

    Fixture() { storage::put_limits(store, {}); }
    Outcome enable() {
        return client.enable(password(), identity, account("zoe"), start, {"memory:", "a.json"});
    }
    safe::CycleState cycle() { return states.load()->cycle; }
    std::string nickname_in_store() {
        auto restored = restore(place, password(), identity);
        return safe::import_backup(restored.json.expose()).backup.user.nickname.value();
    }
};

}  // namespace

TEST_CASE("client: enable uploads, remembers, and the account can be restored") {
    Fixture f;
    auto outcome = f.enable();
    CHECK(outcome.kind == Outcome::Kind::uploaded);
    CHECK(outcome.reason == safe::Reason::never_uploaded);
    CHECK(outcome.next_due == start + hours(24));
    CHECK(f.store.stat(object));
    CHECK(f.nickname_in_store() == "zoe");
    auto status = f.client.status(start + days(1));
    CHECK(status.state.store == "memory:");
    CHECK(status.state.data == "a.json");
    CHECK(status.backup_id->object_name() == object.text());
    CHECK(status.state.backup_bytes == f.store.stat(object)->size);
    CHECK(status.expires_at == start + days(180));
    CHECK(status.refresh_due == start + days(90));
    CHECK(status.next_due == start + hours(24));
    CHECK(status.warnings.empty());
}

TEST_CASE("client: the cycle decides, and a skipped tick puts nothing") {
    Fixture f;
    f.enable();
    f.puts = 0;
    CHECK(f.client.tick(account("zoe"), start + hours(1)).kind == Outcome::Kind::unchanged);
    CHECK(f.client.tick(account("new"), start + hours(1)).kind == Outcome::Kind::grace);
    CHECK(f.puts == 0);
    CHECK(f.nickname_in_store() == "zoe");
    auto changed = f.client.tick(account("new"), start + hours(23));
    CHECK(changed.kind == Outcome::Kind::uploaded);
    CHECK(changed.reason == safe::Reason::changed);
    CHECK(f.nickname_in_store() == "new");
    CHECK(f.client.tick(account("new"), start + hours(24), safe::Trigger::force).reason ==
          safe::Reason::forced);
    CHECK(f.client.tick(account("new"), start + hours(24) + days(90)).reason ==
          safe::Reason::refresh);
    CHECK(f.puts == 3);
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
    f.store.remove(storage::ObjectName("config"));
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

TEST_CASE("client: a store exactly at the limit takes it, one byte more it does not") {
    Fixture f;
    f.enable();
    auto size = [](std::size_t padding) {
        SecretBytes json = safe::export_backup(account(std::string(padding, 'x')));
        return safe::container_size(json.size());
    };
    std::size_t fitting = 1;
    while (size(fitting) < 2048) ++fitting;
    f.store.remove(storage::ObjectName("config"));
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
    f.trouble = Errc::unavailable;
    CHECK_THROWS_CODE(f.client.tick(account("new"), start + days(1)), Errc::unavailable);
    CHECK(f.cycle().failing_since == start + days(1));
    CHECK(f.cycle().last_error == 9);
    CHECK(f.states.load()->last_outcome == "failed");
    CHECK(f.client.status(start + days(1)).next_due == start + days(1) + std::chrono::minutes(15));
    CHECK_THROWS_CODE(f.client.tick(account("new"), start + days(2)), Errc::unavailable);
    CHECK(f.cycle().failures == 2);
    CHECK_FALSE(f.client.status(start + days(8) + Seconds(1)).warnings.empty());
    f.trouble.reset();
    CHECK(f.nickname_in_store() == "zoe");
    CHECK(f.client.tick(account("new"), start + days(2) + hours(1)).kind ==
          Outcome::Kind::uploaded);
    CHECK_FALSE(f.cycle().failing_since);
}

TEST_CASE("Y-10: no config, but unchanged or grace by the stored limits: a warning, no error") {
    Fixture f;
    f.enable();
    f.trouble = Errc::unavailable;
    auto unchanged = f.client.tick(account("zoe"), start + hours(25));
    CHECK(unchanged.kind == Outcome::Kind::unchanged);
    CHECK(unchanged.warnings.size() == 1);
    CHECK(f.client.tick(account("new"), start + hours(2)).kind == Outcome::Kind::grace);
    CHECK(f.cycle().last_error == 0);
    CHECK_THROWS_CODE(f.client.tick(account("zoe"), start + days(90)), Errc::unavailable);
}

TEST_CASE("client: each tick learns the store's limits anew") {
    Fixture f;
    f.enable();
    f.store.remove(storage::ObjectName("config"));
    storage::put_limits(f.store, {4096, 30});
    f.client.tick(account("zoe"), start + hours(1));
    CHECK(f.cycle().retention_days == 30);
    CHECK(f.states.load()->max_backup_bytes == 4096);
    CHECK(f.client.tick(account("zoe"), start + days(15)).reason == safe::Reason::refresh);
}

TEST_CASE("client: cancelling is no failure") {
    Fixture f;
    f.enable();
    f.trouble = Errc::cancelled;
    CHECK_THROWS_CODE(f.client.tick(account("new"), start + days(1)), Errc::cancelled);
    CHECK(f.cycle().last_error == 0);
    CHECK_FALSE(f.cycle().failing_since);
}

TEST_CASE("client: an account that could not be read is a failure, too") {
    Fixture f;
    f.enable();
    f.client.note_failure(Error(Errc::malformed, "no JSON"), start + days(1));
    CHECK(f.cycle().last_error == 3);
    CHECK(f.cycle().failing_since == start + days(1));
}

TEST_CASE("client: without a state there is nothing to tick or to show, and off is off") {
    Fixture f;
    CHECK_THROWS_CODE(f.client.tick(account("zoe"), start), Errc::not_found);
    CHECK_THROWS_CODE(f.client.status(start), Errc::not_found);
    f.states.text =
        SecretBytes(as_bytes("{\"version\":1,\"identity\":\"ECHOECHO\",\"enabled\":false}"));
    CHECK(f.client.tick(account("zoe"), start).kind == Outcome::Kind::disabled);
    CHECK_FALSE(f.client.status(start).next_due);
    CHECK(f.puts == 0);
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
    f.store.put(object, source);
    CHECK_THROWS_CODE(restore(f.place, password(), identity), Errc::auth_failed);
    Bytes huge(safe::max_container_bytes + 1);
    MemorySource large(huge);
    f.store.put(object, large);
    CHECK_THROWS_CODE(restore(f.place, password(), identity), Errc::too_large);
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
