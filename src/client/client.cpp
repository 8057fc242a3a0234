#include <tresor/client.hpp>

#include <algorithm>

#include "client/safe_object.hpp"

namespace tresor::client {
namespace {

using storage::Storage;

Outcome::Kind kind_of(safe::Reason reason) {
    switch (reason) {
        case safe::Reason::unchanged: return Outcome::Kind::unchanged;
        case safe::Reason::grace: return Outcome::Kind::grace;
        case safe::Reason::disabled: return Outcome::Kind::disabled;
        default: return Outcome::Kind::uploaded;
    }
}

void check_size(const State& state, ByteView json) {
    std::size_t size = safe::container_size(json.size());
    if (size > state.max_backup_bytes)
        throw Error(Errc::too_large, "the backup has " + std::to_string(size) +
                                         " bytes, the store takes " +
                                         std::to_string(state.max_backup_bytes));
}

void upload(State& state, Storage& storage, const safe::Keys& keys, ByteView json,
            const storage::Condition& condition = {}) {
    Bytes container = safe::seal(json, keys.encryption_key());
    MemorySource source(container);
    storage.put(name_of(keys.backup_id()), source, condition);
    state.backup_bytes = container.size();
}

}  // namespace

void note_limits(State& state, const storage::Limits& limits) {
    state.max_backup_bytes = limits.max_backup_bytes;
    state.cycle.retention_days = limits.retention_days;
}

void refuse_if_on(const std::optional<State>& state) {
    if (state && state->cycle.enabled) throw Error(Errc::conflict, "Safe is switched on already");
}

void require_on(const std::optional<State>& state) {
    if (!state || !state->cycle.enabled) throw Error(Errc::not_found, "Safe is off");
}

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
    : SafeClient([place = std::move(place)](const StoreNote&) { return place; }, states,
                 std::move(options)) {}

SafeClient::SafeClient(Opener opener, StateStore& states, Options options)
    : opener_(std::move(opener)), states_(states), options_(std::move(options)) {}

void SafeClient::log(LogLevel level, std::string_view event, const LogFields& fields) const {
    if (options_.log) options_.log(level, event, fields);
}

Outcome SafeClient::enable(const Password& password, const ThreemaId& identity,
                           const safe::Backup& account, Timestamp now, const Notes& noted,
                           Existing existing) {
    Notes notes = checked(noted);
    auto lock = states_.lock();
    auto before = states_.load();
    if (existing == Existing::refuse) refuse_if_on(before);
    return switch_on(std::move(before), safe::derive_keys(password, identity), identity, account,
                     now, notes, existing);
}

Outcome SafeClient::change_password(const Password& password, const AccountSource& read,
                                    Timestamp now) {
    auto lock = states_.lock();
    auto state = states_.load();
    require_on(state);
    auto account = [&] {
        try {
            return read(state->identity, state->data);
        } catch (const Error& error) {
            if (error.code() != Errc::io && error.code() != Errc::not_found) throw;
            log(LogLevel::warning, "account from the last backup",
                {{"error", std::string(tresor::name_of(error.code()))}});
            return account_in_store(*state);
        }
    }();
    ThreemaId identity = state->identity;
    Notes notes{state->store.clone(), state->data};
    return switch_on(std::move(state), safe::derive_keys(password, identity), identity, account,
                     now, notes, Existing::replace);
}

// Uploads, saves the new state, removes what it replaces, in this order.
Outcome SafeClient::switch_on(std::optional<State> before, const safe::Keys& keys,
                              const ThreemaId& identity, const safe::Backup& account, Timestamp now,
                              const Notes& notes, Existing existing) const {
    if (before && before->cycle.enabled && before->identity != identity)
        throw Error(Errc::conflict, "the state is that of another identity, which stays on");
    BackupId id = keys.backup_id();
    auto storage = opener_(notes.store)(id);
    auto found = storage::get_limits(*storage);
    bool replaces = storage->stat(name_of(id)).has_value();
    if (replaces && existing == Existing::refuse)
        throw Error(Errc::conflict,
                    "the store holds a backup of this ID and password already: restore it first");
    State state = successor_of(std::move(before), identity, notes, id);
    note_limits(state, found.limits);
    SecretBytes json = safe::export_backup(account);
    check_size(state, json.expose());

    state.master_key = keys.master_key().clone();
    state.cycle.enabled = true;
    state.cycle.enabled_at = now;
    state.cycle = safe::after_upload(state.cycle,
                                     safe::content_digest(json.expose(), *state.master_key), now);
    state.last_outcome = name_of(Outcome::Kind::uploaded);
    bool exact = existing == Existing::refuse && storage->can().put_if_absent;
    try {
        upload(state, *storage, keys, json.expose(),
               exact ? storage::Condition::absent() : storage::Condition());
        states_.save(state);
    } catch (const Error& error) {
        // After a conflict the object there is another's.
        if (!replaces && error.code() != Errc::conflict)
            undo_upload(*storage, id, *state.master_key);
        throw;
    } catch (...) {
        if (!replaces) undo_upload(*storage, id, *state.master_key);
        throw;
    }
    log(LogLevel::info, "enabled",
        {{"shard", id.shard()}, {"bytes", std::to_string(state.backup_bytes)}});
    if (remove_pending(state)) save_quietly(state);
    return {Outcome::Kind::uploaded, safe::Reason::never_uploaded,
            safe::next_due(state.cycle, options_.cycle, now), std::move(found.findings)};
}

// A save may fail after the new state has its place: then the object belongs to it and stays.
void SafeClient::undo_upload(Storage& storage, const BackupId& id,
                             const safe::MasterKey& key) const noexcept {
    try {
        auto saved = states_.load();
        if (saved && saved->master_key && *saved->master_key == key) return;
        storage.remove(name_of(id));
    } catch (...) {  // in doubt the object stays; the first error is the one to tell
    }
}

// Decides, uploads if that is due, and brings the state up to date; throws what went wrong.
Outcome SafeClient::attempt(State& state, const safe::Backup& account, Timestamp now,
                            safe::Trigger trigger) const {
    safe::Keys keys(state.master_key->clone());
    Outcome outcome{};
    std::unique_ptr<Storage> storage;
    std::optional<Error> no_config;
    try {
        storage = opener_(state.store)(keys.backup_id());
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
        check_size(state, json.expose());
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
    return locked_tick(now, [&](State& state) { return attempt(state, account, now, trigger); });
}

Outcome SafeClient::tick(const AccountSource& read, Timestamp now, safe::Trigger trigger) {
    return locked_tick(now, [&](State& state) {
        return attempt(state, read(state.identity, state.data), now, trigger);
    });
}

Outcome SafeClient::locked_tick(Timestamp now, const std::function<Outcome(State&)>& work) {
    auto lock = states_.lock();
    auto state = states_.load();
    if (!state) throw Error(Errc::not_found, "there is no state: Safe was never switched on here");
    if (!state->cycle.enabled) {
        if (remove_pending(*state)) save_quietly(*state);
        return {Outcome::Kind::disabled, safe::Reason::disabled, std::nullopt, {}};
    }
    Outcome outcome{};
    try {
        outcome = work(*state);
    } catch (const Error& error) {
        if (error.code() != Errc::cancelled) save_failure(*state, error, now);
        throw;
    }
    state->last_outcome = name_of(outcome.kind);
    remove_pending(*state);
    states_.save(*state);
    log(LogLevel::info, "tick",
        {{"outcome", state->last_outcome}, {"reason", std::string(safe::name_of(outcome.reason))}});
    return outcome;
}

// The first error is the one to tell, also if it cannot be noted.
void SafeClient::save_failure(State& state, const Error& error, Timestamp now) const {
    state.cycle = safe::after_failure(state.cycle, error, now);
    state.last_outcome = "failed";
    log(LogLevel::warning, "failed", {{"error", std::string(tresor::name_of(error.code()))}});
    remove_pending(state);
    save_quietly(state);
}

Status status_of(const State& state, const safe::CyclePolicy& policy, Timestamp now) {
    const safe::CycleState& cycle = state.cycle;
    Status status{cycle.enabled,
                  state.identity,
                  storage::shown(state.store.location),
                  {},
                  cycle,
                  state.max_backup_bytes,
                  state.backup_bytes,
                  state.last_outcome,
                  {},
                  {},
                  {},
                  {},
                  {}};
    for (const PendingRemoval& pending : state.pending_removal)
        status.pending_removal.push_back(storage::shown(pending.store.location));
    if (!cycle.enabled || !state.master_key) return status;
    status.backup_id = safe::Keys(state.master_key->clone()).backup_id();
    status.next_due = safe::next_due(cycle, policy, now);
    status.refresh_due = safe::refresh_due(cycle, policy);
    status.expires_at = safe::expires_at(cycle);
    status.warnings = safe::cycle_warnings(cycle, now);
    return status;
}

}  // namespace tresor::client
