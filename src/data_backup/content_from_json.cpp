#include <array>

#include <tresor/data_backup/writer.hpp>
#include <tresor/error.hpp>

#include "codec/json_writer.hpp"
#include "data_backup/json_fields.hpp"
#include "data_backup/model_from_json.hpp"
#include "data_backup/words.hpp"

namespace tresor::data_backup {

namespace {

// The members that say something, each of a content of its own.
constexpr std::array<std::string_view, 8> contents = {
    "text", "file", "location", "call", "group_call", "group_event", "forward_security", "poll"};

template <class Enum>
Enum known_word(JsonMembers& in, std::string_view name, Enum first, Enum last) {
    auto number =
        in.word(name, static_cast<std::int64_t>(first), static_cast<std::int64_t>(last),
                [](std::int64_t one) { return data_backup::name_of(static_cast<Enum>(one)); });
    if (!number) in.fail(name, "is missing");
    return static_cast<Enum>(*number);
}

// What the apps make of a file of this media type.
FileKind kind_of(const File& file) {
    Message message;
    message.type = MessageType::file;
    message.body = body_of(file);
    const Content content = content_of(message);
    return std::get<File>(content).kind;
}

// Nothing if it tells only where the file is.
std::optional<Content> file_of(JsonMembers& in, const std::string& caption) {
    in.ignore({"entry", "thumbnail_entry", "path", "thumbnail"});
    File file;
    bool told = false;
    for (std::string_view name : {"name", "media_type", "kind", "size", "seconds", "width",
                                  "height", "sticker", "animated", "downloaded", "thumbnail_type"})
        told = told || in.has(name);
    file.name = in.text("name");
    file.media_type = in.text("media_type");
    if (file.media_type.empty()) file.media_type = "application/octet-stream";
    file.size = in.natural("size").value_or(0);
    file.seconds = in.real("seconds");
    if (file.seconds && *file.seconds < 0) in.fail("seconds", "is negative");
    file.width = in.natural("width");
    file.height = in.natural("height");
    file.sticker = in.flag("sticker");
    file.animated = in.flag("animated");
    file.downloaded = in.flag("downloaded");
    file.thumbnail_type = in.text("thumbnail_type");
    file.caption = caption;
    auto kind = in.word("kind", 0, static_cast<std::int64_t>(FileKind::contact),
                        [](std::int64_t one) { return name_of(static_cast<FileKind>(one)); });
    file.kind = kind ? static_cast<FileKind>(*kind) : kind_of(file);
    if (kind && kind_of(file) != file.kind) in.fail("kind", "does not fit the media type");
    return told ? std::optional<Content>(file) : std::nullopt;
}

Location location_of(JsonMembers& in) {
    Location place;
    auto latitude = in.real("latitude"), longitude = in.real("longitude");
    if (!latitude) in.fail("latitude", "is missing");
    if (!longitude) in.fail("longitude", "is missing");
    place.latitude = *latitude;
    place.longitude = *longitude;
    place.accuracy = in.real("accuracy");
    if (place.accuracy && *place.accuracy < 0) in.fail("accuracy", "is negative");
    place.name = in.text("name");
    place.address = in.text("address");
    return place;
}

Call call_of(JsonMembers& in) {
    Call call;
    call.outcome = known_word(in, "outcome", CallOutcome::missed, CallOutcome::aborted);
    call.reason = in.word("reason", 0, 5, call_reason_word);
    call.seconds = in.natural("seconds");
    return call;
}

GroupCall group_call_of(JsonMembers& in) {
    GroupCall call;
    call.action = known_word(in, "action", GroupCallAction::started, GroupCallAction::ended);
    call.caller = in.text("caller");
    return call;
}

GroupEvent group_event_of(JsonMembers& in) {
    GroupEvent event;
    auto code = in.word("event", 0, 13, group_event_word);
    if (!code) in.fail("event", "is missing");
    event.code = *code;
    event.identity = in.text("identity");
    event.poll_name = in.text("poll_name");
    event.new_name = in.text("new_name");
    return event;
}

ForwardSecurity forward_security_of(JsonMembers& in) {
    ForwardSecurity notice;
    auto code = in.word("event", 0, 9, forward_security_word);
    if (!code) in.fail("event", "is missing");
    notice.code = *code;
    notice.quantity = in.natural("quantity").value_or(0);
    notice.text = in.text("text");
    return notice;
}

PollNotice poll_notice_of(JsonMembers& in) {
    PollNotice notice;
    notice.action = known_word(in, "action", PollAction::created, PollAction::closed);
    notice.poll = in.text("row_id");
    in.ignore({"name", "closed", "multiple", "choices"});  // of the poll itself
    return notice;
}

void put_number(codec::JsonWriter& json, double value) {
    char digits[40];
    auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    json.raw(as_bytes({digits, static_cast<std::size_t>(end - digits)}));
}

}  // namespace

std::optional<Content> content_of_json(JsonMembers& in, const std::string& caption) {
    std::optional<Content> content;
    auto read = [&](std::string_view name, auto of) {
        in.object(name, [&](JsonMembers& members) {
            auto said = of(members);
            if (!std::optional<Content>(said)) return;
            if (content) in.fail(name, "is said beside something else");
            content = std::move(said);
        });
    };
    read("file", [&](JsonMembers& members) { return file_of(members, caption); });
    read("location", location_of);
    read("call", call_of);
    read("group_call", group_call_of);
    read("group_event", group_event_of);
    read("forward_security", forward_security_of);
    read("poll", poll_notice_of);
    const bool has_text = in.has("text");
    const std::string text = in.text("text");
    if (has_text && !text.empty() && content) in.fail("text", "is said beside something else");
    if (has_text && !content) content = Text{text};
    return content;
}

void ignore_content(JsonMembers& in) {
    for (std::string_view name : contents) in.ignore({name});
}

std::string legacy_body_of(const File& file, MessageType type) {
    codec::JsonWriter json;
    json.begin_array();
    if (type != MessageType::image) put_number(json, file.seconds.value_or(0));
    json.flag(file.downloaded);
    json.text("");  // the key and the blob's id, which nobody needs any more
    json.text("");
    if (type == MessageType::image) json.text("");
    if (type == MessageType::video) json.integer(file.size);
    json.end_array();
    return std::string(as_text(json.take().expose()));
}

}  // namespace tresor::data_backup
