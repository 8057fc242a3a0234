// Locations: how a person names a store.
//
//     memory:                 in memory, a new one each time
//     dir:PATH, or PATH       a folder, taken literally
//
// A scheme has two or more of a-z 0-9 + - and must be registered; `C:\x` is a path.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <tresor/backup_id.hpp>
#include <tresor/storage.hpp>

namespace tresor::storage {

struct LocationOptions {
    bool create = false;     // make the place itself where the store can, and `backups/` in it
    Progress progress = {};  // of each put and get; false cancels it
};

using Factory =
    std::function<std::unique_ptr<Storage>(std::string_view rest, const LocationOptions& options)>;

// Scheme -> factory; the scheme "" stands for a bare path. A value: programs add their own.
using Registry = std::map<std::string, Factory, std::less<>>;
Registry built_in_stores();

// The part before the colon, "" for a path.
std::string_view scheme_of(std::string_view location) noexcept;

// Throws invalid_argument for an empty location, unsupported for a scheme nobody registered, and
// what the store throws.
std::unique_ptr<Storage> open_storage(std::string_view location, const Registry& registry,
                                      const LocationOptions& options = {});

// Where the backup of an id is kept: the host of a Safe server may depend on it.
using Place = std::function<std::unique_ptr<Storage>(const BackupId&)>;
Place place(std::string location, Registry registry, LocationOptions options = {});
// The same store for every id. Keeps the reference.
Place place(Storage& storage);

}  // namespace tresor::storage
