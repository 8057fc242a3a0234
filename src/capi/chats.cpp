// Chat archives: what is done with a whole one.

#include <tresor/data_backup/export.hpp>
#include <tresor/data_backup/stats.hpp>

#include "capi/archive.hpp"
#include "codec/json_writer.hpp"
#include "data_backup/json_fields.hpp"

using namespace tresor;
using namespace tresor::capi;
using namespace tresor::data_backup;
using codec::JsonWriter;

namespace tresor::capi {

void give_bad(OutBuf& result, const std::vector<BadEntry>& bad) {
    JsonWriter out;
    out.objects(bad, [&](const BadEntry& entry) {
        out.name("name");
        out.text(readable(entry.name));
        out.name("status");
        out.integer(-static_cast<int>(entry.code));
        out.name("reason");
        out.text(readable(entry.reason));
    });
    result.set(out.take().expose());
}

UtcOffset offset_of(tresor_utc_offset function, void* payload) {
    if (function == nullptr) return {};
    return [=](Timestamp time) {
        std::int64_t ahead = 0;
        call(function, &ahead, time.time_since_epoch().count(), payload);
        return Seconds(ahead);
    };
}

OptionalMoment moment_of(const std::int64_t* seconds) {
    if (seconds == nullptr) return std::nullopt;
    return Moment(timestamp(*seconds));
}

std::vector<std::string> chats_of(const char* const* chats, std::size_t count) {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < count; ++i) made.emplace_back(text((&need(chats))[i]));
    return made;
}

}  // namespace tresor::capi

namespace {

void number(JsonWriter& out, std::string_view name, std::uint64_t value) {
    out.name(name);
    out.integer(static_cast<std::int64_t>(value));
}

Language language_of(const char* name) {
    std::string_view language = name == nullptr ? "en" : name;
    if (language == "en") return Language::english;
    if (language == "de") return Language::german;
    throw Error(Errc::invalid_argument, "chats are written in en or de");
}

Format format_of(int format) {
    switch (format) {
        case TRESOR_CHATS_HTML: return Format::html;
        case TRESOR_CHATS_JSON: return Format::json;
        case TRESOR_CHATS_TEXT: return Format::text;
        default: throw Error(Errc::invalid_argument, "there is no such format");
    }
}

ExportOptions options_of(const tresor_export_options* options) {
    ExportOptions made;
    if (options == nullptr) return made;
    need_version(options->version);
    made.format = format_of(options->format);
    made.chats = chats_of(options->chats, options->chats_count);
    made.since = moment_of(options->since);
    made.until = moment_of(options->until);
    made.language = language_of(options->language);
    made.media = options->without_media == 0;
    made.utc_offset = offset_of(options->utc_offset, options->payload);
    return made;
}

}  // namespace

int tresor_data_backup_verify(tresor_verified* out, tresor_buf* bad_entries, tresor_buf* findings,
                              tresor_file* file, const char* password, std::size_t password_size,
                              const tresor_data_backup_options* options) {
    return guard([&] {
        OutBuf bad(bad_entries, true), found(findings, true);
        Out result(out, tresor_verified{});
        ReadAt& content = file_in(file);
        auto verified =
            verify(content, password_of(password, password_size), capi::options_of(options));
        give_bad(bad, verified.bad);
        found.set_findings(verified.findings);
        bad.release();
        found.release();
        result.set({verified.entries, verified.bytes, verified.bad_count});
    });
}

int tresor_data_backup_extract(tresor_extracted* out, tresor_buf* bad_entries, tresor_file* file,
                               const char* password, std::size_t password_size, const char* folder,
                               int media_only, const tresor_data_backup_options* options) {
    return guard([&] {
        OutBuf bad(bad_entries, true);
        Out result(out, tresor_extracted{});
        ReadAt& content = file_in(file);
        auto extracted = extract(content, password_of(password, password_size), text(folder),
                                 media_only != 0, capi::options_of(options));
        give_bad(bad, extracted.bad);
        bad.release();
        result.set({extracted.files, extracted.bytes, extracted.bad.size()});
    });
}

