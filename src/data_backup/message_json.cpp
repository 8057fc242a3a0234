#include <algorithm>

#include "data_backup/json_fields.hpp"
#include "data_backup/model_json.hpp"
#include "data_backup/phrases.hpp"
#include "data_backup/words.hpp"

namespace tresor::data_backup {

using codec::JsonWriter;

namespace {

constexpr std::size_t large_poll = std::size_t{64} << 10;  // bytes of its texts

std::string_view name_of(Quote::Found found) {
    switch (found) {
        case Quote::Found::yes: return "yes";
        case Quote::Found::deleted: return "deleted";
        default: return "missing";
    }
}

void write_head(JsonFields fields, JsonWriter& json, const Message& message) {
    fields.integer("index", static_cast<std::int64_t>(message.index));
    fields.text("uid", message.uid);
    fields.text("api_id", message.api_id);
    fields.text("sender", message.sender);
    json.name("outgoing");
    json.flag(message.outgoing);
    fields.moment("time", message.shown_at());
    fields.moment("posted_at", message.posted_at);
    fields.moment("created_at", message.created_at);
    fields.moment("modified_at", message.modified_at);
    fields.moment("delivered_at", message.delivered_at);
    fields.moment("read_at", message.read_at);
    fields.moment("edited_at", message.edited_at);
    fields.moment("deleted_at", message.deleted_at);
    fields.text("type", name_of(message.type));
    if (message.type == MessageType::unknown) fields.text("type_text", message.type_text);
    if (message.state != MessageState::none) fields.text("state", name_of(message.state));
    if (message.state == MessageState::unknown) fields.text("state_text", message.state_text);
    fields.flag("status", message.is_status);
    fields.flag("unread", !message.read);
    fields.flag("unsaved", !message.saved);
    fields.flag("starred", message.starred());
    if (message.display_tags > 1) fields.integer("display_tags", message.display_tags);
}

void write_quote(JsonFields fields, const Message& message) {
    if (!message.quote && message.quoted_id.empty()) return;
    fields.object("quote", [&] {
        const Quote quote = message.quote.value_or(Quote{});
        fields.text("found", name_of(quote.found));
        fields.text("api_id", message.quoted_id);
        if (quote.found == Quote::Found::missing) return;
        fields.integer("index", static_cast<std::int64_t>(quote.index));
        fields.text("sender", quote.sender);
        fields.flag("outgoing", quote.outgoing);
        fields.text("type", name_of(quote.type));
        fields.text("text", quote.text);
    });
}

void write_reactions(JsonFields fields, const Message& message) {
    fields.objects("reactions", message.reactions, [&](const Reaction& reaction) {
        fields.text("sender", reaction.sender);
        fields.text("emoji", reaction.emoji);
        fields.moment("at", reaction.at);
    });
}

void write_file(JsonFields fields, const Message& message, const File* file,
                const MessagePlaces& places) {
    if (!file && message.media.empty() && message.thumbnail.empty()) return;
    fields.object("file", [&] {
        if (file) {
            fields.text("name", file->name);
            fields.text("media_type", file->media_type);
            fields.text("kind", name_of(file->kind));
            if (file->size > 0) fields.integer("size", file->size);
            fields.real("seconds", file->seconds);
            fields.integer("width", file->width);
            fields.integer("height", file->height);
            fields.flag("sticker", file->sticker);
            fields.flag("animated", file->animated);
            fields.flag("downloaded", file->downloaded);
            fields.text("thumbnail_type", file->thumbnail_type);
        }
        fields.text("entry", message.media);
        fields.text("thumbnail_entry", message.thumbnail);
        fields.text("path", places.media);
        fields.text("thumbnail", places.thumbnail);
    });
}

// Contents of one member each; says whether all of the body is told.
struct ContentJson {
    JsonFields fields;

    bool operator()(const Text& text) {
        fields.text("text", text.text);
        return true;
    }
    bool operator()(const File&) { return true; }  // written with its places
    bool operator()(const PollNotice& notice) { return notice.action != PollAction::unknown; }
    bool operator()(const Location& place) {
        fields.object("location", [&] {
            fields.real("latitude", place.latitude);
            fields.real("longitude", place.longitude);
            fields.real("accuracy", place.accuracy);
            fields.text("name", place.name);
            fields.text("address", place.address);
        });
        return place.latitude != 0 || place.longitude != 0;
    }
    bool operator()(const Call& call) {
        fields.object("call", [&] {
            fields.text("outcome", name_of(call.outcome));
            if (call.reason) fields.text("reason", call_reason_word(*call.reason));
            fields.integer("seconds", call.seconds);
        });
        return call.outcome != CallOutcome::unknown &&
               (!call.reason || !call_reason_word(*call.reason).empty());
    }
    bool operator()(const GroupCall& call) {
        fields.object("group_call", [&] {
            fields.text("action", name_of(call.action));
            fields.text("caller", call.caller);
        });
        return call.action != GroupCallAction::unknown;
    }
    bool operator()(const ForwardSecurity& notice) {
        auto word = forward_security_word(notice.code);
        fields.object("forward_security", [&] {
            fields.text("event", word.empty() ? "unknown" : word);
            if (notice.quantity > 0) fields.integer("quantity", notice.quantity);
            fields.text("text", notice.text);
        });
        return !word.empty();
    }
    bool operator()(const GroupEvent& event) {
        auto word = group_event_word(event.code);
        fields.object("group_event", [&] {
            fields.text("event", word.empty() ? "unknown" : word);
            fields.text("identity", event.identity);
            fields.text("poll_name", event.poll_name);
            fields.text("new_name", event.new_name);
        });
        return !word.empty();
    }
    bool operator()(const Unreadable&) { return false; }
};

}  // namespace

void MessageJson::write_members(JsonWriter& json, const Message& message, const Content& content,
                                const MessagePlaces& places) {
    JsonFields fields(json);
    fields.text("chat", places.chat);
    write_head(fields, json, message);
    const File* file = std::get_if<File>(&content);
    fields.text("caption", file ? file->caption : message.caption);
    write_quote(fields, message);
    write_reactions(fields, message);
    write_file(fields, message, file, places);
    bool told = std::visit(ContentJson{fields}, content);
    if (auto notice = std::get_if<PollNotice>(&content)) write_poll(json, *notice);
    if (!told) fields.text("body", message.body);
    fields.cells("others", message.others);
}

const MessageJson::Counted& MessageJson::counted(const Poll& poll) {
    auto [place, fresh] = polls_.try_emplace(&poll);
    Counted& known = place->second;
    if (!fresh) return known;
    std::size_t size = poll.name.size();
    for (const Choice& choice : poll.choices) size += choice.name.size() + 32;
    known.large = size > large_poll;
    if (!known.large) known.votes = tally(poll);
    return known;
}

void MessageJson::write_poll(JsonWriter& json, const PollNotice& notice) {
    JsonFields fields(json);
    const Poll* poll = lookup_.poll(notice.poll);
    fields.object("poll", [&] {
        fields.text("action", data_backup::name_of(notice.action));
        fields.text("row_id", notice.poll);
        if (!poll) return;
        const Counted& known = counted(*poll);
        fields.text("name", known.large ? one_line(poll->name, 500) : poll->name);
        fields.flag("closed", poll->closed);
        fields.flag("multiple", poll->multiple);
        auto votes = known.votes.begin();
        if (known.large) return;
        fields.objects("choices", poll->choices, [&](const Choice& choice) {
            fields.integer("number", choice.number);
            fields.text("name", choice.name);
            fields.integer("votes", static_cast<std::int64_t>(*votes++));
        });
    });
}

}  // namespace tresor::data_backup
