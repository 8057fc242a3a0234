// What the new archive holds: its chats, its people, their numbers.

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "data_backup/rewrite.hpp"
#include "data_backup/table.hpp"
#include "data_backup/zip.hpp"
#include "data_backup/zip_entry.hpp"

namespace tresor::data_backup {

namespace {

// A list has its id in the names of its entries, so a table that no list has is still of that list.
std::string kind_key(ChatKind kind, bool orphan) {
    std::string key(name_of(kind));
    return orphan && kind != ChatKind::distribution_list ? key.append("?") : key;
}

// That id, also where chats of another kind have taken it before.
std::string id_of(const Chat& chat) {
    bool has_row = !chat.orphan || chat.kind != ChatKind::distribution_list;
    return has_row ? chat.id : std::string(classify(chat.entry).key);
}

bool has_number(const Side& side, const TargetChat& chat, std::size_t place) {
    if (chat.kind == ChatKind::contact)
        return side.contacts.columns.contains(contact_column::number) &&
               !side.contacts.rows[place].cells[contact_column::number].empty();
    std::size_t row = side.row_number(place);
    return side.groups.columns.contains(group_column::number) &&
           !side.groups.rows[row].cells[group_column::number].empty();
}

// Else our own reader would not find it again.
bool is_number(std::string_view text) {
    constexpr std::size_t longest = 100;
    return !text.empty() && text.size() <= longest && is_plain_name(text);
}

}  // namespace

TargetChat* Rewriter::target(ChatKind kind, std::string_view id, bool orphan) {
    auto found = by_id_.find({kind_key(kind, orphan), std::string(id)});
    return found == by_id_.end() ? nullptr : &chats_[found->second];
}

void Rewriter::plan_chats(std::size_t side) {
    const DataBackup& archive = sides_[side]->archive;
    for (std::size_t i = 0; i < archive.chats().size(); ++i) {
        const Chat& chat = archive.chats()[i];
        bool is_group = chat.kind == ChatKind::group && !chat.orphan;
        if (is_group && archive.groups()[sides_[side]->row_number(i)].deleted) {
            findings_.add("groups.csv:" + std::to_string(sides_[side]->row_of(i)->line),
                          "a group that was deleted is left out");
            dropped_.emplace_back(side, i);
            continue;
        }
        std::string id = id_of(chat);
        auto [at, is_new] =
            by_id_.try_emplace({kind_key(chat.kind, chat.orphan), id}, chats_.size());
        if (is_new) {
            TargetChat added;
            added.kind = chat.kind;
            added.id = std::move(id);
            added.orphan = true;
            chats_.push_back(std::move(added));
        }
        TargetChat& found = chats_[at->second];
        found.places[side] = i;
        found.orphan = found.orphan && chat.orphan;
    }
}

// ---- what is kept ----

void Rewriter::choose_kept() {
    if (cut_.chats.empty()) return;
    for (TargetChat& chat : chats_) chat.kept = chat.listed = false;
    for (const std::string& id : cut_.chats) {
        const Chat* found = sides_[0]->archive.chat(id);
        TargetChat* chosen = found ? target(found->kind, id_of(*found), found->orphan) : nullptr;
        if (chosen == nullptr) throw Error(Errc::not_found, "there is no chat of this id");
        chosen->kept = chosen->listed = true;
    }
    for (const TargetChat& chat : chats_)
        if (chat.kept) find_needed(chat);
    for (const Poll& poll : sides_[0]->archive.polls()) {
        const TargetChat* chat = poll.chat_kind ? target(*poll.chat_kind, poll.chat) : nullptr;
        if (chat == nullptr || !chat->kept) continue;
        need(poll.creator);
        for (const Vote& vote : poll.votes) need(vote.identity);
    }
    need_reactors();
    for (TargetChat& chat : chats_)
        if (chat.kind == ChatKind::contact && !chat.orphan && needed_.contains(chat.id))
            chat.listed = true;
}

// Only contacts: whatever else a row names would pile up.
void Rewriter::need(const std::string& identity) {
    if (sides_[0]->archive.contact(identity) != nullptr) needed_.insert(identity);
}

// Members, creators, and whoever wrote something that stays.
void Rewriter::find_needed(const TargetChat& chat) {
    Side& side = *sides_[0];
    const Chat& found = side.archive.chats()[chat.places[0]];
    for (const std::string& member : found.members) need(member);
    if (chat.kind != ChatKind::group) return;
    if (!found.orphan) need(side.archive.groups()[side.row_number(chat.places[0])].creator);
    Findings told;  // when the chat is written
    TableShape shape = messages_shape(chat.kind);
    try {
        auto table = side.open(found.entry, shape, told);
        for (TableRow row; table && table->next(row);)
            if (is_kept(row)) need(row.cells[message_column::identity]);
    } catch (const Error& error) {
        if (!is_of_entry(error)) throw;  // the chat will be empty
    }
}

void Rewriter::need_reactors() {
    TableShape shape = reactions_shape(ChatKind::group);
    Findings told;
    try {
        auto table = sides_[0]->open("group_reactions.csv", shape, told);
        for (TableRow row; table && table->next(row);) {
            const TargetChat* chat =
                target(ChatKind::group, row.cells[group_reaction_column::group] + "-" +
                                            row.cells[group_reaction_column::creator]);
            if (chat != nullptr && chat->kept) need(row.cells[group_reaction_column::sender]);
        }
    } catch (const Error& error) {
        if (!is_of_entry(error)) throw;
    }
}

// ---- numbers ----

std::string Rewriter::new_number() {
    std::array<Byte, 4> bytes{};
    random_(bytes);
    std::uint32_t value;
    std::memcpy(&value, bytes.data(), sizeof value);
    for (;; ++value) {
        char digits[16];
        std::snprintf(digits, sizeof digits, "%010u", value & 0x7FFFFFFF);
        if (numbers_.insert(digits).second) return digits;
    }
}

// The app reads no chat that stands behind a list whose id has a `-` (7.3).
void Rewriter::assign_list_id(TargetChat& chat, std::size_t side) {
    std::size_t place = chat.places[side];
    bool is_row = sides_[side]->row_of(place) != nullptr;
    chat.number =
        is_row ? sides_[side]->old_number(chat.kind, sides_[side]->row_number(place)) : chat.id;
    if (is_number(chat.number) && chat.number.find('-') == std::string::npos) return;
    findings_.add("distribution_list.csv", "the app cannot read the id of a list: it gets another");
    do {
        chat.number = std::to_string(parse_integer(new_number()).value_or(1));
    } while (target(chat.kind, chat.number) != nullptr);
}

// What has a number keeps it, those of the first archive before those of the second.
void Rewriter::assign_numbers() {
    numbers_.insert("me");  // of the owner's picture
    for (TargetChat& chat : chats_) {
        std::size_t side = chat.places[0] != TargetChat::absent ? 0 : 1;
        std::size_t place = chat.places[side];
        if (chat.kind == ChatKind::distribution_list) {
            assign_list_id(chat, side);
            continue;
        }
        std::string number;
        if (sides_[side]->row_of(place) == nullptr)
            number = classify(sides_[side]->archive.chats()[place].entry).key;
        else if (has_number(*sides_[side], chat, place))
            number = sides_[side]->old_number(chat.kind, sides_[side]->row_number(place));
        if (is_number(number) && numbers_.insert(number).second) chat.number = number;
    }
    for (TargetChat& chat : chats_)
        if (chat.number.empty()) chat.number = new_number();
}

}  // namespace tresor::data_backup
