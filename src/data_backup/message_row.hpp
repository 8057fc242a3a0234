// One message as a row (data-backup.md 4.3, 4.5, 4.7, 12).
#pragma once

#include <string_view>

#include <tresor/data_backup/model.hpp>

#include "data_backup/table_writer.hpp"
#include "data_backup/writer_check.hpp"

namespace tresor::data_backup {

// What is written counts before the value, where it is not empty.
MessageType written_type(const Message& message) noexcept;
MessageState written_state(const Message& message) noexcept;
bool may_have_file(MessageType type) noexcept;

void write_message_header(TableWriter& rows, ChatKind kind);

// Refuses what the restorer would not take; reactions aside.
void check_message(const Message& message, ChatKind kind, const Place& place);

// `sender` stands in the column that chats of contacts have not.
void write_message(TableWriter& rows, const Message& message, ChatKind kind,
                   std::string_view sender);

}  // namespace tresor::data_backup
