// Reads a chat archive: a zip of encrypted tables and files (data-backup.md 1 to 6).
//
//     FileReadAt file("threema-backup_1735690400000_1.zip");
//     DataBackup archive(file, Password("…"));
//     for (const Chat& chat : archive.chats()) {
//         MessageReader messages = archive.messages(chat);
//         for (Message message; messages.next(message);) …
//     }
//
// - Nothing that does not authenticate is given out: an entry is checked whole before its first
//   byte comes. One over 1 MiB is then read again; if the file changed meanwhile, auth_failed comes
//   at its end. What it costs in memory is bounded, whatever the archive says.
// - What is odd is a finding, never a loss of the rest: a row that cannot be read, a reference to
//   nothing, a damaged chat. The first thousand are listed, the rest counted.
// - Names, sizes, times and the number of entries are not protected by the format: who can change
//   the file can remove whole entries or put older ones in their place. No reader can tell.
// - Opening reads the directory and the small tables; messages are read as they are asked for.
//
// The constructor throws auth_failed for a wrong password, malformed for what is no archive (an
// incomplete one: see salvage(); a chat that the app exported), unsupported for an archive without
// encryption, too_large over a limit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/data_backup/model.hpp>
#include <tresor/error.hpp>
#include <tresor/io.hpp>
#include <tresor/secret.hpp>
#include <tresor/time.hpp>

namespace tresor::data_backup {

inline constexpr int newest_version = 27;

struct ReadOptions {
    std::uint64_t max_content_bytes = std::uint64_t{8} << 30;  // of one entry, unpacked
    // Of each table but those of messages, unpacked.
    std::uint64_t max_index_bytes = std::uint64_t{128} << 20;
    std::uint64_t max_directory_bytes = std::uint64_t{256} << 20;
    std::uint64_t max_entries = 2'000'000;
    bool allow_unencrypted = false;  // entries without encryption, which anybody may have written
    bool assume_version = false;     // of an archive without `settings`: 1
    bool unix_line_ends = false;     // CR and CR LF in texts become LF, as when the app restores
    // Threads of verify(), extract() and export_chats(): `file` is then read by several at once.
    unsigned jobs = 1;
    // Of verify(), extract(), salvage(), export_chats(), statistics(): bytes of the file.
    Progress progress;
};

struct EntryInfo {
    std::string name;
    std::uint64_t packed_size = 0;  // in the archive
    std::uint64_t size = 0;         // unpacked, as the archive says: a hint
    // When it was written, by the clock on the wall of the device (even seconds, no weekday).
    std::optional<CivilTime> written = {};
};

class DataBackup;

// The messages of one chat in the order of the archive. Keeps its archive. One thread at a time.
class MessageReader {
public:
    MessageReader(MessageReader&&) noexcept;
    ~MessageReader();

    // False at the end. `into` is overwritten; using one again and again is fastest.
    bool next(Message& into);

private:
    friend class DataBackup;
    struct State;
    explicit MessageReader(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// Whether Message::quote is filled in. It costs to read the chat once or twice more, before.
enum class Quotes { resolved, left };

// What one chat holds.
struct ChatSummary {
    std::uint64_t messages = 0, media = 0;  // media: messages whose file is in the archive
    std::uint64_t media_bytes = 0;          // as the archive says
    OptionalMoment first, last;             // when the earliest and the latest were shown
};

// Keeps `file`. One thread at a time.
class DataBackup {
public:
    DataBackup(ReadAt& file, const Password& password, ReadOptions options = {});
    DataBackup(DataBackup&&) noexcept;
    ~DataBackup();

    int version() const noexcept;
    // Of the owner, by the `identity` entry. Absent if the archive has none, or it cannot be read.
    const std::optional<ThreemaId>& identity() const noexcept;
    // The ID export in the archive, as the app wrote it; empty if there is none. Whoever has it and
    // the password has the identity.
    SecretBytes id_export() const;

    const std::vector<Contact>& contacts() const noexcept;
    const std::vector<Group>& groups() const noexcept;
    const std::vector<DistributionList>& distribution_lists() const noexcept;
    const std::vector<Poll>& polls() const noexcept;
    const std::vector<Chat>& chats() const noexcept;

    // Absent if there is none.
    const Contact* contact(std::string_view identity) const noexcept;
    const Chat* chat(std::string_view id) const noexcept;
    const Poll* poll(std::string_view row_id) const noexcept;
    // How a person is called: a display name (its first 500 bytes), the identity, or "" for nobody.
    std::string name_of(std::string_view identity) const;
    std::string owner_picture() const;  // entry; empty if there is none

    // Throws auth_failed and malformed if its table is damaged; MessageReader::next() throws
    // malformed where it does not unpack.
    MessageReader messages(const Chat& chat, Quotes quotes = Quotes::resolved);
    ChatSummary summary(const Chat& chat);

    // All entries, in the order of the archive.
    std::vector<EntryInfo> entries() const;
    bool has(std::string_view entry) const noexcept;
    // As in EntryInfo; 0 if there is none of this name.
    std::uint64_t size_hint(std::string_view entry) const noexcept;
    std::uint64_t packed_size(std::string_view entry) const noexcept;
    // The content of one entry, authenticated first. False if there is none of this name; throws
    // auth_failed, malformed, too_large, unsupported. May be called by several threads.
    bool read(std::string_view entry, ByteSink& into) const;

    // The same, piece by piece; nullptr if there is none of this name. Keeps the archive.
    std::unique_ptr<ByteSource> open(std::string_view entry) const;

    // Rows in the table of reactions to messages of contacts or groups.
    std::uint64_t reaction_count(ChatKind kind) const noexcept;

    // What was odd so far. `pointer` is "<entry>" or "<entry>:<line>".
    std::vector<Finding> findings() const;

    const ReadOptions& options() const noexcept;

private:
    friend class MessageReader;
    struct State;
    std::unique_ptr<State> state_;
};

struct BadEntry {
    std::string name;
    Errc code;  // auth_failed, malformed, too_large, unsupported
    std::string reason;
};
struct Verified {
    std::uint64_t entries = 0, bytes = 0;  // bytes: unpacked
    std::vector<BadEntry> bad;             // the first thousand
    std::uint64_t bad_count = 0;
    std::vector<Finding> findings;
    bool ok() const noexcept { return bad_count == 0; }
};
// Authenticates and unpacks every entry, compares what the archive says twice, reads every table
// and follows every reference. Throws what the constructor of DataBackup throws, and cancelled.
Verified verify(ReadAt& file, const Password& password, const ReadOptions& options = {});

struct Extracted {
    std::uint64_t files = 0, bytes = 0;
    std::vector<BadEntry> bad;  // not written
};
// Writes every authenticated entry into a folder that is new or empty (else conflict), under its
// own name where that is plain, else with `_` for what is not.
Extracted extract(ReadAt& file, const Password& password, const std::filesystem::path& folder,
                  bool media_only, const ReadOptions& options = {});

struct Salvaged {
    std::uint64_t recovered = 0, lost = 0;  // entries
};
// Saves what is whole in an archive that is cut off or damaged: the encrypted bytes of complete
// entries as they are, with a new directory. Throws auth_failed if no entry opens with this
// password, malformed if there is none.
Salvaged salvage(ReadAt& file, const Password& password, ByteSink& into,
                 const ReadOptions& options = {});

}  // namespace tresor::data_backup
