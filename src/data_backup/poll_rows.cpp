#include "data_backup/poll_rows.hpp"

#include <set>

#include "data_backup/person_rows.hpp"
#include "data_backup/schema.hpp"
#include "data_backup/writer_check.hpp"

namespace tresor::data_backup {

namespace {

std::string_view or_word(const std::string& as_written, bool flag, std::string_view set,
                         std::string_view unset) {
    if (!as_written.empty()) return as_written;
    return flag ? set : unset;
}

void write(TableWriter& rows, const Poll& poll, std::string_view ref, std::string_view ref_id) {
    rows.cell(poll.row_id);
    rows.cell(poll.id);
    rows.cell(poll.creator);
    rows.cell(ref);
    rows.cell(ref_id);
    rows.cell(poll.name);
    rows.cell(or_word(poll.state, poll.closed, "CLOSED", "OPEN"));
    rows.cell(or_word(poll.assessment, poll.multiple, "MULTIPLE_CHOICE", "SINGLE_CHOICE"));
    rows.cell(or_word(poll.type, poll.intermediate, "INTERMEDIATE", "RESULT_ON_CLOSE"));
    rows.cell(poll.choice_type.empty() ? "TEXT" : poll.choice_type);
    rows.moment(poll.last_viewed_at);
    rows.moment(poll.created_at);
    rows.moment(poll.modified_at);
    rows.end_row();
}

void check_texts(const Poll& poll, const Place& place) {
    place.require_utf8("name", poll.name);
    place.require_utf8("state", poll.state);
    place.require_utf8("assessment", poll.assessment);
    place.require_utf8("type", poll.type);
    place.require_utf8("choice_type", poll.choice_type);
}

Poll head_of(const Poll& poll) {
    Poll head = poll;
    head.choices = {};
    head.votes = {};
    return head;
}

}  // namespace

PollRows::PollRows() : choices_(choice_column::names), votes_(vote_column::names) {}

void PollRows::add(const Poll& poll) {
    Place place("polls", polls_.size());
    check(poll, place);
    std::string key = poll.id + "-" + poll.creator;
    add_choices(poll, key, place);
    add_votes(poll, key, place);
    by_row_id_.emplace(poll.row_id, polls_.size());
    by_key_.emplace(std::move(key), polls_.size());
    polls_.push_back(head_of(poll));
}

void PollRows::check(const Poll& poll, const Place& place) const {
    place.require(is_plain_integer(poll.row_id, least_int, most_int), "row_id",
                  "is no number of 32 bits");
    place.require(!by_row_id_.contains(poll.row_id), "row_id", "is there twice");
    place.require_id("id", poll.id);
    place.require_identity("creator", poll.creator);
    place.require(!by_key_.contains(poll.id + "-" + poll.creator), "id",
                  "is there twice with this creator");
    bool has_chat = poll.chat_kind == ChatKind::contact || poll.chat_kind == ChatKind::group;
    place.require(has_chat, "chat", "is none of a contact or a group");
    check_texts(poll, place);
}

// `id` of choices and votes is read by nobody (4.9, 4.10): they are counted.
void PollRows::add_choices(const Poll& poll, const std::string& key, const Place& around) {
    std::set<std::int64_t> numbers;
    for (std::size_t i = 0; i < poll.choices.size(); ++i) {
        const Choice& choice = poll.choices[i];
        Place place("choices", i, &around);
        place.require(is_int(choice.number), "number", "is no number of 32 bits");
        place.require(numbers.insert(choice.number).second, "number", "is there twice");
        place.require_utf8("name", choice.name);
        place.require(is_int(choice.vote_count), "vote_count", "is no number of 32 bits");
        place.require(is_int(choice.order), "order", "is no number of 32 bits");
        TableWriter& rows = choices_.rows();
        rows.cell(std::to_string(choices_.count() + 1));
        rows.cell(key);
        rows.integer(choice.number);
        rows.cell("Text");
        rows.cell(choice.name);
        rows.integer(choice.vote_count);
        rows.integer(choice.order);
        rows.moment(choice.created_at);
        rows.moment(choice.modified_at);
        rows.end_row();
    }
}

void PollRows::add_votes(const Poll& poll, const std::string& key, const Place& around) {
    std::set<std::int64_t> numbers;
    for (const Choice& choice : poll.choices) numbers.insert(choice.number);
    for (std::size_t i = 0; i < poll.votes.size(); ++i) {
        const Vote& vote = poll.votes[i];
        Place place("votes", i, &around);
        place.require_identity("identity", vote.identity);
        place.require(numbers.contains(vote.choice), "choice", "is none of the poll");
        TableWriter& rows = votes_.rows();
        rows.cell(std::to_string(votes_.count() + 1));
        rows.cell(key);
        rows.integer(vote.choice);
        rows.cell(vote.identity);
        rows.flag(vote.selected);
        rows.moment(vote.created_at);
        rows.moment(vote.modified_at);
        rows.end_row();
    }
}

std::string_view PollRows::creator_of(std::string_view row_id) const {
    auto found = by_row_id_.find(row_id);
    return found == by_row_id_.end() ? std::string_view() : polls_[found->second].creator;
}

void PollRows::add_to(ZipWriter& zip, const PersonRows& people) {
    MemoryTable heads(poll_column::names);
    for (std::size_t i = 0; i < polls_.size(); ++i) {
        const Poll& poll = polls_[i];
        bool of_group = poll.chat_kind == ChatKind::group;
        const std::string* number = of_group ? people.group_number(poll.chat) : nullptr;
        bool is_there = of_group ? number != nullptr : people.has_contact(poll.chat);
        Place("polls", i).require(is_there, "chat", "is not there");
        write(heads.rows(), poll, of_group ? "GroupBallotModel" : "IdentityBallotModel",
              of_group ? *number : poll.chat);
    }
    heads.add_to(zip, "ballot.csv");
    choices_.add_to(zip, "ballot_choice.csv");
    votes_.add_to(zip, "ballot_vote.csv");
}

}  // namespace tresor::data_backup
