// The tables of messages (data-backup.md 4.3, 4.5, 4.7, 6.5).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/data_backup/model.hpp>
#include <tresor/io.hpp>

#include "data_backup/reactions.hpp"
#include "data_backup/table.hpp"

namespace tresor::data_backup {

// Rows of one table as messages. Keeps `reactions` and `findings`. One thread at a time.
class MessageTable {
public:
    // `partner`: of a chat with a contact; `owner`: identity, or empty. `reactions` may be nullptr.
    MessageTable(std::unique_ptr<ByteSource> source, const Chat& chat, std::string_view owner,
                 const Reactions* reactions, Findings& findings, bool unix_line_ends);

    // False at the end. Quotes and names of media stay empty.
    bool next(Message& into);

    // Only what finds quotes: faster.
    struct Reference {
        std::optional<std::uint64_t> id, quoted;
    };
    bool next(Reference& into);

private:
    void read_times(Message& into);
    void read_state(Message& into);
    void read_sender(Message& into);
    void merge_reactions(Message& into);
    void acknowledge(Message& into, std::string sender, bool up);
    void read_group_states(Message& into);

    std::unique_ptr<ByteSource> source_;
    Table table_;
    ChatKind kind_;
    std::string partner_, owner_;
    const Reactions* reactions_;
    std::uint32_t reactions_chat_ = Reactions::no_chat;
    std::uint64_t index_ = 0;
};

}  // namespace tresor::data_backup
