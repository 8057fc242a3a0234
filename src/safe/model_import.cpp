#include <algorithm>
#include <set>

#include <tresor/safe/model.hpp>

#include "codec/json_reader.hpp"
#include "crypto/hash.hpp"
#include "safe/fields.hpp"

namespace tresor::safe {
namespace {

using codec::Json;
using codec::JsonPath;

// safe.md 3.5; the other limits are the reader's own.
constexpr codec::JsonLimits limits{.long_pointer = "/user/profilePic",
                                   .long_string = std::size_t{2} << 20};

[[noreturn]] void fatal(const char* what) { throw Error(Errc::malformed, what); }

class Import {
public:
    Import(const std::optional<ThreemaId>& own, Findings& findings)
        : own_(own), findings_(findings) {}

    Backup read(const Json& document) {
        if (document.object() == nullptr) fatal("the document is not a JSON object");
        JsonPath root;
        Fields fields(*document.object(), root, findings_);
        Info info = read_info(object(fields, "info"));
        Backup backup(read_user(object(fields, "user")));
        backup.info = std::move(info);
        read_entries(fields, "contacts", backup.contacts, &Import::read_contact);
        read_entries(fields, "groups", backup.groups, &Import::read_group);
        read_entries(fields, "distributionlists", backup.distribution_lists, &Import::read_list);
        name_lists(backup.distribution_lists);
        backup.settings = read_settings(fields.value("settings"), JsonPath(root, "settings"));
        backup.unknown = fields.unknown();
        return backup;
    }

private:
    static const Json::Object& object(Fields& fields, std::string_view name) {
        const Json* value = fields.value(name);
        if (value == nullptr || value->object() == nullptr)
            throw Error(Errc::malformed, std::string(name) + " is missing or not an object");
        return *value->object();
    }

    template <class Entry, class Read>
    void read_entries(Fields& fields, std::string_view name, std::vector<Entry>& into,
                      Read read_entry) {
        fields.each(name, [&](const Json& element, const JsonPath& path) {
            if (element.object() == nullptr) return fields.report(path, "not an object; skipped");
            Fields members(*element.object(), path, findings_);
            if (auto entry = (this->*read_entry)(members)) into.push_back(std::move(*entry));
        });
    }

    Info read_info(const Json::Object& object) {
        JsonPath root, path(root, "info");
        Fields fields(object, path, findings_);
        const Json* version = fields.value("version");
        auto text = version == nullptr ? std::nullopt : version->number();
        auto number = text ? codec::whole_number(*text) : std::nullopt;
        if (!number || *number < 1) fatal("info.version is missing or wrong");
        if (*number > 1)
            throw Error(Errc::unsupported,
                        "the backup is of a newer version than this library reads");
        Info info;
        info.device = fields.text("device").value_or("");
        info.unknown = fields.unknown();
        return info;
    }

    User read_user(const Json::Object& object) {
        JsonPath root, path(root, "user");
        Fields fields(object, path, findings_);
        auto key = fields.base64("privatekey");
        if (!key || key->size() != PrivateKey::size)
            fatal("user.privatekey is missing or not 32 bytes in base64");
        User user{PrivateKey(key->expose())};
        user.nickname = fields.text("nickname");
        if (auto picture = fields.base64("profilePic"))
            user.profile_picture = Bytes(picture->expose().begin(), picture->expose().end());
        user.picture_release = read_release(fields);
        read_entries(fields, "links", user.links, &Import::read_link);
        user.unknown = fields.unknown();
        return user;
    }

    PictureRelease read_release(Fields& fields) {
        using To = PictureRelease::To;
        constexpr std::string_view name = "profilePicRelease";
        const Json* value = fields.value(name);
        if (value == nullptr) return {};
        const Json::Array* array = value->array();
        if (array == nullptr) {
            fields.report(name, "not an array; ignored");
            return {};
        }
        // As Android walks the array: the first * or null decides.
        auto decides = std::find_if(array->begin(), array->end(), [](const Json& element) {
            return element.is_null() || element.text() == "*";
        });
        if (decides != array->end()) {
            if (array->size() > 1)
                fields.report(name, "* or null beside other entries, which are ignored");
            return {decides->is_null() ? To::nobody : To::everyone, {}};
        }
        auto list = fields.identities(name);
        return {list.empty() ? To::nobody : To::list, std::move(list)};
    }

