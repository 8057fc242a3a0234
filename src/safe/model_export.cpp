#include <algorithm>

#include <tresor/safe/model.hpp>

#include "codec/hex.hpp"
#include "codec/json_writer.hpp"

namespace tresor::safe {
namespace {

template <class Entry, class Less>
std::vector<const Entry*> sorted(const std::vector<Entry>& entries, Less less) {
    std::vector<const Entry*> order;
    order.reserve(entries.size());
    for (const Entry& entry : entries) order.push_back(&entry);
    std::stable_sort(order.begin(), order.end(),
                     [&](const Entry* a, const Entry* b) { return less(*a, *b); });
    return order;
}

// Each member is written in the order of the schema (safe.md 3.2).
class Export {
public:
    explicit Export(ExclusionNames names) : names_(names) {}

    SecretBytes write(const Backup& backup) {
        out_.begin_object();
        out_.name("info");
        write_info(backup.info);
        out_.name("user");
        write_user(backup.user);
        out_.name("contacts");
        write_entries(
            sorted(backup.contacts, [](auto& a, auto& b) { return a.identity < b.identity; }));
        out_.name("groups");
        auto groups = sorted(backup.groups, [](auto& a, auto& b) {
            return std::pair(a.creator, a.id) < std::pair(b.creator, b.id);
        });
        std::erase_if(groups, [](const Group* group) { return group->deleted; });
        write_entries(groups);
        out_.name("distributionlists");
        write_entries(
            sorted(backup.distribution_lists, [](auto& a, auto& b) { return a.id < b.id; }));
        out_.name("settings");
        write_settings(backup.settings);
        write_unknown(backup.unknown);
        out_.end_object();
        return out_.take();
    }

private:
    template <class Entry>
    void write_entries(const std::vector<const Entry*>& entries) {
        out_.begin_array();
        for (const Entry* entry : entries) write_entry(*entry);
        out_.end_array();
    }

    void write_info(const Info& info) {
        out_.begin_object();
        out_.name("version");
        out_.integer(1);
        text("device", info.device);
        write_unknown(info.unknown);
        out_.end_object();
    }

    void write_user(const User& user) {
        out_.begin_object();
        out_.name("privatekey");
        out_.base64(user.private_key.expose());
        if (user.nickname) text("nickname", *user.nickname);
        if (user.profile_picture) {
            out_.name("profilePic");
            out_.base64(*user.profile_picture);
        }
        write_release(user.picture_release);
        out_.name("links");
        out_.begin_array();
        for (const Link& link : user.links) write_entry(link);
        out_.end_array();
        write_unknown(user.unknown);
        out_.end_object();
    }

    void write_release(const PictureRelease& release) {
        using To = PictureRelease::To;
        if (release.to == To::unset) return;
        if (release.to == To::list && !release.list.empty())
            return identities("profilePicRelease", release.list);
        out_.name("profilePicRelease");
        out_.begin_array();
        if (release.to == To::everyone)
            out_.text("*");
        else
            out_.null();
        out_.end_array();
    }

    void write_entry(const Link& link) {
        out_.begin_object();
        text("type", link.type);
        if (!link.name.empty()) text("name", link.name);
        text("value", link.value);
        write_unknown(link.unknown);
        out_.end_object();
    }

    void write_entry(const Contact& contact) {
        out_.begin_object();
        text("identity", contact.identity.text());
        if (contact.public_key) {
            out_.name("publickey");
            out_.base64(*contact.public_key);
        }
        time("createdAt", contact.created_at);
        number("verification", static_cast<int>(contact.verification));
        flag("workVerified", contact.work_verified);
        flag("hidden", contact.hidden);
        text("firstname", contact.first_name);
        text("lastname", contact.last_name);
        text("nickname", contact.nickname);
        if (contact.last_update) {
            time("lastUpdate", *contact.last_update);
        } else {
            out_.name("lastUpdate");
            out_.null();
        }
        flag("private", contact.private_chat);
        number("readReceipts", static_cast<int>(contact.read_receipts));
        number("typingIndicators", static_cast<int>(contact.typing_indicators));
        write_unknown(contact.unknown);
        out_.end_object();
    }

    void write_entry(const Group& group) {
        out_.begin_object();
        text("id", group.id.hex());
        text("creator", group.creator.text());
        text("groupname", group.name);
        time("createdAt", group.created_at);
        identities("members", group.members);
        flag("deleted", false);
        // Android skips a group or list whose time is null, so it is left out there.
        if (group.last_update) time("lastUpdate", *group.last_update);
        flag("private", group.private_chat);
        write_unknown(group.unknown);
        out_.end_object();
    }

    void write_entry(const DistributionList& list) {
        out_.begin_object();
        text("id", list.id.hex());
        text("name", list.name);
        time("createdAt", list.created_at);
        identities("members", list.members);
        if (list.last_update) time("lastUpdate", *list.last_update);
        flag("private", list.private_chat);
        write_unknown(list.unknown);
        out_.end_object();
    }

    void write_settings(const Settings& settings) {
        out_.begin_object();
        flag("syncContacts", settings.sync_contacts);
        flag("blockUnknown", settings.block_unknown);
        flag("readReceipts", settings.read_receipts);
        flag("sendTyping", settings.send_typing);
        flag("threemaCalls", settings.threema_calls);
        flag("relayThreemaCalls", settings.relay_threema_calls);
        flag("disableScreenshots", settings.disable_screenshots);
        flag("incognitoKeyboard", settings.incognito_keyboard);
        identities("blockedContacts", settings.blocked_contacts);
        identities("syncExcludedIds", settings.sync_excluded_ids);
        if (names_ == ExclusionNames::both)
            identities("syncExcludedIDs", settings.sync_excluded_ids);
        out_.name("recentEmojis");
        out_.begin_array();
        for (const std::string& emoji : settings.recent_emojis) out_.text(emoji);
        out_.end_array();
        write_unknown(settings.unknown);
        out_.end_object();
    }

    void write_unknown(const Unknowns& unknown) {
        for (const Unknown* member :
             sorted(unknown, [](auto&a, auto&b) { return a.name < b.name; })) {
            out_.name(member->name);
            out_.raw(checked(member->json).expose());
        }
    }

    static SecretBytes checked(const SecretBytes& json) {
        try {
            return codec::compact_json(json.expose());
        } catch (const Error&) {
            throw Error(Errc::invalid_argument, "an unknown member is no JSON");
        }
    }

    void identities(std::string_view name, std::vector<ThreemaId> list) {
        std::sort(list.begin(), list.end());
        list.erase(std::unique(list.begin(), list.end()), list.end());
        out_.name(name);
        out_.begin_array();
        for (const ThreemaId& identity : list) out_.text(identity.text());
        out_.end_array();
    }

    void text(std::string_view name, std::string_view value) {
        out_.name(name);
        out_.text(value);
    }
    void number(std::string_view name, std::int64_t value) {
        out_.name(name);
        out_.integer(value);
    }
    void time(std::string_view name, Milliseconds value) {
        if (value < 0) throw Error(Errc::invalid_argument, "a time is negative");
        number(name, value);
    }
    void flag(std::string_view name, bool value) {
        out_.name(name);
        out_.flag(value);
    }

    codec::JsonWriter out_;
    ExclusionNames names_;
};

}  // namespace

std::string ListId::hex() const { return codec::hex_encode(bytes); }

SecretBytes export_backup(const Backup& backup, ExclusionNames names) {
    return Export(names).write(backup);
}

}  // namespace tresor::safe
