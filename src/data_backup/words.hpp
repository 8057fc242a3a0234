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

// Our words for the codes in bodies; empty for others.
std::string_view group_event_word(std::int64_t code) noexcept;
std::string_view forward_security_word(std::int64_t code) noexcept;
std::string_view call_reason_word(std::int64_t code) noexcept;

}  // namespace tresor::data_backup
