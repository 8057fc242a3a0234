// A chat on its way into the archive: its files, then the table of its messages (data-backup.md
// 1.7, 2.3).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <tresor/data_backup/model.hpp>

#include "data_backup/message_row.hpp"
#include "data_backup/person_rows.hpp"
#include "data_backup/poll_rows.hpp"
#include "data_backup/reaction_rows.hpp"
#include "data_backup/table_writer.hpp"
#include "data_backup/uid_set.hpp"
#include "data_backup/zip_writer.hpp"

namespace tresor::data_backup {

// What all chats share.
struct ChatSurroundings {
    ZipWriter& zip;
    const PersonRows& people;
    const PollRows& polls;
    ReactionRows& reactions;
    UidSet& uids;
};

struct ChatKey {
    ChatKind kind = ChatKind::contact;
    std::string number;         // in the names of its entries
    std::string first, second;  // identity; or id and creator of a group
};

// Keeps its surroundings; stays where it is. Throws invalid_argument with a pointer.
class ChatTable {
public:
    // `index`: of the chat, for pointers.
    ChatTable(ChatSurroundings around, ChatKey key, std::uint64_t index)
        : around_(around), key_(std::move(key)), place_("chats", index), entry_(around.zip) {}
    ChatTable(const ChatTable&) = delete;
    ChatTable& operator=(const ChatTable&) = delete;

    void add_media(std::string_view uid, ByteSource& content);
    void add_thumbnail(std::string_view uid, ByteSource& image);
    void add(const Message& message);
    void end();  // refuses files without a message

private:
    struct Files {
        std::optional<std::uint64_t> media, thumbnail;  // the how many-th of the chat
    };
    void begin_rows();
    Files& file_of(std::string_view uid, const Place& place);
    std::string_view sender_cell(const Message& message) const;
    void match_files(const Message& message, const Place& place);

    ChatSurroundings around_;
    ChatKey key_;
    Place place_;
    std::map<std::string, Files, std::less<>> files_;  // that wait for their message
    std::uint64_t media_ = 0, thumbnails_ = 0, messages_ = 0;
    EntrySink entry_;
    std::optional<TableWriter> rows_;  // once the files are through
};

}  // namespace tresor::data_backup
