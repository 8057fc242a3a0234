// Archives that are made by chance, cut by chance and joined again: nothing lost, nothing twice.

#include <map>
#include <set>

#include "data_backup/words.hpp"
#include "rewritten.hpp"
#include "writing.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using namespace test;

namespace {

constexpr std::uint64_t end_of_time = 20;  // milliseconds; few enough for many at the same time

// What was put into an archive, and what of it a cut must leave.
struct Put {
    Message message;
    std::string media, thumbnail;  // their contents; empty: none
    Moment shown() const { return *message.created_at; }
};
using Chats = std::map<std::string, std::vector<Put>>;

class Maker {
public:
    explicit Maker(std::uint64_t seed) : random_(seed) {}

    std::uint64_t number(std::uint64_t limit) { return below(random_, limit); }
    bool coin() { return number(2) == 0; }
    OptionalMoment moment() {
        return Moment(Millis(static_cast<std::int64_t>(number(end_of_time))));
    }

    // Three contacts, a group and a list.
    Bytes archive(Chats& chats) {
        return written([&](DataBackupWriter& writer) {
            for (auto identity : {"*GATEWAY", "ABCD1234", "ECHOECHO"}) {
                writer.add_contact(contact_named(identity));
                fill(writer, chats[identity], ChatKind::contact, identity);
            }
            writer.add_group(hiking());
            fill(writer, chats["a1b2c3d4e5f60718-ABCD1234"], ChatKind::group, "ABCD1234");
            writer.add_distribution_list(family());
            fill(writer, chats["4821907735021990000"], ChatKind::distribution_list, "");
        });
    }

    Cut cut(const Chats& chats) {
        Cut cut;
        if (coin()) cut.since = moment();
        if (coin()) cut.until = moment();
        cut.media = number(3) > 0;
        if (coin()) return cut;
        for (const auto& [id, put] : chats)
            if (coin()) cut.chats.push_back(id);
        return cut;
    }

private:
    Put put(ChatKind kind, const std::string& sender) {
        std::string name = std::to_string(100000 + count_++);
        Put put;
        Message& message = put.message;
        message.uid = "uid" + name;
        message.api_id = "0123456789" + name;
        message.outgoing = sender.empty();
        message.sender = message.outgoing ? "MYSELF01" : sender;
        message.created_at = message.posted_at = moment();
        message.body = "said" + name;
        if (kind != ChatKind::distribution_list && number(4) == 0)
            message.reactions = {{"MYSELF01", "\U0001F44D", Moment(Millis(7))}};
        if (number(3) == 0) put.media = "media" + name;
        if (!put.media.empty() && coin()) put.thumbnail = "thumbnail" + name;
        if (!put.media.empty()) {
            message.type = MessageType::file;
            message.body = "[\"said" + name + "\"]";
        }
        message.type_text = word_of(message.type);
        return put;
    }

    void fill(DataBackupWriter& writer, std::vector<Put>& chat, ChatKind kind,
              const std::string& sender) {
        for (auto left = number(15); left > 0; --left) chat.push_back(put(kind, sender));
        std::stable_sort(chat.begin(), chat.end(),
                         [](const Put& a, const Put& b) { return a.shown() < b.shown(); });
        for (const Put& one : chat) {
            MemorySource media(as_bytes(one.media)), thumbnail(as_bytes(one.thumbnail));
            if (!one.media.empty()) writer.add_media(one.message.uid, media);
            if (!one.thumbnail.empty()) writer.add_thumbnail(one.message.uid, thumbnail);
        }
        for (const Put& one : chat) writer.add_message(one.message);
    }

    Random random_;
    std::uint64_t count_ = 0;
};

bool keeps(const Cut& cut, const std::string& chat, const Put& put) {
    bool wanted =
        cut.chats.empty() || std::find(cut.chats.begin(), cut.chats.end(), chat) != cut.chats.end();
    return wanted && (!cut.since || put.shown() >= *cut.since) &&
           (!cut.until || put.shown() < *cut.until);
}

void add(Told& to, const Message& message, std::string_view media, std::string_view thumbnail) {
    tell(to, message);
    to << media << thumbnail;
}

std::string expected(const Chats& chats, const Cut& cut) {
    Told told;
    for (const auto& [id, chat] : chats)
        for (const Put& put : chat)
            if (keeps(cut, id, put))
                add(told, put.message, cut.media ? put.media : "", cut.media ? put.thumbnail : "");
    return told.text();
}

std::string found(DataBackup& archive, const Chats& chats) {
    auto content = [&](const std::string& entry) {
        return entry.empty() ? std::string() : entry_of(archive, entry);
    };
    Told told;
    for (const auto& [id, unused] : chats) {
        if (archive.chat(id) == nullptr) continue;
        for (const Message& message : all_of(archive, id))
            add(told, message, content(message.media), content(message.thumbnail));
    }
    return told.text();
}

// Nothing of what was cut, in any entry or its name.
void check_gone(const DataBackup& archive, const Chats& chats, const Cut& cut) {
    auto contents = contents_of(archive);
    std::string all;
    for (const auto& [name, content] : contents) all.append(name).append("\n").append(content);
    for (const auto& [id, chat] : chats)
        for (const Put& put : chat) {
            if (keeps(cut, id, put)) continue;
            CHECK(all.find(put.message.uid) == all.npos);
            CHECK(all.find("said" + put.message.uid.substr(3)) == all.npos);
            CHECK(all.find(put.message.api_id) == all.npos);
        }
}

Cut between(OptionalMoment since, OptionalMoment until) {
    Cut cut;
    cut.since = since;
    cut.until = until;
    return cut;
}

}  // namespace

TEST_CASE("filter: of random archives a random cut leaves all that it names and nothing else") {
    for (std::uint64_t round = 0; round < rounds(10); ++round) {
        CAPTURE(round);
        Maker maker(round);
        Chats chats;
        MemoryFile file(maker.archive(chats));
        Cut cut = maker.cut(chats);
        Output output = filtered(file, Password(archive_password), cut);
        DataBackup after = output.open();
        CHECK(found(after, chats) == expected(chats, cut));
        check_gone(after, chats, cut);
        CHECK(output.told.bad.empty());
        CHECK(verify(output.file, output.password).findings.empty());
    }
}

TEST_CASE("merge: of a random archive that was cut in two at any time nothing is lost or twice") {
    for (std::uint64_t round = 0; round < rounds(4); ++round) {
        CAPTURE(round);
        Maker maker(1000 + round);
        Chats chats;
        MemoryFile file(maker.archive(chats));
        auto time = maker.moment();
        Password password{archive_password};
        Output older = filtered(file, password, between({}, time));
        Output newer = filtered(file, password, between(time, {}));
        CHECK(older.told.messages + newer.told.messages == filtered(file, password).told.messages);
        for (bool swapped : {false, true}) {
            Output whole =
                swapped ? merged(newer.file, older.file) : merged(older.file, newer.file);
            DataBackup after = whole.open();
            CHECK(found(after, chats) == expected(chats, {}));
            CHECK(whole.told.conflicts.empty());
            CHECK(verify(whole.file, whole.password).findings.empty());
        }
    }
}
