// The account inside a Safe, as a typed model (safe.md 3).
//
//     import_backup   JSON text -> Backup, lenient and loud: keeps what is good, lists what is not
//     export_backup   Backup -> canonical JSON text: equal content gives equal bytes
//
// Members this version does not know are kept where they stood, as JSON text, and written back
// after the known ones, sorted by name. Order means nothing in contacts, groups, distribution lists
// and lists of identities: export sorts them. Links and emojis keep their order. Times are
// milliseconds since 1970, 0 if unknown. A profile picture is never decoded here: it is foreign
// data.
//
// A Backup holds the private key and people's names: it moves and is never copied by accident.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tresor/error.hpp>
#include <tresor/identity.hpp>
#include <tresor/secret.hpp>

namespace tresor::safe {

// JSON text that was checked to be one value, without space.
class RawJson {
public:
    // Throws invalid_argument if the text is no JSON, is nested over 32 levels or holds over
    // 2,097,152 values.
    explicit RawJson(ByteView text);
    ByteView expose() const noexcept { return text_.expose(); }

private:
    friend class Fields;  // has read the text already
    explicit RawJson(SecretBytes text) : text_(std::move(text)) {}
    SecretBytes text_;
};

struct Unknown {
    std::string name;
    RawJson json;
};
using Unknowns = std::vector<Unknown>;  // sorted by name once imported

using Milliseconds = std::int64_t;

// Groups and distribution lists: 8 bytes in the order of the wire, written as 16 hex digits.
struct ListId {
    std::array<Byte, 8> bytes{};
    std::string hex() const;  // lowercase
    auto operator<=>(const ListId&) const = default;
};

struct Info {
    std::string device;
    Unknowns unknown;
};

struct Link {
    std::string type;  // "mobile" or "email"
    std::string name;
    std::string value;  // a number without +, or an address
    Unknowns unknown;
};

// Who may see the profile picture.
struct PictureRelease {
    enum class To { unset, nobody, everyone, list } to = To::unset;
    std::vector<ThreemaId> list;
    bool operator==(const PictureRelease&) const = default;
};

struct User {
    explicit User(PrivateKey key) : private_key(std::move(key)) {}
    PrivateKey private_key;
    std::optional<std::string> nickname;
    std::optional<Bytes> profile_picture;  // JPEG
    PictureRelease picture_release;
    std::vector<Link> links;
    Unknowns unknown;
};

enum class Verification { unverified = 0, server = 1, full = 2 };
enum class Sending { by_default = 0, send = 1, dont_send = 2 };

struct Contact {
    explicit Contact(ThreemaId id) : identity(id) {}
    ThreemaId identity;
    std::optional<PublicKey> public_key;  // always there if the verification is full
    Milliseconds created_at = 0;
    Verification verification = Verification::unverified;
    bool work_verified = false;
    bool hidden = false;  // known through a group only
    std::string first_name, last_name, nickname;
    std::optional<Milliseconds> last_update;
    bool private_chat = false;
    Sending read_receipts = Sending::by_default, typing_indicators = Sending::by_default;
    Unknowns unknown;
};

struct Group {
    explicit Group(ThreemaId by) : creator(by) {}
    ListId id;
    ThreemaId creator;
    std::string name;
    Milliseconds created_at = 0;
    std::vector<ThreemaId> members;  // the own ID among them: still a member
    bool deleted = false;            // has no members, and export leaves it out
    std::optional<Milliseconds> last_update;
    bool private_chat = false;
    Unknowns unknown;
};

struct DistributionList {
    ListId id;  // one without an id gets one, always the same for the same name and members
    std::string name;
    Milliseconds created_at = 0;
    std::vector<ThreemaId> members;
    std::optional<Milliseconds> last_update;
    bool private_chat = false;
    Unknowns unknown;
};

struct Settings {
    bool sync_contacts = false, block_unknown = false, read_receipts = true, send_typing = true,
         threema_calls = true, relay_threema_calls = false, disable_screenshots = false,
         incognito_keyboard = false;
    std::vector<ThreemaId> blocked_contacts;
    std::vector<ThreemaId> sync_excluded_ids;  // of both spellings of the member
    std::vector<std::string> recent_emojis;
    Unknowns unknown;
};

struct Backup {
    explicit Backup(User owner) : user(std::move(owner)) {}
    Info info;
    User user;
    std::vector<Contact> contacts;
    std::vector<Group> groups;
    std::vector<DistributionList> distribution_lists;
    Settings settings;
    Unknowns unknown;
};

struct Imported {
    Backup backup;
    std::vector<Finding> findings;
};

// Throws malformed (no JSON object, nested over 32 levels, info.version missing or wrong, no
// private key of 32 bytes), unsupported (a newer info.version), too_large (a limit of safe.md 3.5,
// or over 2,097,152 values). Everything else becomes a finding. A contact with the owner's own ID
// is dropped if `own` is given; the document itself does not name its owner. Memory: under 20 times
// the text.
Imported import_backup(ByteView json, const std::optional<ThreemaId>& own = std::nullopt);

// `both` also writes the exclusion list under the name that iOS reads, syncExcludedIDs.
enum class ExclusionNames { schema, both };

// Throws invalid_argument for a text that is not UTF-8, a negative time, or an unknown member that
// is no JSON.
SecretBytes export_backup(const Backup& backup, ExclusionNames names = ExclusionNames::schema);

}  // namespace tresor::safe
