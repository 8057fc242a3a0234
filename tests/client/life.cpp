// What happens to a Safe after it was switched on: another password, another store, the drill, the
// end.

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include <tresor/storage/directory.hpp>
#include <tresor/storage/wrapper.hpp>

#include "client/fixture.hpp"

using namespace client_test;
using std::chrono::days;
using std::chrono::hours;

namespace {

Password new_password() { return Password("three quiet otters"); }

storage::ObjectName name_under(const Password& word) {
    return storage::ObjectName(safe::derive_keys(word, identity).backup_id().object_name());
}

// Several stores by their location, of which some are away; a second name for a store is a second
// entry with the same number.
struct World {
    std::map<std::string, int> locations = {{"a", 0}, {"b", 1}, {"also a", 0}, {"a again", 0}};
    Troubled stores[2];
    std::map<std::string, Errc> away;
    MemoryStates states;
    std::vector<std::string> events;
    SafeClient client{
        [this](const StoreNote& store) {
            const std::string& location = store.location;
            if (away.contains(location)) throw Error(away[location], "away");
            return storage::place(stores[locations.at(location)]);
        },
        states,
        {.cycle = {}, .log = [this](LogLevel, std::string_view event, const LogFields&) {
             events.emplace_back(event);
         }}};

    World() {
        for (auto& store : stores) storage::put_limits(store, {});
        client.enable(password(), identity, account("zoe"), start, {"a", "a.json"});
        events.clear();
    }
    Outcome replace(const Password& word, const std::string& location, Timestamp now = start) {
        return client.enable(word, identity, account("zoe"), now, {location, "a.json"},
                             Existing::replace);
    }
    Outcome tick(Timestamp now, const std::string& nickname = "zoe") {
        return client.tick(account(nickname), now);
    }
    State state() { return std::move(*states.load()); }
    std::string restored(int store, const Password& word) {
        auto restored = restore(storage::place(stores[store]), word, identity);
        return safe::import_backup(restored.json.expose()).backup.user.nickname.value();
    }
    std::size_t backups(int store) {
        std::size_t count = 0;
        stores[store].all().list("backups/", [&](const storage::ObjectInfo&) { return ++count; });
        return count;
    }
};

safe::Backup unreadable(const ThreemaId&, const std::string&) {
    throw Error(Errc::io, "the account is gone");
}
safe::Backup readable(const ThreemaId&, const std::string&) { return account("read"); }

}  // namespace

TEST_CASE("life: another password uploads first and then removes the old backup") {
    World w;
    auto outcome = w.client.change_password(new_password(), readable, start + hours(1));
    CHECK(outcome.kind == Outcome::Kind::uploaded);
    CHECK(outcome.next_due == start + hours(25));
    CHECK(w.restored(0, new_password()) == "read");
    CHECK_FALSE(w.stores[0].stat(name_under(password())));
    CHECK(w.state().pending_removal.empty());
    CHECK(w.state().store.location == "a");
    CHECK(w.state().data == "a.json");
    CHECK(w.events == std::vector<std::string>{"enabled", "old backup removed"});
    CHECK(w.tick(start + days(2), "read").kind == Outcome::Kind::unchanged);
}

TEST_CASE("life: another password takes the last backup where the account cannot be read") {
    World w;
    w.client.change_password(new_password(), unreadable, start);
    CHECK(w.restored(0, new_password()) == "zoe");
}

TEST_CASE("life: without account and backup the password stays as it is") {
    World w;
    w.stores[0].remove(object, {});
    CHECK_THROWS_CODE(w.client.change_password(new_password(), unreadable, start), Errc::not_found);
    CHECK(*w.state().master_key == safe::derive_keys(password(), identity).master_key());
    CHECK(w.backups(0) == 0);
}

