#include "stores.hpp"

#include <filesystem>

#include "progress.hpp"

namespace cli {

namespace storage = tresor::storage;

namespace {

storage::LocationOptions options_of(const Tool& tool) { return {.progress = progress_bar(tool)}; }

}  // namespace

std::string absolute_path(const std::string& path) {
    // ".." stays: behind a link it leads elsewhere than the text says.
    std::filesystem::path absolute;
    for (const auto& part : std::filesystem::absolute(path))
        if (part != "." && !part.empty()) absolute /= part;
    return absolute.string();
}

std::unique_ptr<storage::Storage> open_store(const Tool& tool, const std::string& location,
                                             bool create) {
    auto options = options_of(tool);
    options.create = create;
    return storage::open_storage(location, storage::built_in_stores(), options);
}

storage::Place place_of(const Tool& tool, const std::string& location) {
    return storage::place(location, storage::built_in_stores(), options_of(tool));
}

std::string absolute_location(const std::string& location) {
    std::string_view scheme = storage::scheme_of(location);
    if (scheme.empty()) return absolute_path(location);
    return scheme == "dir" ? "dir:" + absolute_path(location.substr(4)) : location;
}

}  // namespace cli
