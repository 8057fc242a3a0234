#include <tresor/storage/location.hpp>

#include <algorithm>

#include <tresor/storage/directory.hpp>
#include <tresor/storage/memory.hpp>
#include <tresor/storage/wrapper.hpp>

#include "storage/server_location.hpp"

namespace tresor::storage {
namespace {

std::unique_ptr<Storage> open_folder(std::string_view path, const LocationOptions& options) {
    if (path.empty()) throw Error(Errc::invalid_argument, "a folder's path is empty");
    if (options.create) Directory::create(path);
    return std::make_unique<Directory>(path, options.progress);
}

}  // namespace

std::string_view scheme_of(std::string_view location) noexcept {
    std::size_t size = location.find(':');
    if (size == location.npos || size < 2) return {};
    std::string_view scheme = location.substr(0, size);
    bool fits = std::all_of(scheme.begin(), scheme.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-';
    });
    return fits ? scheme : std::string_view();
}

Registry built_in_stores() {
    Registry registry;
    registry[""] = registry["dir"] = open_folder;
    registry["memory"] = [](std::string_view, const LocationOptions&) {
        return std::make_unique<Memory>();
    };
    add_servers(registry);
    return registry;
}

std::unique_ptr<Storage> open_storage(std::string_view location, const Registry& registry,
                                      const LocationOptions& options) {
    if (location.empty()) throw Error(Errc::invalid_argument, "the location is empty");
    // A password goes on in memory that wipes itself.
    auto parted = part(location);
    if (parted.credentials) {
        LocationOptions with = options.clone();
        if (!with.credentials) with.credentials = std::move(parted.credentials);
        return open_storage(parted.location, registry, with);
    }
    std::string_view scheme = scheme_of(location);
    auto factory = registry.find(scheme);
    if (factory == registry.end())
        throw Error(Errc::unsupported, "no kind of store is known as " + std::string(scheme) +
                                           ": (a folder of that name: write dir: before it)");
    if (!scheme.empty()) location.remove_prefix(scheme.size() + 1);
    return factory->second(location, options);
}

LocationOptions LocationOptions::clone() const {
    return {create, progress, credentials ? std::optional(credentials->clone()) : std::nullopt, net,
            backup_id};
}

namespace {

// A Place can be copied; what it knows of a password is copied by this alone.
class Opening {
public:
    Opening(std::string location, Registry registry, LocationOptions options)
        : location_(std::move(location)),
          registry_(std::move(registry)),
          options_(std::move(options)) {}
    Opening(const Opening& other)
        : Opening(other.location_, other.registry_, other.options_.clone()) {}
    Opening& operator=(const Opening&) = delete;

    std::unique_ptr<Storage> operator()(const BackupId& id) const {
        LocationOptions options = options_.clone();
        options.backup_id = id;
        return open_storage(location_, registry_, options);
    }

private:
    std::string location_;
    Registry registry_;
    LocationOptions options_;
};

}  // namespace

Place place(std::string_view location, Registry registry, LocationOptions options) {
    auto parted = part(location);
    if (!options.credentials) options.credentials = std::move(parted.credentials);
    return Opening(std::move(parted.location), std::move(registry), std::move(options));
}

Place place(Storage& storage) {
    return [&storage](const BackupId&) { return std::make_unique<Wrapper>(storage); };
}

}  // namespace tresor::storage