TEST_CASE("Y-15: the old backup cannot be removed: the new one exists and each tick tries again") {
    World w;
    w.stores[0].trouble_of_remove = Errc::unavailable;
    w.client.change_password(new_password(), readable, start);
    CHECK(w.restored(0, new_password()) == "read");
    CHECK(w.restored(0, password()) == "zoe");
    REQUIRE(w.state().pending_removal.size() == 1);
    CHECK(w.state().pending_removal[0].store.location == "a");
    CHECK(w.state().pending_removal[0].backup_id.object_name() == object.text());
    CHECK(status_of(w.state(), {}, start).pending_removal == std::vector<std::string>{"a"});
    w.tick(start + hours(1));
    CHECK(w.state().pending_removal.size() == 1);
    w.stores[0].trouble_of_remove.reset();
    w.tick(start + hours(2));
    CHECK(w.state().pending_removal.empty());
    CHECK_FALSE(w.stores[0].stat(object));
    CHECK(w.restored(0, new_password()) == "read");
}

TEST_CASE("life: an upload that fails keeps the old password and its backup") {
    World w;
    w.stores[0].trouble_of_put = Errc::unavailable;
    CHECK_THROWS_CODE(w.client.change_password(new_password(), readable, start), Errc::unavailable);
    w.stores[0].trouble_of_put.reset();
    w.stores[0].trouble_behind_put = Errc::unavailable;
    CHECK_THROWS_CODE(w.client.change_password(new_password(), readable, start), Errc::unavailable);
    CHECK(w.backups(0) == 1);
    CHECK(w.restored(0, password()) == "zoe");
    CHECK(*w.state().master_key == safe::derive_keys(password(), identity).master_key());
}

TEST_CASE("life: a state that cannot be saved keeps the old password and its backup") {
    World w;
    w.states.full = true;
    CHECK_THROWS_CODE(w.client.change_password(new_password(), readable, start), Errc::io);
    CHECK(w.backups(0) == 1);
    CHECK(w.restored(0, password()) == "zoe");
}

TEST_CASE("life: another store gets the backup and the old one loses it") {
    World w;
    w.replace(password(), "b");
    CHECK(w.backups(0) == 0);
    CHECK(w.restored(1, password()) == "zoe");
    CHECK(w.state().store.location == "b");
}

TEST_CASE("life: an old store that is away gives up its backup when it is back") {
    World w;
    w.away["a"] = Errc::not_found;
    w.replace(new_password(), "b");
    CHECK(w.backups(0) == 1);
    w.away.clear();
    w.tick(start + hours(1));
    CHECK(w.backups(0) == 0);
    CHECK(w.backups(1) == 1);
}

TEST_CASE("life: old backups are tried at ticks that fail and while Safe is off, too") {
    World w;
    w.away["a"] = Errc::unavailable;
    w.replace(new_password(), "b");
    w.away = {{"b", Errc::unavailable}};
    CHECK_THROWS_CODE(w.tick(start + days(2), "new"), Errc::unavailable);
    CHECK(w.backups(0) == 0);
    CHECK(w.state().pending_removal.empty());
    CHECK_FALSE(w.client.disable());
    REQUIRE(w.state().pending_removal.size() == 1);
    w.away.clear();
    CHECK(w.tick(start + days(3)).kind == Outcome::Kind::disabled);
    CHECK(w.backups(1) == 0);
    CHECK(w.state().pending_removal.empty());
}

TEST_CASE("life: the same place by another name never costs the backup") {
    World w;
    w.replace(password(), "also a");
    CHECK(w.backups(0) == 1);
    CHECK(w.state().pending_removal.empty());
    w.stores[0].trouble_of_get = Errc::unavailable;
    w.replace(password(), "a");
    CHECK(w.state().pending_removal.size() == 1);
    CHECK(w.backups(0) == 1);
    w.stores[0].trouble_of_get.reset();
    w.tick(start + hours(1));
    CHECK(w.backups(0) == 1);
    CHECK(w.state().pending_removal.empty());
}

TEST_CASE("life: a store without config, a disk that is not mounted, has lost nothing") {
    World w;
    storage::Memory& disk = w.stores[0].all();
    storage::Memory kept;
    auto move = [](storage::Memory& from, storage::Memory& to) {
        from.list("", [&](const storage::ObjectInfo& info) {
            MemorySink sink;
            from.get(info.name, sink);
            MemorySource source(sink.bytes());
            to.put(info.name, source);
            return from.remove(info.name);
        });
    };
    move(disk, kept);
    w.replace(new_password(), "b");
    CHECK(w.state().pending_removal.size() == 1);
    move(kept, disk);
    w.tick(start + hours(1));
    CHECK(w.state().pending_removal.empty());
    CHECK(w.backups(0) == 0);
}

