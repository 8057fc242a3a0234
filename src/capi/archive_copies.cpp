// Chat archives in a safe place: when the next is due, which stay, put and looked at.

#include <map>

#include <tresor/client/archives.hpp>

#include "capi/archive.hpp"
#include "codec/json_writer.hpp"

using namespace tresor;
using namespace tresor::capi;
using codec::JsonWriter;

namespace {

storage::Storage& store_in(tresor_storage* handle) { return *need(handle).store; }

storage::Every every_of(int every) {
    if (every < TRESOR_EVERY_DAILY || every > TRESOR_EVERY_YEARLY)
        throw Error(Errc::invalid_argument, "there is no such interval");
    return static_cast<storage::Every>(every);
}

std::optional<ThreemaId> optional_id(const char* identity) {
    return identity == nullptr ? std::nullopt : std::optional(ThreemaId(identity));
}

void number(JsonWriter& out, std::string_view name, std::uint64_t value) {
    out.name(name);
    out.integer(static_cast<std::int64_t>(value));
}
void time(JsonWriter& out, std::string_view name, std::optional<Timestamp> value) {
    out.name(name);
    value ? out.integer(seconds(value)) : out.null();
}
void flag(JsonWriter& out, std::string_view name, bool value) {
    out.name(name);
    out.flag(value);
}
void text(JsonWriter& out, std::string_view name, std::string_view value) {
    out.name(name);
    out.text(value);
}
void texts(JsonWriter& out, std::string_view name, const std::vector<std::string>& values) {
    out.name(name);
    out.begin_array();
    for (const std::string& value : values) out.text(value);
    out.end_array();
}

void give(OutBuf& result, JsonWriter& out) {
    result.set(out.take().expose());
    result.release();
}

std::vector<storage::Generation> generations_of(const std::int64_t* times, std::size_t count) {
    std::vector<storage::Generation> generations;
    if (count > 0) need(times);
    for (std::size_t i = 0; i < count; ++i)
        generations.push_back({storage::ObjectName(std::to_string(i)), timestamp(times[i])});
    return generations;
}

client::PutArchiveOptions options_of(const tresor_put_archive_options* given) {
    client::PutArchiveOptions made;
    if (given == nullptr) return made;
    need_version(given->version);
    if (given->keep != nullptr) made.keep = storage::parse_keep_policy(given->keep);
    made.owner = optional_id(given->owner);
    if (given->deep != nullptr) made.deep = given->deep;
    made.existing = given->replace != 0 ? Existing::replace : Existing::refuse;
    made.dry_run = given->dry_run != 0;
    made.now = optional_timestamp(given->now);
    made.utc_offset = offset_of(given->utc_offset, given->payload);
    return made;
}

std::string_view name_of(client::Fate fate) {
    if (fate == client::Fate::kept) return "kept";
    return fate == client::Fate::removed ? "removed" : "failed";
}

void write(JsonWriter& out, const client::PutArchive& put) {
    out.begin_object();
    text(out, "name", put.name.text());
    number(out, "bytes", put.transferred.bytes);
    out.name("sha256");
    out.hex(put.transferred.sha256);
    flag(out, "uploaded", put.uploaded);
    out.name("copies");
    out.objects(put.copies, [&](const client::ThinnedCopy& one) {
        text(out, "name", one.copy.object.name.text());
        time(out, "time", one.copy.time);
        number(out, "bytes", one.copy.object.size);
        text(out, "fate", name_of(one.fate));
        texts(out, "reasons", one.reasons);
    });
    out.name("first_failure");
    out.integer(put.first_failure ? -static_cast<int>(put.first_failure->code()) : TRESOR_OK);
    out.end_object();
}

using ByOwner = std::map<ThreemaId, std::vector<client::ArchiveCopy>>;

ByOwner copies_in(storage::Storage& storage, const std::optional<ThreemaId>& owner) {
    ByOwner copies;
    if (owner) copies[*owner] = {};
    for (auto& copy : client::archive_copies(storage, owner))
        copies[copy.owner].push_back(std::move(copy));
    return copies;
}

void write_members(JsonWriter& out, const ThreemaId& owner, const client::ArchiveStatus& status) {
    const auto& last = status.last_good;
    text(out, "identity", owner.text());
    time(out, "last_good", last ? std::optional(last->time) : std::nullopt);
    out.name("name");
    last ? out.text(last->object.name.text()) : out.null();
    out.name("bytes");
    last ? out.integer(static_cast<std::int64_t>(last->object.size)) : out.null();
    number(out, "generations", status.count);
    number(out, "total_bytes", status.bytes);
    time(out, "next_due", status.next_due);
    flag(out, "overdue", status.overdue);
}

}  // namespace

const char* tresor_every_name(int every) {
    if (every < TRESOR_EVERY_DAILY || every > TRESOR_EVERY_YEARLY) return "unknown";
    return storage::name_of(static_cast<storage::Every>(every)).data();
}

int tresor_schedule_next_due(std::int64_t* out, int every, std::int64_t last,
                             tresor_utc_offset utc_offset, void* payload) {
    return guard([&] {
        Out result(out, std::int64_t{TRESOR_NEVER});
        result.set(seconds(
            storage::next_due(every_of(every), timestamp(last), offset_of(utc_offset, payload))));
    });
}

int tresor_schedule_thin(tresor_buf* json, const std::int64_t* times, std::size_t times_count,
                         const char* keep, tresor_utc_offset utc_offset, void* payload) {
    return guard([&] {
        OutBuf result(json);
        auto judged = storage::thin(generations_of(times, times_count),
                                    storage::parse_keep_policy(capi::text(keep)),
                                    offset_of(utc_offset, payload));
        JsonWriter out;
        out.objects(judged, [&](const storage::Judged& one) {
            time(out, "time", one.generation.time);
            flag(out, "kept", one.kept);
            texts(out, "reasons", one.reasons);
        });
        give(result, out);
    });
}

int tresor_archive_put(tresor_buf* json, tresor_storage* storage, tresor_file* file,
                       const char* file_name, std::size_t file_name_size, const char* password,
                       std::size_t password_size, const tresor_data_backup_options* reading,
                       const tresor_put_archive_options* options) {
    return guard([&] {
        OutBuf result(json);
        auto given = options_of(options);
        given.reading = capi::options_of(reading);
        auto name = as_text(at_most(65536, bytes(file_name, file_name_size)));
        JsonWriter out;
        write(out, client::put_archive(store_in(storage), file_in(file), name,
                                       password_of(password, password_size), given));
        give(result, out);
    });
}

int tresor_archive_status(tresor_buf* json, tresor_storage* storage, const char* owner, int every,
                          std::int64_t now, tresor_utc_offset utc_offset, void* payload) {
    return guard([&] {
        OutBuf result(json);
        auto span = every_of(every);
        Timestamp at = timestamp(now);
        auto zone = offset_of(utc_offset, payload);
        JsonWriter out;
        out.objects(copies_in(store_in(storage), optional_id(owner)), [&](const auto& one) {
            write_members(out, one.first, client::archive_status(one.second, span, at, zone));
        });
        give(result, out);
    });
}
