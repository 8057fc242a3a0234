#include <tresor/client.hpp>

#include <tresor/storage/retention.hpp>

namespace tresor::client {
namespace {

using storage::ObjectName;
using storage::Storage;

ObjectName name_of(const BackupId& id) { return ObjectName(id.object_name()); }

Outcome::Kind kind_of(safe::Reason reason) {
    switch (reason) {
        case safe::Reason::unchanged: return Outcome::Kind::unchanged;
        case safe::Reason::grace: return Outcome::Kind::grace;
        case safe::Reason::disabled: return Outcome::Kind::disabled;
        default: return Outcome::Kind::uploaded;
    }
}

void note_limits(State& state, const storage::Limits& limits) {
    state.max_backup_bytes = limits.max_backup_bytes;
    state.cycle.retention_days = limits.retention_days;
}

void upload(State& state, Storage& storage, const safe::Keys& keys, ByteView json) {
    std::size_t size = safe::container_size(json.size());
    if (size > state.max_backup_bytes)
        throw Error(Errc::too_large, "the backup has " + std::to_string(size) +
                                         " bytes, the store takes " +
                                         std::to_string(state.max_backup_bytes));
    Bytes container = safe::seal(json, keys.encryption_key());
    MemorySource source(container);
    storage.put(name_of(keys.backup_id()), source);
    state.backup_bytes = size;
}

}  // namespace

std::string_view name_of(Outcome::Kind kind) noexcept {
    switch (kind) {
        case Outcome::Kind::uploaded: return "uploaded";
        case Outcome::Kind::unchanged: return "unchanged";
        case Outcome::Kind::grace: return "grace";
        case Outcome::Kind::disabled: return "disabled";
    }
    return "";
}

SafeClient::SafeClient(storage::Place place, StateStore& states, Options options)
    : place_(std::move(place)), states_(states), options_(std::move(options)) {}

void SafeClient::log(LogLevel level, std::string_view event, const LogFields& fields) const {
    if (options_.log) options_.log(level, event, fields);
}

State SafeClient::loaded() const {
    auto state = states_.load();
    if (!state) throw Error(Errc::not_found, "there is no state: Safe was never switched on here");
    return std::move(*state);
}

Outcome SafeClient::enable(const Password& password, const ThreemaId& identity,
                           const safe::Backup& account, Timestamp now, const Notes& notes) {
    auto lock = states_.lock();
    auto before = states_.load();
    if (before && before->cycle.enabled) throw Error(Errc::conflict, "Safe is switched on already");
    safe::Keys keys = safe::derive_keys(password, identity);
    auto storage = place_(keys.backup_id());
    auto found = storage::get_limits(*storage);
    if (storage->stat(name_of(keys.backup_id())))
        throw Error(Errc::conflict, "the store holds a backup of this ID and password already");

    State state(identity);
    if (before) state.unknown = std::move(before->unknown);
    note_limits(state, found.limits);
    state.store = notes.store;
    state.data = notes.data;
    state.cycle.enabled = true;
    state.cycle.enabled_at = now;
    SecretBytes json = safe::export_backup(account);
    upload(state, *storage, keys, json.expose());
    state.master_key = keys.master_key().clone();
    state.cycle = safe::after_upload(state.cycle,
                                     safe::content_digest(json.expose(), *state.master_key), now);
    state.last_outcome = name_of(Outcome::Kind::uploaded);
    try {
        states_.save(state);
    } catch (const Error&) {
        storage->remove(name_of(keys.backup_id()));
        throw;
    }
    log(LogLevel::info, "enabled",
        {{"shard", keys.backup_id().shard()}, {"bytes", std::to_string(state.backup_bytes)}});
    return {Outcome::Kind::uploaded, safe::Reason::never_uploaded,
            safe::next_due(state.cycle, options_.cycle, now), std::move(found.findings)};
}

// Decides, uploads if that is due, and brings the state up to date; throws what went wrong.
Outcome SafeClient::attempt(State& state, const safe::Backup& account, Timestamp now,
                            safe::Trigger trigger) const {
    safe::Keys keys(state.master_key->clone());
    Outcome outcome{};
    std::unique_ptr<Storage> storage;
    std::optional<Error> no_config;
    try {
        storage = place_(keys.backup_id());
        auto found = storage::get_limits(*storage);
        note_limits(state, found.limits);
        outcome.warnings = std::move(found.findings);
    } catch (const Error& error) {
        if (error.code() == Errc::cancelled) throw;
        no_config = error;
    }

    SecretBytes json = safe::export_backup(account);
    safe::Digest digest = safe::content_digest(json.expose(), keys.master_key());
    auto decision = safe::decide(state.cycle, digest, trigger, options_.cycle, now);
    if (decision.action == safe::Action::upload) {
        if (no_config) throw *no_config;
        upload(state, *storage, keys, json.expose());
        state.cycle = safe::after_upload(state.cycle, digest, now);
    } else {
        if (no_config)
            outcome.warnings.push_back(
                {"", std::string("the store did not answer: ") + no_config->what()});
        state.cycle = safe::after_skip(state.cycle, decision.reason, now);
    }
    outcome.kind = kind_of(decision.reason);
    outcome.reason = decision.reason;
    outcome.next_due = safe::next_due(state.cycle, options_.cycle, now);
    return outcome;
}

Outcome SafeClient::tick(const safe::Backup& account, Timestamp now, safe::Trigger trigger) {
    auto lock = states_.lock();
    State state = loaded();
    if (!state.cycle.enabled)
        return {Outcome::Kind::disabled, safe::Reason::disabled, std::nullopt, {}};
    Outcome outcome{};
    try {
        outcome = attempt(state, account, now, trigger);
    } catch (const Error& error) {
        if (error.code() != Errc::cancelled) save_failure(state, error, now);
        throw;
    }
    state.last_outcome = name_of(outcome.kind);
    states_.save(state);
    log(LogLevel::info, "tick",
        {{"outcome", state.last_outcome}, {"reason", std::string(safe::name_of(outcome.reason))}});
    return outcome;
}

void SafeClient::note_failure(const Error& error, Timestamp now) {
    auto lock = states_.lock();
    State state = loaded();
    if (state.cycle.enabled) save_failure(state, error, now);
}

void SafeClient::save_failure(State& state, const Error& error, Timestamp now) const {
    state.cycle = safe::after_failure(state.cycle, error, now);
    state.last_outcome = "failed";
    states_.save(state);
    log(LogLevel::warning, "failed", {{"error", std::string(tresor::name_of(error.code()))}});
}

Status SafeClient::status(Timestamp now) const {
    State state = loaded();
    Status status{std::move(state), {}, {}, {}, {}, {}};
    const safe::CycleState& cycle = status.state.cycle;
    if (!cycle.enabled) return status;
    status.backup_id = safe::Keys(status.state.master_key->clone()).backup_id();
    status.next_due = safe::next_due(cycle, options_.cycle, now);
    status.refresh_due = safe::refresh_due(cycle, options_.cycle);
    status.expires_at = safe::expires_at(cycle);
    status.warnings = safe::cycle_warnings(cycle, now);
    return status;
}

Restored restore(const storage::Place& place, const Password& password, const ThreemaId& identity) {
    safe::Keys keys = safe::derive_keys(password, identity);
    auto storage = place(keys.backup_id());
    MemorySink sink(safe::max_container_bytes);
    auto info = storage->get(name_of(keys.backup_id()), sink);
    if (!info)
        throw Error(Errc::not_found,
                    storage->describe() + " holds no backup of this ID and password");
    auto [json, findings] = safe::open(sink.bytes(), keys.encryption_key());
    return {std::move(json), std::move(findings), info->modified};
}

}  // namespace tresor::client