TEST_CASE("life: a backup that is to be kept is not removed by another name of its place") {
    World w;
    w.replace(password(), "also a");
    w.away["a"] = Errc::unavailable;
    w.replace(password(), "a again");
    w.away.clear();
    w.stores[0].trouble_of_get = Errc::unavailable;
    w.replace(password(), "a");
    CHECK(w.state().pending_removal.size() > 0);
    w.stores[0].trouble_of_get.reset();
    CHECK_FALSE(w.client.disable(true));
    CHECK(w.tick(start + hours(1)).kind == Outcome::Kind::disabled);
    CHECK(w.backups(0) == 1);
}

TEST_CASE("life: a removal that is still to be tried does not reach a backup made since") {
    World w;
    w.away["a"] = Errc::unavailable;
    CHECK_FALSE(w.client.disable());
    w.away.clear();
    w.stores[0].trouble_of_remove = Errc::unavailable;
    w.client.enable(password(), identity, account("again"), start, {"a", "a.json"},
                    Existing::replace);
    w.stores[0].trouble_of_remove.reset();
    w.tick(start + hours(1), "again");
    CHECK(w.restored(0, password()) == "again");
    CHECK(w.state().pending_removal.empty());
}

TEST_CASE("life: the Safe of another identity is not replaced") {
    World w;
    CHECK_THROWS_CODE(w.client.enable(password(), ThreemaId("OTHERONE"), account("other"), start,
                                      {"a", "a.json"}, Existing::replace),
                      Errc::conflict);
    CHECK(w.backups(0) == 1);
    CHECK(w.state().identity == identity);
}

TEST_CASE("life: after a restore the same password goes on with replace only") {
    World w;
    MemoryStates phone;
    SafeClient client(storage::place(w.stores[0]), phone);
    CHECK_THROWS_CODE(client.enable(password(), identity, account("new phone"), start),
                      Errc::conflict);
    CHECK_FALSE(phone.load());
    client.enable(password(), identity, account("new phone"), start, {}, Existing::replace);
    CHECK(w.restored(0, password()) == "new phone");
    CHECK(phone.load()->pending_removal.empty());
}

TEST_CASE("life: a failed replacement of the object after a restore does not remove it") {
    World w;
    MemoryStates phone;
    phone.full = true;
    SafeClient client(storage::place(w.stores[0]), phone);
    CHECK_THROWS_CODE(
        client.enable(password(), identity, account("zoe"), start, {}, Existing::replace),
        Errc::io);
    CHECK(w.restored(0, password()) == "zoe");
}

TEST_CASE("life: disable removes the backup and forgets the keys") {
    World w;
    CHECK(w.client.disable());
    CHECK(w.backups(0) == 0);
    State state = w.state();
    CHECK_FALSE(state.cycle.enabled);
    CHECK_FALSE(state.master_key);
    CHECK(state.store.location.empty());
    CHECK(test::text_of(w.states.text.expose()).find("066384d3") == std::string::npos);
    CHECK(w.tick(start + days(1)).kind == Outcome::Kind::disabled);
    CHECK_FALSE(w.client.disable());
    CHECK_THROWS_CODE(w.client.change_password(new_password(), readable, start), Errc::not_found);
    CHECK_THROWS_CODE(w.client.verify(), Errc::not_found);
}

TEST_CASE("life: disable finds the backup gone already, or is told to keep it") {
    World gone;
    gone.stores[0].remove(object, {});
    CHECK(gone.client.disable());
    World kept;
    CHECK_FALSE(kept.client.disable(true));
    CHECK(kept.backups(0) == 1);
    CHECK(kept.state().pending_removal.empty());
    MemoryStates none;
    SafeClient client(storage::place(kept.stores[0]), none);
    CHECK_THROWS_CODE(client.disable(), Errc::not_found);
}

