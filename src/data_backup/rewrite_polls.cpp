// Polls with their choices and votes.

#include <algorithm>
#include <tuple>

#include "data_backup/rewrite.hpp"
#include "data_backup/table.hpp"
#include "data_backup/words.hpp"

namespace tresor::data_backup {

namespace {

std::string key_of(const TableRow& poll) {
    return poll.cells[poll_column::id] + "-" + poll.cells[poll_column::creator];
}

// [action,id]: where the id stands.
std::pair<std::size_t, std::size_t> poll_place(const TableRow& message) {
    const std::string& body = message.cells[message_column::body];
    if (message_type_of(message.cells[message_column::type]) != MessageType::poll) return {0, 0};
    std::size_t begin = body.find(',');
    if (begin == std::string::npos) return {0, 0};
    begin = body.find_first_not_of(", \"", begin);
    if (begin == std::string::npos) return {0, 0};
    std::size_t end = std::min(body.find_first_not_of("-0123456789", begin), body.size());
    return {begin, end - begin};
}

std::string poll_of(const TableRow& row, bool is_vote) {
    return row.cells[is_vote ? std::size_t{vote_column::poll} : std::size_t{choice_column::poll}];
}

// Of a choice or of a vote.
std::string key_in(const std::string& poll, const TableRow& row, bool is_vote) {
    if (!is_vote) return poll + ";" + row.cells[choice_column::number];
    return poll + ";" + row.cells[vote_column::choice] + ";" + row.cells[vote_column::identity];
}

std::int64_t time_of(const TableRow& row, std::size_t column) {
    return parse_integer(row.cells[column]).value_or(no_time);
}

}  // namespace

std::string named_poll(const TableRow& message) {
    auto [begin, size] = poll_place(message);
    return message.cells[message_column::body].substr(begin, size);
}

void rename_poll(TableRow& message, const std::map<std::string, std::string>& names) {
    if (names.empty()) return;
    auto [begin, size] = poll_place(message);
    std::string& body = message.cells[message_column::body];
    auto found = names.find(body.substr(begin, size));
    if (size > 0 && found != names.end()) body.replace(begin, size, found->second);
}

bool Rewriter::keeps_poll(std::size_t side, std::size_t row) {
    const Poll& poll = sides_[side]->archive.polls()[row];
    bool named_by_kept = named_by_kept_.contains(poll.row_id);
    if (has_date_cut() && named_.contains(poll.row_id) && !named_by_kept) return false;
    if (!poll.chat_kind) return cut_.chats.empty() || named_by_kept;
    const TargetChat* chat = target(*poll.chat_kind, poll.chat);
    return chat != nullptr && chat->kept;
}

// Each poll once: of one that both have, the row of the newer archive under the number of the
// first.
void Rewriter::write_polls() {
    std::vector<PollPlace> polls;
    std::map<std::string, std::size_t> by_key;
    std::vector<std::string> extra;
    for (std::size_t side = 0; side < sides_.size(); ++side) {
        const IndexTable& table = sides_[side]->polls;
        extra = united(extra, table.extra_names);
        std::set<std::string> own;
        for (std::size_t row = 0; row < table.rows.size(); ++row) {
            if (!keeps_poll(side, row)) continue;
            std::string key = key_of(table.rows[row]);
            auto found = by_key.find(key);
            bool is_second = side == 1 && found != by_key.end();
            if (is_second && newer_ == 1 && own.insert(key).second)
                polls[found->second] = {side, row};
            if (is_second) continue;
            by_key.emplace(key, polls.size());
            own.insert(key);
            polls.push_back({side, row});
        }
    }
    write_poll_table(polls, extra);
    std::set<std::string> kept;
    for (const auto& [key, place] : by_key) kept.insert(key);
    write_poll_rows("ballot_choice.csv", choices_shape(), &Side::choices, kept);
    write_poll_rows("ballot_vote.csv", votes_shape(), &Side::votes, kept);
}

void Rewriter::write_poll_table(const std::vector<PollPlace>& polls, const Names& extra) {
    TableShape shape = polls_shape();
    write_table("ballot.csv", [&](ByteSink& into) {
        TargetTable out(into, shape, extra);
        for (const PollPlace& place : polls) {
            Side& side = *sides_[place.side];
            TableRow row = side.polls.rows[place.row];
            auto renamed = side.polls_named.find(row.cells[poll_column::row_id]);
            if (renamed != side.polls_named.end()) row.cells[poll_column::row_id] = renamed->second;
            const Poll& poll = side.archive.polls()[place.row];
            if (poll.chat_kind == ChatKind::group)
                row.cells[poll_column::ref_id] = target(ChatKind::group, poll.chat)->number;
            out.add(row, side.polls.extra_names);
        }
        out.flush();
    });
}

// Of choices the newer archive's row counts, of votes the one that was changed later.
std::vector<Rewriter::PollPlace> Rewriter::poll_rows(IndexTable Side::*table,
                                                     const std::set<std::string>& kept) const {
    bool of_votes = table == &Side::votes;
    std::vector<PollPlace> rows;
    std::map<std::string, std::size_t> by_key;
    auto score = [&](const PollPlace& place) {
        const TableRow& row = ((*sides_[place.side]).*table).rows[place.row];
        std::int64_t changed = of_votes ? time_of(row, vote_column::modified_at) : 0;
        return std::tuple(changed, place.side == newer_);
    };
    for (std::size_t side = 0; side < sides_.size(); ++side) {
        const auto& source = ((*sides_[side]).*table).rows;
        for (std::size_t i = 0; i < source.size(); ++i) {
            std::string poll = poll_of(source[i], of_votes);
            if (!kept.contains(poll)) continue;
            auto [at, is_new] = by_key.try_emplace(key_in(poll, source[i], of_votes), rows.size());
            if (is_new || side == 0) {
                rows.push_back({side, i});
                continue;
            }
            PollPlace& other = rows[at->second];
            if (score({side, i}) > score(other)) other = {side, i};
        }
    }
    return rows;
}

void Rewriter::write_poll_rows(const std::string& entry, const TableShape& shape,
                               IndexTable Side::*table, const std::set<std::string>& kept) {
    Names extra;
    for (const auto& side : sides_) extra = united(extra, ((*side).*table).extra_names);
    write_table(entry, [&](ByteSink& into) {
        TargetTable out(into, shape, extra);
        for (const PollPlace& place : poll_rows(table, kept)) {
            const IndexTable& source = (*sides_[place.side]).*table;
            TableRow row = source.rows[place.row];
            if (table == &Side::choices) repair_choice(row);
            out.add(row, source.extra_names);
        }
        out.flush();
    });
}

// The restorer drops a choice over an empty number (7.4).
void Rewriter::repair_choice(TableRow& row) {
    using namespace choice_column;
    if (!is_int(row.cells[vote_count])) row.cells[vote_count].assign(1, '0');
    if (!is_int(row.cells[order])) row.cells[order] = row.cells[number];
}

}  // namespace tresor::data_backup
