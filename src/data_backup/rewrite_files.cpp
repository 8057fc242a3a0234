// Files as they are, and what belongs to nothing.

#include <algorithm>
#include <array>

#include "data_backup/rewrite.hpp"
#include "data_backup/zip.hpp"
#include "data_backup/zip_entry.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::size_t held_bytes = std::size_t{1} << 20;

// Its beginning; all of it, if there is less than a MiB.
Bytes front_of(ByteSource& content) {
    constexpr std::size_t least = 16384;  // most files are small
    Bytes front;
    std::size_t filled = 0, part = 0;
    do {
        filled += part;
        if (filled == held_bytes) break;
        if (filled == front.size()) front.resize(std::clamp(2 * filled, least, held_bytes));
        part = content.read(ByteSpan(front).subspan(filled));
    } while (part > 0);
    front.resize(filled);
    return front;
}

}  // namespace

// Whether it is there now. What is damaged is found out before the first byte is written, as an
// entry cannot be taken back.
bool Rewriter::copy_entry(std::size_t side, const std::string& entry, const std::string& as) {
    if (written_.contains(as)) return true;
    Bytes front;
    std::unique_ptr<ByteSource> content;
    try {
        content = sides_[side]->archive.open(entry);
        if (!content) return false;
        front = front_of(*content);
        if (front.size() == held_bytes) {
            std::array<Byte, 65536> block;
            while (content->read(block) > 0) {
            }
            content->rewind();
        }
    } catch (const Error& error) {
        if (!is_of_entry(error)) throw;
        sides_[side]->note_bad(entry, error);
        return false;
    }
    written_.insert(as);
    if (front.size() < held_bytes)
        zip_.add(as, front);
    else
        zip_.add(as, *content);
    return true;
}

void Rewriter::write_left_files() {
    for (auto [side, place] : dropped_) {
        const Chat& chat = sides_[side]->archive.chats()[place];
        TargetChat only;
        only.kind = chat.kind;
        only.id = chat.id;
        only.places[side] = place;
        FileUids uids;
        items_of(only, side, uids);
        if (!chat.picture.empty()) sides_[side]->claimed.insert(chat.picture);
    }
    if (!cut_.chats.empty()) return;
    for (std::size_t side : {newer_, sides_.size() - 1 - newer_})
        for (const EntryInfo& entry : sides_[side]->archive.entries())
            write_left_file(side, entry.name);
}

void Rewriter::write_left_file(std::size_t side, const std::string& entry) {
    EntryClass what = classify(entry);
    bool is_file = what.kind == EntryKind::media || what.kind == EntryKind::thumbnail;
    bool is_picture = what.kind == EntryKind::contact_avatar ||
                      what.kind == EntryKind::contact_profile_picture ||
                      what.kind == EntryKind::group_avatar;
    bool is_wanted = is_file ? cut_.media : is_picture || what.kind == EntryKind::unknown;
    if (!is_wanted || !is_plain_name(entry) || sides_[side]->claimed.contains(entry)) return;
    // Its number may be somebody else's now.
    if (is_picture && sides_.size() > 1 && numbers_.contains(std::string(what.key)))
        return findings_.add(entry, "a picture of nobody is left out");
    copy_entry(side, entry, entry);
}

}  // namespace tresor::data_backup