int tresor_data_backup_salvage(tresor_salvaged* out, tresor_file* file, const char* password,
                               std::size_t password_size, const tresor_sink* into,
                               const tresor_data_backup_options* options) {
    return guard([&] {
        Out result(out, tresor_salvaged{});
        CSink sink(need(into));
        ReadAt& content = file_in(file);
        auto salvaged =
            salvage(content, password_of(password, password_size), sink, capi::options_of(options));
        result.set({salvaged.recovered, salvaged.lost});
    });
}

int tresor_data_backup_export(tresor_exported* out, tresor_buf* bad_entries, tresor_buf* findings,
                              tresor_data_backup* archive, const char* folder,
                              const tresor_export_options* options) {
    return guard([&] {
        OutBuf bad(bad_entries, true), found(findings, true);
        Out result(out, tresor_exported{});
        auto exported = export_chats(archive_in(archive), text(folder), options_of(options));
        give_bad(bad, exported.bad);
        found.set_findings(exported.findings);
        bad.release();
        found.release();
        result.set({exported.chats, exported.messages, exported.media, exported.bad.size()});
    });
}

namespace {

void silence(JsonFields fields, Millis length, const OptionalMoment& from) {
    if (!from) return;
    fields.integer("longest_silence_seconds", std::chrono::floor<Seconds>(length).count());
    fields.moment("silence_from", from);
}

void write_members(JsonWriter& out, const ChatStats& chat) {
    JsonFields fields(out);
    fields.text("kind", name_of(chat.kind));
    fields.text("id", chat.id);
    fields.text("name", chat.name);
    number(out, "messages", chat.sent + chat.received);
    number(out, "sent", chat.sent);
    number(out, "received", chat.received);
    number(out, "notices", chat.notices);
    number(out, "deleted", chat.deleted);
    fields.object("by_sender", [&] {
        for (const auto& [sender, count] : chat.by_sender) number(out, readable(sender), count);
    });
    number(out, "media", chat.media);
    number(out, "media_bytes", chat.media_bytes);
    fields.moment("first", chat.first);
    fields.moment("last", chat.last);
    silence(fields, chat.longest_silence, chat.silence_from);
}

template <class Numbers>
void numbers(JsonWriter& out, std::string_view name, const Numbers& all) {
    out.name(name);
    out.begin_array();
    for (std::uint64_t one : all) out.integer(static_cast<std::int64_t>(one));
    out.end_array();
}

void write_members(JsonWriter& out, const Stats& stats) {
    JsonFields fields(out);
    number(out, "messages", stats.messages);
    number(out, "sent", stats.sent);
    number(out, "received", stats.received);
    number(out, "notices", stats.notices);
    number(out, "deleted", stats.deleted);
    fields.moment("first", stats.first);
    fields.moment("last", stats.last);
    silence(fields, stats.longest_silence, stats.silence_from);
    out.name("chats");
    out.objects(stats.chats, [&](const ChatStats& chat) { write_members(out, chat); });
    fields.object("per_day", [&] {
        for (const auto& [day, count] : stats.per_day) number(out, day, count);
    });
    numbers(out, "per_hour", stats.per_hour);
    numbers(out, "per_weekday", stats.per_weekday);
    fields.object("media", [&] {
        for (const auto& [kind, of] : stats.media) {
            out.name(kind);
            out.begin_object();
            number(out, "count", of.count);
            number(out, "present", of.present);
            number(out, "bytes", of.bytes);
            out.end_object();
        }
    });
}

}  // namespace

int tresor_data_backup_statistics(tresor_buf* json, tresor_buf* page, tresor_buf* findings,
                                  tresor_data_backup* archive,
                                  const tresor_statistics_options* options) {
    return guard([&] {
        OutBuf text_out(json, true), page_out(page, true), found(findings, true);
        tresor_statistics_options given = TRESOR_STATISTICS_OPTIONS_INIT;
        if (options != nullptr) given = *options;
        need_version(given.version);
        Language language = language_of(given.language);
        UtcOffset zone = offset_of(given.utc_offset, given.payload);
        Stats stats = statistics(archive_in(archive), zone);
        JsonWriter out;
        out.begin_object();
        write_members(out, stats);
        out.end_object();
        text_out.set(out.take().expose());
        if (page != nullptr) page_out.set(as_bytes(statistics_page(stats, language, zone)));
        found.set_findings(stats.findings);
        text_out.release();
        page_out.release();
        found.release();
    });
}
