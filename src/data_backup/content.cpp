#include <algorithm>
#include <charconv>
#include <cmath>

#include <tresor/data_backup/model.hpp>

#include "codec/json_reader.hpp"

namespace tresor::data_backup {

namespace {

using codec::Json;

constexpr codec::JsonLimits limits{
    .document = std::size_t{8} << 20,
    .depth = 16,
    .string = std::size_t{4} << 20,
    .array = 1000,
    .values = 10'000,
};

// The elements of a list, by their number. What is missing or of another kind is its default.
class Elements {
public:
    explicit Elements(const Json* list) : list_(list ? list->array() : nullptr) {}

    bool any() const { return list_ != nullptr; }
    const Json* at(std::size_t index) const {
        return list_ && index < list_->size() ? &(*list_)[index] : nullptr;
    }

private:
    const Json::Array* list_;
};

std::string text(const Json* value) {
    auto found = value ? value->text() : std::nullopt;
    return found ? std::string(*found) : std::string();
}

bool flag(const Json* value) { return value && value->flag().value_or(false); }

std::optional<std::int64_t> whole(const Json* value) {
    auto number = value ? value->number() : std::nullopt;
    return number ? codec::whole_number(*number) : std::nullopt;
}

std::optional<std::int64_t> natural(const Json* value) {
    auto number = whole(value);
    return number && *number >= 0 ? number : std::nullopt;
}

std::optional<double> real(const Json* value) {
    auto number = value ? value->number() : std::nullopt;
    if (!number) return std::nullopt;
    double parsed = 0;
    const char* end = number->data() + number->size();
    auto [stop, error] = std::from_chars(number->data(), end, parsed);
    if (stop != end || error != std::errc() || !std::isfinite(parsed)) return std::nullopt;
    return parsed;
}

std::optional<double> not_negative(const Json* value) {
    auto number = real(value);
    return number && *number >= 0 ? number : std::nullopt;
}

const Json* member(const Json* value, std::string_view name) {
    const Json::Object* object = value ? value->object() : nullptr;
    if (!object) return nullptr;
    for (const Json::Member& one : *object)
        if (codec::view(one.name) == name) return &one.value;
    return nullptr;
}

std::optional<Json> parsed(std::string_view body) {
    Findings ignored;
    try {
        return codec::read_json(as_bytes(body), limits, ignored);
    } catch (const Error&) {
        return std::nullopt;
    }
}

// ---- files ----

std::string lowered(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

constexpr int rendered_as_media = 1, rendered_as_sticker = 2;

FileKind kind_of(const std::string& media_type, std::int64_t rendering) {
    std::string type = lowered(media_type);
    if (type.starts_with("image/gif")) return FileKind::gif;
    if (type.starts_with("image/svg")) return FileKind::file;
    if (type.starts_with("image/")) return FileKind::image;
    if (type.starts_with("video/")) return FileKind::video;
    if (type.starts_with("audio/"))
        return rendering == rendered_as_media ? FileKind::voice_message : FileKind::audio;
    bool card = type.starts_with("text/x-vcard") || type.starts_with("text/vcard");
    return card ? FileKind::contact : FileKind::file;
}

Content file(const Elements& body, const Message& message) {
    if (!body.any()) return Unreadable{};
    File file;
    file.media_type = text(body.at(2));
    if (file.media_type.empty()) file.media_type = "application/octet-stream";
    file.size = natural(body.at(3)).value_or(0);
    file.name = text(body.at(4));
    std::int64_t rendering = whole(body.at(5)).value_or(0);
    file.kind = kind_of(file.media_type, rendering);
    file.sticker = rendering == rendered_as_sticker;
    file.downloaded = flag(body.at(6));
    file.caption = text(body.at(7));
    if (file.caption.empty()) file.caption = message.caption;
    file.thumbnail_type = text(body.at(8));
    const Json* more = body.at(9);
    file.seconds = not_negative(member(more, "d"));
    file.width = natural(member(more, "w"));
    file.height = natural(member(more, "h"));
    file.animated = flag(member(more, "a"));
    return file;
}

File image(const Elements& body, const Message& message) {
    File file;
    file.kind = FileKind::image;
    file.media_type = "image/jpeg";
    file.downloaded = message.body.empty() || flag(body.at(0));
    file.caption = message.caption;
    return file;
}

File recording(const Elements& body, const Message& message) {
    bool video = message.type == MessageType::video;
    File file;
    file.kind = video ? FileKind::video : FileKind::voice_message;
    file.media_type = video ? "video/mp4" : "audio/aac";
    file.seconds = not_negative(body.at(0));
    file.downloaded = flag(body.at(1));
    if (video) file.size = natural(body.at(4)).value_or(0);
    file.caption = message.caption;
    return file;
}

// ---- places, polls, notices ----

Location location(const Elements& body) {
    Location place;
    auto latitude = real(body.at(0)), longitude = real(body.at(1));
    if (latitude && longitude) {
        place.latitude = *latitude;
        place.longitude = *longitude;
    }
    place.accuracy = not_negative(body.at(2));
    place.address = text(body.at(3));
    if (!place.address.empty()) place.name = text(body.at(4));
    return place;
}

PollNotice poll_notice(const Elements& body) {
    PollNotice notice;
    auto action = whole(body.at(0)).value_or(0);
    if (action >= 1 && action <= 3) notice.action = static_cast<PollAction>(action);
    if (auto poll = whole(body.at(1))) notice.poll = std::to_string(*poll);
    return notice;
}

enum class StatusKind { call = 1, group_call = 2, forward_security = 3, group_event = 4 };

// What `[kind, {…}]` says; nothing if it is of another kind.
const Json* status(const Elements& body, StatusKind kind) {
    return whole(body.at(0)) == static_cast<std::int64_t>(kind) ? body.at(1) : nullptr;
}

// The number of what happened, or `otherwise`.
std::int64_t code(const Json* status, std::int64_t least, std::int64_t most,
                  std::int64_t otherwise) {
    auto number = whole(member(status, "status")).value_or(otherwise);
    return number >= least && number <= most ? number : otherwise;
}

Call call(const Elements& body) {
    const Json* said = status(body, StatusKind::call);
    return {.outcome = static_cast<CallOutcome>(code(said, 1, 4, 0)),
            .reason = whole(member(said, "reason")),
            .seconds = natural(member(said, "duration"))};
}

GroupCall group_call(const Elements& body) {
    const Json* said = status(body, StatusKind::group_call);
    return {.action = static_cast<GroupCallAction>(code(said, 1, 2, 0)),
            .caller = text(member(said, "callerIdentity"))};
}

ForwardSecurity forward_security(const Elements& body) {
    const Json* said = status(body, StatusKind::forward_security);
    return {.code = code(said, 0, 9, -1),
            .quantity = natural(member(said, "quantity")).value_or(0),
            .text = text(member(said, "staticText"))};
}

GroupEvent group_event(const Elements& body) {
    const Json* said = status(body, StatusKind::group_event);
    return {.code = code(said, 0, 13, -1),
            .identity = text(member(said, "identity")),
            .poll_name = text(member(said, "ballotName")),
            .new_name = text(member(said, "newGroupName"))};
}

bool is_structured(MessageType type) {
    switch (type) {
        case MessageType::image:
        case MessageType::video:
        case MessageType::voice_message:
        case MessageType::location:
        case MessageType::poll:
        case MessageType::file:
        case MessageType::call:
        case MessageType::group_call:
        case MessageType::forward_security:
        case MessageType::group_event: return true;
        default: return false;
    }
}

}  // namespace

Content content_of(const Message& message) {
    bool gone = message.deleted_at && message.body.empty();
    if (gone || !is_structured(message.type)) return Text{message.body};
    std::optional<Json> json = parsed(message.body);
    Elements body(json ? &*json : nullptr);
    switch (message.type) {
        case MessageType::file: return file(body, message);
        case MessageType::image: return image(body, message);
        case MessageType::video:
        case MessageType::voice_message: return recording(body, message);
        case MessageType::location: return location(body);
        case MessageType::poll: return poll_notice(body);
        case MessageType::call: return call(body);
        case MessageType::group_call: return group_call(body);
        case MessageType::forward_security: return forward_security(body);
        case MessageType::group_event: return group_event(body);
        default: return Text{message.body};
    }
}

}  // namespace tresor::data_backup
