// What filter() and merge() made, and archives for them that a test makes itself.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <tresor/data_backup/filter.hpp>

#include "chat.hpp"
#include "data_backup/model_json.hpp"
#include "data_backup/zip_writer.hpp"
#include "rows.hpp"
#include "vector.hpp"

namespace test {

// ---- archives of a test ----

inline constexpr std::string_view demo_password = "backup-demo-1";
// Of MYSELF01, under that password (data-backup.md 5.2).
inline constexpr std::string_view demo_identity =
    "AEBA-GBAF-AYDQ-QAGP-I47I-YWKF-NMPQ-IJHI-NRQ7-JZXY-P237-LAYN-WBVM-VO3S-MSRK-7DGP-Q3VB-IDUI-"
    "65EZ-QUDM";

using Entries = std::vector<std::pair<std::string, std::string>>;

inline Bytes zip_of(const Entries& entries, const Password& password) {
    MemorySink sink;
    db::ZipWriter zip(sink, password, {});
    for (const auto& [name, content] : entries) zip.add(name, as_bytes(content));
    zip.finish();
    return sink.take();
}

inline Row contact_row(const std::string& identity, const std::string& number) {
    return {{"identity", identity},
            {"publickey", std::string(64, 'a')},
            {"verification", "UNVERIFIED"},
            {"acid", ""},
            {"firstname", "F" + identity},
            {"lastname", ""},
            {"nick_name", ""},
            {"last_update", ""},
            {"hidden", "0"},
            {"archived", "0"},
            {"identity_id", number}};
}

// One contact, ECHOECHO, with these messages, and what else there is.
inline Bytes chat_archive(const std::vector<Row>& messages, Entries more = {}) {
    Entries entries = {{"settings", "\"version\",\"27\"\n"},
                       {"identity", std::string(demo_identity)},
                       {"message_0000000042.csv", table_of(messages)},
                       {"contacts.csv", table_of({contact_row("ECHOECHO", "0000000042")})}};
    entries.insert(entries.end(), more.begin(), more.end());
    return zip_of(entries, Password(demo_password));
}

inline Row message_row(const std::string& uid, const std::string& api, std::int64_t at,
                       const std::string& body) {
    return {{"uid", uid},
            {"apiid", api},
            {"isoutbox", "0"},
            {"posted_at", std::to_string(at)},
            {"created_at", std::to_string(at)},
            {"modified_at", ""},
            {"edited_at", ""},
            {"deleted_at", ""},
            {"type", "TEXT"},
            {"body", body},
            {"caption", ""},
            {"display_tags", "0"}};
}

// ---- what came out ----

struct Output {
    db::Rewritten told;
    MemoryFile file;
    Password password;
    db::DataBackup open() { return db::DataBackup(file, password); }
};

inline Output filtered(ReadAt& file, const Password& password, const db::Cut& cut = {},
                       std::string_view new_password = demo_password) {
    MemorySink sink;
    Password wanted(new_password);
    auto told = db::filter({file, password}, sink, wanted, cut, {});
    return {std::move(told), MemoryFile(sink.take()), std::move(wanted)};
}

inline Output merged(ReadAt& first, ReadAt& second, std::string_view password = demo_password) {
    MemorySink sink;
    Password same(password);
    auto told = db::merge({first, same}, {second, same}, sink, same, {});
    return {std::move(told), MemoryFile(sink.take()), std::move(same)};
}

// Name to content.
inline std::map<std::string, std::string> contents_of(const db::DataBackup& archive) {
    std::map<std::string, std::string> contents;
    for (const db::EntryInfo& entry : archive.entries()) {
        MemorySink sink;
        archive.read(entry.name, sink);
        contents.emplace(entry.name, as_text(sink.bytes()));
    }
    return contents;
}

// Every entry of the one is in the other, byte for byte, and no more.
inline void check_same_contents(db::DataBackup& before, db::DataBackup& after) {
    auto expected = contents_of(before), found = contents_of(after);
    CHECK(found.size() == expected.size());
    for (const auto& entry : expected) {
        CAPTURE(entry.first);
        CHECK(found[entry.first] == entry.second);
    }
}

// All of the model as text, but numbers and the names of entries that hold them.
// `fresh`: with the times by which chats are sorted.
inline std::string model_of(db::DataBackup& archive, bool fresh = true) {
    std::string text;
    auto add = [&](const auto& object) {
        codec::JsonWriter json;
        json.begin_object();
        write_members(json, object);
        json.end_object();
        text.append(as_text(json.take().expose())).append("\n");
    };
    for (db::Contact contact : archive.contacts()) {
        contact.number.clear();
        if (!fresh) contact.last_update.reset();
        add(contact);
    }
    for (db::Group group : archive.groups()) {
        group.number.clear();
        if (!fresh) group.last_update.reset();
        if (!group.deleted) add(group);
    }
    for (db::DistributionList list : archive.distribution_lists()) {
        if (!fresh) list.last_update.reset();
        add(list);
    }
    for (const db::Poll& poll : archive.polls()) add(poll);
    SmallLookup lookup;
    for (db::Chat chat : archive.chats()) {
        bool is_deleted = std::any_of(
            archive.groups().begin(), archive.groups().end(), [&](const db::Group& group) {
                return group.deleted && group.id + "-" + group.creator == chat.id;
            });
        if (is_deleted) continue;
        auto reader = archive.messages(chat);
        chat.picture = chat.picture.empty() ? "" : "there";
        chat.entry.clear();
        if (!fresh) chat.last_update.reset();
        add(chat);
        db::MessageJson lines(lookup);
        for (db::Message message; reader.next(message);) {
            codec::JsonWriter json;
            json.begin_object();
            lines.write_members(json, message, db::content_of(message),
                                {chat.id, message.media, message.thumbnail});
            json.end_object();
            text.append(as_text(json.take().expose())).append("\n");
        }
    }
    return text;
}

inline std::vector<std::string> bodies_of(db::DataBackup& archive, std::string_view chat) {
    std::vector<std::string> bodies;
    for (const db::Message& message : all_of(archive, chat)) bodies.push_back(message.body);
    return bodies;
}

}  // namespace test