    std::optional<Link> read_link(Fields& fields) {
        Link link;
        link.type = fields.text("type").value_or("");
        if (link.type != "mobile" && link.type != "email")
            fields.report("type", "not mobile or email; apps ignore the link");
        link.name = fields.text("name").value_or("");
        link.value = fields.text("value").value_or("");
        if (link.value.empty()) fields.report("value", "missing; apps ignore the link");
        link.unknown = fields.unknown();
        return link;
    }

    std::optional<Contact> read_contact(Fields& fields) {
        auto identity = fields.identity("identity");
        if (!identity) return std::nullopt;
        if (identity == own_) return skip(fields, "identity", "the owner's own ID; skipped");
        if (!contacts_.insert(*identity).second)
            return skip(fields, "identity", "stands more than once; skipped");
        Contact contact(*identity);
        contact.public_key = read_public_key(fields);
        contact.created_at = fields.time("createdAt").value_or(0);
        if (fields.value("verification") == nullptr)
            fields.report("verification", "missing; taken as 0");
        contact.verification = static_cast<Verification>(fields.choice("verification", 2));
        if (contact.verification == Verification::full && !contact.public_key) {
            fields.report("verification", "fully verified without a public key; taken as 0");
            contact.verification = Verification::unverified;
        }
        contact.work_verified = fields.flag("workVerified", false);
        contact.hidden = fields.flag("hidden", false);
        contact.first_name = fields.text("firstname").value_or("");
        contact.last_name = fields.text("lastname").value_or("");
        contact.nickname = fields.text("nickname").value_or("");
        contact.last_update = fields.time("lastUpdate");
        contact.private_chat = fields.flag("private", false);
        contact.read_receipts = static_cast<Sending>(fields.choice("readReceipts", 2));
        contact.typing_indicators = static_cast<Sending>(fields.choice("typingIndicators", 2));
        contact.unknown = fields.unknown();
        return contact;
    }

    std::optional<PublicKey> read_public_key(Fields& fields) {
        auto bytes = fields.base64("publickey");
        if (!bytes) return std::nullopt;
        PublicKey key;
        if (bytes->size() != key.size()) {
            fields.report("publickey", "not 32 bytes; ignored");
            return std::nullopt;
        }
        std::copy(bytes->expose().begin(), bytes->expose().end(), key.begin());
        return key;
    }

    std::optional<Group> read_group(Fields& fields) {
        auto id = fields.list_id("id");
        if (!id) return skip(fields, "id", "missing or not 16 hex digits; the group is skipped");
        auto creator = fields.identity("creator");
        if (!creator) return std::nullopt;
        if (!groups_.insert({*creator, *id}).second)
            return skip(fields, "id", "creator and id stand more than once; the group is skipped");
        Group group(*creator);
        group.id = *id;
        group.name = fields.text("groupname").value_or("");
        group.created_at = fields.time("createdAt").value_or(0);
        group.members = read_members(fields);
        group.deleted = fields.flag("deleted", false);
        if (group.deleted) {
            fields.report("deleted",
                          "a deleted group; its members are ignored, export leaves it out");
            group.members.clear();
        }
        group.last_update = fields.time("lastUpdate");
        group.private_chat = fields.flag("private", false);
        group.unknown = fields.unknown();
        return group;
    }

