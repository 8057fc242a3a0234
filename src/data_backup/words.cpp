#include "data_backup/words.hpp"

#include <iterator>

namespace tresor::data_backup {

namespace {

template <class Value>
struct Word {
    Value value;
    std::string_view written, name;
};

using Type = MessageType;
constexpr Word<Type> types[] = {
    {Type::text, "TEXT", "text"},
    {Type::image, "IMAGE", "image"},
    {Type::video, "VIDEO", "video"},
    {Type::voice_message, "VOICEMESSAGE", "voice_message"},
    {Type::location, "LOCATION", "location"},
    {Type::contact, "CONTACT", "contact"},
    {Type::status, "STATUS", "status"},
    {Type::poll, "BALLOT", "poll"},
    {Type::file, "FILE", "file"},
    {Type::call, "VOIP_STATUS", "call"},
    {Type::date_separator, "DATE_SEPARATOR", "date_separator"},
    {Type::group_call, "GROUP_CALL_STATUS", "group_call"},
    {Type::forward_security, "FORWARD_SECURITY_STATUS", "forward_security"},
    {Type::group_event, "GROUP_STATUS", "group_event"},
};

using State = MessageState;
constexpr Word<State> states[] = {
    {State::none, "", "none"},
    {State::pending, "PENDING", "pending"},
    {State::transcoding, "TRANSCODING", "transcoding"},
    {State::uploading, "UPLOADING", "uploading"},
    {State::sending, "SENDING", "sending"},
    {State::send_failed, "SENDFAILED", "send_failed"},
    {State::sent, "SENT", "sent"},
    {State::delivered, "DELIVERED", "delivered"},
    {State::read, "READ", "read"},
    {State::consumed, "CONSUMED", "consumed"},
    {State::acknowledged, "USERACK", "acknowledged"},
    {State::declined, "USERDEC", "declined"},
    {State::key_mismatch, "FS_KEY_MISMATCH", "key_mismatch"},
};

constexpr Word<Verification> verifications[] = {
    {Verification::unverified, "UNVERIFIED", "unverified"},
    {Verification::server_verified, "SERVER_VERIFIED", "server_verified"},
    {Verification::fully_verified, "FULLY_VERIFIED", "fully_verified"},
};

// In the order of their numbers.
constexpr std::string_view group_events[] = {
    "created",        "renamed",      "picture_changed",     "member_added", "member_left",
    "member_removed", "notes_group",  "no_notes_group",      "first_vote",   "vote_changed",
    "vote_received",  "all_votes_in", "description_changed", "creator_left",
};
constexpr std::string_view forward_security_events[] = {
    "text",
    "message_without",
    "session_reset",
    "session_established",
    "session_received",
    "messages_skipped",
    "message_out_of_order",
    "not_available",
    "illegal_session",
    "disabled",
};
constexpr std::string_view call_reasons[] = {"unknown",  "busy",     "timeout",
                                             "rejected", "disabled", "off_hours"};

constexpr std::string_view chat_kinds[] = {"contact", "group", "distribution_list"};
constexpr std::string_view user_states[] = {"member", "kicked", "left", "unknown"};
constexpr std::string_view file_kinds[] = {"file",  "image",         "gif",    "video",
                                           "audio", "voice_message", "contact"};
constexpr std::string_view poll_actions[] = {"unknown", "created", "modified", "closed"};
constexpr std::string_view call_outcomes[] = {"unknown", "missed", "finished", "rejected",
                                              "aborted"};
constexpr std::string_view group_call_actions[] = {"unknown", "started", "ended"};

template <class List>
const auto* find(const List& list, std::string_view written) noexcept {
    const std::remove_extent_t<List>* found = nullptr;
    for (const auto& word : list)
        if (word.written == written) found = &word;
    return found;
}

template <class List, class Value>
std::string_view name_in(const List& list, Value value) noexcept {
    for (const auto& word : list)
        if (word.value == value) return word.name;
    return "unknown";
}

template <class List, class Value>
std::string_view written_in(const List& list, Value value) noexcept {
    for (const auto& word : list)
        if (word.value == value) return word.written;
    return {};
}

template <class List>
std::string_view at(const List& list, std::int64_t number) noexcept {
    bool is_in = number >= 0 && number < static_cast<std::int64_t>(std::size(list));
    return is_in ? list[number] : std::string_view();
}

}  // namespace

MessageType message_type_of(std::string_view word) noexcept {
    if (word.empty()) return MessageType::text;
    const auto* found = find(types, word);
    return found ? found->value : MessageType::unknown;
}

MessageState message_state_of(std::string_view word) noexcept {
    const auto* found = find(states, word);
    return found ? found->value : MessageState::unknown;
}

std::optional<Verification> verification_of(std::string_view word) noexcept {
    const auto* found = find(verifications, word);
    return found ? std::optional(found->value) : std::nullopt;
}

std::string_view word_of(MessageType type) noexcept { return written_in(types, type); }
std::string_view word_of(MessageState state) noexcept { return written_in(states, state); }
std::string_view word_of(Verification verification) noexcept {
    return written_in(verifications, verification);
}

std::string_view group_event_word(std::int64_t code) noexcept { return at(group_events, code); }
std::string_view forward_security_word(std::int64_t code) noexcept {
    return at(forward_security_events, code);
}
std::string_view call_reason_word(std::int64_t code) noexcept { return at(call_reasons, code); }

std::string_view name_of(ChatKind kind) noexcept { return at(chat_kinds, static_cast<int>(kind)); }
std::string_view name_of(Verification verification) noexcept {
    return name_in(verifications, verification);
}
std::string_view name_of(UserState state) noexcept {
    return at(user_states, static_cast<int>(state));
}
std::string_view name_of(MessageType type) noexcept { return name_in(types, type); }
std::string_view name_of(MessageState state) noexcept { return name_in(states, state); }
std::string_view name_of(FileKind kind) noexcept { return at(file_kinds, static_cast<int>(kind)); }
std::string_view name_of(PollAction action) noexcept {
    return at(poll_actions, static_cast<int>(action));
}
std::string_view name_of(CallOutcome outcome) noexcept {
    return at(call_outcomes, static_cast<int>(outcome));
}
std::string_view name_of(GroupCallAction action) noexcept {
    return at(group_call_actions, static_cast<int>(action));
}

}  // namespace tresor::data_backup
