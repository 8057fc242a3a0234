#include "data_backup/references.hpp"

#include <unordered_set>

#include "data_backup/catalogue.hpp"
#include "data_backup/table.hpp"
#include "data_backup/zip_entry.hpp"

namespace tresor::data_backup {

namespace {

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
        for (const Chat& chat : archive_.chats()) check_chat(chat);
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

    void check_chat(const Chat& chat) {
        if (chat.entry.empty()) return findings_.add("", "a contact, group or list has no chat");
        try {
            MessageReader messages = archive_.messages(chat);
            for (Message message; messages.next(message);) {
                check_message(chat, message);
                pace_.add(0);
            }
        } catch (const Error& error) {
            if (!is_of_entry(error)) throw;  // told already
        }
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
            if (!is_file || used_.contains(entry.name)) continue;
            findings_.add(is_plain_name(entry.name) ? entry.name : "", "no message has this file");
        }
    }

    // 64 hex digits, or 48 of a nonce that was not hashed; several in one cell in a very old form.
    void check_nonces(std::string_view name) {
        constexpr std::string_view columns[] = {"nonces"};
        with_table(name, columns, [&](Table& table) {
            if (!table.has(0)) return table.report("the column is missing");
            while (table.next())
                for (const std::string& nonce : table.list(0))
                    if (nonce.size() != 64 && nonce.size() != 48)
                        table.report("a nonce has another length than nonces have");
        });
    }

    // Told for progress only: other numbers do no harm.
    void check_counts() {
        constexpr std::string_view columns[] = {"contactReactions", "groupReactions"};
        with_table("reaction_counts.csv", columns, [&](Table& table) {
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
                    const Read& read) {
        try {
            auto source = archive_.open(name);
            if (!source) return;
            Table table(*source, name, columns, {}, findings_);
            read(table);
        } catch (const Error& error) {
            if (!is_of_entry(error)) throw;
        }
    }

    DataBackup& archive_;
    Pace& pace_;
    Findings& findings_;
    bool has_media_ = false;
    std::unordered_set<std::string> used_;
};

}  // namespace

void check_references(DataBackup& archive, Pace& pace, Findings& findings) {
    Checker(archive, pace, findings).run();
}

}  // namespace tresor::data_backup
