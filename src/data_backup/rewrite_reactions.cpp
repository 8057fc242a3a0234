// Reactions, nonces, and how many there are.

#include <algorithm>

#include "data_backup/rewrite.hpp"
#include "data_backup/table.hpp"
#include "data_backup/zip_entry.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::size_t most_reactions = 2'000'000;  // that are held at once
constexpr std::size_t least_nonce = 48;            // of hex digits: what is shorter is none (4.12)

// Cells of a reaction, whatever kind of chat it is in.
struct Reacted {
    std::string chat, message, sender, emoji;
    bool is_whole = false;  // else the app gives up at it (7.2)
};

Reacted reacted(ChatKind kind, const TableRow& row) {
    bool of_group = kind == ChatKind::group;
    const auto* cell = row.cells.data();
    Reacted one{cell[0], cell[of_group ? 2 : 1], cell[of_group ? 3 : 2], cell[of_group ? 4 : 3]};
    bool has_chat = !cell[0].empty() && (!of_group || !cell[1].empty());
    if (of_group) one.chat.append("-").append(cell[1]);
    auto id = parse_hex64(one.message);
    if (id)
        std::transform(one.message.begin(), one.message.end(), one.message.begin(), [](char c) {
            return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
        });
    one.is_whole =
        has_chat && id && !one.sender.empty() && !one.emoji.empty() && !row.cells.back().empty();
    return one;
}

}  // namespace

// Calls `take` with each row of a table of each side. Of one that breaks off what came before it
// stays. `is_told`: DataBackup says what is odd in it.
void Rewriter::for_each_row(const std::string& entry, const TableShape& shape, bool is_told,
                            const std::function<void(std::size_t, TableRow&)>& take) {
    for (std::size_t side = 0; side < sides_.size(); ++side) {
        Findings told;
        auto table = sides_[side]->open(entry, shape, is_told ? told : findings_);
        if (!table) continue;
        extra_[side] = table->extra_names();
        TableRow row;
        auto next = [&] {
            try {
                return table->next(row);
            } catch (const Error& error) {
                if (!is_of_entry(error)) throw;
                sides_[side]->note_bad(entry, error);
                return false;
            }
        };
        while (next()) take(side, row);
    }
}

bool Rewriter::keeps_reaction(ChatKind kind, const std::string& chat, const std::string& message) {
    if (!cut_.chats.empty()) {
        const TargetChat* found = target(kind, chat);
        if (found == nullptr) found = target(kind, chat, true);
        if (found == nullptr || !found->kept) return false;
    }
    if (kind == ChatKind::group && gone_groups_.contains(chat)) return false;
    if (!has_date_cut()) return true;
    return std::binary_search(kept_.begin(), kept_.end(), hash_({name_of(kind), chat, message}));
}

std::uint64_t Rewriter::write_reactions(ChatKind kind) {
    extra_[0].clear();
    extra_[1].clear();
    const std::string entry =
        kind == ChatKind::group ? "group_reactions.csv" : "contact_reactions.csv";
    return sides_.size() > 1 ? merge_reactions(kind, entry) : filter_reactions(kind, entry);
}

std::uint64_t Rewriter::filter_reactions(ChatKind kind, const std::string& entry) {
    TableShape shape = reactions_shape(kind);
    std::uint64_t count = 0;
    write_table(entry, [&](ByteSink& into) {
        std::optional<TargetTable> out;
        auto begin = [&] {
            if (!out) out.emplace(into, shape, extra_[0]);
        };
        for_each_row(entry, shape, true, [&](std::size_t, TableRow& row) {
            Reacted one = reacted(kind, row);
            if (!one.is_whole || !keeps_reaction(kind, one.chat, one.message)) return;
            begin();
            out->add(row, extra_[0]);
            ++count;
        });
        begin();
        out->flush();
    });
    return count;
}

// Those to one message stand together, as the app wants it: it remembers one message only.
std::uint64_t Rewriter::merge_reactions(ChatKind kind, const std::string& entry) {
    struct Row {
        std::size_t message = 0, side = 0;
        TableRow row;
    };
    std::vector<Row> rows;
    std::map<std::uint64_t, std::size_t> messages, by_key;
    TableShape shape = reactions_shape(kind);
    for_each_row(entry, shape, true, [&](std::size_t side, TableRow& row) {
        Reacted one = reacted(kind, row);
        if (!one.is_whole || !keeps_reaction(kind, one.chat, one.message)) return;
        std::uint64_t key = hash_({one.chat, one.message, one.sender, one.emoji});
        auto [at, is_new] = by_key.try_emplace(key, rows.size());
        if (!is_new && rows[at->second].side != side && side == newer_)
            rows[at->second] = {rows[at->second].message, side, row};
        if (!is_new && side == 1) return;
        std::uint64_t message = hash_({one.chat, one.message});
        std::size_t place = messages.try_emplace(message, rows.size()).first->second;
        if (rows.size() == most_reactions)
            throw Error(Errc::too_large, entry + " has more reactions than can be merged");
        rows.push_back({place, side, row});
    });
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row& a, const Row& b) { return a.message < b.message; });
    write_table(entry, [&](ByteSink& into) {
        TargetTable out(into, shape, united(extra_[0], extra_[1]));
        for (const Row& one : rows) out.add(one.row, extra_[one.side]);
        out.flush();
    });
    return rows.size();
}

// Whatever is cut off: they keep old messages from being played again.
std::uint64_t Rewriter::write_nonces(const std::string& entry) {
    TableShape shape = nonces_shape();
    std::uint64_t count = 0;
    std::set<std::uint64_t> seen;
    write_table(entry, [&](ByteSink& into) {
        TargetTable out(into, shape, {});
        for_each_row(entry, shape, false, [&](std::size_t, TableRow& row) {
            if (row.cells[0].size() < least_nonce) return;
            bool is_new = sides_.size() == 1 || seen.insert(hash_({row.cells[0]})).second;
            if (!is_new) return;
            out.add(row, {});
            ++count;
        });
        out.flush();
    });
    return count;
}

void Rewriter::write_counts(const std::string& entry, std::span<const std::string_view> names,
                            std::uint64_t first, std::uint64_t second) {
    write_table(entry, [&](ByteSink& into) {
        TableWriter table(into);
        table.row(names);
        table.integer(static_cast<std::int64_t>(first));
        table.integer(static_cast<std::int64_t>(second));
        table.end_row();
        table.flush();
    });
}

}  // namespace tresor::data_backup
