// What a chat archive holds, as typed values (data-backup.md 4, 6).
//
// Tables are read by the names of their columns. What a column leaves out has the value its spec
// names as default; columns, types and words that are not known are kept as they stand. An absent
// text and an empty one are the same in an archive. Identities are text: an archive may hold what
// is no Threema ID. Ids of messages, groups and polls are hex text of 16 digits, numbers of
// contacts and groups text with leading zeros; none of them is ever a number.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <tresor/identity.hpp>

namespace tresor::data_backup {

// Milliseconds since 1970-01-01T00:00:00Z, 64 bit.
using Millis = std::chrono::duration<std::int64_t, std::milli>;
using Moment = std::chrono::time_point<std::chrono::system_clock, Millis>;
using OptionalMoment = std::optional<Moment>;

// "2025-01-31T10:00:00.123Z" (RFC 3339, UTC); outside the years 0 to 9999 the nearest of them.
std::string format_moment(Moment moment);

// Columns that are not known: name and cell.
using Cells = std::vector<std::pair<std::string, std::string>>;

// ---- people and groups ----

enum class Verification { unverified, server_verified, fully_verified };
std::string_view name_of(Verification verification) noexcept;  // "server_verified"

struct Contact {
    std::string identity;
    PublicKey public_key{};
    Verification verification = Verification::unverified;
    std::string verification_text;  // as written
    std::string address_book_id;    // of the device it was made on
    std::string first_name, last_name, nickname;
    OptionalMoment last_update;
    bool hidden = false;  // known from a group only
    bool archived = false;
    std::string number;  // in the names of its entries
    Cells others;
};
// First and last name, else the nickname (with "~" before it, as the apps do), else the identity.
std::string display_name(const Contact& contact);

enum class UserState { member, kicked, left, unknown };
std::string_view name_of(UserState state) noexcept;

struct Group {
    std::string id, creator;
    std::string name, description;
    OptionalMoment created_at, last_update, described_at;
    std::vector<std::string> members;
    bool archived = false;
    bool deleted = false;  // formats 4 to 26
    UserState user_state =
        UserState::unknown;  // before format 25: by whether the owner is a member
    std::string number;
    Cells others;
};

struct DistributionList {
    std::string id, name;
    OptionalMoment created_at, last_update;
    std::vector<std::string> members;
    bool archived = false;
    Cells others;
};

// ---- chats ----

enum class ChatKind { contact, group, distribution_list };
// "contact", "group", "distribution_list".
std::string_view name_of(ChatKind kind) noexcept;

// A conversation. `id` is stable from backup to backup: the identity of a contact, "<id>-<creator>"
// of a group, the number of a list; of a chat that no table names, the text in its entry's name.
struct Chat {
    ChatKind kind = ChatKind::contact;
    std::string id;
    std::string name;     // for people; never empty
    std::string entry;    // its table; empty if the archive has none
    std::string picture;  // entry of its picture; empty if the archive has none
    bool archived = false;
    bool orphan = false;  // no table names it
    OptionalMoment last_update;
    std::vector<std::string> members;  // of groups and lists
};

// ---- messages ----

enum class MessageType {
    text,
    image,
    video,
    voice_message,
    location,
    contact,
    status,
    poll,
    file,
    call,
    date_separator,
    group_call,
    forward_security,
    group_event,
    unknown,
};
enum class MessageState {
    none,
    pending,
    transcoding,
    uploading,
    sending,
    send_failed,
    sent,
    delivered,
    read,
    consumed,
    acknowledged,
    declined,
    key_mismatch,
    unknown,
};
// The word as it stands above: "voice_message", "send_failed".
std::string_view name_of(MessageType type) noexcept;
std::string_view name_of(MessageState state) noexcept;

// One emoji of one person. Acknowledgements are thumbs (data-backup.md 6.5).
struct Reaction {
    std::string sender, emoji;
    OptionalMoment at;
    bool operator==(const Reaction&) const = default;
};

// What a message answers.
struct Quote {
    enum class Found { yes, deleted, missing };
    Found found = Found::missing;
    std::uint64_t index = 0;  // of the message in its chat, from 0
    std::string sender;       // empty: nobody
    bool outgoing = false;
    MessageType type = MessageType::text;
    std::string text;  // its beginning, at most 500 bytes; the name of a file, a place, a question
};

struct Message {
    std::uint64_t index = 0;  // in its chat, from 0
    std::string uid, api_id;
    std::string sender;  // the owner's identity if outgoing; empty: nobody, or an unknown owner
    bool outgoing = false, read = true, saved = true;
    MessageState state = MessageState::none;
    std::string state_text;  // as written
    OptionalMoment posted_at, created_at, modified_at, delivered_at, read_at, edited_at, deleted_at;
    MessageType type = MessageType::text;
    std::string type_text;  // as written
    std::string body;       // as written: text, or JSON (see content_of)
    bool is_status = false;
    std::string caption;
    std::string quoted_id;
    std::uint32_t display_tags = 0;
    std::vector<Reaction> reactions;  // all sources merged, none twice
    std::optional<Quote> quote;
    std::string media, thumbnail;  // names of entries; empty if the archive has none
    Cells others;

