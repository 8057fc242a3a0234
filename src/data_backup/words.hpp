// The words of a chat archive (data-backup.md 4.13, 6.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <tresor/data_backup/model.hpp>

namespace tresor::data_backup {

// As tables write them: "VOICEMESSAGE", "USERACK", "FULLY_VERIFIED". An empty type is text, an
// empty state is none; others that are not known are `unknown`, or absent.
MessageType message_type_of(std::string_view word) noexcept;
MessageState message_state_of(std::string_view word) noexcept;
std::optional<Verification> verification_of(std::string_view word) noexcept;
// The other way; empty for what is not known, and for no state.
std::string_view word_of(MessageType type) noexcept;
std::string_view word_of(MessageState state) noexcept;
std::string_view word_of(Verification verification) noexcept;

// Our words for the codes in bodies; empty for others.
std::string_view group_event_word(std::int64_t code) noexcept;
std::string_view forward_security_word(std::int64_t code) noexcept;
std::string_view call_reason_word(std::int64_t code) noexcept;

}  // namespace tresor::data_backup
