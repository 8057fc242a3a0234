// Backups that are of no use any more: noted in the state first, then removed.

#include <algorithm>

#include "client/safe_object.hpp"

namespace tresor::client {
namespace {

// Two locations may lead to one place. An object that is the current backup, byte for byte, is no
// old one: no two uploads are equal.
bool is_current(const PendingRemoval& pending, storage::Storage& where, const State& state,
                const Opener& opener) {
    if (!state.cycle.enabled) return false;
    BackupId id = safe::Keys(state.master_key->clone()).backup_id();
    if (pending.backup_id != id) return false;
    auto current = opener(state.store)(id);
    auto ours = fetch(*current, id), theirs = fetch(where, id), again = fetch(*current, id);
    if (!ours || !again || ours->container != again->container)
        throw Error(Errc::unavailable, "the current backup cannot be told from the old one");
    return theirs && theirs->container == ours->container;
}

// Where there is no `config` there is no store: a disk that is not mounted has lost nothing.
void remove_from(storage::Storage& where, const PendingRemoval& pending) {
    if (where.remove(name_of(pending.backup_id))) return;
    if (!where.stat(storage::ObjectName("config")))
        throw Error(Errc::not_found, where.describe() + " holds no config");
}

}  // namespace

State successor_of(std::optional<State> before, const ThreemaId& identity, const Notes& notes,
                   const BackupId& id) {
    State state(identity);
    state.store = notes.store.clone();
    state.data = notes.data;
    if (!before) return state;
    state.unknown = std::move(before->unknown);
    state.pending_removal = std::move(before->pending_removal);
    if (before->cycle.enabled)
        state.pending_removal.push_back(
            {std::move(before->store), safe::Keys(before->master_key->clone()).backup_id()});
    std::erase_if(state.pending_removal,
                  [&](const PendingRemoval& pending) { return is_same(pending, state.store, id); });
    return state;
}

// The old place may have shown an old copy of what was the current backup after all.
void SafeClient::upload_again_if_gone(State& state, const BackupId& removed) const {
    if (!state.cycle.enabled || safe::Keys(state.master_key->clone()).backup_id() != removed)
        return;
    if (opener_(state.store)(removed)->stat(name_of(removed))) return;
    log(LogLevel::warning, "current backup gone", {{"shard", removed.shard()}});
    state.cycle.last_upload.reset();
}

// Tries each once and keeps those that failed. Returns whether the state is to be saved.
bool SafeClient::remove_pending(State& state) const {
    std::vector<PendingRemoval> left;
    std::size_t before = state.pending_removal.size();
    for (PendingRemoval& pending : state.pending_removal) {
        std::string shard = pending.backup_id.shard();
        try {
            auto storage = opener_(pending.store)(pending.backup_id);
            if (!is_current(pending, *storage, state, opener_)) {
                remove_from(*storage, pending);
                upload_again_if_gone(state, pending.backup_id);
            }
            log(LogLevel::info, "old backup removed", {{"shard", shard}});
        } catch (const Error& error) {
            log(LogLevel::warning, "old backup not removed",
                {{"shard", shard}, {"error", std::string(tresor::name_of(error.code()))}});
            left.push_back(std::move(pending));
        }
    }
    state.pending_removal = std::move(left);
    return state.pending_removal.size() != before;
}

// What is saved here only spares work at the next tick, or tells of a failure.
void SafeClient::save_quietly(const State& state) const {
    try {
        states_.save(state);
    } catch (const Error& error) {
        log(LogLevel::warning, "not noted",
            {{"error", std::string(tresor::name_of(error.code()))}});
    }
}

bool SafeClient::disable(bool keep_backup) {
    auto lock = states_.lock();
    auto state = states_.load();
    if (!state) throw Error(Errc::not_found, "there is no state: Safe was never switched on here");
    State off(state->identity);
    off.pending_removal = std::move(state->pending_removal);
    std::optional<BackupId> removed;
    if (state->cycle.enabled) {
        BackupId id = safe::Keys(state->master_key->clone()).backup_id();
        // What is to be kept may be what another name of its place leads to.
        std::erase_if(off.pending_removal, [&](const PendingRemoval& pending) {
            return keep_backup && pending.backup_id == id;
        });
        if (!keep_backup) removed = id;
        if (!keep_backup) off.pending_removal.push_back({state->store.clone(), id});
    }
    states_.save(off);
    log(LogLevel::info, "disabled", {});
    if (remove_pending(off)) save_quietly(off);
    return removed && std::none_of(off.pending_removal.begin(), off.pending_removal.end(),
                                   [&](const PendingRemoval& pending) {
                                       return is_same(pending, state->store, *removed);
                                   });
}

}  // namespace tresor::client
