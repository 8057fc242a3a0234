// Getting a Safe back: for real, and as a drill.

#include <algorithm>

#include "client/safe_object.hpp"

namespace tresor::client {
namespace {

std::size_t most_to_download(storage::Storage& storage) {
    constexpr std::uint64_t least = std::uint64_t{4} << 20;
    try {
        auto limits = storage::get_limits(storage).limits;
        return static_cast<std::size_t>(std::min<std::uint64_t>(
            std::max(limits.max_backup_bytes, least), safe::max_container_bytes));
    } catch (const Error& error) {  // a restore needs no config
        if (error.code() == Errc::cancelled) throw;
        return safe::max_container_bytes;
    }
}

}  // namespace

std::optional<Sealed> fetch(storage::Storage& storage, const BackupId& id, std::size_t most) {
    MemorySink sink(most);
    auto info = storage.get(name_of(id), sink);
    if (!info) return std::nullopt;
    return Sealed{sink.take(), info->modified};
}

Restored fetch_and_open(storage::Storage& storage, const safe::Keys& keys,
                        std::optional<std::size_t> most) {
    auto sealed = fetch(storage, keys.backup_id(), most ? *most : most_to_download(storage));
    if (!sealed)
        throw Error(Errc::not_found,
                    storage.describe() + " holds no backup of this ID and password");
    auto [json, findings] = safe::open(sealed->container, keys.encryption_key());
    return {std::move(json), std::move(findings), sealed->modified};
}

Restored restore(const storage::Place& place, const Password& password, const ThreemaId& identity,
                 std::optional<std::size_t> most_bytes) {
    safe::Keys keys = safe::derive_keys(password, identity);
    return fetch_and_open(*place(keys.backup_id()), keys, most_bytes);
}

Restored SafeClient::restore(const Password& password, const ThreemaId& identity, Timestamp now,
                             const Notes& noted) {
    Notes notes = checked(noted);
    auto lock = states_.lock();
    auto before = states_.load();
    refuse_if_on(before);
    safe::Keys keys = safe::derive_keys(password, identity);
    auto storage = opener_(notes.store)(keys.backup_id());
    Restored restored = fetch_and_open(*storage, keys);

    State state = successor_of(std::move(before), identity, notes, keys.backup_id());
    state.master_key = keys.master_key().clone();
    state.cycle.enabled = true;
    state.cycle.enabled_at = now;
    try {
        note_limits(state, storage::get_limits(*storage).limits);
    } catch (const Error& error) {
        if (error.code() == Errc::cancelled) throw;
        state.cycle = safe::after_failure(state.cycle, error, now);
        state.last_outcome = "failed";
    }
    states_.save(state);
    log(LogLevel::info, "restored", {{"shard", keys.backup_id().shard()}});
    return restored;
}

Verified SafeClient::verify() {
    constexpr int most_rounds = 10;
    for (int round = 0; round < most_rounds; ++round) {
        auto state = states_.load();
        require_on(state);
        safe::Keys keys(state->master_key->clone());
        Restored restored = fetch_and_open(*opener_(state->store)(keys.backup_id()), keys);
        auto imported = safe::import_backup(restored.json.expose(), state->identity);
        auto digest = safe::content_digest(restored.json.expose(), keys.master_key());
        bool differs = state->cycle.digest && *state->cycle.digest != digest;
        // What a tick has uploaded in the meantime is no difference.
        auto after = differs ? states_.load() : std::nullopt;
        if (after && after->cycle.digest != state->cycle.digest) continue;
        auto findings = std::move(restored.findings);
        findings.insert(findings.end(), imported.findings.begin(), imported.findings.end());
        return {differs, state->cycle.last_upload, restored.modified, std::move(findings)};
    }
    throw Error(Errc::conflict, "the backup changes faster than it can be verified");
}

safe::Backup SafeClient::account_in_store(const State& state) const {
    safe::Keys keys(state.master_key->clone());
    Restored restored = fetch_and_open(*opener_(state.store)(keys.backup_id()), keys);
    return safe::import_backup(restored.json.expose(), state.identity).backup;
}

}  // namespace tresor::client
