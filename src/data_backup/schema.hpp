// The tables of format 27: their columns in the order of the app (data-backup.md 4).
//
// The enumeration of a table counts its columns; former ones, which are read and never written,
// stand behind. Chats of contacts lack `identity`, distribution lists what came after `read_at`:
// see message_columns().
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include <tresor/data_backup/model.hpp>

namespace tresor::data_backup {

// What a cell may hold. An empty one is fine except where the restorer would lose the row (7.4).
enum class CellKind {
    text,
    identity,  // 8 characters
    id,        // 16 hex digits
    optional_id,
    key,     // 64 hex digits
    number,  // 10 digits, in the names of entries
    flag,
    integer,  // never empty
    moment,
    needed_moment,  // never empty
    identities,     // with `;` between
};

struct Column {
    std::string_view name;
    CellKind kind = CellKind::text;
    int since = 1;  // the format from which on the restorer loses a row without it
};

template <std::size_t N>
constexpr std::array<std::string_view, N> names_of(const Column (&columns)[N]) {
    std::array<std::string_view, N> names;
    for (std::size_t i = 0; i < N; ++i) names[i] = columns[i].name;
    return names;
}

namespace contact_column {
enum : std::size_t {
    identity,
    public_key,
    verification,
    address_book,
    first_name,
    last_name,
    nickname,
    last_update,
    hidden,
    archived,
    number,
};
inline constexpr Column columns[] = {{"identity", CellKind::identity},
                                     {"publickey", CellKind::key},
                                     {"verification"},
                                     {"acid"},
                                     {"firstname"},
                                     {"lastname"},
                                     {"nick_name", CellKind::text, 3},
                                     {"last_update", CellKind::moment, 22},
                                     {"hidden", CellKind::flag, 13},
                                     {"archived", CellKind::flag, 14},
                                     {"identity_id", CellKind::number, 19}};
inline constexpr auto names = names_of(columns);
}  // namespace contact_column

namespace group_column {
enum : std::size_t {
    id,
    creator,
    name,
    created_at,
    last_update,
    members,
    archived,
    description,
    described_at,
    number,
    user_state,
    deleted,
};
inline constexpr Column columns[] = {{"id", CellKind::id},
                                     {"creator", CellKind::identity},
                                     {"groupname"},
                                     {"created_at", CellKind::moment},
                                     {"last_update", CellKind::moment, 22},
                                     {"members", CellKind::identities},
                                     {"archived", CellKind::flag, 14},
                                     {"groupDesc", CellKind::text, 17},
                                     {"groupDescTimestamp", CellKind::moment, 17},
                                     {"group_uid", CellKind::number, 19},
                                     {"user_state", CellKind::integer, 25}};
// With `deleted`, of formats 4 to 26.
inline constexpr std::string_view names[] = {
    "id",       "creator",   "groupname",          "created_at", "last_update", "members",
    "archived", "groupDesc", "groupDescTimestamp", "group_uid",  "user_state",  "deleted"};
}  // namespace group_column

namespace list_column {
enum : std::size_t { id, name, created_at, last_update, members, archived };
inline constexpr Column columns[] = {{"id", CellKind::integer},
                                     {"distribution_list_name"},
                                     {"created_at", CellKind::moment},
                                     {"last_update", CellKind::moment, 22},
                                     {"distribution_members", CellKind::identities},
                                     {"archived", CellKind::flag, 14}};
inline constexpr auto names = names_of(columns);
}  // namespace list_column

namespace message_column {
enum : std::size_t {
    api_id,
    uid,
    identity,
    is_outgoing,
    is_read,
    is_saved,
    state,
    posted_at,
    created_at,
    modified_at,
    type,
    body,
    is_status,
    caption,
    quoted_id,
    delivered_at,
    read_at,
    group_states,
    display_tags,
    edited_at,
    deleted_at,
};
inline constexpr Column columns[] = {{"apiid", CellKind::optional_id},
                                     {"uid"},
                                     {"identity"},
                                     {"isoutbox", CellKind::flag},
                                     {"isread", CellKind::flag},
                                     {"issaved", CellKind::flag},
                                     {"messagestae"},
                                     {"posted_at", CellKind::moment},
                                     {"created_at", CellKind::moment},
                                     {"modified_at", CellKind::moment, 5},
                                     {"type"},
                                     {"body"},
                                     {"isstatusmessage", CellKind::flag, 2},
                                     {"caption", CellKind::text, 10},
                                     {"quoted_message_apiid", CellKind::optional_id, 15},
                                     {"delivered_at", CellKind::moment, 16},
                                     {"read_at", CellKind::moment, 16},
                                     {"g_msg_states", CellKind::text, 17},
                                     {"display_tags", CellKind::integer, 20},
                                     {"edited_at", CellKind::moment, 23},
                                     {"deleted_at", CellKind::moment, 24}};
inline constexpr auto names = names_of(columns);
}  // namespace message_column

// The columns of a kind of chat, by their places in message_column.
inline constexpr bool has_column(ChatKind kind, std::size_t column) noexcept {
    if (kind == ChatKind::contact) return column != message_column::identity;
    return kind == ChatKind::group || column < message_column::group_states;
}

namespace poll_column {
enum : std::size_t {
    row_id,
    id,
    creator,
    ref,
    ref_id,
    name,
    state,
    assessment,
    type,
    choice_type,
    last_viewed_at,
    created_at,
    modified_at,
};
inline constexpr Column columns[] = {{"id", CellKind::integer},
                                     {"aid", CellKind::id},
                                     {"creator", CellKind::identity},
                                     {"ref"},
                                     {"ref_id"},
                                     {"name"},
                                     {"state"},
                                     {"assessment"},
                                     {"type"},
                                     {"choice_type"},
                                     {"last_viewed_at", CellKind::moment},
                                     {"created_at", CellKind::moment},
                                     {"modified_at", CellKind::moment}};
inline constexpr auto names = names_of(columns);
}  // namespace poll_column

namespace choice_column {
enum : std::size_t { row_id, poll, number, type, name, vote_count, order, created_at, modified_at };
inline constexpr Column columns[] = {{"id"},
                                     {"ballot"},
                                     {"aid", CellKind::integer},
                                     {"type"},
                                     {"name"},
                                     {"vote_count", CellKind::integer},
                                     {"order", CellKind::integer},
                                     {"created_at", CellKind::moment},
                                     {"modified_at", CellKind::moment}};
inline constexpr auto names = names_of(columns);
}  // namespace choice_column

namespace vote_column {
enum : std::size_t { row_id, poll, choice, identity, selected, created_at, modified_at };
inline constexpr Column columns[] = {{"id"},
                                     {"ballot_uid"},
                                     {"choice_uid"},
                                     {"identity", CellKind::identity},
                                     {"choice", CellKind::integer},
                                     {"created_at", CellKind::moment},
                                     {"modified_at", CellKind::moment}};
inline constexpr auto names = names_of(columns);
}  // namespace vote_column

namespace contact_reaction_column {
enum : std::size_t { identity, message, sender, emoji, at };
inline constexpr Column columns[] = {{"identity", CellKind::identity},
                                     {"api_message_id", CellKind::id},
                                     {"sender_identity", CellKind::identity},
                                     {"emoji_sequence"},
                                     {"reacted_at", CellKind::needed_moment}};
inline constexpr auto names = names_of(columns);
}  // namespace contact_reaction_column

namespace group_reaction_column {
enum : std::size_t { group, creator, message, sender, emoji, at };
inline constexpr Column columns[] = {{"api_group_id", CellKind::id},
                                     {"group_creator_identity", CellKind::identity},
                                     {"api_message_id", CellKind::id},
                                     {"sender_identity", CellKind::identity},
                                     {"emoji_sequence"},
                                     {"reacted_at", CellKind::needed_moment}};
inline constexpr auto names = names_of(columns);
}  // namespace group_reaction_column

inline constexpr std::string_view reaction_count_names[] = {"contactReactions", "groupReactions"};
inline constexpr std::string_view nonce_names[] = {"nonces"};
inline constexpr std::string_view nonce_count_names[] = {"csp", "d2d"};

}  // namespace tresor::data_backup
