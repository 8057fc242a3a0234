#include "data_backup/model_from_json.hpp"

#include <limits>

#include <tresor/data_backup/writer.hpp>
#include <tresor/error.hpp>

#include "data_backup/words.hpp"

namespace tresor::data_backup {

namespace {

// A value of an enum by its word.
template <class Enum>
std::optional<Enum> word_of(JsonMembers& members, std::string_view name, Enum last) {
    auto number = members.word(name, 0, static_cast<std::int64_t>(last),
                               [](std::int64_t one) { return name_of(static_cast<Enum>(one)); });
    return number ? std::optional(static_cast<Enum>(*number)) : std::nullopt;
}

void read_choice(JsonMembers& in, Poll& poll) {
    Choice& choice = poll.choices.emplace_back();
    choice.number = in.integer("number").value_or(0);
    choice.name = in.text("name");
    choice.vote_count = in.natural("vote_count").value_or(0);
    choice.order = in.integer("order").value_or(0);
    choice.created_at = in.moment("created_at");
    choice.modified_at = in.moment("modified_at");
}

void read_vote(JsonMembers& in, Poll& poll) {
    Vote& vote = poll.votes.emplace_back();
    vote.identity = in.text("identity");
    vote.choice = in.integer("choice").value_or(0);
    vote.selected = in.flag("selected");
    vote.created_at = in.moment("created_at");
    vote.modified_at = in.moment("modified_at");
}

void read_times(JsonMembers& in, Message& message) {
    message.posted_at = in.moment("posted_at");
    message.created_at = in.moment("created_at");
    message.modified_at = in.moment("modified_at");
    message.delivered_at = in.moment("delivered_at");
    message.read_at = in.moment("read_at");
    message.edited_at = in.moment("edited_at");
    message.deleted_at = in.moment("deleted_at");
    auto time = in.moment("time");
    if (message.posted_at || message.created_at || message.modified_at) return;
    message.posted_at = message.created_at = time;
}

void read_state(JsonMembers& in, Message& message) {
    message.state_text = in.text("state_text");
    auto state = word_of(in, "state", MessageState::unknown);
    message.state = state ? *state : message_state_of(message.state_text);
    if (message.state == MessageState::unknown && message.state_text.empty())
        in.fail("state_text", "is missing: the state is not known");
}

void read_flags(JsonMembers& in, Message& message) {
    message.outgoing = in.flag("outgoing");
    message.is_status = in.flag("status");
    message.read = !in.flag("unread");
    message.saved = !in.flag("unsaved");
    auto tags = in.natural("display_tags").value_or(0);
    if (tags > std::numeric_limits<std::uint32_t>::max())
        in.fail("display_tags", "is out of range");
    message.display_tags = static_cast<std::uint32_t>(tags);
    if (in.flag("starred")) message.display_tags |= 1;
}

void read_others(JsonMembers& in, Message& message) {
    in.object("quote", [&](JsonMembers& quote) {
        message.quoted_id = quote.text("api_id");
        quote.ignore({"found", "index", "sender", "outgoing", "type", "text"});
    });
    in.objects("reactions", [&](JsonMembers& one) {
        Reaction& reaction = message.reactions.emplace_back();
        reaction.sender = one.text("sender");
        reaction.emoji = one.text("emoji");
        reaction.at = one.moment("at");
    });
    message.others = in.cells("others");
}

bool is_legacy_file(MessageType type) {
    return type == MessageType::image || type == MessageType::video ||
           type == MessageType::voice_message;
}

// A text may be of many types; all else is of its own.
bool fits(MessageType type, const Content& content) {
    if (!std::holds_alternative<Text>(content))
        return type == type_of(content) ||
               (std::holds_alternative<File>(content) && is_legacy_file(type));
    switch (type) {
        case MessageType::text:
        case MessageType::contact:
        case MessageType::status:
        case MessageType::date_separator:
        case MessageType::unknown: return true;
        default: return false;
    }
}

std::string body_as(MessageType type, const Content& content) {
    if (const Text* text = std::get_if<Text>(&content)) return text->text;
    const File* file = std::get_if<File>(&content);
    return file && is_legacy_file(type) ? legacy_body_of(*file, type) : body_of(content);
}

// The type, the body and what goes with it.
void read_content(JsonMembers& in, Message& message) {
    message.type_text = in.text("type_text");
    message.caption = in.text("caption");
    auto type = word_of(in, "type", MessageType::unknown);
    if (!type && !message.type_text.empty()) type = message_type_of(message.type_text);
    if (in.has("body")) {
        message.body = in.text("body");
        if (in.has("text")) in.fail("text", "stands beside a body");
        if (!type) in.fail("type", "is missing");
        ignore_content(in);
        message.type = *type;
    } else {
        auto content = content_of_json(in, message.caption);
        message.type = type ? *type : content ? type_of(*content) : MessageType::text;
        if (content && !fits(message.type, *content))
            in.fail("type", "does not fit what the message says");
        if (content) message.body = body_as(message.type, *content);
    }
    if (message.type == MessageType::unknown && message.type_text.empty())
        in.fail("type_text", "is missing: the type is not known");
}

}  // namespace

Contact contact_of_json(ByteView json) {
    Contact contact;
    read_object(json, [&](JsonMembers& in) {
        contact.identity = in.text("identity");
        auto key = in.public_key("public_key");
        if (!key) in.fail("public_key", "is missing");
        contact.public_key = *key;
        contact.verification = word_of(in, "verification", Verification::fully_verified)
                                   .value_or(Verification::unverified);
        contact.verification_text = in.text("verification_text");
        contact.address_book_id = in.text("address_book_id");
        contact.first_name = in.text("first_name");
        contact.last_name = in.text("last_name");
        contact.nickname = in.text("nickname");
        contact.last_update = in.moment("last_update");
        contact.hidden = in.flag("hidden");
        contact.archived = in.flag("archived");
        contact.number = in.text("number");
        contact.others = in.cells("others");
        // It is made of the others; alone it would be lost.
        const std::string name = in.text("name");
        bool named = !contact.first_name.empty() || !contact.last_name.empty() ||
                     !contact.nickname.empty() || name.empty() || name == contact.identity;
        if (!named) in.fail("name", "is to be told as first_name, last_name or nickname");
    });
    return contact;
}

Group group_of_json(ByteView json) {
    Group group;
    read_object(json, [&](JsonMembers& in) {
        group.id = in.text("id");
        group.creator = in.text("creator");
        group.name = in.text("name");
        group.description = in.text("description");
        group.created_at = in.moment("created_at");
        group.last_update = in.moment("last_update");
        group.described_at = in.moment("described_at");
        group.members = in.texts("members");
        group.archived = in.flag("archived");
        group.deleted = in.flag("deleted");
        group.user_state =
            word_of(in, "user_state", UserState::unknown).value_or(UserState::unknown);
        group.number = in.text("number");
        group.others = in.cells("others");
    });
    return group;
}

DistributionList distribution_list_of_json(ByteView json) {
    DistributionList list;
    read_object(json, [&](JsonMembers& in) {
        list.id = in.text("id");
        list.name = in.text("name");
        list.created_at = in.moment("created_at");
        list.last_update = in.moment("last_update");
        list.members = in.texts("members");
        list.archived = in.flag("archived");
        list.others = in.cells("others");
    });
    return list;
}

Poll poll_of_json(ByteView json) {
    Poll poll;
    read_object(json, [&](JsonMembers& in) {
        poll.row_id = in.text("row_id");
        poll.id = in.text("id");
        poll.creator = in.text("creator");
        poll.chat_kind = word_of(in, "chat_kind", ChatKind::distribution_list);
        poll.chat = in.text("chat");
        poll.name = in.text("name");
        poll.closed = in.flag("closed");
        poll.multiple = in.flag("multiple");
        poll.intermediate = in.flag("intermediate");
        poll.state = in.text("state");
        poll.assessment = in.text("assessment");
        poll.type = in.text("type");
        poll.choice_type = in.text("choice_type");
        poll.last_viewed_at = in.moment("last_viewed_at");
        poll.created_at = in.moment("created_at");
        poll.modified_at = in.moment("modified_at");
        in.objects("choices", [&](JsonMembers& one) { read_choice(one, poll); });
        in.objects("votes", [&](JsonMembers& one) { read_vote(one, poll); });
    });
    return poll;
}

Message message_of_json(ByteView json) {
    Message message;
    read_object(json, [&](JsonMembers& in) {
        in.ignore({"chat", "index"});
        message.uid = in.text("uid");
        message.api_id = in.text("api_id");
        message.sender = in.text("sender");
        read_times(in, message);
        read_state(in, message);
        read_flags(in, message);
        read_others(in, message);
        read_content(in, message);
    });
    return message;
}

}  // namespace tresor::data_backup
