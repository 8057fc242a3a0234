#include "data_backup/reactions.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "data_backup/table.hpp"

namespace tresor::data_backup {

namespace {

namespace column {
enum : std::size_t { identity, group, creator, message, sender, emoji, at };
}
constexpr std::string_view columns[] = {
    "identity",       "api_group_id", "group_creator_identity", "api_message_id", "sender_identity",
    "emoji_sequence", "reacted_at"};

std::string key_of(ChatKind kind, std::string_view id) {
    std::string key(1, static_cast<char>('0' + static_cast<int>(kind)));
    key += id;
    return key;
}

}  // namespace

std::uint32_t Reactions::word(std::string_view text) {
    auto [at, is_new] =
        word_numbers_.emplace(std::string(text), static_cast<std::uint32_t>(words_.size()));
    if (is_new) words_.emplace_back(text);
    return at->second;
}

void Reactions::read(ByteSource& source, ChatKind kind, Findings& findings) {
    bool of_group = kind == ChatKind::group;
    Table table(source, of_group ? "group_reactions.csv" : "contact_reactions.csv", columns, {},
                findings);
    while (table.next()) {
        ++counts_[static_cast<int>(kind)];
        std::string id(table.text(of_group ? column::group : column::identity));
        bool lacks_chat = id.empty() || (of_group && table.text(column::creator).empty());
        if (of_group) {
            id += '-';
            id += table.text(column::creator);
        }
        auto message = parse_hex64(table.text(column::message));
        auto at = table.moment(column::at);
        std::string_view emoji = table.text(column::emoji);
        if (lacks_chat || !message || !at || emoji.empty() || table.text(column::sender).empty()) {
            table.report(
                "a reaction lacks its chat, message, sender, emoji or time, and is left out");
            continue;
        }
        auto chat = chats_.emplace(key_of(kind, id), static_cast<std::uint32_t>(chats_.size()));
        rows_.push_back({*message, at->time_since_epoch().count(), chat.first->second,
                         word(table.text(column::sender)), word(emoji)});
    }
}

void Reactions::finish() {
    auto place = [](const Row& row) { return std::pair(row.chat, row.message); };
    std::stable_sort(rows_.begin(), rows_.end(),
                     [&](const Row& a, const Row& b) { return place(a) < place(b); });
    // Of the same emoji of one person to one message the first stays, and the order of the rest.
    std::set<std::tuple<std::uint32_t, std::uint32_t>> seen;
    const Row* message = nullptr;
    auto is_repeat = [&](const Row& row) {
        if (message == nullptr || place(*message) != place(row)) seen.clear();
        message = &row;
        return !seen.emplace(row.sender, row.emoji).second;
    };
    std::vector<Row> kept;
    for (const Row& row : rows_)
        if (!is_repeat(row)) kept.push_back(row);
    rows_ = std::move(kept);
    word_numbers_.clear();
}

std::uint32_t Reactions::chat(ChatKind kind, std::string_view id) const {
    auto found = chats_.find(key_of(kind, id));
    return found == chats_.end() ? no_chat : found->second;
}

void Reactions::append(std::uint32_t chat, std::uint64_t message, std::vector<Reaction>& to) const {
    auto at = std::lower_bound(rows_.begin(), rows_.end(), std::pair(chat, message),
                               [](const Row& row, const auto& wanted) {
                                   return std::pair(row.chat, row.message) < wanted;
                               });
    std::size_t had = to.size();  // none of these is twice among themselves
    for (; at != rows_.end() && at->chat == chat && at->message == message; ++at) {
        Reaction reaction{words_[at->sender], words_[at->emoji], Moment(Millis(at->at))};
        bool known = std::any_of(
            to.begin(), to.begin() + static_cast<std::ptrdiff_t>(had), [&](const Reaction& one) {
                return one.sender == reaction.sender && one.emoji == reaction.emoji;
            });
        if (!known) to.push_back(std::move(reaction));
        constexpr std::size_t most = 2000;  // an id may be that of many messages
        if (to.size() - had >= most) break;
    }
}

}  // namespace tresor::data_backup