    std::optional<DistributionList> read_list(Fields& fields) {
        auto name = fields.text("name");
        if (!name) return skip(fields, "name", "missing; the distribution list is skipped");
        DistributionList list;
        list.name = std::move(*name);
        list.created_at = fields.time("createdAt").value_or(0);
        list.members = read_members(fields);
        list.last_update = fields.time("lastUpdate");
        list.private_chat = fields.flag("private", false);
        auto id = fields.list_id("id");
        if (!id)
            fields.report("id", "missing or not 16 hex digits; one was made");
        else if (!lists_.insert(*id).second) {
            fields.report("id", "stands more than once; another was made");
            id.reset();
        }
        list.id = id.value_or(ListId{});
        named_.push_back(id.has_value());
        list.unknown = fields.unknown();
        return list;
    }

    std::vector<ThreemaId> read_members(Fields& fields) {
        if (fields.value("members") == nullptr) fields.report("members", "missing; taken as empty");
        return fields.identities("members");
    }

    // Lists without an id of their own: made from name and members, so that equal content stays
    // equal from one day to the next.
    void name_lists(std::vector<DistributionList>& lists) {
        for (std::size_t i = 0; i < lists.size(); ++i) {
            if (named_[i]) continue;
            std::string seed = lists[i].name;
            for (const ThreemaId& member : lists[i].members)
                seed.append("\n").append(member.text());
            do {
                std::array<Byte, 16> hash;
                crypto::blake2b(hash, as_bytes(seed), as_bytes("tresor list id 1"));
                std::copy_n(hash.begin(), lists[i].id.bytes.size(), lists[i].id.bytes.begin());
                seed += "\n";
            } while (!lists_.insert(lists[i].id).second);
        }
    }

    Settings read_settings(const Json* value, const JsonPath& path) {
        Settings settings;
        if (value == nullptr || value->object() == nullptr) {
            findings_.add(path.pointer(), "missing or not an object; the defaults stand");
            return settings;
        }
        Fields fields(*value->object(), path, findings_);
        if (fields.value("syncContacts") == nullptr)
            fields.report("syncContacts", "missing; taken as false, iOS would refuse the backup");
        auto flag = [&](std::string_view name, bool& setting) {
            setting = fields.flag(name, setting);
        };
        flag("syncContacts", settings.sync_contacts);
        flag("blockUnknown", settings.block_unknown);
        flag("readReceipts", settings.read_receipts);
        flag("sendTyping", settings.send_typing);
        flag("threemaCalls", settings.threema_calls);
        flag("relayThreemaCalls", settings.relay_threema_calls);
        flag("disableScreenshots", settings.disable_screenshots);
        flag("incognitoKeyboard", settings.incognito_keyboard);
        settings.blocked_contacts = fields.identities("blockedContacts");
        settings.sync_excluded_ids = fields.identities("syncExcludedIds");
        auto of_ios = fields.identities("syncExcludedIDs");
        std::vector<ThreemaId> both;
        std::set_union(settings.sync_excluded_ids.begin(), settings.sync_excluded_ids.end(),
                       of_ios.begin(), of_ios.end(), std::back_inserter(both));
        settings.sync_excluded_ids = std::move(both);
        fields.each("recentEmojis", [&](const Json& element, const JsonPath& at) {
            if (auto text = element.text())
                settings.recent_emojis.emplace_back(*text);
            else
                fields.report(at, "not a string; ignored");
        });
        settings.unknown = fields.unknown();
        return settings;
    }

    static std::nullopt_t skip(Fields& fields, std::string_view name, const char* reason) {
        fields.report(name, reason);
        return std::nullopt;
    }

    const std::optional<ThreemaId>& own_;
    Findings& findings_;
    std::set<ThreemaId> contacts_;
    std::set<std::pair<ThreemaId, ListId>> groups_;
    std::set<ListId> lists_;
    std::vector<bool> named_;  // whether the list at this place has an id of its own
};

}  // namespace

Imported import_backup(ByteView json, const std::optional<ThreemaId>& own) {
    Findings findings;
    Backup backup = Import(own, findings).read(codec::read_json(json, limits, findings));
    return {std::move(backup), findings.take()};
}

}  // namespace tresor::safe
