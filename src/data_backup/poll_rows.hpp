// The tables of polls, their choices and votes (data-backup.md 4.8 to 4.10, 7.4).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/data_backup/model.hpp>

#include "data_backup/memory_table.hpp"

namespace tresor::data_backup {

class Place;
class PersonRows;

// Refuses what the restorer would not take, with a pointer to it. Keeps nothing that it is given.
class PollRows {
public:
    PollRows();
    void add(const Poll& poll);
    // Of the poll that messages name so; empty if there is none.
    std::string_view creator_of(std::string_view row_id) const;
    // Throws invalid_argument for a poll whose chat is not there.
    void add_to(ZipWriter& zip, const PersonRows& people);

private:
    void check(const Poll& poll, const Place& place) const;
    void add_choices(const Poll& poll, const std::string& key, const Place& place);
    void add_votes(const Poll& poll, const std::string& key, const Place& place);

    std::vector<Poll> polls_;  // without choices and votes
    std::map<std::string, std::size_t, std::less<>> by_row_id_, by_key_;
    MemoryTable choices_, votes_;
};

}  // namespace tresor::data_backup
