// Makes an archive of one archive or of two (filter.hpp): what filter() and merge() share.
//
// The order of entries is that of the app (data-backup.md 1.7). A chat's table is read once for
// the files of its messages, and once to be written; for a merge once more before, for its plan.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/data_backup/filter.hpp>

#include "base/findings.hpp"
#include "data_backup/catalogue.hpp"
#include "data_backup/keyed_hash.hpp"
#include "data_backup/merge_messages.hpp"
#include "data_backup/rewrite_side.hpp"
#include "data_backup/source_table.hpp"
#include "data_backup/zip_writer.hpp"

namespace tresor::data_backup {

using Sides = std::vector<std::unique_ptr<Side>>;

// A chat of the new archive.
struct TargetChat {
    static constexpr std::size_t absent = static_cast<std::size_t>(-1);
    ChatKind kind = ChatKind::contact;
    std::string id, number;
    std::size_t places[2] = {absent, absent};  // in DataBackup::chats() of each side
    bool orphan = false;
    bool kept = true;    // its messages
    bool listed = true;  // its row: people stay where other chats need them
};

// Keeps all that it is given but the options. One thread at a time; runs once.
class Rewriter {
public:
    // `sides`: one or two; `newer`: which wins where nothing else tells.
    Rewriter(Sides& sides, std::size_t newer, const Cut& cut, ByteSink& into,
             const Password& password, const WriteOptions& write);

    Rewritten run();

private:
    // ---- who and what is there: rewrite_plan.cpp ----
    void plan_chats(std::size_t side);
    void choose_kept();
    void need(const std::string& identity);
    void find_needed(const TargetChat& chat);
    void need_reactors();
    void assign_numbers();
    void assign_list_id(TargetChat& chat, std::size_t side);
    std::string new_number();
    TargetChat* target(ChatKind kind, std::string_view id, bool orphan = false);
    bool has_date_cut() const { return cut_.since || cut_.until; }

    // ---- people and their pictures: rewrite.cpp ----
    void write_settings();
    void write_identity();
    void write_owner_picture();
    void write_chats(ChatKind kind);
    void write_people(ChatKind kind, const char* entry, const TableShape& shape);
    void write_pictures(const TargetChat& chat);
    void write_picture(const TargetChat& chat, const char* prefix);
    TableRow row_of(const TargetChat& chat);
    void fill_last_update(const TargetChat& chat, TableRow& row) const;
    std::size_t row_side(const TargetChat& chat) const;
    void compare_keys(const TargetChat& chat);
    void write_table(const std::string& entry, const std::function<void(ByteSink&)>& fill);

    // ---- messages: rewrite_chat.cpp ----
    using Names = std::vector<std::string>;
    using FileUids = std::map<std::size_t, std::string>;  // by the places of messages
    struct ChatRows;
    std::string table_of(const TargetChat& chat, std::size_t side) const;
    bool read_next(ChatRows& rows, std::size_t side);
    void write_chat(const TargetChat& chat);
    MergeItem item_of(const TargetChat& chat, const TableRow& row);
    std::vector<MergeItem> items_of(const TargetChat& chat, std::size_t side, FileUids& with_files);
    std::optional<MergePlan> plan_of(const TargetChat& chat);
    bool claim_files(ChatKind kind, std::size_t side, const std::string& of);
    void write_files(const TargetChat& chat, const MergePlan* plan);
    void write_files_of(const ChatRows& rows);
    bool is_kept(const TableRow& row) const;
    void note_kept(const TargetChat& chat, const TableRow& row, bool kept);
    std::string new_uid();
    void note_time(const TargetChat& chat, Moment at);
    void write_messages(const TargetChat& chat, const MergePlan* plan);
    void write_no_messages(const TargetChat& chat);
    void write_chat_table(const TargetChat& chat, const std::function<void(ByteSink&)>& fill);

    // ---- files: rewrite_files.cpp ----
    bool copy_entry(std::size_t side, const std::string& entry, const std::string& as);
    void write_left_files();
    void write_left_file(std::size_t side, const std::string& entry);

    // ---- polls, reactions, nonces: rewrite_polls.cpp, rewrite_reactions.cpp ----
    struct PollPlace {
        std::size_t side = 0, row = 0;
    };
    bool keeps_poll(std::size_t side, std::size_t row);
    void write_polls();
    void write_poll_table(const std::vector<PollPlace>& polls, const Names& extra);
    std::vector<PollPlace> poll_rows(IndexTable Side::*table,
                                     const std::set<std::string>& kept) const;
    void write_poll_rows(const std::string& entry, const TableShape& shape, IndexTable Side::*table,
                         const std::set<std::string>& kept);
    static void repair_choice(TableRow& row);
    void for_each_row(const std::string& entry, const TableShape& shape, bool is_told,
                      const std::function<void(std::size_t, TableRow&)>& take);
    bool keeps_reaction(ChatKind kind, const std::string& chat, const std::string& message);
    std::uint64_t write_reactions(ChatKind kind);
    std::uint64_t filter_reactions(ChatKind kind, const std::string& entry);
    std::uint64_t merge_reactions(ChatKind kind, const std::string& entry);
    std::uint64_t write_nonces(const std::string& entry);
    void write_counts(const std::string& entry, std::span<const std::string_view> names,
                      std::uint64_t first, std::uint64_t second);

    Sides& sides_;
    std::size_t newer_;
    const Cut& cut_;
    const Password& password_;
    std::function<void(ByteSpan)> random_;
    ZipWriter zip_;
    KeyedHash hash_;
    std::vector<TargetChat> chats_;
    std::map<std::pair<std::string, std::string>, std::size_t> by_id_;  // kind, id
    std::vector<std::pair<std::size_t, std::size_t>> dropped_;          // side, place of a chat
    std::set<std::string> needed_;                                      // people
    std::set<std::string> numbers_;                                     // taken
    std::set<std::string> written_;                                     // entries
    std::set<std::string> damaged_;                // tables of messages, with their side before
    std::set<std::string> named_, named_by_kept_;  // polls
    std::vector<std::uint64_t> kept_;              // fingerprints of messages, with a date cut
    std::set<std::string> told_;                   // tables of messages whose findings are listed
    std::set<std::string> gone_groups_;            // deleted in all archives that have them
    std::map<std::pair<std::size_t, std::size_t>, std::string> donors_;  // uids, by side and place
    std::map<const TargetChat*, Moment> latest_;                         // messages
    Names extra_[2];
    Findings findings_, conflicts_;
    Rewritten result_;
};

// The id of the poll that a body of a message names; empty if it names none.
std::string named_poll(const TableRow& message);
void rename_poll(TableRow& message, const std::map<std::string, std::string>& names);

}  // namespace tresor::data_backup
