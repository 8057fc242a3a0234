// The messages of a chat, and their files.

#include <algorithm>
#include <utility>

#include "codec/hex.hpp"
#include "data_backup/rewrite.hpp"
#include "data_backup/table.hpp"
#include "data_backup/words.hpp"
#include "data_backup/zip_entry.hpp"

namespace tresor::data_backup {

namespace {

using namespace message_column;

constexpr std::size_t most_items = 10'000'000;  // of a chat: what a plan holds of them is bounded

std::int64_t time_of(const TableRow& row, std::size_t column) {
    return parse_integer(row.cells[column]).value_or(no_time);
}

bool is_outgoing_row(const TableRow& row) { return row.cells[is_outgoing] == "1"; }

// As Message::shown_at().
OptionalMoment shown_at(const TableRow& row) {
    for (std::size_t column : {modified_at, posted_at, created_at}) {
        if (column == modified_at && !is_outgoing_row(row)) continue;
        if (auto at = parse_integer(row.cells[column])) return Moment(Millis(*at));
    }
    return std::nullopt;
}

// What a message says, without what only one device knows: whether a file was downloaded, and the
// number of a group in its database.
std::string said(const TableRow& row) {
    MessageType kind = message_type_of(row.cells[type]);
    if (kind == MessageType::group_call) return {};
    bool has_file = kind == MessageType::file || kind == MessageType::image ||
                    kind == MessageType::video || kind == MessageType::voice_message;
    const std::string& text = row.cells[body];
    if (!has_file) return text;
    constexpr std::string_view yes = "true";
    std::string all;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = std::min(text.find(yes, at), text.size());
        all.append(text, at, end - at);
        if (end < text.size()) all.append("false");
        at = end + yes.size();
    }
    return all;
}

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

}  // namespace

// ---- rows of one chat, of one side or by a plan ----

struct Rewriter::ChatRows {
    ChatRows(Rewriter& rewriter, const TargetChat& target, const MergePlan* with)
        : owner(rewriter), chat(target), plan(with), shape(messages_shape(target.kind)) {
        for (std::size_t i = 0; i < owner.sides_.size(); ++i) {
            std::string entry = owner.table_of(chat, i);
            bool first = owner.told_.insert(std::to_string(i) + entry).second;
            tables[i] = owner.sides_[i]->open(entry, shape, first ? owner.findings_ : told);
        }
    }

    bool any() const { return tables[0] || tables[1]; }

    Names extra_names() const {
        Names all;
        for (const auto& table : tables)
            if (table) all = united(std::move(all), table->extra_names());
        return all;
    }

    bool next() {
        if (plan == nullptr) return any() && read(tables[0] ? 0 : 1);
        while (step < plan->steps.size()) {
            MergeStep what = plan->steps[step++];
            bool of_first = what == MergeStep::take_first || what == MergeStep::skip_first;
            if (!read(of_first ? 0 : 1))
                throw Error(Errc::malformed, "the archive changed while it was read");
            if (what == MergeStep::take_first || what == MergeStep::take_second) return true;
        }
        return false;
    }

    bool read(std::size_t from) {
        if (!tables[from] || !tables[from]->next(row)) return false;
        side = from;
        place = count[from]++;
        if (!is_int(row.cells[display_tags])) {
            if (!row.cells[display_tags].empty())
                tables[from]->report(row.line, "the tags of a message are no number: none");
            row.cells[display_tags].assign(1, '0');
        }
        rename_poll(row, owner.sides_[from]->polls_named);
        return true;
    }

    Rewriter& owner;
    const TargetChat& chat;
    const MergePlan* plan;
    TableShape shape;
    Findings told;
    std::unique_ptr<SourceTable> tables[2];
    std::size_t count[2] = {0, 0}, step = 0;
    TableRow row;
    std::size_t side = 0, place = 0;  // of the row
};

// Empty if the side has none, or it is damaged.
std::string Rewriter::table_of(const TargetChat& chat, std::size_t side) const {
    if (chat.places[side] == TargetChat::absent) return {};
    const std::string& entry = sides_[side]->archive.chats()[chat.places[side]].entry;
    return damaged_.contains(std::to_string(side) + entry) ? std::string() : entry;
}