TEST_CASE("life: a state that cannot be saved disables nothing") {
    World w;
    w.states.full = true;
    CHECK_THROWS_CODE(w.client.disable(), Errc::io);
    CHECK(w.backups(0) == 1);
    CHECK(w.state().cycle.enabled);
}

TEST_CASE("Y-14: disable while a tick runs removes after the tick and nothing is uploaded later") {
    struct Locked final : StateStore {
        struct Held final : Lock {
            explicit Held(std::mutex& mutex) : lock(mutex) {}
            std::unique_lock<std::mutex> lock;
        };
        std::unique_ptr<Lock> lock() override { return std::make_unique<Held>(mutex); }
        std::optional<State> load() override { return states.load(); }
        void save(const State& state) override { states.save(state); }
        std::mutex mutex;
        MemoryStates states;
    } states;
    storage::Memory store;
    storage::put_limits(store, {});
    SafeClient client(storage::place(store), states);
    client.enable(password(), identity, account("zoe"), start);

    std::atomic<bool> ticking = false;
    std::jthread other;
    auto slow = [&](const ThreemaId&, const std::string&) {
        other = std::jthread([&] {
            ticking = true;
            SafeClient(storage::place(store), states).disable();
        });
        while (!ticking) std::this_thread::yield();
        return account("changed");
    };
    CHECK(client.tick(slow, start + days(2)).kind == Outcome::Kind::uploaded);
    other.join();
    CHECK_FALSE(states.load()->cycle.enabled);
    CHECK_FALSE(store.stat(object));
    CHECK(client.tick(account("later"), start + days(4)).kind == Outcome::Kind::disabled);
    CHECK_FALSE(store.stat(object));
}

TEST_CASE("Y-16: after a restore a store without config keeps data and state, which notes it") {
    World w;
    w.stores[0].remove(storage::ObjectName("config"), {});
    MemoryStates phone;
    SafeClient client(storage::place(w.stores[0]), phone);
    auto restored = client.restore(password(), identity, start + days(1), {"a", "new.json"});
    CHECK(safe::import_backup(restored.json.expose()).backup.user.nickname == "zoe");
    auto cycle = phone.load()->cycle;
    CHECK(cycle.enabled);
    CHECK(cycle.last_error == Errc::not_found);
    CHECK(cycle.failing_since == start + days(1));
    CHECK_FALSE(cycle.last_upload);
}

TEST_CASE("life: a restore that goes on uploads at its first tick and not before") {
    World w;
    int puts = w.stores[0].puts;
    MemoryStates phone;
    SafeClient client(storage::place(w.stores[0]), phone);
    client.restore(password(), identity, start + days(1), {"a", "new.json"});
    CHECK(w.stores[0].puts == puts);
    CHECK(status_of(*phone.load(), {}, start + days(1)).next_due == start + days(1));
    CHECK_FALSE(client.verify().differs);
    CHECK(client.tick(account("zoe"), start + days(2)).reason == safe::Reason::never_uploaded);
    CHECK(w.stores[0].puts == puts + 1);
    CHECK_THROWS_CODE(client.restore(password(), identity, start), Errc::conflict);
    MemoryStates none;
    SafeClient wrong(storage::place(w.stores[0]), none);
    CHECK_THROWS_CODE(wrong.restore(new_password(), identity, start), Errc::not_found);
    CHECK_FALSE(none.load());
}

TEST_CASE("Y-17: a new process keeps the schedule and does no work twice") {
    World w;
    SafeClient again(storage::place(w.stores[0]), w.states);
    CHECK(status_of(w.state(), {}, start + hours(1)).next_due == start + hours(24));
    CHECK(w.tick(start + days(1), "new").kind == Outcome::Kind::uploaded);
    int puts = w.stores[0].puts;
    CHECK(again.tick(account("new"), start + days(1)).kind == Outcome::Kind::unchanged);
    CHECK(w.stores[0].puts == puts);
}

