// Bodies as the app writes them (data-backup.md 6.2): compact, in its order.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include <tresor/data_backup/writer.hpp>
#include <tresor/error.hpp>

#include "codec/json_writer.hpp"
#include "data_backup/table.hpp"

namespace tresor::data_backup {

namespace {

using codec::JsonWriter;

[[noreturn]] void refuse(const char* why) { throw Error(Errc::invalid_argument, why); }

void text_or_null(JsonWriter& json, const std::string& text) {
    if (text.empty()) return json.null();
    json.text(text);
}

void text_member(JsonWriter& json, std::string_view name, const std::string& text) {
    if (text.empty()) return;
    json.name(name);
    json.text(text);
}

void integer_member(JsonWriter& json, std::string_view name, std::optional<std::int64_t> value) {
    if (!value) return;
    json.name(name);
    json.integer(*value);
}

void real(JsonWriter& json, double value) {
    if (!std::isfinite(value)) refuse("a number of a message is not finite");
    std::array<char, 32> digits;
    auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    json.raw(
        as_bytes(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data()))));
}

int rendering_of(const File& file) {
    if (file.sticker) return 2;
    switch (file.kind) {
        case FileKind::image:
        case FileKind::gif:
        case FileKind::video:
        case FileKind::voice_message: return 1;
        default: return 0;
    }
}

void write_details(JsonWriter& json, const File& file) {
    json.begin_object();
    if (file.seconds) {
        json.name("d");
        real(json, *file.seconds);
    }
    integer_member(json, "w", file.width);
    integer_member(json, "h", file.height);
    if (file.animated) {
        json.name("a");
        json.flag(true);
    }
    json.end_object();
}

enum class StatusKind { call = 1, group_call = 2, forward_security = 3, group_event = 4 };

// `[kind, {"status": code, …}]`; `more` writes the other members.
template <class More>
void write_status(JsonWriter& json, StatusKind kind, std::int64_t code, const More& more) {
    json.begin_array();
    json.integer(static_cast<int>(kind));
    json.begin_object();
    integer_member(json, "status", code);
    more();
    json.end_object();
    json.end_array();
}

struct BodyWriter {
    JsonWriter& json;

    void operator()(const Text&) const {}  // has no JSON
    void operator()(const Unreadable&) const { refuse("an unreadable file has no body"); }

    // Without id and key of the blob, which is not on the server any more.
    void operator()(const File& file) const {
        constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();  // the app reads
        json.begin_array();
        json.null();
        json.null();
        text_or_null(json, file.media_type);
        json.integer(file.size >= 0 && file.size <= most ? file.size : 0);
        text_or_null(json, file.name);
        json.integer(rendering_of(file));
        json.flag(file.downloaded);
        text_or_null(json, file.caption);
        text_or_null(json, file.thumbnail_type);
        write_details(json, file);
        json.end_array();
    }

    // A name without an address would be dropped with it: it becomes the address.
    void operator()(const Location& place) const {
        bool only_name = place.address.empty();
        json.begin_array();
        real(json, place.latitude);
        real(json, place.longitude);
        if (place.accuracy)
            real(json, *place.accuracy);
        else
            json.null();
        text_or_null(json, only_name ? place.name : place.address);
        text_or_null(json, only_name ? std::string() : place.name);
        json.end_array();
    }

    void operator()(const PollNotice& notice) const {
        auto poll = parse_integer(notice.poll);
        if (!poll) refuse("a message names a poll by what is no number");
        if (notice.action == PollAction::unknown) refuse("what happened to a poll is not known");
        json.begin_array();
        json.integer(static_cast<int>(notice.action));
        json.integer(*poll);
        json.end_array();
    }

    void operator()(const Call& call) const {
        if (call.outcome == CallOutcome::unknown) refuse("how a call ended is not known");
        write_status(json, StatusKind::call, static_cast<int>(call.outcome), [&] {
            integer_member(json, "reason", call.reason);
            integer_member(json, "duration", call.seconds);
        });
    }

    void operator()(const GroupCall& call) const {
        if (call.action == GroupCallAction::unknown) refuse("what a group call did is not known");
        write_status(json, StatusKind::group_call, static_cast<int>(call.action),
                     [&] { text_member(json, "callerIdentity", call.caller); });
    }

    void operator()(const ForwardSecurity& notice) const {
        if (notice.code < 0 || notice.code > 9) refuse("a forward security notice is not known");
        write_status(json, StatusKind::forward_security, notice.code, [&] {
            integer_member(json, "quantity", notice.quantity);
            json.name("staticText");
            text_or_null(json, notice.text);
        });
    }

    void operator()(const GroupEvent& event) const {
        if (event.code < 0 || event.code > 13) refuse("what happened in a group is not known");
        write_status(json, StatusKind::group_event, event.code, [&] {
            text_member(json, "identity", event.identity);
            text_member(json, "ballotName", event.poll_name);
            text_member(json, "newGroupName", event.new_name);
        });
    }
};

// The app's writer escapes the line and paragraph separator, too (U+2028, U+2029).
std::string with_separators_escaped(std::string_view json) {
    std::string text;
    for (std::size_t at = 0; at < json.size();) {
        std::string_view rest = json.substr(at);
        bool line = rest.starts_with("\xE2\x80\xA8"), paragraph = rest.starts_with("\xE2\x80\xA9");
        if (line || paragraph) text += line ? "\\u2028" : "\\u2029";
        std::size_t taken =
            line || paragraph ? 3 : std::min(json.find('\xE2', at + 1), json.size()) - at;
        if (!line && !paragraph) text += rest.substr(0, taken);
        at += taken;
    }
    return text;
}

struct TypeOf {
    MessageType operator()(const Text&) const noexcept { return MessageType::text; }
    MessageType operator()(const File&) const noexcept { return MessageType::file; }
    MessageType operator()(const Location&) const noexcept { return MessageType::location; }
    MessageType operator()(const PollNotice&) const noexcept { return MessageType::poll; }
    MessageType operator()(const Call&) const noexcept { return MessageType::call; }
    MessageType operator()(const GroupCall&) const noexcept { return MessageType::group_call; }
    MessageType operator()(const ForwardSecurity&) const noexcept {
        return MessageType::forward_security;
    }
    MessageType operator()(const GroupEvent&) const noexcept { return MessageType::group_event; }
    MessageType operator()(const Unreadable&) const noexcept { return MessageType::file; }
};

}  // namespace

std::string body_of(const Content& content) {
    if (const Text* text = std::get_if<Text>(&content)) return text->text;
    JsonWriter json;
    std::visit(BodyWriter{json}, content);
    SecretBytes text = json.take();
    return with_separators_escaped(as_text(std::as_const(text).expose()));
}

MessageType type_of(const Content& content) noexcept { return std::visit(TypeOf{}, content); }

}  // namespace tresor::data_backup