// Whether another row was read; a table that breaks off is damaged, and none of it counts.
bool Rewriter::read_next(ChatRows& rows, std::size_t side) {
    try {
        return rows.next();
    } catch (const Error& error) {
        std::string entry = table_of(rows.chat, side);
        if (!is_of_entry(error) || entry.empty() || rows.plan != nullptr) throw;
        sides_[side]->note_bad(entry, error);
        damaged_.insert(std::to_string(side) + entry);
        return false;
    }
}

void Rewriter::write_chat(const TargetChat& chat) {
    donors_.clear();
    auto plan = plan_of(chat);
    write_files(chat, plan ? &*plan : nullptr);
    write_messages(chat, plan ? &*plan : nullptr);
}

// ---- the plan of a merge ----

MergeItem Rewriter::item_of(const TargetChat& chat, const TableRow& row) {
    MergeItem item;
    item.line = row.line;
    if (!row.cells[uid].empty()) item.uid = hash_({row.cells[uid]});
    bool outgoing = is_outgoing_row(row);
    std::string_view sender =
        !outgoing && chat.kind == ChatKind::group ? std::string_view(row.cells[identity]) : "";
    if (!row.cells[api_id].empty())
        item.origin = hash_({lower(row.cells[api_id]), outgoing ? "1" : "0", sender});
    item.content = hash_({row.cells[type], said(row), row.cells[caption]});
    if (item.uid == 0 && item.origin == 0) {
        hash_.begin();
        for (const std::string& cell : row.cells) hash_.add(cell);
        item.row = hash_.finish();
    }
    item.created = time_of(row, created_at);
    if (item.created == no_time) item.created = time_of(row, posted_at);
    item.changed = std::max(time_of(row, edited_at), time_of(row, deleted_at));
    item.modified = time_of(row, modified_at);
    return item;
}

// Of one side only: its files are claimed, and who has one is noted.
std::vector<MergeItem> Rewriter::items_of(const TargetChat& chat, std::size_t side,
                                          FileUids& with_files) {
    TargetChat only = chat;
    only.places[1 - side] = TargetChat::absent;
    ChatRows rows(*this, only, nullptr);
    std::vector<MergeItem> items;
    while (read_next(rows, side)) {
        if (items.size() == most_items)
            throw Error(Errc::too_large, "a chat has more messages than can be merged");
        items.push_back(item_of(chat, rows.row));
        if (claim_files(chat.kind, side, rows.row.cells[uid]))
            with_files.emplace(rows.place, rows.row.cells[uid]);
    }
    return items;
}

std::optional<MergePlan> Rewriter::plan_of(const TargetChat& chat) {
    if (sides_.size() < 2 || table_of(chat, 0).empty() || table_of(chat, 1).empty())
        return std::nullopt;
    FileUids with_files[2];
    std::vector<MergeItem> items[2];
    for (std::size_t side : {0u, 1u}) items[side] = items_of(chat, side, with_files[side]);
    auto opens = [&](std::size_t side) {
        return !table_of(chat, side).empty() && !sides_[side]->is_bad(table_of(chat, side));
    };
    if (!opens(0) || !opens(1)) return std::nullopt;
    MergePlan plan = plan_merge(items[0], items[1], newer_);
    for (const MergePlan::Pair& pair : plan.pairs) {
        std::size_t loser = 1 - pair.winner;
        const MergeItem& lost = items[loser][pair.places[loser]];
        const MergeItem& kept = items[pair.winner][pair.places[pair.winner]];
        if (pair.conflict)
            conflicts_.add(
                table_of(chat, loser) + ":" + std::to_string(lost.line),
                std::string("a message differs, and neither was edited or deleted later: ") +
                    (loser == 0 ? "that of the first" : "that of the second") +
                    " archive was left out");
        auto file = with_files[loser].find(pair.places[loser]);
        if (lost.uid != kept.uid && file != with_files[loser].end())
            donors_.emplace(std::pair(pair.winner, pair.places[pair.winner]), file->second);
    }
    return plan;
}

// ---- files ----

// Whether there is any.
bool Rewriter::claim_files(ChatKind kind, std::size_t side, const std::string& of) {
    if (of.empty()) return false;
    bool any = false;
    for (std::string_view prefix : {media_prefix(kind), thumbnail_prefix(kind)}) {
        std::string name = std::string(prefix).append(of);
        if (!sides_[side]->archive.has(name)) continue;
        sides_[side]->claimed.insert(std::move(name));
        any = true;
    }
    return any;
}

