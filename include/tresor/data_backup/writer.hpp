// Writes a chat archive that the app restores: format 27 (data-backup.md 1 to 6, 12).
//
//     FileSink file("threema-backup_1735690400000_1.zip", Existing::refuse);
//     DataBackupWriter writer(file, Password("…"), {.made_at = now()});
//     writer.set_owner(identity, private_key);
//     writer.add_contact(contact, picture);       // and so its chat begins
//     writer.add_media(message.uid, photo);       // the files of a chat come before its messages
//     writer.add_message(message);
//     writer.add_group(group);                    // groups come after all contacts
//     writer.finish();
//     file.commit();
//
// - The file is written in one pass, in the order of the app: owner, contacts, groups, distribution
//   lists; files before messages. Memory grows with people, polls, reactions, nonces (32 bytes
//   each), entries and the number of messages (16 bytes each), not with texts and files.
// - What the app would drop a row for, or give up over and reset itself, cannot be written: it is
//   invalid_argument with a pointer to it, such as "contacts[3].public_key" or
//   "chats[0].messages[17].uid"; a writer that threw is of no more use, and neither is its file.
// - The file depends on what is written, `made_at` and the random numbers (salts of entries,
//   numbers of contacts and groups), never on `jobs`.
//
// All strings are UTF-8 (else invalid_argument); CR in texts becomes LF, as the app would read it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include <tresor/data_backup/model.hpp>
#include <tresor/identity.hpp>
#include <tresor/io.hpp>
#include <tresor/secret.hpp>
#include <tresor/time.hpp>

namespace tresor::data_backup {

inline constexpr int written_version = 27;

struct WriteOptions {
    Timestamp made_at{};        // of all entries
    UtcOffset utc_offset = {};  // a zip tells the time by the clock on the wall
    unsigned jobs = 1;          // threads that pack and encrypt
    Progress progress = {};     // bytes written; false cancels
    // Instead of the random source, for archives that come out the same: tests only. Fills the
    // salts of entries (16 bytes) and of the ID export (8 bytes), and numbers of contacts and
    // groups (4 bytes).
    std::function<void(ByteSpan)> random = {};
};

struct Written {
    std::uint64_t entries = 0, bytes = 0, messages = 0;
};

// Throws invalid_argument for a password that the app would not take: under 8 or over 256 UTF-16
// code units, or no UTF-8 (1.4).
void require_archive_password(const Password& password);

enum class NonceScope { chat, multi_device };  // CSP, D2D

// Keeps the sink and nothing else that it is given. One thread at a time.
class DataBackupWriter {
public:
    // Throws what require_archive_password() throws.
    DataBackupWriter(ByteSink& into, const Password& password, WriteOptions options);
    ~DataBackupWriter();

    // First, and never left out: an archive without it makes the app reset itself. The ID export
    // inside has the password of the archive (classic scheme).
    void set_owner(const ThreemaId& identity, const PrivateKey& key);
    void set_owner_picture(ByteSource& image);

    // Each begins its chat, which may stay empty. `number` may be empty: it gets a random one.
    void add_contact(const Contact& contact, ByteSource* assigned_picture = nullptr,
                     ByteSource* own_picture = nullptr);
    void add_group(const Group& group, ByteSource* picture = nullptr);
    void add_distribution_list(const DistributionList& list);

    // Of the chat that was begun last, before its messages.
    void add_media(std::string_view uid, ByteSource& content);
    void add_thumbnail(std::string_view uid, ByteSource& image);
    // `body` is written as it stands; where it is empty, body_of() makes one of a content. `index`,
    // `quote`, `media`, `thumbnail` and `others` do not matter. `state_text` and `type_text` count
    // before `state` and `type` where they are not empty.
    void add_message(const Message& message);

    // Any time; its chat must be there in the end.
    void add_poll(const Poll& poll);
    // HMAC-SHA256(key = the owner's identity, message = a nonce): 4.12. The app guards itself
    // against replayed messages with them.
    void add_nonce(NonceScope scope, ByteView hash);

    // Writes what is left. Throws as above for what refers to nothing: a file without its message,
    // a poll without its chat; a member of a group that is no contact was refused with the group.
    Written finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

// The body and the type of a message that says this (6.2). A Text has no JSON.
std::string body_of(const Content& content);
MessageType type_of(const Content& content) noexcept;

}  // namespace tresor::data_backup
