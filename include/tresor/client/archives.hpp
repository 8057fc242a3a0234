// Chat archives in a safe place: put there verified, old ones thinned, and never forgotten.
//
//     FileReadAt file(path);
//     put_archive(*store, file, file_name, password, {.keep = parse_keep_policy("monthly:12")});
//     archive_status(archive_copies(*store), Every::monthly, now()).overdue
//
// A copy is an object of the name
//
//     data-backups/<Threema ID, `_` for a `*`>-<YYYYMMDDTHHMMSSZ>.zip
//
// It is under such a name only if put_archive() has read it back after the upload; so a name is
// enough to count as a good copy, and no password is needed to look. Other names below
// `data-backups/` are not touched, and nothing is written down anywhere else. What a store that
// cannot replace an object as a whole keeps of an upload that was cut off also has such a name,
// until the put is done again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/client/transfer.hpp>
#include <tresor/data_backup/reader.hpp>
#include <tresor/identity.hpp>
#include <tresor/storage/schedule.hpp>

namespace tresor::client {

// The time is that of the archive, not of the upload. Throws invalid_argument outside the years 0
// to 9999.
storage::ObjectName archive_object(const ThreemaId& owner, Timestamp time);

struct ArchiveCopy {
    ThreemaId owner;
    Timestamp time;
    storage::ObjectInfo object;
};
// Absent for any other name.
std::optional<ArchiveCopy> parse_archive_object(const storage::ObjectInfo& object);
// All copies, or those of one owner, the newest first. Throws unsupported if the store cannot list.
std::vector<ArchiveCopy> archive_copies(storage::Storage& storage,
                                        const std::optional<ThreemaId>& owner = {});

// Whether it claims to be from more than a day after `now`: it was made while a clock was wrong.
bool is_from_the_future(const ArchiveCopy& copy, Timestamp now);

// By the name that the app gives the file, whatever was put before or behind it:
// threema-backup_<milliseconds>_1, or with the ID before the number. Absent for any other name.
std::optional<Timestamp> time_of_archive(std::string_view file_name);

struct PutArchiveOptions {
    data_backup::ReadOptions reading = {};
    std::optional<storage::KeepPolicy> keep = {};  // absent: nothing is removed
    // With it a copy from more than a day later, made while a clock was wrong, neither goes nor
    // takes the place of another one.
    std::optional<Timestamp> now = {};
    // Of the days and months of `keep`, and of the times in an archive whose name tells none.
    UtcOffset utc_offset = {};
    std::optional<ThreemaId> owner = {};  // of an archive that does not tell; must not contradict
    // Download the copy to a file of this name, which must be free and goes again, and verify it
    // there as an archive.
    std::optional<std::filesystem::path> deep = {};
    Existing existing = Existing::refuse;  // what if there is another archive of that name
    bool dry_run = false;                  // only tell what would be done
};

enum class Fate { kept, removed, failed };  // removed: in a dry run, would be
struct ThinnedCopy {
    ArchiveCopy copy;
    Fate fate = Fate::kept;
    // As storage/schedule.hpp, "just put", "changed meanwhile", "dated in the future".
    std::vector<std::string> reasons;
};

struct PutArchive {
    storage::ObjectName name;
    Transferred transferred;  // of the file
    bool uploaded = false;    // false: it was there already; in a dry run, whether it would be
    std::vector<ThinnedCopy> copies;     // of this owner, the newest first; empty without a policy
    std::optional<Error> first_failure;  // of a removal; the put itself went well
};

// Verifies the archive, uploads it, reads it back and compares, then thins the owner's copies.
//
// - An archive that does not verify is not uploaded: throws auth_failed or malformed, and what
//   data_backup::verify() throws; malformed if it tells no owner or time.
// - Whoever was cut off calls it again. A copy that is there already, byte for byte, is not
//   uploaded again; the begin of this archive, left by an upload that was cut off, is replaced.
//   Anything else under that name is a conflict, unless `existing` says otherwise.
// - A new copy that does not come back as it was sent, or does not verify (`deep`), is taken back.
// - Thinning removes only copies of this owner, never the newest and never the one that was just
//   put. Where the store can remove on condition, only what was listed is removed; elsewhere it is
//   looked at once more right before. A removal that fails stops no other one; the copy stays.
// Throws unsupported, before anything is uploaded, if there is a policy and the store cannot list.
PutArchive put_archive(storage::Storage& storage, ReadAt& file, std::string_view file_name,
                       const Password& password, const PutArchiveOptions& options = {});

struct ArchiveStatus {
    std::optional<ArchiveCopy> last_good;  // the newest
    std::uint64_t count = 0, bytes = 0;    // of all
    std::optional<Timestamp> next_due;     // absent without a copy
    bool overdue = true;                   // there is none, or next_due has come
};
// Of the copies of one owner, in any order. A copy from more than a day after `now`, made while a
// clock was wrong, is counted, but it is not the last good one: it would hide for years that
// nothing is copied any more.
ArchiveStatus archive_status(const std::vector<ArchiveCopy>& copies, storage::Every every,
                             Timestamp now, const UtcOffset& utc_offset = {});

}  // namespace tresor::client
