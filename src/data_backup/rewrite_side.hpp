// An archive that another one is made of: what filter() and merge() hold of it in memory.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/data_backup/filter.hpp>
#include <tresor/id_export.hpp>

#include "data_backup/source_table.hpp"

namespace tresor::data_backup {

// A small table as a whole.
struct IndexTable {
    std::vector<TableRow> rows;
    std::vector<std::string> extra_names;
    std::set<std::size_t> columns;  // that it has
};

// Keeps the file and the password. One thread at a time.
struct Side {
    // Throws what DataBackup throws; auth_failed for an ID export that does not open.
    Side(const Source& source, const ReadOptions& read);

    DataBackup archive;
    const Password& password;
    SecretBytes identity_text;  // empty: none
    std::optional<id_export::Imported> owner;
    IndexTable contacts, groups, lists;  // row by row what DataBackup has
    IndexTable polls, choices, votes;
    std::map<std::string, std::string> polls_named;  // as messages name a poll: here, and there
    std::set<std::string> claimed;                   // files that belong to something
    std::vector<BadEntry> bad;
    Findings findings;

    // The table's rows; nullptr if there is none that opens. A damaged one is listed.
    std::unique_ptr<SourceTable> open(std::string_view entry, const TableShape& shape,
                                      Findings& into);
    void note_bad(std::string_view entry, const Error& error);
    bool is_bad(std::string_view entry) const { return bad_names_.contains(entry); }
    const std::string& old_number(ChatKind kind, std::size_t row) const;
    // Its row, by its place in DataBackup::chats(); nullptr of a chat that no table names.
    const TableRow* row_of(std::size_t chat) const;
    std::size_t row_number(std::size_t chat) const;

private:
    void read_owner();
    void read_tables(const ReadOptions& read);

    std::set<std::string, std::less<>> bad_names_;
};

}  // namespace tresor::data_backup