    bool starred() const noexcept { return (display_tags & 1) != 0; }
    // What the apps show: of an outgoing message its last change, else when it was posted.
    OptionalMoment shown_at() const noexcept {
        return outgoing && modified_at ? modified_at : posted_at ? posted_at : created_at;
    }
};

// ---- what a message says: data-backup.md 6.2 ----

struct Text {
    std::string text;
};

enum class FileKind { file, image, gif, video, audio, voice_message, contact };
std::string_view name_of(FileKind kind) noexcept;
struct File {
    FileKind kind = FileKind::file;
    std::string media_type;  // MIME; never empty
    std::int64_t size = 0;   // bytes, 0 if unknown
    std::string name;        // other people chose it: never use it as a path
    std::string caption;
    std::string thumbnail_type;
    bool sticker = false;
    bool downloaded = false;
    bool animated = false;
    std::optional<double> seconds;
    std::optional<std::int64_t> width, height;  // pixels
};
struct Location {
    double latitude = 0, longitude = 0;
    std::optional<double> accuracy;  // metres
    std::string name, address;
};

enum class PollAction { created = 1, modified = 2, closed = 3, unknown = 0 };
std::string_view name_of(PollAction action) noexcept;
struct PollNotice {
    PollAction action = PollAction::unknown;
    std::string poll;  // `Poll::row_id`
};

enum class CallOutcome { missed = 1, finished = 2, rejected = 3, aborted = 4, unknown = 0 };
std::string_view name_of(CallOutcome outcome) noexcept;
struct Call {
    CallOutcome outcome = CallOutcome::unknown;
    std::optional<std::int64_t>
        reason;  // 0 unknown, 1 busy, 2 time, 3 rejected, 4 disabled, 5 off-hours
    std::optional<std::int64_t> seconds;
};

enum class GroupCallAction { started = 1, ended = 2, unknown = 0 };
std::string_view name_of(GroupCallAction action) noexcept;
struct GroupCall {
    GroupCallAction action = GroupCallAction::unknown;
    std::string caller;
};

struct ForwardSecurity {
    std::int64_t code = -1;  // 0 to 9; -1 unknown
    std::int64_t quantity = 0;
    std::string text;
};

struct GroupEvent {
    std::int64_t code = -1;  // 0 to 13; -1 unknown
    std::string identity, poll_name, new_name;
};

// The body of a file that cannot be read: see `Message::body`.
struct Unreadable {};

using Content = std::variant<Text, File, Location, PollNotice, Call, GroupCall, ForwardSecurity,
                             GroupEvent, Unreadable>;
// Fails for want of memory only. Legacy images, videos and voice messages are a File; status
// notices and unknown types are their text. What a damaged body leaves out has its default: a place
// is at 0/0, a call or an event unknown; a FILE body that is no list is Unreadable. A deleted
// message says nothing: the empty Text.
Content content_of(const Message& message);

// ---- polls ----

struct Choice {
    std::int64_t number = 0;  // within its poll
    std::string name;
    std::int64_t vote_count = 0;  // of polls that only count
    std::int64_t order = 0;
    OptionalMoment created_at, modified_at;
};
struct Vote {
    std::string identity;
    std::int64_t choice = 0;  // its number
    bool selected = false;
    OptionalMoment created_at, modified_at;
};
struct Poll {
    std::string row_id;       // what messages name it by
    std::string id, creator;  // 16 hex digits; identity
    std::optional<ChatKind> chat_kind;
    std::string chat;  // id of the chat; empty if that is not known
    std::string name;  // the question
    bool closed = false, multiple = false, intermediate = false;
    std::string state, assessment, type, choice_type;  // as written
    OptionalMoment last_viewed_at, created_at, modified_at;
    std::vector<Choice> choices;  // in the order to show them
    std::vector<Vote> votes;
};

}  // namespace tresor::data_backup
