// Stores as a state knows them.

#include <functional>

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

StoreNote with_location(std::string location, const StoreNote& other) {
    StoreNote note(std::move(location));
    if (other.password) note.password = other.password->clone();
    note.password_file = other.password_file;
    note.net = other.net;
    for (const safe::Unknown& member : other.unknown_options)
        note.unknown_options.push_back({member.name, safe::RawJson(member.json.expose())});
    return note;
}

}  // namespace

StoreNote StoreNote::clone() const { return with_location(location, *this); }

// A password in the location is copied into memory that wipes itself, and nowhere else.
Notes checked(const Notes& notes) {
    net::require_valid(notes.store.net);
    auto parted = storage::part(notes.store.location);
    Notes good{with_location(storage::with_user(parted), notes.store), notes.data};
    StoreNote& store = good.store;
    if (parted.credentials && !parted.credentials->password.empty() && !store.password)
        store.password = std::move(parted.credentials->password);
    for (const std::string& text :
         {std::cref(store.location), std::cref(good.data), std::cref(store.password_file),
          std::cref(store.net.ca_file), std::cref(store.net.proxy)})
        if (!codec::is_utf8(text))
            throw Error(Errc::invalid_argument, "a location or file name is not UTF-8");
    if (store.password && !codec::is_utf8(as_text(store.password->expose())))
        throw Error(Errc::invalid_argument, "the password of a store is not UTF-8");
    return good;
}

std::optional<net::Credentials> credentials_of(const StoreNote& store) {
    if (!store.password && store.password_file.empty()) return std::nullopt;
    auto parted = storage::part(store.location);
    return net::Credentials{
        parted.credentials ? std::move(parted.credentials->user) : "",
        store.password ? store.password->clone() : first_line_of(store.password_file)};
}

Opener opener(storage::Registry registry, Progress progress) {
    return
        [registry = std::move(registry), progress = std::move(progress)](const StoreNote& store) {
            storage::LocationOptions options{
                .progress = progress, .credentials = credentials_of(store), .net = store.net};
            return storage::place(store.location, registry, std::move(options));
        };
}

}  // namespace tresor::client
