// What the parts of SafeClient share: the state and the Safe as it lies in a store.
#pragma once

#include <tresor/client.hpp>
#include <tresor/storage/retention.hpp>

namespace tresor::client {

inline storage::ObjectName name_of(const BackupId& id) {
    return storage::ObjectName(id.object_name());
}

// The sealed backup; absent if there is none. Throws too_large over `most` bytes.
struct Sealed {
    Bytes container;
    std::optional<Timestamp> modified;
};
std::optional<Sealed> fetch(storage::Storage& storage, const BackupId& id,
                            std::size_t most = safe::max_container_bytes);
// The same, opened; throws not_found if there is none. `most` as restore() says.
Restored fetch_and_open(storage::Storage& storage, const safe::Keys& keys,
                        std::optional<std::size_t> most = std::nullopt);

// As a state may keep them; throws invalid_argument.
Notes checked(const Notes& notes);
void refuse_if_on(const std::optional<State>& state);  // throws conflict
void require_on(const std::optional<State>& state);    // throws not_found
void note_limits(State& state, const storage::Limits& limits);

// The state of a Safe that is being switched on; what was on before is yet to be removed.
State successor_of(std::optional<State> before, const ThreemaId& identity, const Notes& notes,
                   const BackupId& id);

// Whether both are the same object, by the names of their stores.
inline bool is_same(const PendingRemoval& pending, const StoreNote& store, const BackupId& id) {
    return pending.backup_id == id && pending.store.location == store.location;
}

}  // namespace tresor::client
