// What the tests of chat archives that are made share.
#pragma once

#include "capi/c.hpp"

namespace test::c {

constexpr std::string_view old_word = "backup-demo-1";
constexpr std::string_view new_word = "three quiet otters";

using File = Handle<tresor_file, tresor_file_free>;
using Archive = Handle<tresor_data_backup, tresor_data_backup_free>;
using Messages = Handle<tresor_message_reader, tresor_message_reader_free>;

// A file in memory. The text must live as long.
inline void open(File& file, const std::string& text) {
    tresor_file_callbacks callbacks = TRESOR_FILE_CALLBACKS_INIT;
    callbacks.size = text.size();
    callbacks.payload = const_cast<std::string*>(&text);
    callbacks.read_at = [](std::uint64_t offset, unsigned char* into, std::size_t size,
                           void* payload) {
        std::memcpy(into, static_cast<std::string*>(payload)->data() + offset, size);
        return 0;
    };
    NEED(tresor_file_from_callbacks(file.out(), &callbacks));
}

inline void open(Archive& archive, const File& file, std::string_view word = new_word) {
    NEED(tresor_data_backup_open(archive.out(), file, word.data(), word.size(), nullptr));
}

inline std::string miniature() {
    return test::text_of(test::read_vector("data_backup/miniature.vec").bytes);
}

inline bool has(const Buf& buf, std::string_view part) {
    return buf.text().find(part) != std::string_view::npos;
}

// The messages of a chat, a line each, and how many.
inline std::size_t messages_of(Buf& lines, const Archive& archive, const char* chat) {
    Messages messages;
    std::size_t count = 0;
    NEED(tresor_data_backup_messages(messages.out(), archive, chat, 1));
    NEED(tresor_message_reader_next(&count, lines.out(), messages, 1000));
    return count;
}

}  // namespace test::c