TEST_CASE("life: the drill passes, and tells what is wrong") {
    World w;
    auto good = w.client.verify();
    CHECK_FALSE(good.differs);
    CHECK(good.last_upload == start);
    SecretBytes before = w.states.text.clone();

    auto keys = safe::derive_keys(password(), identity);
    auto put = [&](ByteView container) {
        MemorySource source(container);
        w.stores[0].put(object, source, {});
    };
    SecretBytes other = safe::export_backup(account("another device"));
    put(safe::seal(other.expose(), keys.encryption_key()));
    CHECK(w.client.verify().differs);
    Bytes damaged = safe::seal(other.expose(), keys.encryption_key());
    damaged.back() ^= 1;
    put(damaged);
    CHECK_THROWS_CODE(w.client.verify(), Errc::auth_failed);
    put(safe::seal(as_bytes("no account"), keys.encryption_key()));
    CHECK_THROWS_CODE(w.client.verify(), Errc::malformed);
    put(ByteView(damaged).first(30));
    CHECK_THROWS_CODE(w.client.verify(), Errc::malformed);
    w.stores[0].remove(object, {});
    CHECK_THROWS_CODE(w.client.verify(), Errc::not_found);
    w.away["a"] = Errc::unavailable;
    CHECK_THROWS_CODE(w.client.verify(), Errc::unavailable);
    CHECK(w.states.text == before);
}

TEST_CASE("life: an upload during the drill is no difference") {
    World w;
    bool first = true;
    SafeClient drill(
        [&](const StoreNote&) {
            if (std::exchange(first, false)) {
                // The drill has read the state; now a tick uploads something new.
                w.tick(start + days(1), "new");
            }
            return storage::place(w.stores[0]);
        },
        w.states);
    CHECK_FALSE(drill.verify().differs);
}

TEST_CASE("life: a drill whose state never stands still ends as a conflict") {
    World w;
    struct Restless final : StateStore {
        explicit Restless(StateStore& store) : states(store) {}
        std::unique_ptr<Lock> lock() override { return states.lock(); }
        std::optional<State> load() override {
            auto state = states.load();
            state->cycle.digest->at(0) ^= static_cast<Byte>(++loads);  // never the true one
            return state;
        }
        void save(const State& state) override { states.save(state); }
        StateStore& states;
        int loads = 0;
    } restless(w.states);
    SafeClient drill(storage::place(w.stores[0]), restless);
    CHECK_THROWS_CODE(drill.verify(), Errc::conflict);
    CHECK(restless.loads <= 20);
}

TEST_CASE("life: a tick with nothing to do writes nothing to the store and reads only config") {
    World w;
    w.stores[0].calls.clear();
    CHECK(w.tick(start + days(2)).kind == Outcome::Kind::unchanged);
    CHECK(w.stores[0].calls == std::vector<std::string>{"get config"});
}

TEST_CASE(
    "life: an old place that shows an old copy of the current backup costs no backup for long") {
    // "stale" leads to the store of "a", but a cache on the way gives back what was there first.
    World w;
    MemorySink first;
    w.stores[0].get(object, first);
    struct Stale final : storage::Wrapper {
        Stale(storage::Storage& store, Bytes old) : Wrapper(store), kept(std::move(old)) {}
        std::optional<storage::ObjectInfo> get(const storage::ObjectName& name,
                                               ByteSink& into) override {
            if (name != object) return Wrapper::get(name, into);
            into.write(kept);
            return storage::ObjectInfo{name, kept.size(), {}, {}};
        }
        Bytes kept;
    };
    SafeClient phone(
        [&](const StoreNote& store) -> storage::Place {
            if (store.location != "stale") return storage::place(w.stores[0]);
            return [&](const BackupId&) {
                return std::make_unique<Stale>(w.stores[0], first.bytes());
            };
        },
        w.states);
    phone.enable(password(), identity, account("zoe"), start, {"stale", ""}, Existing::replace);
    phone.enable(password(), identity, account("zoe"), start, {"a", ""}, Existing::replace);
    auto outcome = phone.tick(account("zoe"), start + hours(1));
    CHECK(outcome.kind == Outcome::Kind::uploaded);
    CHECK(w.restored(0, password()) == "zoe");
    CHECK(w.state().pending_removal.empty());
}
