#include "data_backup/archive.hpp"

#include <algorithm>
#include <utility>

#include <tresor/id_export.hpp>

#include "codec/utf8.hpp"
#include "data_backup/people.hpp"
#include "data_backup/table.hpp"

namespace tresor::data_backup {

namespace {

// Of people and chats, as they are shown: the apps take 256 bytes at most.
constexpr std::size_t longest_name = 500;

Chat named(ChatKind kind, std::string_view id, std::string_view name) {
    Chat chat;
    chat.kind = kind;
    chat.id = id;
    bool blank = name.find_first_not_of(" \t\r\n") == std::string_view::npos;
    chat.name = codec::front(blank ? id : name, longest_name);
    return chat;
}

// Gives no more than it may.
class Bounded final : public ByteSource {
public:
    Bounded(ByteSource& source, std::uint64_t most) : source_(source), left_(most) {}
    std::optional<std::uint64_t> size() const override { return source_.size(); }
    std::size_t read(ByteSpan into) override {
        std::size_t size = source_.read(into);
        if (size > left_) throw Error(Errc::too_large, "the table is larger than it may be");
        left_ -= size;
        return size;
    }
    void rewind() override { throw Error(Errc::unsupported, "a table is read once"); }

private:
    ByteSource& source_;
    std::uint64_t left_;
};

}  // namespace

DataBackup::State::State(ReadAt& file, const Password& password, ReadOptions read_options)
    : container(file, password, read_options, findings) {
    read_settings();
    read_identity(password);
    read_tables();
    read_polls();
    list_chats();
    list_orphans();
    for (std::size_t i = 0; i < chats.size(); ++i) by_chat.emplace(chats[i].id, i);
}

template <class Read>
void DataBackup::State::with_table(std::string_view name, const Read& read) {
    const ZipEntry* entry = container.find(name);
    if (entry == nullptr) return;
    try {
        auto source = container.open(*entry);
        Bounded bounded(*source, container.options().max_index_bytes);
        read(bounded);
    } catch (const Error& error) {
        if (!is_of_entry(error)) throw;
        findings.add(std::string(name), std::string("could not be read: ") + error.what());
    }
}

void DataBackup::State::read_settings() {
    bool assume = container.options().assume_version;
    const ZipEntry* entry = container.find("settings");
    if (entry == nullptr && !assume)
        throw Error(Errc::malformed, "the archive has no settings: it is no backup of the app");
    if (entry == nullptr) return findings.add("settings", "missing: version 1 is assumed");
    try {
        auto source = container.open(*entry);
        Bounded bounded(*source, container.options().max_index_bytes);
        CsvReader reader(bounded);
        for (CsvRow row; reader.next(row);) {
            if (row.size() != 2 || row[0] != "version") continue;
            auto number = parse_integer(row[1]);
            if (!number || !std::in_range<int>(*number))
                throw Error(Errc::malformed, "the version of the archive is no number");
            version = static_cast<int>(*number);
        }
    } catch (const Error& error) {
        if (!assume || !is_of_entry(error)) throw;
        findings.add("settings", std::string("could not be read: ") + error.what());
    }
    if (version > newest_version)
        findings.add("settings",
                     "the archive is newer than this program: some of it may be missing");
}

void DataBackup::State::read_identity(const Password& password) {
    const ZipEntry* entry = container.find("identity");
    if (entry == nullptr) return findings.add("identity", "missing: the owner is not known");
    constexpr std::size_t most = 4096;
    try {
        MemorySink text(most);
        copy(*container.open(*entry), text);
        SecretBytes held(text.bytes());
        identity = id_export::decode(as_text(std::as_const(held).expose()), password).identity;
    } catch (const Error& error) {
        if (!is_of_entry(error) && error.code() != Errc::invalid_argument) throw;
        findings.add("identity", std::string("could not be read: ") + error.what());
    }
}

void DataBackup::State::read_tables() {
    for (auto name : {"contacts.csv", "groups.csv", "distribution_list.csv"})
        if (container.find(name) == nullptr) findings.add(name, "the table is missing");
    with_table("contacts.csv",
               [&](ByteSource& source) { contacts = read_contacts(source, findings); });
    for (std::size_t i = 0; i < contacts.size(); ++i)
        if (!by_identity.emplace(contacts[i].identity, i).second)
            findings.add("contacts.csv", "a contact is there twice");
    for (const Contact& contact : contacts)
        names.emplace_back(codec::front(display_name(contact), longest_name));
    with_table("groups.csv",
               [&](ByteSource& source) { groups = read_groups(source, owner(), findings); });
    with_table("distribution_list.csv",
               [&](ByteSource& source) { lists = read_distribution_lists(source, findings); });
    with_table("contact_reactions.csv",
               [&](ByteSource& source) { reactions.read(source, ChatKind::contact, findings); });
    with_table("group_reactions.csv",
               [&](ByteSource& source) { reactions.read(source, ChatKind::group, findings); });
    reactions.finish();
}

void DataBackup::State::read_polls() {
    PollTables tables;
    with_table("ballot.csv", [&](ByteSource& source) { tables.read_polls(source, findings); });
    with_table("ballot_choice.csv",
               [&](ByteSource& source) { tables.read_choices(source, findings); });
    with_table("ballot_vote.csv", [&](ByteSource& source) { tables.read_votes(source, findings); });
    auto references = tables.references();
    polls = tables.take();
    link_polls(references);
    for (std::size_t i = 0; i < polls.size(); ++i)
        if (!polls[i].row_id.empty() && !by_poll.emplace(polls[i].row_id, i).second)
            findings.add("ballot.csv", "two polls have the same number");
}

// Only how `ref` ends counts: old archives may have a qualified name.
void DataBackup::State::link_polls(const std::vector<PollTables::Reference>& references) {
    std::map<std::string, const Group*, std::less<>> by_number;
    for (const Group& group : groups)
        for (const std::string& key : {group.number, group.id + "-" + group.creator})
            by_number.emplace(key, &group);
    for (std::size_t i = 0; i < polls.size(); ++i) {
        const auto& [ref, ref_id] = references[i];
        auto found = by_number.find(ref_id);
        bool may_be_group = !ref.ends_with("IdentityBallotModel") && found != by_number.end();
        const Group* group = may_be_group ? found->second : nullptr;
        bool is_contact = !ref.ends_with("GroupBallotModel") && by_identity.contains(ref_id);
        if (group != nullptr) {
            polls[i].chat_kind = ChatKind::group;
            polls[i].chat = group->id + "-" + group->creator;
        } else if (is_contact) {
            polls[i].chat_kind = ChatKind::contact;
            polls[i].chat = ref_id;
        } else {
            findings.add("ballot.csv", "a poll belongs to no chat that is there");
        }
    }
}

std::string DataBackup::State::picture(std::string_view prefix, std::string_view number) const {
    std::string name = std::string(prefix) + std::string(number);
    return !number.empty() && container.find(name) != nullptr ? name : std::string();
}

// An id stands for one chat only, also in JSON.
void DataBackup::State::make_unique(Chat& chat) {
    unsigned& last = ids_[chat.id];
    if (++last == 1) return;
    std::string id = chat.id;
    do {
        chat.id = id + " (" + std::to_string(last++) + ")";
    } while (ids_.contains(chat.id));
    ids_[chat.id] = 1;
    findings.add(chat.entry, "another chat has the same id");
}

void DataBackup::State::add_chat(Chat chat, std::string_view number) {
    std::string table(messages_prefix(chat.kind));
    table.append(number).append(".csv");
    if (!number.empty() && container.find(table) != nullptr) {
        if (claimed_.insert(table).second)
            chat.entry = table;
        else
            findings.add(table, "belongs to two chats; the first has it");
    }
    make_unique(chat);
    chats.push_back(std::move(chat));
}

void DataBackup::State::list_chats() {
    for (const Contact& contact : contacts) {
        Chat chat = named(ChatKind::contact, contact.identity, display_name(contact));
        chat.picture = picture("contact_profile_pic_", contact.number);
        if (chat.picture.empty()) chat.picture = picture("contact_avatar_", contact.number);
        chat.archived = contact.archived;
        chat.last_update = contact.last_update;
        add_chat(std::move(chat), contact.number);
    }
    for (const Group& group : groups) {
        Chat chat = named(ChatKind::group, group.id + "-" + group.creator, group.name);
        chat.picture = picture("group_avatar_", group.number);
        chat.archived = group.archived;
        chat.last_update = group.last_update;
        chat.members = group.members;
        add_chat(std::move(chat), group.number);
    }
    for (const DistributionList& list : lists) {
        Chat chat = named(ChatKind::distribution_list, list.id, list.name);
        chat.archived = list.archived;
        chat.last_update = list.last_update;
        chat.members = list.members;
        add_chat(std::move(chat), list.id);
    }
}

void DataBackup::State::list_orphans() {
    for (const ZipEntry& entry : container.directory().entries) {
        EntryClass what = classify(entry.name);
        if (what.kind == EntryKind::unknown) {
            findings.add(is_plain_name(entry.name) ? entry.name : "", "an entry is not known");
            continue;
        }
        if (what.kind != EntryKind::messages || claimed_.contains(entry.name)) continue;
        constexpr std::size_t longest_id = 100;
        if (what.key.empty() || what.key.size() > longest_id || !is_plain_name(what.key)) {
            findings.add(is_plain_name(entry.name) ? entry.name.substr(0, longest_id) : "",
                         "a table of messages names no chat, and is left out");
            continue;
        }
        Chat chat = named(what.chat, what.key, {});
        chat.orphan = true;
        findings.add(entry.name, "no contact, group or list has this chat");
        add_chat(std::move(chat), what.key);
    }
}

std::unique_ptr<MessageTable> DataBackup::State::open_table(const Chat& chat, bool with_reactions) {
    bool first = reported_.insert(chat.entry).second;
    return std::make_unique<MessageTable>(container.open(*container.find(chat.entry)), chat,
                                          owner(), with_reactions ? &reactions : nullptr,
                                          first ? findings : ignored_,
                                          container.options().unix_line_ends);
}

std::string_view DataBackup::State::question(std::string_view poll) const {
    auto found = by_poll.find(poll);
    return found == by_poll.end() ? std::string_view() : polls[found->second].name;
}

void DataBackup::State::find_media(ChatKind kind, Message& message) const {
    bool may_have = message.type == MessageType::image || message.type == MessageType::video ||
                    message.type == MessageType::voice_message || message.type == MessageType::file;
    if (!may_have || message.uid.empty()) return;
    message.media = picture(media_prefix(kind), message.uid);
    message.thumbnail = picture(thumbnail_prefix(kind), message.uid);
}

}  // namespace tresor::data_backup
