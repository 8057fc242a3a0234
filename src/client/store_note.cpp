// Stores as a state knows them.

#include <algorithm>

#include "client/safe_object.hpp"
#include "codec/utf8.hpp"

namespace tresor::client {
namespace {

// The bytes up to the first line end.
SecretBytes first_line_of(const std::string& path) {
    constexpr std::size_t most = 65536;
    FileSource file(path);
    SecretBytes text(most);
    std::size_t size = 0;
    while (std::size_t more = file.read(text.expose().subspan(size))) size += more;
    std::string_view line = as_text(text.expose().first(size));
    line = line.substr(0, line.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.size() == most || line.find('\0') != line.npos ||
        !codec::is_utf8(line))
        throw Error(Errc::invalid_argument, "there is no password in the first line of " + path);
    return SecretBytes(as_bytes(line));
}

}  // namespace

StoreNote StoreNote::clone() const {
    StoreNote note(location);
    if (password) note.password = password->clone();
    note.password_file = password_file;
    note.net = net;
    for (const safe::Unknown& member : unknown_options)
        note.unknown_options.push_back({member.name, safe::RawJson(member.json.expose())});
    return note;
}

Notes checked(const Notes& notes) {
    Notes good{notes.store.clone(), notes.data};
    auto [location, credentials] = storage::part(notes.store.location);
    if (credentials && !credentials->password.empty() && !good.store.password)
        good.store.password = std::move(credentials->password);
    good.store.location = storage::with_user({location, std::move(credentials)});
    const StoreNote& store = good.store;
    for (std::string_view text :
         {std::string_view(store.location), std::string_view(good.data),
          std::string_view(store.password_file), std::string_view(store.net.ca_file),
          std::string_view(store.net.proxy)})
        if (!codec::is_utf8(text))
            throw Error(Errc::invalid_argument, "a location or file name is not UTF-8");
    return good;
}

Opener opener(storage::Registry registry, Progress progress) {
    return
        [registry = std::move(registry), progress = std::move(progress)](const StoreNote& store) {
            storage::LocationOptions options{.progress = progress, .net = store.net};
            auto parted = storage::part(store.location);
            if (store.password || !store.password_file.empty())
                options.credentials = {
                    parted.credentials ? std::move(parted.credentials->user) : "",
                    store.password ? store.password->clone() : first_line_of(store.password_file)};
            return storage::place(store.location, registry, std::move(options));
        };
}

}  // namespace tresor::client
