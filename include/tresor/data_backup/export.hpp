// Chats for people: pages for a browser, lines for programs, text to read.
//
//     html   index.html and a page for each chat (several where it is long), opened from the disk
//            without network; pictures, videos and files beside it
//     json   index.json, and a file of JSON lines for each chat: one object a message (see below)
//     text   a transcript for each chat
//
// What people wrote is data here, never markup, and a name of a file never a path: export_chats()
// makes names of its own, safe on any system, unique, as near to the original as can be.
//
// JSON leaves out what is empty, false or unknown, but `index` and `outgoing`. Times are RFC 3339
// with milliseconds, UTC; texts stand exactly as written. A line has
//
//     chat, index, uid, api_id, sender, outgoing, time (when it was shown), posted_at, created_at,
//     modified_at, delivered_at, read_at, edited_at, deleted_at
//     type, state        names of MessageType, MessageState; of unknown ones type_text, state_text
//     status             true of a notice that the app made
//     unread, unsaved, starred, display_tags (if more than the star is set)
//     text, caption
//     quote              found ("yes", "deleted", "missing"), api_id, index, sender, outgoing,
//                        type, text
//     reactions          [{sender, emoji, at}]
//     file               name, media_type, kind (of FileKind), size, seconds, width, height,
//                        sticker, animated, downloaded, thumbnail_type; entry, thumbnail_entry: in
//                        the archive; path, thumbnail: in the folder
//     location           latitude, longitude, accuracy, name, address
//     call               outcome, reason ("unknown", "busy", "timeout", "rejected", "disabled",
//                        "off_hours"), seconds
//     group_call         action, caller
//     group_event        event ("created", "renamed", "picture_changed", "member_added",
//                        "member_left", "member_removed", "notes_group", "no_notes_group",
//                        "first_vote", "vote_changed", "vote_received", "all_votes_in",
//                        "description_changed", "creator_left", "unknown"), identity, poll_name,
//                        new_name
//     forward_security   event ("text", "message_without", "session_reset", "session_established",
//                        "session_received", "messages_skipped", "message_out_of_order",
//                        "not_available", "illegal_session", "disabled", "unknown"), quantity, text
//     poll               action, row_id, name, closed, multiple, choices [{number, name, votes}];
//                        of a very large poll the name is cut and the choices are left out
//     body               as written, where not all of it is told above
//     others             columns that are not known, by their names
//
// index.json has `owner`, and `chats`, `contacts`, `groups`, `distribution_lists`, `polls`: members
// of the types of model.hpp by their names. `public_key` is base64; a contact has `name`, as it is
// shown; a chat has `picture_entry` in the archive, `picture` and `file` in the folder, and
// `messages`, `media`, `first`, `last`. Of an export of some chats it has only what belongs to
// them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <tresor/data_backup/reader.hpp>
#include <tresor/time.hpp>

namespace tresor::data_backup {

enum class Format { html, json, text };
enum class Language { english, german };

struct ExportOptions {
    Format format = Format::html;
    std::vector<std::string> chats;  // ids; empty: all. One that is not there is not_found
    OptionalMoment since, until;     // by when messages were shown: from since on, before until
    UtcOffset utc_offset;            // of the times that people read; empty: UTC
    Language language = Language::english;
    bool media = true;  // with pictures, videos and files, where the archive has them
};

struct Exported {
    std::uint64_t chats = 0, messages = 0, media = 0;
    std::vector<BadEntry> bad;  // damaged, and not in it, or not all of it
    std::vector<Finding> findings;
};

// Writes into a folder that is new or empty (else conflict). Files have mode 0600.
Exported export_chats(DataBackup& archive, const std::filesystem::path& folder,
                      const ExportOptions& options = {});

}  // namespace tresor::data_backup
