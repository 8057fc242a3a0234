#include <tresor/storage/location.hpp>

#include <algorithm>

#include <tresor/storage/directory.hpp>
#include <tresor/storage/memory.hpp>
#include <tresor/storage/wrapper.hpp>

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
    return registry;
}

std::unique_ptr<Storage> open_storage(std::string_view location, const Registry& registry,
                                      const LocationOptions& options) {
    if (location.empty()) throw Error(Errc::invalid_argument, "the location is empty");
    std::string_view scheme = scheme_of(location);
    auto factory = registry.find(scheme);
    if (factory == registry.end())
        throw Error(Errc::unsupported, "no kind of store is known as " + std::string(scheme) +
                                           ": (a folder of that name: write dir: before it)");
    if (!scheme.empty()) location.remove_prefix(scheme.size() + 1);
    return factory->second(location, options);
}

Place place(std::string location, Registry registry, LocationOptions options) {
    return [location = std::move(location), registry = std::move(registry),
            options](const BackupId&) { return open_storage(location, registry, options); };
}

Place place(Storage& storage) {
    return [&storage](const BackupId&) { return std::make_unique<Wrapper>(storage); };
}

}  // namespace tresor::storage
