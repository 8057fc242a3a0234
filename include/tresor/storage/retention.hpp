// How long a store keeps a Safe, and how large one may be: the object `config` (safe.md 5.1, 5.4).
//
//     {"maxBackupBytes":524288,"retentionDays":180}
#pragma once

#include <cstdint>
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
// one, unsupported where `config` cannot be written.
void put_limits(Storage& storage, const Limits& limits);

}  // namespace tresor::storage
