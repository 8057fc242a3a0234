#include "data_backup/model_json.hpp"

#include "data_backup/json_fields.hpp"

namespace tresor::data_backup {

using codec::JsonWriter;

void write_members(JsonWriter& json, const Contact& contact) {
    JsonFields fields(json);
    fields.text("identity", contact.identity);
    fields.text("public_key", format_public_key(contact.public_key));
    fields.text("verification", name_of(contact.verification));
    fields.text("verification_text", contact.verification_text);
    fields.text("name", display_name(contact));
    fields.text("first_name", contact.first_name);
    fields.text("last_name", contact.last_name);
    fields.text("nickname", contact.nickname);
    fields.text("address_book_id", contact.address_book_id);
    fields.moment("last_update", contact.last_update);
    fields.flag("hidden", contact.hidden);
    fields.flag("archived", contact.archived);
    fields.text("number", contact.number);
    fields.cells("others", contact.others);
}

void write_members(JsonWriter& json, const Group& group) {
    JsonFields fields(json);
    fields.text("id", group.id);
    fields.text("creator", group.creator);
    fields.text("name", group.name);
    fields.text("description", group.description);
    fields.moment("created_at", group.created_at);
    fields.moment("last_update", group.last_update);
    fields.moment("described_at", group.described_at);
    fields.texts("members", group.members);
    fields.flag("archived", group.archived);
    fields.flag("deleted", group.deleted);
    fields.text("user_state", name_of(group.user_state));
    fields.text("number", group.number);
    fields.cells("others", group.others);
}

void write_members(JsonWriter& json, const DistributionList& list) {
    JsonFields fields(json);
    fields.text("id", list.id);
    fields.text("name", list.name);
    fields.moment("created_at", list.created_at);
    fields.moment("last_update", list.last_update);
    fields.texts("members", list.members);
    fields.flag("archived", list.archived);
    fields.cells("others", list.others);
}

void write_members(JsonWriter& json, const Poll& poll) {
    JsonFields fields(json);
    fields.text("row_id", poll.row_id);
    fields.text("id", poll.id);
    fields.text("creator", poll.creator);
    if (poll.chat_kind) fields.text("chat_kind", name_of(*poll.chat_kind));
    fields.text("chat", poll.chat);
    fields.text("name", poll.name);
    fields.flag("closed", poll.closed);
    fields.flag("multiple", poll.multiple);
    fields.flag("intermediate", poll.intermediate);
    fields.text("state", poll.state);
    fields.text("assessment", poll.assessment);
    fields.text("type", poll.type);
    fields.text("choice_type", poll.choice_type);
    fields.moment("last_viewed_at", poll.last_viewed_at);
    fields.moment("created_at", poll.created_at);
    fields.moment("modified_at", poll.modified_at);
    fields.objects("choices", poll.choices, [&](const Choice& choice) {
        fields.integer("number", choice.number);
        fields.text("name", choice.name);
        fields.integer("vote_count", choice.vote_count);
        fields.integer("order", choice.order);
        fields.moment("created_at", choice.created_at);
        fields.moment("modified_at", choice.modified_at);
    });
    fields.objects("votes", poll.votes, [&](const Vote& vote) {
        fields.text("identity", vote.identity);
        fields.integer("choice", vote.choice);
        fields.flag("selected", vote.selected);
        fields.moment("created_at", vote.created_at);
        fields.moment("modified_at", vote.modified_at);
    });
}

void write_members(JsonWriter& json, const Chat& chat) {
    JsonFields fields(json);
    fields.text("kind", name_of(chat.kind));
    fields.text("id", chat.id);
    fields.text("name", chat.name);
    fields.text("entry", chat.entry);
    fields.text("picture_entry", chat.picture);
    fields.flag("archived", chat.archived);
    fields.flag("orphan", chat.orphan);
    fields.moment("last_update", chat.last_update);
    fields.texts("members", chat.members);
}

}  // namespace tresor::data_backup
