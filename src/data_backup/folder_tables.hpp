// The tables of a folder that will be an archive, but for those of messages (data-backup.md 4, 7).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/data_backup/model.hpp>

#include "data_backup/strict_table.hpp"

namespace tresor::data_backup {

struct FolderChat {
    std::string id;      // as Chat::id
    std::string number;  // in the names of its files
};

// What the restorer would lose a row for throws invalid_argument with a pointer; a reference to
// nothing is a finding. Keeps all but `owner`. One thread at a time.
class FolderTables {
public:
    using Has = std::function<bool(std::string_view name)>;
    FolderTables(const std::filesystem::path& folder, std::string_view owner, Findings& findings,
                 const std::function<void()>& tick)
        : folder_(folder), owner_(owner), findings_(findings), tick_(tick) {}

    // `has`: whether there is a file of this name. Throws malformed without usable settings,
    // unsupported for a version that is newer than 27.
    void read(const Has& has);

    int version() const noexcept { return version_; }
    const std::vector<FolderChat>& chats(ChatKind kind) const noexcept {
        return chats_[static_cast<std::size_t>(kind)];
    }
    // So that report_reactions() knows what to report in the end.
    void found_message(ChatKind kind, std::string_view chat, std::string_view api_id);
    void report_reactions();

private:
    void read_settings();
    void read_contacts();
    void read_groups();
    void read_lists();
    void read_polls();
    void read_choices();
    void read_votes();
    void read_reactions(ChatKind kind, std::string_view name);
    void read_counts(std::string_view name, std::span<const Column> columns,
                     std::span<const std::uint64_t> there);
    std::uint64_t read_nonces(std::string_view name);
    void add_number(const StrictTable& table, std::size_t column, std::string_view number);
    void check_members(StrictTable& table, std::size_t column) const;
    bool is_known(std::string_view identity) const {
        return identity == owner_ || identities_.contains(identity);
    }
    // Opens it and reads all rows.
    template <class Row>
    void each_row(std::string_view name, TableRules rules, const Row& row);

    const std::filesystem::path& folder_;
    std::string owner_;
    Findings& findings_;
    const std::function<void()>& tick_;
    int version_ = 1;
    std::vector<FolderChat> chats_[3];  // by kind
    std::set<std::string, std::less<>> identities_, numbers_, groups_;
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> choices_;  // by poll
    // Messages of a chat that somebody reacted to and that were not found yet, and how often.
    using Awaited = std::map<std::uint64_t, std::uint64_t>;
    std::map<std::string, Awaited, std::less<>> awaited_[2];
};

}  // namespace tresor::data_backup
