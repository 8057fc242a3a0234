// Stores as C uses them.

#include <algorithm>
#include <limits>
#include <utility>

#include <tresor/client/transfer.hpp>
#include <tresor/storage/check.hpp>
#include <tresor/storage/location.hpp>
#include <tresor/storage/mirror.hpp>
#include <tresor/storage/retention.hpp>
#include <tresor/storage/retrying.hpp>
#include <tresor/storage/s3.hpp>

#include "capi/border.hpp"
#include "codec/json_writer.hpp"

using namespace tresor;
using namespace tresor::capi;
using storage::ObjectName;

namespace {

storage::Storage& store_in(tresor_storage* handle) { return *need(handle).store; }

std::unique_ptr<storage::Storage> kept(tresor_storage* handle) {
    return std::make_unique<storage::Wrapper>(store_in(handle));
}

tresor_object nothing() {
    tresor_object object{};
    object.modified = TRESOR_NEVER;
    return object;
}

// What stat and get have found.
void give_out(const std::optional<storage::ObjectInfo>& info, Out<int>& found,
              Out<tresor_object>& object) {
    found.set(info ? 1 : 0);
    if (info) object.set(object_of(*info));
}

}  // namespace

int tresor_storage_open(tresor_storage** out, const tresor_place* place,
                        const tresor_storage_options* options) {
    clear(out);
    return guard([&] {
        need(out);
        tresor_storage_options given = TRESOR_STORAGE_OPTIONS_INIT;
        if (options != nullptr) given = *options;
        need_version(given.version);
        tresor_place lasting = need(place);
        SecretBytes token(bytes(std::exchange(lasting.token, nullptr), lasting.token_size));
        client::StoreNote store = store_of(lasting);
        net::require_valid(store.net);
        storage::LocationOptions how{.create = given.create != 0,
                                     .progress = progress_of(given.progress, given.payload),
                                     .credentials = client::credentials_of(store),
                                     .net = store.net};
        if (!token.empty()) {
            if (storage::scheme_of(store.location) != "s3")
                throw Error(Errc::invalid_argument, "a session token is for s3: only");
            if (!how.credentials) how.credentials = storage::part(store.location).credentials;
            if (!how.credentials)
                throw Error(Errc::invalid_argument, "a session token is of no use without its key");
            how.credentials->token = std::move(token);
        }
        make(out, storage::open_storage(store.location, storage::built_in_stores(), how));
    });
}

int tresor_storage_mirror(tresor_storage** out, tresor_storage* const* stores, std::size_t count) {
    clear(out);
    return guard([&] {
        need(out);
        std::vector<std::unique_ptr<storage::Storage>> all;
        for (std::size_t i = 0; i < count; ++i) all.push_back(kept(*(&need(stores) + i)));
        make(out, std::make_unique<storage::Mirror>(std::move(all)));
    });
}

int tresor_storage_retrying(tresor_storage** out, tresor_storage* store,
                            int (*wait)(std::int64_t seconds, void* payload), void* payload) {
    clear(out);
    return guard([&] {
        need(out);
        need(wait);
        auto waiting = [=](Seconds pause) { call(wait, pause.count(), payload); };
        make(out, std::make_unique<storage::Retrying>(kept(store), waiting));
    });
}

void tresor_storage_free(tresor_storage* storage) { delete storage; }

int tresor_storage_describe(tresor_buf* text, tresor_storage* storage) {
    return guard([&] {
        OutBuf result(text);
        result.set(as_bytes(store_in(storage).describe()));
        result.release();
    });
}

int tresor_storage_abilities(unsigned* out, tresor_storage* storage) {
    return guard([&] {
        Out result(out, 0u);
        auto can = store_in(storage).can();
        unsigned set = 0;
        for (auto [able, flag] : {std::pair(can.list, TRESOR_CAN_LIST),
                                  {can.put_if_absent, TRESOR_CAN_PUT_IF_ABSENT},
                                  {can.conditional_put, TRESOR_CAN_PUT_CONDITIONALLY},
                                  {can.conditional_remove, TRESOR_CAN_REMOVE_CONDITIONALLY},
                                  {can.any_name, TRESOR_CAN_ANY_NAME}})
            if (able) set |= static_cast<unsigned>(flag);
        result.set(set);
    });
}

std::size_t tresor_object_text_size(void) { return TRESOR_OBJECT_TEXT_SIZE; }

