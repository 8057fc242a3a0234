#include "data_backup/reaction_rows.hpp"

#include <set>
#include <string>
#include <utility>

#include "data_backup/message_row.hpp"
#include "data_backup/schema.hpp"
#include "data_backup/writer_check.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::string_view thumbs_up = "\xF0\x9F\x91\x8D", thumbs_down = "\xF0\x9F\x91\x8E";

// 6.5: the other side acknowledges what the owner sent, the owner what came.
bool is_implied(const Reaction& reaction, const Message& message, std::string_view partner,
                std::string_view owner) {
    MessageState state = written_state(message);
    if (state != MessageState::acknowledged && state != MessageState::declined) return false;
    return reaction.emoji == (state == MessageState::acknowledged ? thumbs_up : thumbs_down) &&
           reaction.sender == (message.outgoing ? partner : owner);
}

void check(const Reaction& reaction, const Place& place) {
    place.require_identity("sender", reaction.sender);
    place.require(!reaction.emoji.empty(), "emoji", "is empty");
    place.require_utf8("emoji", reaction.emoji);
    place.require(reaction.at.has_value(), "at", "is missing");
}

}  // namespace

ReactionRows::ReactionRows()
    : contacts_(contact_reaction_column::names), groups_(group_reaction_column::names) {}

void ReactionRows::add(const ReactionChat& chat, const Message& message, std::string_view owner,
                       const Place& around) {
    bool of_group = chat.kind == ChatKind::group;
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (std::size_t i = 0; i < message.reactions.size(); ++i) {
        const Reaction& reaction = message.reactions[i];
        Place place("reactions", i, &around);
        place.require(chat.kind != ChatKind::distribution_list, "",
                      "has no place in a distribution list");
        place.require(seen.insert({reaction.sender, reaction.emoji}).second, "", "is there twice");
        if (!of_group && is_implied(reaction, message, chat.first, owner)) continue;
        check(reaction, place);
        place.require(!message.api_id.empty(), "", "is to a message without api_id");
        TableWriter& rows = of_group ? groups_.rows() : contacts_.rows();
        rows.cell(chat.first);
        if (of_group) rows.cell(chat.creator);
        rows.cell(message.api_id);
        rows.cell(reaction.sender);
        rows.cell(reaction.emoji);
        rows.moment(reaction.at);
        rows.end_row();
    }
}

void ReactionRows::add_to(ZipWriter& zip) {
    MemoryTable counts(reaction_count_names);
    counts.rows().cell(std::to_string(contacts_.count()));
    counts.rows().cell(std::to_string(groups_.count()));
    counts.rows().end_row();
    contacts_.add_to(zip, "contact_reactions.csv");
    groups_.add_to(zip, "group_reactions.csv");
    counts.add_to(zip, "reaction_counts.csv");
}

}  // namespace tresor::data_backup
