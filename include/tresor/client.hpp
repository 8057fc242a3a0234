// The Safe of one account: switched on, kept fresh, restored.
//
// Here password, storage and time meet. A SafeClient holds no timer: whoever owns it calls tick()
// when next_due has come, or whenever the program is opened; the cycle (safe/cycle.hpp) decides
// whether anything is uploaded and says why. What must last is in a StateStore (client/state.hpp).
//
//     FileStateStore states("state.json");
//     SafeClient client(storage::place("/mnt/nas/safe", storage::built_in_stores()), states);
//     client.enable(password, identity, account, now());     // uploads at once
//     client.tick(account, now());                           // every day, every start
//     Restored restored = restore(place, password, identity);
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tresor/client/state.hpp>
#include <tresor/safe.hpp>
#include <tresor/storage/location.hpp>

namespace tresor::client {

enum class LogLevel { debug, info, warning };
using LogFields = std::vector<std::pair<std::string_view, std::string>>;
// Gets no secrets; of a backup id only the first byte.
using Log = std::function<void(LogLevel level, std::string_view event, const LogFields& fields)>;

struct Options {
    safe::CyclePolicy cycle;
    Log log;
};

struct Outcome {
    enum class Kind { uploaded, unchanged, grace, disabled } kind;
    safe::Reason reason;
    std::optional<Timestamp> next_due;
    std::vector<Finding> warnings;
};
std::string_view name_of(Outcome::Kind kind) noexcept;

struct Status {
    State state;
    std::optional<BackupId> backup_id;
    std::optional<Timestamp> next_due, refresh_due, expires_at;
    std::vector<safe::CycleWarning> warnings;
};

// What a program wants to find again in the state.
struct Notes {
    std::string store, data;
};

// Keeps a reference to the state store. One thread at a time.
class SafeClient {
public:
    SafeClient(storage::Place place, StateStore& states, Options options = {});

    // Throws conflict if Safe is on already or the store holds a backup of this ID and password,
    // not_found if the store has no `config`, too_large if the account is over the store's limit;
    // then nothing has changed.
    Outcome enable(const Password& password, const ThreemaId& identity, const safe::Backup& account,
                   Timestamp now, const Notes& notes = {});

    // One tick of the cycle. A failure is noted in the state and thrown; the old backup stands. If
    // only the store's `config` cannot be had and nothing was to be uploaded anyway, that is a
    // warning. Throws not_found without a state.
    Outcome tick(const safe::Backup& account, Timestamp now,
                 safe::Trigger trigger = safe::Trigger::tick);

    // Notes a failure before the tick, such as an account that could not be read, so that status()
    // can warn of it.
    void note_failure(const Error& error, Timestamp now);

    // Nothing but a look: takes no lock, asks no store. Throws not_found without a state.
    Status status(Timestamp now) const;

private:
    State loaded() const;
    Outcome attempt(State& state, const safe::Backup& account, Timestamp now,
                    safe::Trigger trigger) const;
    void save_failure(State& state, const Error& error, Timestamp now) const;
    void log(LogLevel level, std::string_view event, const LogFields& fields) const;

    storage::Place place_;
    StateStore& states_;
    Options options_;
};

struct Restored {
    SecretBytes json;  // as it was sealed; safe::import_backup() reads it
    std::vector<Finding> findings;
    std::optional<Timestamp> modified;  // when the store got it
};

// Needs nothing but ID, password and the store. Throws not_found if the store holds no backup of
// this ID and password: a wrong password leads to another name. Downloads at most
// safe::max_container_bytes.
Restored restore(const storage::Place& place, const Password& password, const ThreemaId& identity);

}  // namespace tresor::client
