// The tables of polls, their choices and votes (data-backup.md 4.8 to 4.10).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/data_backup/model.hpp>

#include "base/findings.hpp"

namespace tresor {
class ByteSource;
}

namespace tresor::data_backup {

class PollTables {
public:
    void read_polls(ByteSource& table, Findings& findings);
    // A choice belongs to the poll it names, a vote to the choice of that number in its poll:
    // numbers begin anew in each poll.
    void read_choices(ByteSource& table, Findings& findings);
    void read_votes(ByteSource& table, Findings& findings);
    // Choices in the order to show them.
    std::vector<Poll> take();

    // What `ref` and `ref_id` of each poll say, in the order of take().
    struct Reference {
        std::string ref, ref_id;
    };
    const std::vector<Reference>& references() const noexcept { return references_; }

private:
    Poll* find(std::string_view key);

    std::vector<Poll> polls_;
    std::vector<Reference> references_;
    std::map<std::string, std::size_t> by_key_;  // "<id>-<creator>"
};

}  // namespace tresor::data_backup
