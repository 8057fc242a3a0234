// What an entry is, by its name (data-backup.md 2.3).
#pragma once

#include <string_view>

#include <tresor/data_backup/model.hpp>

namespace tresor::data_backup {

enum class EntryKind {
    settings,
    identity,
    contacts,
    groups,
    distribution_lists,
    polls,
    poll_choices,
    poll_votes,
    contact_reactions,
    group_reactions,
    reaction_counts,
    nonces,
    nonces_d2d,
    nonce_counts,
    messages,
    media,
    thumbnail,
    contact_avatar,
    contact_profile_picture,
    group_avatar,
    unknown,
};

struct EntryClass {
    EntryKind kind = EntryKind::unknown;
    ChatKind chat = ChatKind::contact;  // of messages, media and thumbnails
    std::string_view key;               // behind the prefix: a number, a uid; part of the name
};
EntryClass classify(std::string_view name) noexcept;

// How the names of tables, media and thumbnails of a kind of chat begin; a thumbnail's of a list is
// irregular.
std::string_view messages_prefix(ChatKind kind) noexcept;
std::string_view media_prefix(ChatKind kind) noexcept;
std::string_view thumbnail_prefix(ChatKind kind) noexcept;

}  // namespace tresor::data_backup