int tresor_object_set(tresor_object* object, const char* name, std::uint64_t size,
                      std::int64_t modified, const char* version) {
    return guard([&] {
        Out result(object, nothing());
        std::string of = text_or_empty(version);
        if (of.size() >= TRESOR_OBJECT_TEXT_SIZE)
            throw Error(Errc::invalid_argument, "a version has at most 255 bytes");
        result.set(
            object_of({ObjectName(text(name)), size, optional_timestamp(modified), std::move(of)}));
    });
}

int tresor_storage_put(tresor_object* object, tresor_storage* storage, const char* name,
                       const tresor_source* content, const tresor_condition* condition) {
    return guard([&] {
        Out result(object, nothing(), true);
        CSource source(need(content));
        result.set(object_of(
            store_in(storage).put(ObjectName(text(name)), source, condition_of(condition))));
    });
}

int tresor_storage_put_bytes(tresor_object* object, tresor_storage* storage, const char* name,
                             const void* content, std::size_t size,
                             const tresor_condition* condition) {
    return guard([&] {
        Out result(object, nothing(), true);
        MemorySource source(bytes(content, size));
        result.set(object_of(
            store_in(storage).put(ObjectName(text(name)), source, condition_of(condition))));
    });
}

int tresor_storage_stat(int* found, tresor_object* object, tresor_storage* storage,
                        const char* name) {
    return guard([&] {
        Out result(object, nothing(), true);
        Out is_there(found, 0);
        give_out(store_in(storage).stat(ObjectName(text(name))), is_there, result);
    });
}

int tresor_storage_get(int* found, tresor_object* object, tresor_storage* storage, const char* name,
                       const tresor_sink* into) {
    return guard([&] {
        Out result(object, nothing(), true);
        Out is_there(found, 0);
        CSink sink(need(into));
        give_out(store_in(storage).get(ObjectName(text(name)), sink), is_there, result);
    });
}

int tresor_storage_get_bytes(int* found, tresor_object* object, tresor_buf* content,
                             tresor_storage* storage, const char* name, std::size_t most) {
    return guard([&] {
        Out result(object, nothing(), true);
        OutBuf got(content, true);
        Out is_there(found, 0);
        need(content);
        MemorySink sink(most);
        auto info = store_in(storage).get(ObjectName(text(name)), sink);
        if (info) got.set(sink.bytes());
        give_out(info, is_there, result);
        got.release();
    });
}

int tresor_storage_remove(int* found, tresor_storage* storage, const char* name,
                          const tresor_condition* condition) {
    return guard([&] {
        Out was_there(found, 0, true);
        was_there.set(
            store_in(storage).remove(ObjectName(text(name)), condition_of(condition)) ? 1 : 0);
    });
}

int tresor_storage_list(tresor_storage* storage, const char* prefix, tresor_visit visit,
                        void* payload) {
    return guard([&] {
        need(visit);
        store_in(storage).list(text(prefix), [&](const storage::ObjectInfo& info) {
            tresor_object object = object_of(info);
            int enough = 0;
            call(visit, &enough, &object, payload);
            return enough == 0;
        });
    });
}

int tresor_storage_clock(std::int64_t* out, tresor_storage* storage) {
    return guard([&] {
        Out result(out, std::int64_t{TRESOR_NEVER});
        result.set(seconds(store_in(storage).clock()));
    });
}

int tresor_storage_check(tresor_buf* answers, int* ok, tresor_storage* storage,
                         tresor_storage* again) {
    return guard([&] {
        Out all_good(ok, 0, true);
        OutBuf result(answers);
        storage::CheckOptions options;
        if (again != nullptr) options.again = &store_in(again);
        auto said = storage::check(store_in(storage), options);
        codec::JsonWriter out;
        out.objects(said, [&](const storage::Answer& answer) {
            out.name("name");
            out.text(answer.name);
            out.name("ok");
            out.flag(answer.ok);
            out.name("detail");
            out.text(answer.detail);
        });
        result.set(out.take().expose());
        result.release();
        all_good.set(storage::all_ok(said) ? 1 : 0);
    });
}

int tresor_limits_parse(tresor_limits* out, tresor_buf* findings, const void* config,
                        std::size_t config_size) {
    return guard([&] {
        OutBuf found(findings, true);
        Out result(out, tresor_limits{});
        auto parsed = storage::parse_limits(bytes(config, config_size));
        found.set_findings(parsed.findings);
        found.release();
        result.set({parsed.limits.max_backup_bytes, parsed.limits.retention_days});
    });
}

