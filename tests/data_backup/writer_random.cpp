// Random archives come back as they were written.

#include <map>

#include "data_backup/words.hpp"
#include "writing.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::below;
using test::contact_named;
using test::Random;
using test::WrittenArchive;

namespace {

class Maker {
public:
    explicit Maker(std::uint64_t seed) : random_(seed) {}

    bool coin() { return below(random_, 2) == 0; }
    std::uint64_t number(std::uint64_t limit) { return below(random_, limit); }
    // S16, and what is not ASCII.
    std::string text(std::size_t most = 12) {
        constexpr std::string_view parts[] = {"a", "\"", ",",          "\\",           " ", "\n",
                                              ";", "é",  "\U0001F44D", "\xE2\x80\xA8", "1"};
        std::string made;
        for (auto left = number(most + 1); left > 0; --left)
            made += parts[number(std::size(parts))];
        return made;
    }
    OptionalMoment moment() {
        if (number(3) == 0) return {};
        return Moment(Millis(static_cast<std::int64_t>(random_() >> number(64)) | 1));
    }
    std::string id() {
        std::string hex;
        for (int i = 0; i < 16; ++i) hex += "0123456789abcdef"[number(16)];
        return hex;
    }

    Contact contact(std::size_t i) {
        Contact contact = contact_named("USER000" + std::to_string(i));
        contact.verification = static_cast<Verification>(number(3));
        contact.verification_text = word_of(contact.verification);
        contact.address_book_id = text();
        contact.first_name = text();
        contact.last_name = text();
        contact.nickname = text();
        contact.last_update = moment();
        contact.hidden = coin();
        contact.archived = coin();
        contact.number = "000000000" + std::to_string(i);
        return contact;
    }
    Message message(ChatKind kind, std::size_t i, std::string sender) {
        constexpr MessageType types[] = {MessageType::text, MessageType::image, MessageType::file,
                                         MessageType::status, MessageType::contact};
        Message message;
        message.uid = "uid-" + std::to_string(i);
        message.api_id = id();
        message.outgoing = coin();
        message.sender = message.outgoing ? "MYSELF01" : std::move(sender);
        message.read = coin();
        message.saved = coin();
        message.state = static_cast<MessageState>(number(10));  // no acknowledgement
        message.state_text = word_of(message.state);
        message.posted_at = message.created_at = moment();
        message.modified_at = moment();
        message.delivered_at = moment();
        message.read_at = moment();
        message.type = types[number(std::size(types))];
        message.type_text = word_of(message.type);
        message.body = text(40);
        if (message.type == MessageType::file) message.body = "[" + text() + "]";
        message.is_status = coin();
        message.caption = text();
        if (coin()) message.quoted_id = id();
        if (kind == ChatKind::distribution_list) return message;
        message.display_tags = static_cast<std::uint32_t>(number(4));
        message.edited_at = moment();
        if (number(3) == 0) message.reactions = {{"USER0001", "x" + text(3), Moment(Millis(7))}};
        return message;
    }

private:
    Random random_;
};

}  // namespace

TEST_CASE("S16: random messages and people come back as they were written") {
    for (std::uint64_t round = 0; round < test::rounds(20); ++round) {
        CAPTURE(round);
        Maker maker(round);
        test::Told people, messages;
        std::size_t uid = 0;
        std::map<std::string, std::size_t> files;
        auto add_chat = [&](DataBackupWriter& writer, ChatKind kind, const std::string& sender) {
            std::vector<Message> chat;
            for (auto left = maker.number(12); left > 0; --left)
                chat.push_back(maker.message(kind, uid++, sender));
            for (const Message& message : chat) {
                bool has = message.type == MessageType::file && maker.coin();
                if (!has) continue;
                Bytes content(maker.number(3000), Byte{42});
                files[message.uid] = content.size();
                MemorySource source(content);
                writer.add_media(message.uid, source);
            }
            for (const Message& message : chat) {
                writer.add_message(message);
                test::tell(messages, message);
            }
        };
        Bytes bytes = test::written(
            [&](DataBackupWriter& writer) {
                for (std::size_t i = 0; i < 3; ++i) {
                    Contact contact = maker.contact(i);
                    writer.add_contact(contact);
                    test::tell(people, contact);
                    add_chat(writer, ChatKind::contact, contact.identity);
                }
                Group group;
                group.id = maker.id();
                group.creator = "USER0001";
                group.members = {"USER0001", "MYSELF01"};
                group.user_state = UserState::member;
                group.name = maker.text();
                group.description = maker.text(50);
                group.last_update = maker.moment();
                group.number = "1234567890";
                writer.add_group(group);
                test::tell(people, group);
                add_chat(writer, ChatKind::group, "USER0002");
                DistributionList list;
                list.id = std::to_string(1 + maker.number(1'000'000'000));
                list.name = maker.text();
                list.created_at = maker.moment();
                list.members = {"USER0000"};
                writer.add_distribution_list(list);
                test::tell(people, list);
                add_chat(writer, ChatKind::distribution_list, "");
            },
            1 + static_cast<unsigned>(round % 3));
        WrittenArchive archive(std::move(bytes));
        test::Told read_people, read_messages;
        for (const Contact& one : archive.archive.contacts()) test::tell(read_people, one);
        for (const Group& one : archive.archive.groups()) test::tell(read_people, one);
        for (const DistributionList& one : archive.archive.distribution_lists())
            test::tell(read_people, one);
        std::size_t found = 0;
        for (const Chat& chat : archive.archive.chats())
            for (const Message& message : test::all_of(archive.archive, chat.id)) {
                test::tell(read_messages, message);
                if (message.media.empty()) continue;
                ++found;
                CHECK(archive.entry(message.media).size() == files.at(message.uid));
            }
        CHECK(read_people.text() == people.text());
        CHECK(read_messages.text() == messages.text());
        CHECK(found == files.size());
        CHECK(archive.archive.findings().empty());
    }
}
