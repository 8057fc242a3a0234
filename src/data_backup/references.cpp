#include "data_backup/references.hpp"

#include <map>
#include <set>

#include "data_backup/catalogue.hpp"
#include "data_backup/table.hpp"
#include "data_backup/zip_entry.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::uint64_t too_large_for_the_app = 5 << 20;  // of thumbnails

std::string table_of(ChatKind kind) {
    if (kind == ChatKind::contact) return "contacts.csv";
    return kind == ChatKind::group ? "groups.csv" : "distribution_list.csv";
}

bool is_nonce(std::string_view text) {
    return (text.size() == 64 || text.size() == 48) &&
           text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
}

class Checker {
public:
    Checker(DataBackup& archive, Pace& pace, Findings& findings)
        : archive_(archive), pace_(pace), findings_(findings) {
        for (const EntryInfo& entry : archive_.entries())
            has_media_ = has_media_ || classify(entry.name).kind == EntryKind::media;
    }

    void run() {
        check_members();
        check_votes();
        await_reactions();
        for (const Chat& chat : archive_.chats()) check_chat(chat);
        check_reactions();
        check_files();
        check_nonces("nonces.csv");
        check_nonces("nonces_d2d.csv");
        check_counts();
    }

private:
    bool is_known(std::string_view identity) const {
        return archive_.contact(identity) != nullptr ||
               (archive_.identity() && archive_.identity()->text() == identity);
    }

    void check_members() {
        for (const Group& group : archive_.groups())
            for (const std::string& member : group.members)
                if (!is_known(member))
                    findings_.add("groups.csv", "a member of a group is no contact");
        for (const DistributionList& list : archive_.distribution_lists())
            for (const std::string& member : list.members)
                if (!is_known(member))
                    findings_.add("distribution_list.csv", "a member of a list is no contact");
    }

    void check_votes() {
        for (const Poll& poll : archive_.polls())
            for (const Vote& vote : poll.votes)
                if (!is_known(vote.identity))
                    findings_.add("ballot_vote.csv", "a vote is of somebody who is no contact");
    }

    // Calls `look` with the chat, the message and the place of each.
    template <class Look>
    void for_each_reaction(const Look& look) {
        constexpr std::string_view columns[] = {"identity", "api_group_id",
                                                "group_creator_identity", "api_message_id"};
        for (std::string_view name : {"contact_reactions.csv", "group_reactions.csv"}) {
            bool of_group = name.starts_with("group");
            Findings told;  // what is odd in it, when the archive was opened
            with_table(name, columns, told, [&](Table& table) {
                while (table.next()) {
                    std::string chat(table.text(of_group ? 1 : 0));
                    if (of_group) chat.append("-").append(table.text(2));
                    if (auto message = parse_hex64(table.text(3)))
                        look(chat, *message,
                             std::string(name) + ":" + std::to_string(table.line()));
                }
            });
        }
    }

    void await_reactions() {
        for_each_reaction([&](const std::string& chat, std::uint64_t message, const std::string&) {
            awaited_[chat].insert(message);
        });
    }

    void check_reactions() {
        for_each_reaction([&](const std::string& chat, std::uint64_t message, std::string place) {
            auto left = awaited_.find(chat);
            if (left != awaited_.end() && left->second.contains(message))
                findings_.add(std::move(place), "a reaction is to a message that is not there");
        });
    }

    void check_chat(const Chat& chat) {
        if (chat.entry.empty())
            return findings_.add(table_of(chat.kind), "one of its chats has no table");
        auto awaited = awaited_.find(chat.id);
        try {
            MessageReader messages = archive_.messages(chat);
            for (Message message; messages.next(message);) {
                check_message(chat, message);
                auto id = awaited != awaited_.end() ? parse_hex64(message.api_id) : std::nullopt;
                if (id) awaited->second.erase(*id);
                pace_.tick();
            }
        } catch (const Error& error) {
            if (!is_of_entry(error)) throw;  // told already
            awaited_.erase(chat.id);
        }
        pace_.add(archive_.packed_size(chat.entry));
    }

    void check_message(const Chat& chat, const Message& message) {
        auto report = [&](const char* what) {
            findings_.add(chat.entry, std::string("message ") + std::to_string(message.index + 1) +
                                          ": " + what);
        };
        if (message.quote && message.quote->found == Quote::Found::missing)
            report("it quotes a message that is not there");
        if (chat.kind == ChatKind::group && !message.outgoing && !message.sender.empty() &&
            !is_known(message.sender))
            report("its sender is no contact");
        if (message.uid.empty()) report("it has no uid, so no file can belong to it");
        for (const std::string* name : {&message.media, &message.thumbnail})
            if (!name->empty()) used_.insert(*name);
        Content content = content_of(message);
        if (std::holds_alternative<Unreadable>(content)) report("what it says cannot be read");
        if (auto* notice = std::get_if<PollNotice>(&content))
            if (archive_.poll(notice->poll) == nullptr) report("its poll is not there");
        if (auto* file = std::get_if<File>(&content))
            if (has_media_ && file->downloaded && message.media.empty() && !message.deleted_at)
                report("its file is not there");
    }

    void check_files() {
        for (const EntryInfo& entry : archive_.entries()) {
            auto kind = classify(entry.name).kind;
            bool is_file = kind == EntryKind::media || kind == EntryKind::thumbnail;
            std::string place = is_plain_name(entry.name) ? entry.name : "";
            if (kind == EntryKind::thumbnail && entry.size >= too_large_for_the_app)
                findings_.add(place, "the app does not restore a thumbnail so large");
            if (!is_file || used_.contains(entry.name)) continue;
            findings_.add(place, "no message has this file");
        }
    }

    // 64 hex digits, or 48 of a nonce that was not hashed; several in one cell in a very old form.
    void check_nonces(std::string_view name) {
        constexpr std::string_view columns[] = {"nonces"};
        with_table(name, columns, findings_, [&](Table& table) {
            if (!table.has(0)) return table.report("the column is missing");
            while (table.next())
                for (const std::string& nonce : table.list(0))
                    if (!is_nonce(nonce)) table.report("a nonce is none of 64 or 48 hex digits");
        });
    }

    // Told for progress only: other numbers do no harm.
    void check_counts() {
        constexpr std::string_view columns[] = {"contactReactions", "groupReactions"};
        with_table("reaction_counts.csv", columns, findings_, [&](Table& table) {
            if (!table.next()) return;
            const std::uint64_t there[] = {archive_.reaction_count(ChatKind::contact),
                                           archive_.reaction_count(ChatKind::group)};
            for (std::size_t i = 0; i < 2; ++i)
                if (table.integer(i) != static_cast<std::int64_t>(there[i]))
                    table.report("another number of reactions is told than are there");
        });
    }

    template <class Read>
    void with_table(std::string_view name, std::span<const std::string_view> columns,
                    Findings& findings, const Read& read) {
        try {
            auto source = archive_.open(name);
            if (!source) return;
            Table table(*source, name, columns, {}, findings);
            read(table);
        } catch (const Error& error) {
            if (!is_of_entry(error)) throw;
        }
    }

    DataBackup& archive_;
    Pace& pace_;
    Findings& findings_;
    bool has_media_ = false;
    std::set<std::string> used_;
    // Messages that were reacted to and not found yet, by chat.
    std::map<std::string, std::set<std::uint64_t>> awaited_;
};

}  // namespace

void check_references(DataBackup& archive, Pace& pace, Findings& findings) {
    Checker(archive, pace, findings).run();
}

}  // namespace tresor::data_backup
