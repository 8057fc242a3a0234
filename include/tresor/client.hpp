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

// What a program wants to find again in the state. A password in the store's location is taken out
// and noted apart.
struct Notes {
    StoreNote store;
    std::string data;  // UTF-8
};

// Opens the store that was noted at enable().
using Opener = std::function<storage::Place(const StoreNote& store)>;
// By its location, with credentials_of() it.
Opener opener(storage::Registry registry, Progress progress = {});
// Reads the account that was noted at enable(), for its identity.
using AccountSource =
    std::function<safe::Backup(const ThreemaId& identity, const std::string& data)>;

struct Verified {
    bool differs;                          // from what was uploaded last, as the state knows it
    std::optional<Timestamp> last_upload;  // by the state
    std::optional<Timestamp> modified;     // by the store
    std::vector<Finding> findings;
};

struct Restored {
    SecretBytes json;  // as it was sealed; safe::import_backup() reads it
    std::vector<Finding> findings;
    std::optional<Timestamp> modified;  // when the store got it
};

// Keeps a reference to the state store. One thread at a time.
//
// A backup that is of no use any more (Existing::replace, disable) is noted in the state before its
// removal is tried; what could not be removed is tried again at each tick.
class SafeClient {
public:
    // With a place of its own, or with one for each note. Who changes the store needs the latter:
    // the old backup is removed from where it is.
    SafeClient(storage::Place place, StateStore& states, Options options = {});
    SafeClient(Opener opener, StateStore& states, Options options = {});

    // Throws conflict if Safe is on already or the store holds a backup of this ID and password,
    // unless that is to be replaced; not_found if the store has no `config`, too_large if the
    // account is over the store's limit; then nothing has changed.
    //
    // Replacing, after a restore or for another password or store, uploads first. Only when the new
    // backup and the new state stand is the old backup removed, if it has another name or place.
    // The Safe of another identity is never replaced (conflict).
    Outcome enable(const Password& password, const ThreemaId& identity, const safe::Backup& account,
                   Timestamp now, const Notes& notes = {}, Existing existing = Existing::refuse);

    // enable() with another password, the same store and Existing::replace. Where the account
    // is not there (io, not_found) it is that of the last backup. Throws not_found if Safe is off.
    Outcome change_password(const Password& password, const AccountSource& read, Timestamp now);

    // One tick of the cycle. A failure is noted in the state and thrown; the old backup stands. If
    // only the store's `config` cannot be had and nothing was to be uploaded anyway, that is a
    // warning. Throws not_found without a state.
    Outcome tick(const safe::Backup& account, Timestamp now,
                 safe::Trigger trigger = safe::Trigger::tick);
    // The same with an account that is read while the state is locked. One that cannot be read is a
    // failure, too.
    Outcome tick(const AccountSource& read, Timestamp now,
                 safe::Trigger trigger = safe::Trigger::tick);

    // Downloads, opens and reads the backup as a restore would, and compares it with what was
    // uploaded last. Changes nothing. Throws not_found if Safe is off or the backup is gone,
    // auth_failed or malformed if it is damaged.
    Verified verify();

    // Restores and goes on: Safe is on afterwards, and the next tick uploads. That the store did
    // not tell its limits is noted as a failure and no reason to give nothing back. Throws conflict
    // if Safe is on already, and what restore() below throws.
    Restored restore(const Password& password, const ThreemaId& identity, Timestamp now,
                     const Notes& notes = {});

    // Switches Safe off and forgets the keys. Returns whether the backup is gone; false with
    // `keep_backup`, if Safe was off, or if it is yet to be removed (a tick tries again). Throws
    // not_found without a state.
    bool disable(bool keep_backup = false);

private:
    Outcome switch_on(std::optional<State> before, const safe::Keys& keys,
                      const ThreemaId& identity, const safe::Backup& account, Timestamp now,
                      const Notes& notes, Existing existing) const;
    safe::Backup account_in_store(const State& state) const;
    bool remove_pending(State& state) const;
    void upload_again_if_gone(State& state, const BackupId& removed) const;
    void save_quietly(const State& state) const;
    Outcome locked_tick(Timestamp now, const std::function<Outcome(State&)>& work);
    Outcome attempt(State& state, const safe::Backup& account, Timestamp now,
                    safe::Trigger trigger) const;
    void save_failure(State& state, const Error& error, Timestamp now) const;
    void undo_upload(storage::Storage& storage, const BackupId& id,
                     const safe::MasterKey& key) const noexcept;
    void log(LogLevel level, std::string_view event, const LogFields& fields) const;

    Opener opener_;
    StateStore& states_;
    Options options_;
};

// What a person wants to know of a state; nothing secret. Looks only: no lock, no store.
struct Status {
    bool enabled;
    ThreemaId identity;
    std::string store;
    std::optional<BackupId> backup_id;
    safe::CycleState cycle;
    std::uint64_t max_backup_bytes, backup_bytes;
    std::string last_outcome;
    std::optional<Timestamp> next_due, refresh_due, expires_at;
    std::vector<std::string> pending_removal;  // the stores of old backups yet to be removed
    std::vector<safe::CycleWarning> warnings;
};
Status status_of(const State& state, const safe::CyclePolicy& policy, Timestamp now);

// Needs nothing but ID, password and the store. Throws not_found if the store holds no backup of
// this ID and password: a wrong password leads to another name. Downloads at most `most_bytes`, by
// default the store's own limit or 4 MiB, whichever is more (safe.md 5.4), and at most
// safe::max_container_bytes from a store that does not tell its limit.
Restored restore(const storage::Place& place, const Password& password, const ThreemaId& identity,
                 std::optional<std::size_t> most_bytes = std::nullopt);

}  // namespace tresor::client
