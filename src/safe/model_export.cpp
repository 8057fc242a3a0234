#include <algorithm>
#include <limits>

#include <tresor/safe/model.hpp>

#include "codec/hex.hpp"
#include "codec/json_reader.hpp"
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
    explicit Export(ExclusionNames exclusion) : exclusion_(exclusion) {}

    SecretBytes write(const Backup& backup) {
        begin_object();
        name("info");
        write_info(backup.info);
        name("user");
        write_user(backup.user);
        name("contacts");
        write_entries(
            sorted(backup.contacts, [](auto& a, auto& b) { return a.identity < b.identity; }));
        name("groups");
        auto groups = sorted(backup.groups, [](auto& a, auto& b) {
            return std::pair(a.creator, a.id) < std::pair(b.creator, b.id);
        });
        std::erase_if(groups, [](const Group* group) { return group->deleted; });
        write_entries(groups);
        name("distributionlists");
        write_entries(
            sorted(backup.distribution_lists, [](auto& a, auto& b) { return a.id < b.id; }));
        name("settings");
        write_settings(backup.settings);
        end_object(backup.unknown);
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
        begin_object();
        name("version");
        out_.integer(1);
        text("device", info.device);
        end_object(info.unknown);
    }

    void write_user(const User& user) {
        begin_object();
        name("privatekey");
        out_.base64(user.private_key.expose());
        if (user.nickname) text("nickname", *user.nickname);
        if (user.profile_picture) {
            name("profilePic");
            out_.base64(*user.profile_picture);
        }
        write_release(user.picture_release);
        name("links");
        out_.begin_array();
        for (const Link& link : user.links) write_entry(link);
        out_.end_array();
        end_object(user.unknown);
    }

    void write_release(const PictureRelease& release) {
        using To = PictureRelease::To;
        if (release.to == To::unset) return;
        if (release.to == To::list && !release.list.empty())
            return identities("profilePicRelease", release.list);
        name("profilePicRelease");
        out_.begin_array();
        if (release.to == To::everyone)
            out_.text("*");
        else
            out_.null();
        out_.end_array();
    }

    void write_entry(const Link& link) {
        begin_object();
        text("type", link.type);
        if (!link.name.empty()) text("name", link.name);
        text("value", link.value);
        end_object(link.unknown);
    }

    void write_entry(const Contact& contact) {
        begin_object();
        text("identity", contact.identity.text());
        if (contact.public_key) {
            name("publickey");
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
            name("lastUpdate");
            out_.null();
        }
        flag("private", contact.private_chat);
        number("readReceipts", static_cast<int>(contact.read_receipts));
        number("typingIndicators", static_cast<int>(contact.typing_indicators));
        end_object(contact.unknown);
    }

    void write_entry(const Group& group) {
        begin_object();
        text("id", group.id.hex());
        text("creator", group.creator.text());
        text("groupname", group.name);
        time("createdAt", group.created_at);
        identities("members", group.members);
        flag("deleted", false);
        // Android skips a group or list whose time is null, so it is left out there.
        if (group.last_update) time("lastUpdate", *group.last_update);
        flag("private", group.private_chat);
        end_object(group.unknown);
    }

    void write_entry(const DistributionList& list) {
        begin_object();
        text("id", list.id.hex());
        text("name", list.name);
        time("createdAt", list.created_at);
        identities("members", list.members);
        if (list.last_update) time("lastUpdate", *list.last_update);
        flag("private", list.private_chat);
        end_object(list.unknown);
    }

    void write_settings(const Settings& settings) {
        begin_object();
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
        if (exclusion_ == ExclusionNames::both)
            identities("syncExcludedIDs", settings.sync_excluded_ids);
        name("recentEmojis");
        out_.begin_array();
        for (const std::string& emoji : settings.recent_emojis) out_.text(emoji);
        out_.end_array();
        end_object(settings.unknown);
    }

    void begin_object() {
        out_.begin_object();
        objects_.push_back(names_.size());
    }
    void name(std::string_view key) {
        out_.name(key);
        names_.push_back(key);
    }
    // The unknown members come last, sorted by name.
    void end_object(const Unknowns& unknown) {
        for (const Unknown* member :
             sorted(unknown, [](auto&a, auto&b) { return a.name < b.name; })) {
            auto first = names_.begin() + static_cast<std::ptrdiff_t>(objects_.back());
            if (std::find(first, names_.end(), member->name) != names_.end())
                throw Error(Errc::invalid_argument, "an unknown member has the name of another");
            name(member->name);
            out_.raw(member->json.expose());
        }
        names_.resize(objects_.back());
        objects_.pop_back();
        out_.end_object();
    }

    void identities(std::string_view key, std::vector<ThreemaId> list) {
        std::sort(list.begin(), list.end());
        list.erase(std::unique(list.begin(), list.end()), list.end());
        name(key);
        out_.begin_array();
        for (const ThreemaId& identity : list) out_.text(identity.text());
        out_.end_array();
    }

    void text(std::string_view key, std::string_view value) {
        name(key);
        out_.text(value);
    }
    void number(std::string_view key, std::int64_t value) {
        name(key);
        out_.integer(value);
    }
    void time(std::string_view key, Milliseconds value) {
        if (value < 0) throw Error(Errc::invalid_argument, "a time is negative");
        number(key, value);
    }
    void flag(std::string_view key, bool value) {
        name(key);
        out_.flag(value);
    }

    codec::JsonWriter out_;
    ExclusionNames exclusion_;
    std::vector<std::string_view> names_;  // written so far in the objects that are open
    std::vector<std::size_t> objects_;     // where those of each begin
};

}  // namespace

std::string ListId::hex() const { return codec::hex_encode(bytes); }

RawJson::RawJson(ByteView text) {
    constexpr std::size_t any = std::numeric_limits<std::size_t>::max();
    Findings repaired;
    try {
        auto value =
            codec::read_json(text, {.document = any, .string = any, .array = any}, repaired);
        text_ = codec::write_json(value);
    } catch (const Error& error) {
        throw Error(Errc::invalid_argument, std::string("an unknown member: ") + error.what());
    }
}

SecretBytes export_backup(const Backup& backup, ExclusionNames names) {
    return Export(names).write(backup);
}

}  // namespace tresor::safe
