#include "data_backup/folder_tables.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <tresor/data_backup/writer.hpp>

#include "data_backup/cell_rules.hpp"
#include "data_backup/table.hpp"

namespace tresor::data_backup {

namespace {

// What names a group in reactions: its id in small letters.
std::string group_id(std::string_view id, std::string_view creator) {
    std::string text(id);
    for (char& c : text)
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    return text.append("-").append(creator);
}

// The first format whose names of files hold numbers.
constexpr int numbered_version = 19;

}  // namespace

template <class Row>
void FolderTables::each_row(std::string_view name, TableRules rules, const Row& row) {
    StrictTable table(folder_, name, std::move(rules), findings_);
    for (std::uint64_t rows = 0; table.next();) {
        if (++rows % 1024 == 0) tick_();
        row(table);
    }
}

void FolderTables::read(const Has& has) {
    if (!has("settings"))
        throw Error(Errc::malformed, "the folder has no settings: it is no extracted archive");
    read_settings();
    if (has("contacts.csv")) read_contacts();
    if (has("groups.csv")) read_groups();
    if (has("distribution_list.csv")) read_lists();
    int polls = has("ballot.csv") + has("ballot_choice.csv") + has("ballot_vote.csv");
    if (polls != 0 && polls != 3)
        throw Error(Errc::invalid_argument,
                    "ballot.csv: the app takes polls, choices and votes, or none of them");
    if (polls == 3) {
        read_polls();
        read_choices();
        read_votes();
    }
    if (has("contact_reactions.csv")) read_reactions(ChatKind::contact, "contact_reactions.csv");
    if (has("group_reactions.csv")) read_reactions(ChatKind::group, "group_reactions.csv");

    std::uint64_t reactions[2] = {};
    for (std::size_t kind = 0; kind < 2; ++kind)
        for (const auto& [chat, messages] : awaited_[kind])
            for (const auto& [message, count] : messages) reactions[kind] += count;
    static constexpr Column reaction_columns[] = {{reaction_count_names[0]},
                                                  {reaction_count_names[1]}};
    if (has("reaction_counts.csv")) read_counts("reaction_counts.csv", reaction_columns, reactions);

    std::uint64_t nonces[2] = {};
    if (has("nonces.csv")) nonces[0] = read_nonces("nonces.csv");
    if (has("nonces_d2d.csv")) nonces[1] = read_nonces("nonces_d2d.csv");
    static constexpr Column nonce_columns[] = {{nonce_count_names[0]}, {nonce_count_names[1]}};
    if (has("nonce_counts.csv")) read_counts("nonce_counts.csv", nonce_columns, nonces);
}

// data-backup.md 5.1.
void FolderTables::read_settings() {
    FileSource file(folder_ / "settings");
    CsvReader reader(file);
    for (CsvRow row; reader.next(row);) {
        if (row.cut || row.too_large)
            throw Error(Errc::malformed, "settings: a row is cut off or too large");
        if (row.size() != 2 || row[0] != "version") continue;
        auto number = parse_integer(row[1]);
        if (!number || !std::in_range<int>(*number))
            throw Error(Errc::malformed, "settings: the version is no number");
        version_ = static_cast<int>(*number);
    }
    if (version_ > written_version)
        throw Error(Errc::unsupported,
                    "settings: the version is newer than " + std::to_string(written_version));
}

void FolderTables::add_number(const StrictTable& table, std::size_t column,
                              std::string_view number) {
    if (version_ >= numbered_version && !numbers_.emplace(number).second)
        table.refuse(column, "is there twice");
}

void FolderTables::check_members(StrictTable& table, std::size_t column) const {
    for (const std::string& member : table.list(column))
        if (!is_known(member)) table.report("a member is no contact");
}

void FolderTables::read_contacts() {
    using namespace contact_column;
    each_row("contacts.csv", {columns, version_, {address_book}}, [this](StrictTable& table) {
        std::string id(table.text(contact_column::identity));
        std::string_view own = version_ >= numbered_version ? table.text(number) : id;
        add_number(table, number, own);
        if (id == owner_) table.report("the owner is no contact, which the app leaves out");
        if (!identities_.insert(id).second) table.report("a contact is there twice");
        chats_[static_cast<std::size_t>(ChatKind::contact)].push_back({id, std::string(own)});
    });
}

void FolderTables::read_groups() {
    using namespace group_column;
    each_row("groups.csv", {columns, version_}, [this](StrictTable& table) {
        std::string_view creator_text = table.text(creator);
        std::string key(table.text(group_column::id)), lower = group_id(key, creator_text);
        std::string own(table.text(number));
        if (version_ < numbered_version) own = key.append("-").append(creator_text);
        add_number(table, number, own);
        auto state = parse_integer(table.text(user_state)).value_or(0);
        if (version_ >= columns[user_state].since && (state < 0 || state > 2))
            table.refuse(user_state, "is none of 0, 1 and 2");
        check_members(table, members);
        if (!groups_.insert(lower).second) table.report("a group is there twice");
        groups_.insert(own);
        chats_[static_cast<std::size_t>(ChatKind::group)].push_back({lower, own});
    });
}

void FolderTables::read_lists() {
    using namespace list_column;
    std::set<std::int64_t> ids;
    TableRules rules{columns, version_, {}, true};
    each_row("distribution_list.csv", std::move(rules), [&](StrictTable& table) {
        std::string_view text = table.text(list_column::id);
        if (text.starts_with('-')) table.refuse(list_column::id, "is below 0");
        if (!ids.insert(parse_integer(text).value_or(0)).second)
            table.refuse(list_column::id, "is there twice");
        check_members(table, members);
        chats_[static_cast<std::size_t>(ChatKind::distribution_list)].push_back(
            {std::string(text), std::string(text)});
    });
}

void FolderTables::read_polls() {
    using namespace poll_column;
    std::set<std::int64_t> rows;
    each_row("ballot.csv", {columns, version_}, [&](StrictTable& table) {
        if (!rows.insert(parse_integer(table.text(row_id)).value_or(0)).second)
            table.refuse(row_id, "is there twice");
        std::string key(table.text(poll_column::id));
        key.append("-").append(table.text(creator));
        if (!choices_.try_emplace(key).second) table.report("a poll is there twice");
        std::string_view where = table.text(ref_id);
        if (!identities_.contains(where) && !groups_.contains(where))
            table.report("the chat of a poll is not there");
    });
}

void FolderTables::read_choices() {
    using namespace choice_column;
    each_row("ballot_choice.csv", {columns, version_, {row_id}}, [this](StrictTable& table) {
        auto found = choices_.find(table.text(poll));
        if (found == choices_.end()) return table.report("the poll of a choice is not there");
        found->second.emplace(table.text(number));
    });
}

void FolderTables::read_votes() {
    using namespace vote_column;
    each_row("ballot_vote.csv", {columns, version_, {row_id}}, [this](StrictTable& table) {
        auto found = choices_.find(table.text(poll));
        if (found == choices_.end()) return table.report("the poll of a vote is not there");
        if (!found->second.contains(table.text(choice)))
            table.report("the choice of a vote is not there");
        if (!is_known(table.text(vote_column::identity))) table.report("a voter is no contact");
    });
}

// A row that is not whole makes the app reset itself (7.2).
void FolderTables::read_reactions(ChatKind kind, std::string_view name) {
    bool of_group = kind == ChatKind::group;
    TableRules rules{contact_reaction_column::columns, version_};
    if (of_group) rules.columns = group_reaction_column::columns;
    auto& awaited = awaited_[static_cast<std::size_t>(kind)];
    each_row(name, std::move(rules), [&](StrictTable& table) {
        std::string chat(table.text(contact_reaction_column::identity));
        std::string_view message = table.text(contact_reaction_column::message);
        if (of_group) {
            chat = group_id(table.text(group_reaction_column::group),
                            table.text(group_reaction_column::creator));
            message = table.text(group_reaction_column::message);
        }
        ++awaited[chat][parse_hex64(message).value_or(0)];
    });
}

// The app only shows progress by them, but does not survive a row that is cut short.
void FolderTables::read_counts(std::string_view name, std::span<const Column> columns,
                               std::span<const std::uint64_t> there) {
    bool first = true;
    each_row(name, {columns, version_, {0, 1}}, [&](StrictTable& table) {
        if (!std::exchange(first, false)) return;
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (parse_integer(table.text(i)) != static_cast<std::int64_t>(there[i]))
                table.report("another number is told than are there");
    });
}

std::uint64_t FolderTables::read_nonces(std::string_view name) {
    static constexpr Column columns[] = {{nonce_names[0]}};
    std::uint64_t count = 0;
    each_row(name, {columns, version_}, [&](StrictTable& table) {
        for (const std::string& nonce : table.list(0)) {
            if (!is_hex(nonce, 64) && !is_hex(nonce, 48))
                table.refuse(0, "holds what is none of 64 or 48 hex digits");
            ++count;
        }
    });
    return count;
}

void FolderTables::found_message(ChatKind kind, std::string_view chat, std::string_view api_id) {
    if (kind == ChatKind::distribution_list) return;
    auto& awaited = awaited_[static_cast<std::size_t>(kind)];
    auto found = awaited.find(chat);
    auto id = found != awaited.end() ? parse_hex64(api_id) : std::nullopt;
    if (id) found->second.erase(*id);
}

void FolderTables::report_reactions() {
    for (auto [kind, name] :
         {std::pair(0, "contact_reactions.csv"), std::pair(1, "group_reactions.csv")}) {
        std::uint64_t lost = 0;
        for (const auto& [chat, messages] : awaited_[kind])
            for (const auto& [message, count] : messages) lost += count;
        if (lost > 0)
            findings_.add(name, std::to_string(lost) +
                                    " of them are to messages that are not "
                                    "there");
    }
}

}  // namespace tresor::data_backup
