#include "data_backup/catalogue.hpp"

namespace tresor::data_backup {

namespace {

struct Named {
    std::string_view name;
    EntryKind kind;
};
constexpr Named names[] = {
    {"settings", EntryKind::settings},
    {"identity", EntryKind::identity},
    {"contacts.csv", EntryKind::contacts},
    {"groups.csv", EntryKind::groups},
    {"distribution_list.csv", EntryKind::distribution_lists},
    {"ballot.csv", EntryKind::polls},
    {"ballot_choice.csv", EntryKind::poll_choices},
    {"ballot_vote.csv", EntryKind::poll_votes},
    {"contact_reactions.csv", EntryKind::contact_reactions},
    {"group_reactions.csv", EntryKind::group_reactions},
    {"reaction_counts.csv", EntryKind::reaction_counts},
    {"nonces.csv", EntryKind::nonces},
    {"nonces_d2d.csv", EntryKind::nonces_d2d},
    {"nonce_counts.csv", EntryKind::nonce_counts},
};

struct Prefix {
    std::string_view prefix;
    EntryKind kind;
    ChatKind chat;
};
constexpr Prefix tables[] = {
    {"group_message_", EntryKind::messages, ChatKind::group},
    {"distribution_list_message_", EntryKind::messages, ChatKind::distribution_list},
    {"message_", EntryKind::messages, ChatKind::contact},
};
constexpr Prefix files[] = {
    {"distribution_list_message_media_", EntryKind::media, ChatKind::distribution_list},
    {"distribution_list_thumbnail_", EntryKind::thumbnail, ChatKind::distribution_list},
    {"group_message_thumbnail_", EntryKind::thumbnail, ChatKind::group},
    {"group_message_media_", EntryKind::media, ChatKind::group},
    {"message_thumbnail_", EntryKind::thumbnail, ChatKind::contact},
    {"message_media_", EntryKind::media, ChatKind::contact},
    {"contact_profile_pic_", EntryKind::contact_profile_picture, ChatKind::contact},
    {"contact_avatar_", EntryKind::contact_avatar, ChatKind::contact},
    {"group_avatar_", EntryKind::group_avatar, ChatKind::group},
};

std::string_view prefix_of(EntryKind kind, ChatKind chat) noexcept {
    for (const Prefix& one : tables)
        if (one.kind == kind && one.chat == chat) return one.prefix;
    for (const Prefix& one : files)
        if (one.kind == kind && one.chat == chat) return one.prefix;
    return {};
}

}  // namespace

EntryClass classify(std::string_view name) noexcept {
    for (const Named& one : names)
        if (name == one.name) return {one.kind, {}, {}};
    constexpr std::string_view csv = ".csv";
    if (name.ends_with(csv)) {
        std::string_view stem = name.substr(0, name.size() - csv.size());
        for (const Prefix& one : tables)
            if (stem.starts_with(one.prefix))
                return {one.kind, one.chat, stem.substr(one.prefix.size())};
        return {};
    }
    for (const Prefix& one : files)
        if (name.starts_with(one.prefix))
            return {one.kind, one.chat, name.substr(one.prefix.size())};
    return {};
}

std::string_view messages_prefix(ChatKind kind) noexcept {
    return prefix_of(EntryKind::messages, kind);
}
std::string_view media_prefix(ChatKind kind) noexcept { return prefix_of(EntryKind::media, kind); }
std::string_view thumbnail_prefix(ChatKind kind) noexcept {
    return prefix_of(EntryKind::thumbnail, kind);
}

}  // namespace tresor::data_backup
