#include <algorithm>

#include <tresor/data_backup/filter.hpp>

#include "data_backup/rewrite.hpp"
#include "data_backup/table.hpp"
#include "data_backup/zip_entry.hpp"

namespace tresor::data_backup {

namespace {

// What has to be known of all messages before the first of them is written.
struct Survey {
    std::int64_t newest = no_time;  // when any was shown or made
    std::set<std::string> polls;    // that messages name
};

void look_at(const TableRow& row, Survey& survey) {
    using namespace message_column;
    for (std::size_t column : {posted_at, created_at, modified_at}) {
        if (column == modified_at && row.cells[is_outgoing] != "1") continue;
        survey.newest = std::max(survey.newest, parse_integer(row.cells[column]).value_or(no_time));
    }
    std::string poll = named_poll(row);
    if (!poll.empty()) survey.polls.insert(std::move(poll));
}

Survey survey_of(Side& side) {
    Survey survey;
    for (const Chat& chat : side.archive.chats()) {
        TableShape shape = messages_shape(chat.kind);
        Findings told;  // when the chat is written
        try {
            auto table = side.open(chat.entry, shape, told);
            for (TableRow row; table && table->next(row);) look_at(row, survey);
        } catch (const Error& error) {
            if (!is_of_entry(error)) throw;  // then none of it counts, and it is listed
        }
    }
    return survey;
}

void require_same_owner(const Side& first, const Side& second) {
    if (!first.owner && !second.owner) return;
    bool same = first.owner && second.owner && first.owner->identity == second.owner->identity &&
                first.owner->private_key == second.owner->private_key;
    if (!same) throw Error(Errc::conflict, "the archives belong to different owners");
}

using PollKeys = std::map<std::string, std::string>;  // "<id>-<creator>" -> what messages name

PollKeys poll_keys(const Side& side) {
    PollKeys keys;
    for (const Poll& poll : side.archive.polls())
        keys.emplace(poll.id + "-" + poll.creator, poll.row_id);
    return keys;
}

std::set<std::string> values_of(const PollKeys& keys) {
    std::set<std::string> values;
    for (const auto& [key, value] : keys) values.insert(value);
    return values;
}

// Numbers that nobody has.
class Fresh {
public:
    void avoid(const std::set<std::string>& numbers) {
        for (const std::string& text : numbers) {
            auto number = parse_integer(text);
            if (number && *number < most) last_ = std::max(last_, *number);
        }
        taken_.insert(numbers.begin(), numbers.end());
    }
    std::string next() {
        for (;;) {
            // What a Java int holds.
            last_ = last_ < most ? last_ + 1 : 1;
            std::string text = std::to_string(last_);
            if (taken_.insert(text).second) return text;
        }
    }

private:
    static constexpr std::int64_t most = 0x7FFFFFFF;
    std::int64_t last_ = 0;
    std::set<std::string> taken_;
};

// The same number may stand for different polls in the two: those of the second archive give way.
// Nor may a message that names a poll which is gone find another one in its place.
void name_polls(const Side& first, Side& second, const Survey& of_first, const Survey& of_second) {
    PollKeys keys = poll_keys(first), others = poll_keys(second);
    std::set<std::string> rows = values_of(keys), other_rows = values_of(others);
    Fresh fresh;
    fresh.avoid(rows);
    fresh.avoid(other_rows);
    fresh.avoid(of_first.polls);
    fresh.avoid(of_second.polls);
    for (const auto& [key, number] : others) {
        auto same = keys.find(key);
        bool is_known = same != keys.end() && !same->second.empty();
        bool is_taken = rows.contains(number) || of_first.polls.contains(number);
        if (number.empty() || (!is_known && !is_taken)) continue;
        std::string name = is_known ? same->second : fresh.next();
        if (name != number) second.polls_named.emplace(number, std::move(name));
    }
    for (const std::string& number : of_second.polls)
        if (!other_rows.contains(number) && rows.contains(number))
            second.polls_named.emplace(number, fresh.next());
}

}  // namespace

Rewritten merge(const Source& first, const Source& second, ByteSink& into,
                const Password& new_password, const WriteOptions& write, const ReadOptions& read) {
    require_archive_password(new_password);
    Sides sides;
    sides.push_back(std::make_unique<Side>(first, read));
    sides.push_back(std::make_unique<Side>(second, read));
    require_same_owner(*sides[0], *sides[1]);
    Survey of_first = survey_of(*sides[0]), of_second = survey_of(*sides[1]);
    name_polls(*sides[0], *sides[1], of_first, of_second);
    std::size_t newer = of_first.newest > of_second.newest ? 0 : 1;
    const Cut nothing;
    return Rewriter(sides, newer, nothing, into, new_password, write).run();
}

}  // namespace tresor::data_backup
