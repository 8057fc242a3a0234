// How long a store keeps a Safe, and how large one may be: the object `config` (safe.md 5.1, 5.4);
// and the sweep, by which whoever owns a store drops what was not written for so long (safe.md 7).
//
//     {"maxBackupBytes":524288,"retentionDays":180}
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <tresor/storage.hpp>

namespace tresor::storage {

struct Limits {
    std::uint64_t max_backup_bytes = 524288;  // of the sealed object
    std::int64_t retention_days = 180;        // since the last upload
    bool operator==(const Limits&) const = default;
};

struct FoundLimits {
    Limits limits;
    std::vector<Finding> findings;
};

// Reads a `config`. Values out of range (1024 to 2^31 bytes, 1 to 36500 days) are brought into it
// and reported, 0 days count as 180, numbers written as strings are taken and reported, other
// members mean nothing. Throws malformed if it is no JSON object or a value is missing or no
// number, too_large over 64 KiB.
FoundLimits parse_limits(ByteView config);
Bytes format_limits(const Limits& limits);

// Of a store. Throws not_found if it has no `config`.
FoundLimits get_limits(Storage& storage);

// Throws invalid_argument, with the range, for limits that a `config` cannot announce.
void require_valid(const Limits& limits);

// Writes the `config` of a new store. Throws invalid_argument out of range, conflict if there is
// one (where the store cannot tell exactly, as of right before), unsupported where `config` cannot
// be written.
void put_limits(Storage& storage, const Limits& limits);

// Whether it is a Safe backup, `backups/<64 lowercase hex>`, that was not written for so many days.
// One whose time is not known never is.
[[nodiscard]] bool expired(const ObjectInfo& object, std::int64_t retention_days, Timestamp now);

struct SweepOptions {
    bool dry_run = false;  // only count
    // Told how many backups were looked at; false cancels.
    Progress progress;
    // Asked before each removal, and may wait, to go easy on a store; false cancels.
    std::function<bool(const ObjectInfo&)> before_removal;
    // Threads that look, 1 to 1024, in a Directory; other stores are listed by one. They live for
    // the length of the call; the functions above are called by the caller's thread only,
    // `progress` then not for each backup.
    unsigned jobs = 1;
};

struct Swept {
    std::uint64_t examined = 0;      // Safe backups; nothing else is looked at
    std::uint64_t expired = 0;       // of them
    std::uint64_t removed = 0;       // of the expired ones, 0 in a dry run
    std::uint64_t bytes_freed = 0;   // by them
    std::uint64_t kept_changed = 0;  // were renewed while the sweep went on, and stay
    std::uint64_t failed = 0;        // could not be removed
    std::optional<Error> first_failure;
};

// Removes expired backups; `now` is best the store's own clock(). What it has removed stays removed
// if it is cut short, and the next one goes on. It keeps no listing in memory, but for what
// list() of the store needs itself: a folder of a million backups takes less than 16 MiB. There it removes without making each removal durable, and
// syncs the folder once at its end: a power cut before may bring back what was removed, which has
// expired all the same and goes with the next sweep.
//
// A backup that is renewed between listing and removal: where the store can remove on condition
// (Abilities::conditional_remove), only the version that was listed is removed, and the renewed one
// always stays. Where it cannot, the sweep leaves one more day and looks once more right before the
// removal; lost is then only what is uploaded in that instant to an object that was due for removal
// a day ago.
//
// Throws unsupported if the store cannot list, unavailable if it goes away, and what the listing
// throws. A single object that cannot be removed does not stop the rest.
Swept sweep(Storage& storage, std::int64_t retention_days, Timestamp now,
            const SweepOptions& options = {});

}  // namespace tresor::storage