int tresor_limits_format(tresor_buf* out, const tresor_limits* limits) {
    return guard([&] {
        OutBuf result(out);
        storage::Limits given{need(limits).max_backup_bytes, limits->retention_days};
        storage::require_valid(given);
        result.set(storage::format_limits(given));
        result.release();
    });
}

int tresor_limits_get(tresor_limits* out, tresor_buf* findings, tresor_storage* storage) {
    return guard([&] {
        OutBuf found(findings, true);
        Out result(out, tresor_limits{});
        auto got = storage::get_limits(store_in(storage));
        found.set_findings(got.findings);
        found.release();
        result.set({got.limits.max_backup_bytes, got.limits.retention_days});
    });
}

int tresor_limits_put(tresor_storage* storage, const tresor_limits* limits) {
    return guard([&] {
        tresor_limits given = limits == nullptr ? tresor_limits TRESOR_LIMITS_INIT : *limits;
        storage::put_limits(store_in(storage), {given.max_backup_bytes, given.retention_days});
    });
}

int tresor_object_expired(int* out, const tresor_object* object, std::int64_t retention_days,
                          std::int64_t now) {
    return guard([&] {
        Out result(out, 0);
        if (retention_days < 0 || retention_days > 36500)
            throw Error(Errc::invalid_argument, "backups are kept for 0 to 36500 days");
        auto info = info_of(need(object));
        result.set(storage::expired(info, retention_days, timestamp(now)) ? 1 : 0);
    });
}

int tresor_storage_sweep(tresor_swept* out, tresor_storage* storage, std::int64_t retention_days,
                         std::int64_t now, const tresor_sweep_options* options) {
    return guard([&] {
        Out result(out, tresor_swept{});
        tresor_sweep_options given = TRESOR_SWEEP_OPTIONS_INIT;
        if (options != nullptr) given = *options;
        need_version(given.version);
        storage::SweepOptions how;
        how.dry_run = given.dry_run != 0;
        if (given.jobs > 0) how.jobs = given.jobs;
        how.progress = progress_of(given.progress, given.payload);
        if (given.before_removal != nullptr)
            how.before_removal = [&](const storage::ObjectInfo& info) {
                tresor_object object = object_of(info);
                return try_call(given.before_removal, &object, given.payload) == TRESOR_OK;
            };
        auto swept = storage::sweep(store_in(storage), retention_days, timestamp(now), how);
        result.set(
            {swept.examined, swept.expired, swept.removed, swept.bytes_freed, swept.kept_changed,
             swept.failed,
             swept.first_failure ? -static_cast<int>(swept.first_failure->code()) : TRESOR_OK});
    });
}

int tresor_storage_lifecycle(tresor_storage* storage, std::int64_t retention_days) {
    return guard([&] {
        auto* s3 = dynamic_cast<storage::S3*>(&store_in(storage));
        if (s3 == nullptr)
            throw Error(Errc::unsupported, "only a store of s3: has an engine that removes");
        s3->lifecycle(retention_days);
    });
}

namespace {

tresor_transferred transferred_of(const client::Transferred& moved) {
    tresor_transferred made{moved.bytes, {}};
    std::copy(moved.sha256.begin(), moved.sha256.end(), made.sha256);
    return made;
}

}  // namespace

std::size_t tresor_sha256_size(void) { return TRESOR_SHA256_SIZE; }

int tresor_transfer_put(tresor_transferred* out, tresor_storage* storage, const char* name,
                        const tresor_source* content, int replace) {
    return guard([&] {
        Out result(out, tresor_transferred{}, true);
        CSource source(need(content));
        result.set(transferred_of(
            client::put_verified(store_in(storage), ObjectName(text(name)), source,
                                 replace != 0 ? Existing::replace : Existing::refuse)));
    });
}

int tresor_transfer_get(int* found, tresor_transferred* out, tresor_storage* storage,
                        const char* name, const tresor_sink* into) {
    return guard([&] {
        Out result(out, tresor_transferred{}, true);
        Out is_there(found, 0);
        CSink sink(need(into));
        auto moved = client::get_hashed(store_in(storage), ObjectName(text(name)), sink);
        is_there.set(moved ? 1 : 0);
        if (moved) result.set(transferred_of(*moved));
    });
}

int tresor_transfer_name(char* out, const char* file_name, std::size_t file_name_size) {
    return guard([&] {
        auto name = as_text(at_most(65536, bytes(file_name, file_name_size)));
        copy_out(&need(out), client::archive_name(name).text());
    });
}
