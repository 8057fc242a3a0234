// Archives made of archives: another password, less of it, two in one (data-backup.md 10.2).
//
// Rows, files and columns that are not touched come out as they were, those that nobody knows too;
// what is written is always format 27, whatever the source was: numbers are assigned, the owner's
// state in groups is derived, missing cells get their defaults (9.2, W3). What the app would drop
// anyway is left out and reported; of a row whose time or tags cannot be read those alone. The
// source is not changed. It is read two to four times; memory grows with the number of messages of
// one chat (merge(): 64 bytes each; filter() by date: 8), not with texts and files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <tresor/data_backup/reader.hpp>
#include <tresor/data_backup/writer.hpp>

namespace tresor::data_backup {

struct Cut {
    // Ids of chats to keep, and all that belongs to them (members, polls, reactions, files); empty:
    // all. One that is not there is not_found.
    std::vector<std::string> chats;
    OptionalMoment since, until;  // by when messages were shown: from since on, before until
    bool media = true;            // false: no media and no thumbnails
};

struct Rewritten {
    std::uint64_t entries = 0, bytes = 0, messages = 0;
    // Of merge(): what both have, differently, and none is newer; where it was left out.
    std::vector<Finding> conflicts;
    std::vector<Finding> findings;  // what was odd, and what was left out
    std::vector<BadEntry> bad;      // damaged, and not in the new archive
};

// A source and its password.
struct Source {
    ReadAt& file;
    const Password& password;
};

// `read.jobs` and `read.progress` do not matter: those of `write` do. Throws what DataBackup and
// DataBackupWriter throw; auth_failed if the ID export inside has another password.
Rewritten filter(const Source& source, ByteSink& into, const Password& new_password, const Cut& cut,
                 const WriteOptions& write, const ReadOptions& read = {});

// All that is in one of them. Same owner, or both unknown (else conflict). A message that both have
// (same uid, or same id and sender in the same chat) is there once: as it was edited or deleted
// last, else as the newer archive has it.
Rewritten merge(const Source& first, const Source& second, ByteSink& into,
                const Password& new_password, const WriteOptions& write,
                const ReadOptions& read = {});

// An archive of a folder as extract() leaves it: tables and files as they are, in the order of the
// app. `settings` may name any format up to 27. Its `identity` is decoded with `identity_password`
// and encrypted anew. Throws invalid_argument with a pointer ("message_0000000042.csv:7") for what
// the app would drop a row for or reset itself over; auth_failed for the identity; unsupported for
// a newer format; malformed without `settings`. References to nothing are findings: archives of the
// app have them. So is a missing `identity`, without which the app restores nothing on a new
// device.
Rewritten create(const std::filesystem::path& folder, const Password& identity_password,
                 ByteSink& into, const Password& password, const WriteOptions& write);

}  // namespace tresor::data_backup
