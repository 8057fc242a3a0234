#include "data_backup/messages.hpp"

#include <algorithm>
#include <limits>

#include "codec/json_reader.hpp"
#include "data_backup/schema.hpp"
#include "data_backup/words.hpp"

namespace tresor::data_backup {

namespace {

using namespace message_column;

constexpr std::string_view former_columns[] = {"isqueued"};

constexpr std::string_view thumbs_up = "\xF0\x9F\x91\x8D", thumbs_down = "\xF0\x9F\x91\x8E";
constexpr std::size_t most_states = 1000;  // members of a group that acknowledged one message

}  // namespace

MessageTable::MessageTable(std::unique_ptr<ByteSource> source, const Chat& chat,
                           std::string_view owner, const Reactions* reactions, Findings& findings,
                           bool unix_line_ends)
    : source_(std::move(source)),
      table_(*source_, chat.entry, names, former_columns, findings, unix_line_ends),
      kind_(chat.kind),
      partner_(chat.kind == ChatKind::contact ? chat.id : ""),
      owner_(owner),
      reactions_(reactions) {
    if (reactions_ != nullptr) reactions_chat_ = reactions_->chat(chat.kind, chat.id);
}

bool MessageTable::next(Reference& into) {
    if (!table_.next()) return false;
    into.id = parse_hex64(table_.text(api_id));
    into.quoted = parse_hex64(table_.text(quoted_id));
    return true;
}

bool MessageTable::next(Message& into) {
    if (!table_.next()) return false;
    into.index = index_++;
    into.uid = table_.text(uid);
    into.api_id = table_.text(api_id);
    into.outgoing = table_.flag(is_outgoing);
    into.read = table_.flag(is_read, true);
    into.saved = table_.flag(is_saved, true);
    into.is_status = table_.flag(is_status);
    into.type_text = table_.text(type);
    into.type = message_type_of(into.type_text);
    if (into.type == MessageType::unknown) table_.report("the type of a message is not known");
    table_.assign(into.body, body);
    table_.assign(into.caption, caption);
    into.quoted_id = table_.text(quoted_id);
    into.quote.reset();
    into.media.clear();
    into.thumbnail.clear();
    auto tags = table_.integer(display_tags);
    bool tags_fit = tags.value_or(0) >= 0 && tags.value_or(0) <= 0xFFFFFFFF;
    if (!tags_fit) table_.report("the tags of a message are no set of bits");
    into.display_tags = tags_fit ? static_cast<std::uint32_t>(tags.value_or(0)) : 0;
    read_times(into);
    read_state(into);
    read_sender(into);
    merge_reactions(into);
    table_.others(into.others);
    return true;
}

void MessageTable::read_times(Message& into) {
    into.posted_at = table_.moment(posted_at);
    into.created_at = table_.moment(created_at);
    if (!into.posted_at) into.posted_at = into.created_at;
    if (!into.created_at) into.created_at = into.posted_at;
    into.modified_at = table_.moment(modified_at);
    into.delivered_at = table_.moment(delivered_at);
    into.read_at = table_.moment(read_at);
    into.edited_at = table_.moment(edited_at);
    into.deleted_at = table_.moment(deleted_at);
}

void MessageTable::read_state(Message& into) {
    into.state_text = table_.text(state);
    into.state = message_state_of(into.state_text);
    if (into.state == MessageState::unknown) table_.report("the state of a message is not known");
}

// By direction first: a poll carries its creator, also where the owner sent it.
void MessageTable::read_sender(Message& into) {
    if (into.outgoing)
        into.sender = owner_;
    else if (kind_ == ChatKind::contact)
        into.sender = partner_;
    else
        into.sender = table_.text(identity);
}

// data-backup.md 6.5, in the order of the app: what acknowledged comes before what reacted.
void MessageTable::merge_reactions(Message& into) {
    into.reactions.clear();
    bool acknowledged = into.state == MessageState::acknowledged;
    if (kind_ == ChatKind::contact && (acknowledged || into.state == MessageState::declined))
        acknowledge(into, into.outgoing ? partner_ : owner_, acknowledged);
    if (kind_ == ChatKind::group && !table_.text(group_states).empty()) read_group_states(into);
    if (reactions_chat_ == Reactions::no_chat) return;
    if (auto id = parse_hex64(into.api_id))
        reactions_->append(reactions_chat_, *id, into.reactions);
}

void MessageTable::acknowledge(Message& into, std::string sender, bool up) {
    into.reactions.push_back({std::move(sender), std::string(up ? thumbs_up : thumbs_down),
                              into.modified_at ? into.modified_at : into.created_at});
}

void MessageTable::read_group_states(Message& into) {
    Findings ignored;
    std::optional<codec::Json> states;
    try {
        states = codec::read_json(as_bytes(table_.text(group_states)), {}, ignored);
    } catch (const Error& error) {
        if (error.code() == Errc::out_of_memory) throw;
    }
    if (!states || states->object() == nullptr)
        return table_.report("the states of a message in a group cannot be read");
    for (const auto& member : *states->object()) {
        if (into.reactions.size() >= most_states) break;
        auto word = message_state_of(member.value.text().value_or(""));
        if (word != MessageState::acknowledged && word != MessageState::declined) continue;
        acknowledge(into, std::string(codec::view(member.name)),
                    word == MessageState::acknowledged);
    }
}

}  // namespace tresor::data_backup
