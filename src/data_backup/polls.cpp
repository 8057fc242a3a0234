#include "data_backup/polls.hpp"

#include <algorithm>

#include "data_backup/schema.hpp"
#include "data_backup/table.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::size_t most_polls = 200'000;  // a row takes little room in a table, much in memory

void check_word(Table& table, std::string_view text, std::string_view one, std::string_view other,
                const char* what) {
    if (text != one && text != other && text != "TEMPORARY")
        table.report(std::string(what) + " of a poll is not known");
}

}  // namespace

void PollTables::read_polls(ByteSource& source, Findings& findings) {
    using namespace poll_column;
    Table table(source, "ballot.csv", poll_column::names, {}, findings);
    while (table.next()) {
        if (polls_.size() == most_polls) return table.report("further polls are left out");
        Poll poll;
        poll.row_id = table.text(row_id);
        poll.id = table.text(id);
        poll.creator = table.text(creator);
        if (!parse_hex64(poll.id)) {
            table.report("a poll has no valid id, and is left out");
            continue;
        }
        if (!parse_integer(poll.row_id))
            table.report("a poll has no number that messages can name");
        poll.name = table.text(name);
        poll.state = table.text(state);
        poll.assessment = table.text(assessment);
        poll.type = table.text(type);
        poll.choice_type = table.text(choice_type);
        check_word(table, poll.state, "OPEN", "CLOSED", "the state");
        check_word(table, poll.assessment, "SINGLE_CHOICE", "MULTIPLE_CHOICE", "the assessment");
        check_word(table, poll.type, "RESULT_ON_CLOSE", "INTERMEDIATE", "the type");
        poll.closed = poll.state == "CLOSED";
        poll.multiple = poll.assessment == "MULTIPLE_CHOICE";
        poll.intermediate = poll.type == "INTERMEDIATE";
        poll.last_viewed_at = table.moment(last_viewed_at);
        poll.created_at = table.moment(created_at);
        poll.modified_at = table.moment(modified_at);
        if (!by_key_.emplace(poll.id + "-" + poll.creator, polls_.size()).second)
            table.report("a poll is there twice; its choices and votes go to the first");
        references_.push_back({std::string(table.text(ref)), std::string(table.text(ref_id))});
        polls_.push_back(std::move(poll));
    }
}

Poll* PollTables::find(std::string_view key) {
    auto found = by_key_.find(std::string(key));
    return found == by_key_.end() ? nullptr : &polls_[found->second];
}

void PollTables::read_choices(ByteSource& source, Findings& findings) {
    using namespace choice_column;
    Table table(source, "ballot_choice.csv", choice_column::names, {}, findings);
    while (table.next()) {
        Poll* owner = find(table.text(poll));
        auto place = table.integer(number);
        if (owner == nullptr || !place) {
            table.report("a choice belongs to no poll, and is left out");
            continue;
        }
        Choice choice;
        choice.number = *place;
        choice.name = table.text(name);
        choice.vote_count = table.integer(vote_count).value_or(0);
        choice.order = table.integer(order).value_or(*place);
        choice.created_at = table.moment(created_at);
        choice.modified_at = table.moment(modified_at);
        owner->choices.push_back(std::move(choice));
    }
    for (Poll& one : polls_)
        std::stable_sort(one.choices.begin(), one.choices.end(),
                         [](const Choice& a, const Choice& b) { return a.order < b.order; });
}

void PollTables::read_votes(ByteSource& source, Findings& findings) {
    using namespace vote_column;
    Table table(source, "ballot_vote.csv", vote_column::names, {}, findings);
    std::map<const Poll*, std::vector<std::int64_t>> numbers;
    for (const Poll& one : polls_)
        for (const Choice& choice_of_it : one.choices) numbers[&one].push_back(choice_of_it.number);
    for (auto& [owner, known] : numbers) std::sort(known.begin(), known.end());
    while (table.next()) {
        Poll* owner = find(table.text(poll));
        auto number = table.integer(choice);
        if (owner == nullptr || !number) {
            table.report("a vote belongs to no poll, and is left out");
            continue;
        }
        const auto& known = numbers[owner];
        if (!std::binary_search(known.begin(), known.end(), *number))
            table.report("a vote is for a choice that its poll has not");
        Vote vote;
        vote.identity = table.text(identity);
        vote.choice = *number;
        vote.selected = table.text(selected) == "1";
        vote.created_at = table.moment(created_at);
        vote.modified_at = table.moment(modified_at);
        owner->votes.push_back(std::move(vote));
    }
}

std::vector<Poll> PollTables::take() { return std::move(polls_); }

}  // namespace tresor::data_backup
