#include "data_backup/chat_table.hpp"

#include <array>

#include <tresor/error.hpp>

#include "data_backup/catalogue.hpp"
#include "data_backup/zip.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::uint64_t too_large = std::uint64_t{5} << 20;  // of thumbnails (7.3)
constexpr std::size_t longest_uid = 200;                     // of a file

// Part of the name of an entry, which must not pass for a table.
bool names_a_file(std::string_view uid) {
    return is_plain_name(uid) && !uid.ends_with(".csv") && uid.size() <= longest_uid;
}

std::string joined(std::string_view prefix, std::string_view key) {
    return std::string(prefix).append(key);
}

}  // namespace

ChatTable::Files& ChatTable::file_of(std::string_view uid, const Place& place) {
    if (rows_) throw Error(Errc::invalid_argument, "the files of a chat come before its messages");
    place.require(names_a_file(uid), "uid", "cannot be in the name of an entry");
    return files_[std::string(uid)];
}

void ChatTable::add_media(std::string_view uid, ByteSource& content) {
    Place place("media", media_, &place_);
    Files& files = file_of(uid, place);
    place.require(!files.media, "uid", "is there twice");
    files.media = media_++;
    around_.zip.add(joined(media_prefix(key_.kind), uid), content);
}

void ChatTable::add_thumbnail(std::string_view uid, ByteSource& image) {
    Place place("thumbnails", thumbnails_, &place_);
    Files& files = file_of(uid, place);
    place.require(!files.thumbnail, "uid", "is there twice");
    files.thumbnail = thumbnails_++;
    around_.zip.begin(joined(thumbnail_prefix(key_.kind), uid));
    std::uint64_t size = 0;
    std::array<Byte, 65536> buffer;
    while (std::size_t got = image.read(buffer)) {
        size += got;
        place.require(size < too_large, "", "has 5 MiB or more: the app would not restore it");
        around_.zip.write(ByteView(buffer).first(got));
    }
    around_.zip.end();
}

void ChatTable::begin_rows() {
    if (rows_) return;
    around_.zip.begin(joined(messages_prefix(key_.kind), key_.number) + ".csv");
    rows_.emplace(entry_);
    write_message_header(*rows_, key_.kind);
}

// 4.5: the sender of what came; a poll of the owner has its creator there, too.
std::string_view ChatTable::sender_cell(const Message& message) const {
    if (key_.kind != ChatKind::group) return {};
    if (!message.outgoing) return message.sender;
    if (written_type(message) != MessageType::poll || message.body.empty()) return {};
    Message poll;
    poll.type = MessageType::poll;
    poll.body = message.body;
    Content content = content_of(poll);
    const auto* notice = std::get_if<PollNotice>(&content);
    return notice ? around_.polls.creator_of(notice->poll) : std::string_view();
}

void ChatTable::match_files(const Message& message, const Place& place) {
    auto found = files_.find(message.uid);
    if (found == files_.end()) return;
    place.require(may_have_file(written_type(message)), "type", "has no file, but one was added");
    files_.erase(found);
}

void ChatTable::add(const Message& message) {
    Place place("messages", messages_, &place_);
    check_message(message, key_.kind, place);
    match_files(message, place);
    place.require(around_.uids.insert(message.uid), "uid", "is there twice");
    around_.reactions.add({key_.kind, key_.first, key_.second}, message, around_.people.owner(),
                          place);
    begin_rows();
    write_message(*rows_, message, key_.kind, sender_cell(message));
    ++messages_;
}

void ChatTable::end() {
    if (!files_.empty()) {
        const Files& files = files_.begin()->second;
        bool media = files.media.has_value();
        Place(media ? "media" : "thumbnails", media ? *files.media : *files.thumbnail, &place_)
            .refuse("uid", "is that of no message of the chat");
    }
    begin_rows();
    rows_->flush();
    around_.zip.end();
}

}  // namespace tresor::data_backup
