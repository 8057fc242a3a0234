// What a phone, or any program that keeps a Safe, remembers between two ticks, and where.
//
// As text it is one JSON object (version 1); members this version does not know are kept. It holds
// the master key: whoever reads it can read the backup. FileStateStore keeps it in a file of mode
// 0600 that is replaced as a whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tresor/backup_id.hpp>
#include <tresor/http.hpp>
#include <tresor/identity.hpp>
#include <tresor/safe/cycle.hpp>
#include <tresor/safe/model.hpp>
#include <tresor/url.hpp>

namespace tresor::client {

// A store, and how it is reached.
struct StoreNote {
    StoreNote() = default;
    StoreNote(std::string where) : location(std::move(where)) {}
    StoreNote(const char* where) : location(where) {}

    std::string location;                 // UTF-8; without a password once it is in a state
    std::optional<SecretBytes> password;  // of the store, UTF-8; not the one of the Safe
    std::string password_file;            // or where its first line is to be read each time
    net::Options net;
    safe::Unknowns unknown_options;

    StoreNote clone() const;
};
// Those that it is opened with, if there are any beside its location. Reads the password from the
// file that was noted, if it was; throws what that throws, invalid_argument if there is none in it.
std::optional<net::Credentials> credentials_of(const StoreNote& store);

// A backup that is of no use any more and could not be removed yet: of an old password or store, or
// of a Safe that was switched off.
struct PendingRemoval {
    StoreNote store;
    BackupId backup_id;
    safe::Unknowns unknown = {};
};

struct State {
    explicit State(ThreemaId id) : identity(id) {}
    ThreemaId identity;
    safe::CycleState cycle;
    std::optional<safe::MasterKey> master_key;  // absent when Safe is off
    StoreNote store;
    std::string data;                         // the program's own note of where the account is
    std::uint64_t max_backup_bytes = 524288;  // of the store, with cycle.retention_days
    std::uint64_t backup_bytes = 0;           // size of the last upload
    std::string last_outcome;                 // "uploaded", "unchanged", "grace", "failed" or ""
    std::vector<PendingRemoval> pending_removal;
    safe::Unknowns unknown;
};

// Throws malformed, unsupported for a version above 1.
State parse_state(ByteView json);
// Throws invalid_argument if a text is not UTF-8, or if it is on without a key.
SecretBytes format_state(const State& state);

class StateStore {
public:
    // Held for the length of a tick; the next one waits for it.
    class Lock {
    public:
        virtual ~Lock() = default;
    };

    virtual ~StateStore() = default;
    [[nodiscard]] virtual std::unique_ptr<Lock> lock() = 0;
    virtual std::optional<State> load() = 0;  // absent before the first save
    virtual void save(const State& state) = 0;
};

// The state in a file; a link is followed. It is written as `<path>.new` and renamed; what a killed
// process left there, a key perhaps, goes with the next save. save() is called with the lock held.
// The lock is `flock` on `<path>.lock`, which stays and is empty; a process that is killed frees
// it. One thread at a time per object; processes may share the file.
class FileStateStore final : public StateStore {
public:
    // `keep_waiting` is asked about 20 times a second while another holds the lock; false throws
    // cancelled.
    using KeepWaiting = std::function<bool()>;
    explicit FileStateStore(std::filesystem::path path, KeepWaiting keep_waiting = {});

    // Throws conflict if the lock is not free within 10 s.
    [[nodiscard]] std::unique_ptr<Lock> lock() override;
    // Throws denied if others than the owner may read or write the file.
    std::optional<State> load() override;
    // Throws too_large over 1 MiB.
    void save(const State& state) override;

private:
    std::filesystem::path path_;
    KeepWaiting keep_waiting_;
};

}  // namespace tresor::client