void Rewriter::write_files(const TargetChat& chat, const MergePlan* plan) {
    ChatRows rows(*this, chat, plan);
    std::size_t side = rows.tables[0] ? 0 : 1;
    while (rows.any() && read_next(rows, side)) {
        bool kept = is_kept(rows.row);
        note_kept(chat, rows.row, kept);
        for (std::size_t i = 0; i < sides_.size(); ++i)
            claim_files(chat.kind, i, rows.row.cells[uid]);
        if (kept && cut_.media) write_files_of(rows);
    }
}

// The other archive helps out where the one that won has no file, unless it is gone for good.
void Rewriter::write_files_of(const ChatRows& rows) {
    const std::string& name = rows.row.cells[uid];
    if (name.empty()) return;
    std::size_t other = sides_.size() - 1 - rows.side;
    auto donor = donors_.find({rows.side, rows.place});
    for (auto prefix : {media_prefix(rows.chat.kind), thumbnail_prefix(rows.chat.kind)}) {
        std::string entry = std::string(prefix).append(name);
        if (copy_entry(rows.side, entry, entry) || sides_.size() == 1) continue;
        if (!rows.row.cells[deleted_at].empty()) continue;
        if (copy_entry(other, entry, entry) || donor == donors_.end()) continue;
        copy_entry(other, std::string(prefix).append(donor->second), entry);
    }
}

// ---- what is kept, and how it is written ----

bool Rewriter::is_kept(const TableRow& row) const {
    if (!has_date_cut()) return true;
    auto at = shown_at(row);
    if (!at) return true;
    return (!cut_.since || *at >= *cut_.since) && (!cut_.until || *at < *cut_.until);
}

void Rewriter::note_kept(const TargetChat& chat, const TableRow& row, bool kept) {
    if (!has_date_cut() && cut_.chats.empty()) return;
    std::string poll = named_poll(row);
    if (!poll.empty()) named_.insert(poll);
    if (!kept) return;
    if (!poll.empty()) named_by_kept_.insert(std::move(poll));
    if (has_date_cut() && !row.cells[api_id].empty())
        kept_.push_back(hash_({name_of(chat.kind), chat.id, lower(row.cells[api_id])}));
}

std::string Rewriter::new_uid() {
    std::array<Byte, 16> bytes{};
    random_(bytes);
    bytes[6] = static_cast<Byte>((bytes[6] & 0x0F) | 0x40);  // a random UUID, version 4
    bytes[8] = static_cast<Byte>((bytes[8] & 0x3F) | 0x80);
    std::string text = codec::hex_encode(bytes);
    for (std::size_t at : {20u, 16u, 12u, 8u}) text.insert(at, 1, '-');
    return text;
}

void Rewriter::write_messages(const TargetChat& chat, const MergePlan* plan) {
    ChatRows rows(*this, chat, plan);
    if (chat.orphan && !rows.any()) return;  // nobody's, and damaged
    write_chat_table(chat, [&](ByteSink& into) {
        TargetTable table(into, rows.shape, rows.extra_names());
        while (rows.next()) {
            if (!is_kept(rows.row)) continue;
            if (auto at = shown_at(rows.row)) note_time(chat, *at);
            if (rows.row.cells[uid].empty()) rows.row.cells[uid] = new_uid();
            table.add(rows.row, rows.tables[rows.side]->extra_names());
            ++result_.messages;
        }
        table.flush();
    });
}

void Rewriter::note_time(const TargetChat& chat, Moment at) {
    Moment& latest = latest_.try_emplace(&chat, at).first->second;
    latest = std::max(latest, at);
}

// Of people who are needed elsewhere.
void Rewriter::write_no_messages(const TargetChat& chat) {
    TableShape shape = messages_shape(chat.kind);
    write_chat_table(chat, [&](ByteSink& into) { TargetTable(into, shape, {}).flush(); });
}

void Rewriter::write_chat_table(const TargetChat& chat,
                                const std::function<void(ByteSink&)>& fill) {
    write_table(std::string(messages_prefix(chat.kind)).append(chat.number).append(".csv"), fill);
}

}  // namespace tresor::data_backup
