// Folders that become archives.
#pragma once

#include <fstream>
#include <functional>

#include <tresor/data_backup/filter.hpp>

#include "rows.hpp"

namespace test {

namespace fs = std::filesystem;
using namespace tresor::data_backup;

inline constexpr const char* contact_table = "message_0000000042.csv";

inline const Password& password() {
    static const Password made("backup-demo-1");
    return made;
}

inline WriteOptions options() {
    WriteOptions options;
    options.made_at = at("2026-11-24T17:00:00Z");
    options.jobs = 2;
    return options;
}

// An archive and what was told about it.
struct Made {
    Rewritten told;
    std::unique_ptr<MemoryFile> file;
    DataBackup open(const Password& with = password()) { return DataBackup(*file, with); }
};

inline Made create_of(const fs::path& folder, const Password& with = password(),
                      const WriteOptions& write = options()) {
    MemorySink sink;
    Rewritten told = create(folder, password(), sink, with, write);
    CHECK(told.bytes == sink.bytes().size());
    return {std::move(told), std::make_unique<MemoryFile>(sink.take())};
}

inline std::string read_text(const fs::path& path) { return text_of(read_file(path)); }

inline void write_text(const fs::path& path, std::string_view text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    REQUIRE(file.flush());
}

// In the first place that has it.
inline void replace_in(const fs::path& path, std::string_view from, std::string_view to) {
    std::string text = read_text(path);
    auto at = text.find(from);
    REQUIRE_MESSAGE(at != text.npos, from);
    write_text(path, text.replace(at, from.size(), to));
}

// A folder with settings, contacts and one chat, to be spoilt.
struct Small {
    Small() {
        write_text(folder.path() / "settings", "\"version\",\"27\"\n");
        write();
    }
    void write() {
        write_text(folder.path() / "contacts.csv", table_of(contacts));
        write_text(folder.path() / contact_table, table_of(messages));
        if (!groups.empty()) write_text(folder.path() / "groups.csv", table_of(groups));
        if (!lists.empty()) write_text(folder.path() / "distribution_list.csv", table_of(lists));
        if (!reactions.empty())
            write_text(folder.path() / "contact_reactions.csv", table_of(reactions));
        if (!polls.empty()) {
            write_text(folder.path() / "ballot.csv", table_of(polls));
            write_text(folder.path() / "ballot_choice.csv", table_of(choices));
            write_text(folder.path() / "ballot_vote.csv", table_of(votes));
        }
    }

    static Row message(const std::string& uid) {
        Row row = {{"apiid", "0123456789abcdef"}, {"uid", uid}, {"display_tags", "0"}};
        for (const char* empty :
             {"isoutbox", "isread", "issaved", "messagestae", "posted_at", "created_at",
              "modified_at", "type", "body", "isstatusmessage", "caption", "quoted_message_apiid",
              "delivered_at", "read_at", "edited_at", "deleted_at"})
            row[empty];
        return row;
    }

    TemporaryFolder folder;
    std::vector<Row> contacts = {{{"identity", "ECHOECHO"},
                                  {"publickey", std::string(64, 'a')},
                                  {"verification", "UNVERIFIED"},
                                  {"firstname", ""},
                                  {"lastname", ""},
                                  {"nick_name", ""},
                                  {"last_update", "0"},
                                  {"hidden", "0"},
                                  {"archived", "0"},
                                  {"identity_id", "0000000042"}}};
    std::vector<Row> messages = {message("one"), message("two")};
    std::vector<Row> groups, lists, reactions, polls, choices, votes;

    void add_group() {
        groups = {{{"id", "a1b2c3d4e5f60718"},
                   {"creator", "ECHOECHO"},
                   {"groupname", "Lake"},
                   {"created_at", "1"},
                   {"last_update", "0"},
                   {"members", "ECHOECHO"},
                   {"archived", "0"},
                   {"groupDesc", ""},
                   {"groupDescTimestamp", ""},
                   {"group_uid", "0000000043"},
                   {"user_state", "2"}}};
    }
    void add_list() {
        lists = {{{"id", "7"},
                  {"distribution_list_name", ""},
                  {"created_at", ""},
                  {"last_update", "0"},
                  {"distribution_members", "ECHOECHO"},
                  {"archived", "0"}}};
    }
    void add_reaction() {
        reactions = {{{"identity", "ECHOECHO"},
                      {"api_message_id", "0123456789abcdef"},
                      {"sender_identity", "ECHOECHO"},
                      {"emoji_sequence", "x"},
                      {"reacted_at", "5"}}};
    }
    void add_poll() {
        std::string key = "00000000000000aa-ECHOECHO";
        Row times = {{"created_at", ""}, {"modified_at", ""}};
        polls = {{{"id", "3"},
                  {"aid", "00000000000000aa"},
                  {"creator", "ECHOECHO"},
                  {"ref", "IdentityBallotModel"},
                  {"ref_id", "ECHOECHO"},
                  {"name", "Where?"},
                  {"state", "OPEN"},
                  {"assessment", "SINGLE_CHOICE"},
                  {"type", "INTERMEDIATE"},
                  {"choice_type", "TEXT"},
                  {"last_viewed_at", ""}}};
        choices = {{{"ballot", key},
                    {"aid", "0"},
                    {"type", "Text"},
                    {"name", "Lake"},
                    {"vote_count", "0"},
                    {"order", "0"}}};
        votes = {
            {{"ballot_uid", key}, {"choice_uid", "0"}, {"identity", "ECHOECHO"}, {"choice", "1"}}};
        for (auto* table : {&polls, &choices, &votes})
            table->at(0).insert(times.begin(), times.end());
    }
};

inline std::vector<std::string> names_in(const DataBackup& archive) {
    std::vector<std::string> names;
    for (const EntryInfo& entry : archive.entries()) names.push_back(entry.name);
    return names;
}

inline std::string content_of(const DataBackup& archive, std::string_view name) {
    MemorySink sink;
    CHECK(archive.read(name, sink));
    return text_of(sink.bytes());
}

}  // namespace test
