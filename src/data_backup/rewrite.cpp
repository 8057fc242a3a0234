#include "data_backup/rewrite.hpp"

#include <algorithm>

#include "crypto/random.hpp"
#include "data_backup/table.hpp"
#include "data_backup/zip_entry.hpp"

namespace tresor::data_backup {

namespace {

const IndexTable& index_of(const Side& side, ChatKind kind) {
    if (kind == ChatKind::contact) return side.contacts;
    return kind == ChatKind::group ? side.groups : side.lists;
}

bool is_member(const std::string& members, std::string_view identity) {
    std::string_view left = members;
    while (!left.empty() && !identity.empty()) {
        std::size_t end = std::min(left.find(';'), left.size());
        if (left.substr(0, end) == identity) return true;
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    return false;
}

}  // namespace

Rewriter::Rewriter(Sides& sides, std::size_t newer, const Cut& cut, ByteSink& into,
                   const Password& password, const WriteOptions& write)
    : sides_(sides),
      newer_(newer),
      cut_(cut),
      password_(password),
      random_(write.random ? write.random : [](ByteSpan out) { crypto::random_bytes(out); }),
      zip_(into, password, zip_options(write)) {
    for (std::size_t side = 0; side < sides_.size(); ++side) plan_chats(side);
    for (auto [side, place] : dropped_) {
        const std::string& id = sides_[side]->archive.chats()[place].id;
        if (target(ChatKind::group, id) == nullptr) gone_groups_.insert(id);
    }
    choose_kept();
    assign_numbers();
}

Rewritten Rewriter::run() {
    write_settings();
    write_identity();
    write_owner_picture();
    write_chats(ChatKind::contact);
    write_people(ChatKind::contact, "contacts.csv", contacts_shape());
    write_chats(ChatKind::group);
    write_people(ChatKind::group, "groups.csv", groups_shape());
    write_chats(ChatKind::distribution_list);
    write_people(ChatKind::distribution_list, "distribution_list.csv", lists_shape());
    std::sort(kept_.begin(), kept_.end());
    write_polls();
    std::uint64_t of_contacts = write_reactions(ChatKind::contact);
    std::uint64_t of_groups = write_reactions(ChatKind::group);
    write_counts("reaction_counts.csv", reaction_count_names, of_contacts, of_groups);
    std::uint64_t of_chats = write_nonces("nonces.csv");
    std::uint64_t of_devices = write_nonces("nonces_d2d.csv");
    write_counts("nonce_counts.csv", nonce_count_names, of_chats, of_devices);
    write_left_files();
    zip_.finish();
    result_.entries = zip_.entries();
    result_.bytes = zip_.bytes();
    result_.conflicts = conflicts_.take();
    for (const auto& side : sides_) {
        for (Finding& one : side->archive.findings()) result_.findings.push_back(std::move(one));
        for (BadEntry& one : side->bad) result_.bad.push_back(std::move(one));
    }
    for (Finding& one : findings_.take()) result_.findings.push_back(std::move(one));
    return std::move(result_);
}

// What nobody knows stays, of the newer archive.
void Rewriter::write_settings() {
    write_table("settings", [&](ByteSink& into) {
        TableWriter table(into);
        const std::string version = std::to_string(written_version);
        const std::string_view cells[] = {"version", version};
        table.row(cells);
        constexpr std::size_t most = 1000;
        try {
            auto source = sides_[newer_]->archive.open("settings");
            if (!source) return table.flush();
            CsvReader reader(*source);
            for (CsvRow row; table.rows() < most && reader.next(row);) {
                if (row.size() != 2 || row[0] == "version") continue;
                const std::string_view other[] = {row[0], row[1]};
                table.row(other);
            }
        } catch (const Error& error) {
            if (!is_of_entry(error)) throw;
            sides_[newer_]->note_bad("settings", error);
        }
        table.flush();
    });
}

// The text stays as it is where the password does.
void Rewriter::write_identity() {
    auto found = std::find_if(sides_.begin(), sides_.end(),
                              [](const auto& side) { return side->owner.has_value(); });
    if (found == sides_.end()) return;
    const Side& side = **found;
    written_.insert("identity");
    if (equal_in_constant_time(as_bytes(side.password.expose()), as_bytes(password_.expose())))
        return zip_.add("identity", side.identity_text.expose());
    std::string code = id_export::encode(side.owner->identity, side.owner->private_key, password_);
    zip_.add("identity", as_bytes(code));
}

void Rewriter::write_owner_picture() {
    for (std::size_t side : {newer_, sides_.size() - 1 - newer_}) {
        std::string picture = sides_[side]->archive.owner_picture();
        if (picture.empty()) continue;
        sides_[side]->claimed.insert(picture);
        copy_entry(side, picture, "contact_avatar_me");
    }
}

void Rewriter::write_chats(ChatKind kind) {
    for (const TargetChat& chat : chats_) {
        if (chat.kind != kind || !chat.listed) continue;
        if (!chat.orphan) write_pictures(chat);
        if (chat.kept)
            write_chat(chat);
        else
            write_no_messages(chat);
    }
}

void Rewriter::write_pictures(const TargetChat& chat) {
    if (chat.kind == ChatKind::group) return write_picture(chat, "group_avatar_");
    if (chat.kind != ChatKind::contact) return;
    write_picture(chat, "contact_avatar_");
    write_picture(chat, "contact_profile_pic_");
}

void Rewriter::write_picture(const TargetChat& chat, const char* prefix) {
    for (std::size_t side : {newer_, sides_.size() - 1 - newer_}) {
        std::size_t place = chat.places[side];
        if (place == TargetChat::absent || sides_[side]->row_of(place) == nullptr) continue;
        std::string entry =
            prefix + sides_[side]->old_number(chat.kind, sides_[side]->row_number(place));
        if (!sides_[side]->archive.has(entry)) continue;
        sides_[side]->claimed.insert(entry);
        copy_entry(side, entry, prefix + chat.number);
    }
}

// ---- rows of people ----

// The newer archive's, if it has one.
std::size_t Rewriter::row_side(const TargetChat& chat) const {
    auto has_row = [&](std::size_t side) {
        return chat.places[side] != TargetChat::absent &&
               sides_[side]->row_of(chat.places[side]) != nullptr;
    };
    return has_row(newer_) ? newer_ : sides_.size() - 1 - newer_;
}

// The app works it out for itself only where the format is older than the column (7.1).
void Rewriter::fill_last_update(const TargetChat& chat, TableRow& row) const {
    auto latest = latest_.find(&chat);
    constexpr int first_with_column = 22;
    if (latest == latest_.end() || sides_[row_side(chat)]->archive.version() >= first_with_column)
        return;
    std::size_t column = contact_column::last_update;
    if (chat.kind == ChatKind::group) column = group_column::last_update;
    if (chat.kind == ChatKind::distribution_list) column = list_column::last_update;
    row.cells[column] = std::to_string(latest->second.time_since_epoch().count());
}

TableRow Rewriter::row_of(const TargetChat& chat) {
    Side& side = *sides_[row_side(chat)];
    TableRow row = *side.row_of(chat.places[row_side(chat)]);
    fill_last_update(chat, row);
    if (chat.kind == ChatKind::contact) row.cells[contact_column::number] = chat.number;
    if (chat.kind == ChatKind::distribution_list) row.cells[list_column::id] = chat.number;
    if (chat.kind != ChatKind::group) return row;
    row.cells[group_column::number] = chat.number;
    if (!is_int(row.cells[group_column::user_state])) {
        auto owner = side.archive.identity();
        bool inside = owner && is_member(row.cells[group_column::members], owner->text());
        row.cells[group_column::user_state].assign(1, inside ? '0' : '2');
    }
    return row;
}

// Who changed keys may be somebody else.
void Rewriter::compare_keys(const TargetChat& chat) {
    bool in_both = chat.places[0] != TargetChat::absent && chat.places[1] != TargetChat::absent;
    if (chat.kind != ChatKind::contact || chat.orphan || !in_both) return;
    auto key = [&](std::size_t side) {
        return sides_[side]->archive.contacts()[chat.places[side]];
    };
    if (key(0).public_key == key(1).public_key) return;
    std::size_t older = 1 - newer_;
    conflicts_.add(
        "contacts.csv:" + std::to_string(sides_[older]->row_of(chat.places[older])->line),
        "the public key of a contact is another one in the newer archive");
}

void Rewriter::write_people(ChatKind kind, const char* entry, const TableShape& shape) {
    std::vector<std::string> extra;
    for (const auto& side : sides_) extra = united(extra, index_of(*side, kind).extra_names);
    write_table(entry, [&](ByteSink& into) {
        TargetTable table(into, shape, extra);
        for (const TargetChat& chat : chats_) {
            if (chat.kind != kind || chat.orphan || !chat.listed) continue;
            compare_keys(chat);
            table.add(row_of(chat), index_of(*sides_[row_side(chat)], kind).extra_names);
        }
        table.flush();
    });
}

void Rewriter::write_table(const std::string& entry, const std::function<void(ByteSink&)>& fill) {
    if (!written_.insert(entry).second) return;
    zip_.begin(entry);
    EntrySink sink(zip_);
    fill(sink);
    zip_.end();
}

}  // namespace tresor::data_backup
