// The state behind DataBackup: what was read when it was opened.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include <tresor/data_backup/reader.hpp>

#include "data_backup/catalogue.hpp"
#include "data_backup/container.hpp"
#include "data_backup/messages.hpp"
#include "data_backup/polls.hpp"
#include "data_backup/quotes.hpp"

namespace tresor::data_backup {

struct DataBackup::State {
    State(ReadAt& file, const Password& password, ReadOptions options);

    // The table of a chat, from the begin. What is odd in it is a finding the first time only.
    std::unique_ptr<MessageTable> open_table(const Chat& chat, bool with_reactions);
    std::string_view question(std::string_view poll) const;
    void find_media(ChatKind kind, Message& message) const;

    Findings findings;
    Container container;
    int version = 1;
    std::optional<ThreemaId> identity;
    std::vector<Contact> contacts;
    std::vector<std::string> names;  // of contacts, as they are shown
    std::vector<Group> groups;
    std::vector<DistributionList> lists;
    std::vector<Poll> polls;
    std::vector<Chat> chats;
    Reactions reactions;
    std::map<std::string_view, std::size_t> by_identity, by_chat, by_poll;

    std::string_view owner() const { return identity ? identity->text() : std::string_view(); }
    std::string picture(std::string_view prefix, std::string_view number) const;

private:
    void read_settings();
    void read_identity(const Password& password);
    void read_tables();
    void read_polls();
    void link_polls(const std::vector<PollTables::Reference>& references);
    void list_chats();
    void list_orphans();
    void make_unique(Chat& chat);
    void add_chat(Chat chat, std::string_view number);
    // Reads a table, if it is there; what does not open is a finding.
    template <class Read>
    void with_table(std::string_view name, const Read& read);

    std::map<std::string, unsigned> ids_;  // of chats, and how often each was wanted
    std::set<std::string> claimed_;        // tables that a chat has
    std::set<std::string> reported_;       // tables whose findings are listed
    Findings ignored_;
};

}  // namespace tresor::data_backup
