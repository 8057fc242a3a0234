// What the tests of the client share: an account, a store that can be told to fail, a state.
#pragma once

#include <tresor/client.hpp>

#include <tresor/storage/memory.hpp>
#include <tresor/storage/retention.hpp>

#include "support.hpp"

namespace client_test {

using namespace tresor;
using namespace tresor::client;

inline const Timestamp start = test::at("2026-11-23T06:05:00Z");
inline const ThreemaId identity("ECHOECHO");
inline const storage::ObjectName object(
    "backups/066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3");

inline Password password() { return Password("shootdeathstar"); }

inline safe::Backup account(const std::string& nickname) {
    std::string json =
        "{\"info\":{\"version\":1},\"user\":{\"privatekey\":"
        "\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\",\"nickname\":\"" +
        nickname + "\"},\"settings\":{\"syncContacts\":false}}";
    return safe::import_backup(as_bytes(json)).backup;
}

// A store that can be told to fail, and notes what it is asked.
class Troubled final : public storage::Storage {
public:
    std::optional<Errc> trouble;             // of everything
    std::optional<Errc> trouble_behind_put;  // the object is there all the same
    std::optional<Errc> trouble_of_put, trouble_of_get, trouble_of_remove;  // of backups
    int puts = 0;
    std::vector<std::string> calls;

    std::string describe() const override { return store_.describe(); }
    storage::Abilities can() const override { return store_.can(); }
    storage::ObjectInfo put(const storage::ObjectName& name, ByteSource& content,
                            const storage::Condition& condition) override {
        note("put", name, trouble_of_put);
        ++puts;
        auto info = store_.put(name, content, condition);
        check(trouble_behind_put);
        return info;
    }
    std::optional<storage::ObjectInfo> stat(const storage::ObjectName& name) override {
        note("stat", name, {});
        return store_.stat(name);
    }
    std::optional<storage::ObjectInfo> get(const storage::ObjectName& name,
                                           ByteSink& into) override {
        note("get", name, trouble_of_get);
        return store_.get(name, into);
    }
    bool remove(const storage::ObjectName& name, const storage::Condition& condition) override {
        note("remove", name, trouble_of_remove);
        return store_.remove(name, condition);
    }
    storage::Memory& all() { return store_; }  // without trouble

private:
    static void check(std::optional<Errc> code) {
        if (code) throw Error(*code, "trouble");
    }
    void note(const char* what, const storage::ObjectName& name, std::optional<Errc> of_backups) {
        calls.push_back(std::string(what).append(" ").append(name.text()));
        check(trouble);
        if (name.text() != "config") check(of_backups);
    }
    storage::Memory store_;
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
        if (late) throw Error(Errc::io, "the folder could not be synced");
    }
    SecretBytes text;
    bool full = false;
    bool late = false;  // saves, then fails
};

struct Fixture {
    Troubled store;
    MemoryStates states;
    storage::Place place = storage::place(store);
    SafeClient client{place, states};

    Fixture() {
        storage::put_limits(store, {});
        store.puts = 0;
    }
    Outcome enable() {
        return client.enable(password(), identity, account("zoe"), start, {"memory:", "a.json"});
    }
    safe::CycleState cycle() { return states.load()->cycle; }
    Status status(Timestamp now) { return status_of(*states.load(), {}, now); }
    std::string nickname_in_store() {
        auto restored = restore(place, password(), identity);
        return safe::import_backup(restored.json.expose()).backup.user.nickname.value();
    }
};

}  // namespace client_test
