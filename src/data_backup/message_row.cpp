#include "data_backup/message_row.hpp"

#include <algorithm>

#include "data_backup/cell_rules.hpp"
#include "data_backup/schema.hpp"
#include "data_backup/words.hpp"

namespace tresor::data_backup {

namespace {

using Type = MessageType;

std::string_view type_word(const Message& message) noexcept {
    return message.type_text.empty() ? word_of(message.type) : message.type_text;
}

std::string_view state_word(const Message& message) noexcept {
    return message.state_text.empty() ? word_of(message.state) : message.state_text;
}

// Its body is a list, without which it says nothing. An image without one is only downloaded.
bool needs_body(Type type) noexcept {
    switch (type) {
        case Type::video:
        case Type::voice_message:
        case Type::location:
        case Type::poll:
        case Type::file:
        case Type::call:
        case Type::group_call:
        case Type::forward_security:
        case Type::group_event: return true;
        default: return false;
    }
}

bool may_lack_id(const Message& message, ChatKind kind) noexcept {
    Type type = written_type(message);
    if (kind == ChatKind::distribution_list || type == Type::call) return true;
    if (kind == ChatKind::contact) return false;
    return message.is_status || type == Type::group_event || type == Type::group_call ||
           type == Type::forward_security || type == Type::status;
}

void check_ids(const Message& message, ChatKind kind, const Place& place) {
    auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
    place.require(!message.uid.empty(), "uid", "is empty");
    place.require_utf8("uid", message.uid);
    bool plain = std::none_of(message.uid.begin(), message.uid.end(), is_control);
    place.require(plain, "uid", "has control characters");
    if (!message.api_id.empty())
        place.require_id("api_id", message.api_id);
    else
        place.require(may_lack_id(message, kind), "api_id", "is empty");
    bool quotes = message.quoted_id.empty() || is_hex(message.quoted_id, 16);
    place.require(quotes, "quoted_id", "is no id of 16 hex digits");
    bool has_sender = kind == ChatKind::group && !message.outgoing && !message.sender.empty();
    if (has_sender) place.require_identity("sender", message.sender);
}

void check_words(const Message& message, const Place& place) {
    place.require(!type_word(message).empty(), "type", "is not known");
    bool known = !message.state_text.empty() || message.state == MessageState::none ||
                 !word_of(message.state).empty();
    place.require(known, "state", "is not known");
    place.require_utf8("type_text", message.type_text);
    place.require_utf8("state_text", message.state_text);
    place.require_utf8("body", message.body);
    place.require_utf8("caption", message.caption);
}

void check_deleted(const Message& message, const Place& place) {
    place.require(message.body.empty(), "body", "is not empty, though it was deleted");
    place.require(message.caption.empty(), "caption", "is not empty, though it was deleted");
    place.require(state_word(message).empty(), "state", "is not empty, though it was deleted");
}

// A list has no columns for these.
void check_of_list(const Message& message, const Place& place) {
    constexpr std::string_view why = "has no place in a distribution list";
    place.require(message.display_tags == 0, "display_tags", why);
    place.require(!message.edited_at, "edited_at", why);
    place.require(!message.deleted_at, "deleted_at", why);
}

void write_times(TableWriter& rows, const Message& message) {
    rows.moment(message.posted_at ? message.posted_at : message.created_at);
    rows.moment(message.created_at ? message.created_at : message.posted_at);
    rows.moment(message.modified_at);
}

}  // namespace

MessageType written_type(const Message& message) noexcept {
    return message.type_text.empty() ? message.type : message_type_of(message.type_text);
}

MessageState written_state(const Message& message) noexcept {
    return message.state_text.empty() ? message.state : message_state_of(message.state_text);
}

bool may_have_file(MessageType type) noexcept {
    return type == Type::image || type == Type::video || type == Type::voice_message ||
           type == Type::file;
}

void write_message_header(TableWriter& rows, ChatKind kind) {
    for (std::size_t i = 0; i < message_column::names.size(); ++i)
        if (has_column(kind, i)) rows.cell(message_column::names[i]);
    rows.end_row();
}

void check_message(const Message& message, ChatKind kind, const Place& place) {
    check_ids(message, kind, place);
    check_words(message, place);
    place.require(message.display_tags <= most_int, "display_tags", "is no number of 32 bits");
    if (kind == ChatKind::distribution_list) check_of_list(message, place);
    if (message.deleted_at) return check_deleted(message, place);
    bool says = !message.body.empty() || !needs_body(written_type(message));
    place.require(says, "body", "is empty");
}

void write_message(TableWriter& rows, const Message& message, ChatKind kind,
                   std::string_view sender) {
    rows.cell(message.api_id);
    rows.cell(message.uid);
    if (has_column(kind, message_column::identity)) rows.cell(sender);
    rows.flag(message.outgoing);
    rows.flag(message.read);
    rows.flag(message.saved);
    rows.cell(state_word(message));
    write_times(rows, message);
    rows.cell(type_word(message));
    rows.cell(message.body);
    rows.flag(message.is_status);
    rows.cell(message.caption);
    rows.cell(message.quoted_id);
    rows.moment(message.delivered_at);
    rows.moment(message.read_at);
    if (kind == ChatKind::distribution_list) return rows.end_row();
    // Declared and never filled by the app in chats of contacts (3.4); in groups it would tell the
    // reactions once more.
    if (kind == ChatKind::contact)
        rows.nothing();
    else
        rows.cell("");
    rows.integer(message.display_tags);
    rows.moment(message.edited_at);
    rows.moment(message.deleted_at);
    rows.end_row();
}

}  // namespace tresor::data_backup
