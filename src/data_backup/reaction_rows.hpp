// The tables of reactions (data-backup.md 4.11, 6.5, 7.2).
#pragma once

#include <string_view>

#include <tresor/data_backup/model.hpp>

#include "data_backup/memory_table.hpp"

namespace tresor::data_backup {

class Place;

// The chat of a reaction.
struct ReactionChat {
    ChatKind kind = ChatKind::contact;
    std::string_view first, creator;  // identity; or group id and creator
};

// Refuses what the restorer would give up over, with a pointer to it. Keeps nothing that it is
// given.
class ReactionRows {
public:
    ReactionRows();
    // Those of one message, but for what its own state tells already.
    void add(const ReactionChat& chat, const Message& message, std::string_view owner,
             const Place& place);
    void add_to(ZipWriter& zip);

private:
    MemoryTable contacts_, groups_;
};

}  // namespace tresor::data_backup
