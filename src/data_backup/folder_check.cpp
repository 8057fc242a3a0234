#include "data_backup/folder_check.hpp"

#include <set>
#include <system_error>
#include <utility>

#include "data_backup/catalogue.hpp"
#include "data_backup/folder_tables.hpp"
#include "data_backup/strict_table.hpp"
#include "data_backup/uid_set.hpp"
#include "data_backup/zip.hpp"

namespace tresor::data_backup {

namespace {

constexpr ChatKind kinds[] = {ChatKind::contact, ChatKind::group, ChatKind::distribution_list};

std::string_view index_of(ChatKind kind) {
    if (kind == ChatKind::contact) return "contacts.csv";
    return kind == ChatKind::group ? "groups.csv" : "distribution_list.csv";
}

TableRules rules_of(ChatKind kind, int version) {
    TableRules rules{message_column::columns, version};
    for (std::size_t i = 0; i < rules.columns.size(); ++i)
        if (!has_column(kind, i)) rules.unread.push_back(i);
    if (kind == ChatKind::contact) rules.unread.push_back(message_column::group_states);
    return rules;
}

[[noreturn]] void refuse(std::string_view name, const char* reason) {
    throw Error(Errc::invalid_argument, std::string(name).append(": ").append(reason));
}

class Checker {
public:
    Checker(const std::filesystem::path& folder, std::string_view owner,
            const std::function<void()>& tick)
        : folder_(folder), owner_(owner), tick_(tick), tables_(folder, owner, findings_, tick) {
        list_files();
    }

    FolderPlan run() {
        tables_.read([this](std::string_view name) { return left_.contains(name); });
        place("settings");
        place("identity");
        place("contact_avatar_me");
        if (!owner_.empty()) place("contact_avatar_", owner_);
        for (ChatKind kind : kinds) {
            for (const FolderChat& chat : tables_.chats(kind)) place_chat(kind, chat);
            place_strangers(kind);
            place(index_of(kind));
        }
        for (const char* name :
             {"ballot.csv", "ballot_choice.csv", "ballot_vote.csv", "contact_reactions.csv",
              "group_reactions.csv", "reaction_counts.csv", "nonces.csv", "nonces_d2d.csv",
              "nonce_counts.csv"})
            place(name);
        place_unknown();
        tables_.report_reactions();
        plan_.findings = findings_.take();
        return std::move(plan_);
    }

private:
    void list_files() {
        std::error_code error;
        std::filesystem::directory_iterator files(folder_, error), end;
        for (; !error && files != end; files.increment(error)) add_file(*files);
        if (error) throw Error(Errc::io, folder_.string() + ": " + error.message());
    }

    void add_file(const std::filesystem::directory_entry& file) {
        std::string name = file.path().filename().string();
        std::error_code error;
        auto status = file.symlink_status(error);
        if (error) throw Error(Errc::io, name + ": " + error.message());
        if (!std::filesystem::is_regular_file(status)) refuse(name, "this is no plain file");
        if (!is_plain_name(name)) refuse(name, "this is no name of an entry");
        EntryClass of = classify(name);
        // The app would skip all chats behind it.
        bool ends_chats = of.kind == EntryKind::messages &&
                          (of.key.empty() || (of.chat == ChatKind::distribution_list &&
                                              of.key.find('-') != of.key.npos));
        if (ends_chats) refuse(name, "this is no name of a chat's table");
        left_.insert(std::move(name));
    }

    // If it is there and not placed yet.
    bool place(std::string_view name) {
        auto found = left_.find(name);
        if (found == left_.end()) return false;
        plan_.entries.push_back(std::move(left_.extract(found).value()));
        return true;
    }
    bool place(std::string_view prefix, std::string_view key) {
        return place(std::string(prefix).append(key));
    }

    void place_chat(ChatKind kind, const FolderChat& chat) {
        if (kind == ChatKind::contact) {
            place("contact_avatar_", chat.number);
            place("contact_profile_pic_", chat.number);
        }
        if (kind == ChatKind::group) place("group_avatar_", chat.number);
        std::string name(messages_prefix(kind));
        name.append(chat.number).append(".csv");
        if (left_.contains(name))
            place_messages(kind, name, chat.id);
        else
            findings_.add(std::string(index_of(kind)), "a chat has no table: " + name);
    }

    void place_messages(ChatKind kind, const std::string& name, std::string_view chat) {
        StrictTable table(folder_, name, rules_of(kind, tables_.version()), findings_);
        auto& uids = uids_[static_cast<std::size_t>(kind)];
        while (table.next()) {
            if (++plan_.messages % 1024 == 0) tick_();
            std::string_view uid = table.text(message_column::uid);
            if (uid.empty()) table.refuse(message_column::uid, "is empty");
            if (!uids.insert(uid))
                table.refuse(message_column::uid, "is that of another message, too");
            place(media_prefix(kind), uid);
            place(thumbnail_prefix(kind), uid);
            tables_.found_message(kind, chat, table.text(message_column::api_id));
        }
        place(name);
    }

    // What no row names. The app leaves it out; its own archives have such files.
    void place_strangers(ChatKind kind) {
        std::vector<std::string> tables, files;
        for (const std::string& name : left_) {
            EntryClass of = classify(name);
            bool is_table = of.kind == EntryKind::messages && of.chat == kind;
            if (is_table) tables.push_back(name);
            if (!is_table && is_file_of(kind, of)) files.push_back(name);
        }
        for (const std::string& name : tables) {
            findings_.add(name, "no row names this chat");
            place_messages(kind, name, {});
        }
        for (const std::string& name : files)
            if (place(name)) findings_.add(name, "no row names this file");
    }

    static bool is_file_of(ChatKind kind, const EntryClass& of) {
        switch (of.kind) {
            case EntryKind::media:
            case EntryKind::thumbnail: return of.chat == kind;
            case EntryKind::contact_avatar:
            case EntryKind::contact_profile_picture: return kind == ChatKind::contact;
            case EntryKind::group_avatar: return kind == ChatKind::group;
            default: return false;
        }
    }

    void place_unknown() {
        while (!left_.empty()) {
            std::string name = *left_.begin();
            findings_.add(name, "what this is is not known");
            place(name);
        }
    }

    const std::filesystem::path& folder_;
    std::string_view owner_;
    const std::function<void()>& tick_;
    Findings findings_;
    FolderTables tables_;
    std::set<std::string, std::less<>> left_;  // not placed yet
    FolderPlan plan_;
    UidSet uids_[3];  // by kind of chat, as the names of files are
};

}  // namespace

FolderPlan check_folder(const std::filesystem::path& folder, std::string_view owner,
                        const std::function<void()>& tick) {
    return Checker(folder, owner, tick).run();
}

}  // namespace tresor::data_backup
