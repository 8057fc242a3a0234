// Locations: how a person names a store.
//
//     memory:                                            in memory, a new one each time
//     dir:PATH, or PATH                                  a folder, taken literally
//     https://[user[:password]@]host[:port]/path/        a Safe server
//     webdav+https://[user[:password]@]host[:port]/path/ a WebDAV folder
//     threema:                                           Threema's own Safe server
//     s3://[user[:password]@]bucket[/prefix][?PARAMETERS] objects in an S3 bucket
//
// The parameters of s3, joined by &, percent-encoded: `endpoint`, a URL (AWS's without it);
// `region` (us-east-1); `style`, path (as it is without it) or host. Its user is the id of an
// access key, the password its secret.
//
// A scheme has two or more of a-z 0-9 + - and must be registered; `C:\x` is a path. http,
// webdav+http and an endpoint of http lead to this machine only, unless net.allow_insecure says
// otherwise. The host of a
// server may hold `{backupIdPrefix8}` (url.hpp): then it depends on the backup which one it is.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <tresor/backup_id.hpp>
#include <tresor/http.hpp>
#include <tresor/storage.hpp>
#include <tresor/url.hpp>

namespace tresor::storage {

struct LocationOptions {
    bool create = false;     // make the place itself where the store can, and `backups/` in it
    Progress progress = {};  // of each put and get; false cancels it
    // Of a store on the network:
    std::optional<net::Credentials> credentials = {};  // instead of those in the location
    net::Options net = {};
    std::optional<BackupId> backup_id = {};  // for the placeholder; place() gives it

    LocationOptions clone() const;
};

using Factory =
    std::function<std::unique_ptr<Storage>(std::string_view rest, const LocationOptions& options)>;

// Scheme -> factory; the scheme "" stands for a bare path. A value: programs add their own.
using Registry = std::map<std::string, Factory, std::less<>>;
Registry built_in_stores();

// The part before the colon, "" for a path.
std::string_view scheme_of(std::string_view location) noexcept;

// A location of the built-in stores without its user info, which may be shown. Throws
// invalid_argument for an address that is none.
struct Parted {
    std::string location;
    std::optional<net::Credentials> credentials;
};
Parted part(std::string_view location);
// The same with the user in it, but no password: how a state keeps it.
std::string with_user(const Parted& parted);
// For people to see; never throws for a location that is none.
std::string shown(std::string_view location);

// Whether it has the placeholder, or is one of those that have.
bool depends_on_backup_id(std::string_view location) noexcept;

// Throws invalid_argument for an empty location, unsupported for a scheme nobody registered, and
// what the store throws.
std::unique_ptr<Storage> open_storage(std::string_view location, const Registry& registry,
                                      const LocationOptions& options = {});

// Where the backup of an id is kept: the host of a Safe server may depend on it.
using Place = std::function<std::unique_ptr<Storage>(const BackupId&)>;
// Throws invalid_argument for an address that is none.
Place place(std::string_view location, Registry registry, LocationOptions options = {});
// The same store for every id. Keeps the reference.
Place place(Storage& storage);

}  // namespace tresor::storage
