#include "stores.hpp"

#include <filesystem>

#include <tresor/storage/retrying.hpp>

#include "progress.hpp"
#include "shared/program.hpp"
#include "system.hpp"

namespace cli {

namespace storage = tresor::storage;
using tresor::Errc;
using tresor::Error;
using tresor::SecretBytes;

namespace {

constexpr std::size_t most_password_bytes = 65536;

using Credentials = std::optional<tresor::net::Credentials>;

storage::LocationOptions options_of(const Tool& tool, const Credentials& credentials) {
    storage::LocationOptions options{.progress = progress_bar(tool), .net = tool.given.net};
    if (credentials) options.credentials = credentials->clone();
    return options;
}

bool is_s3(const std::string& location) { return storage::scheme_of(location) == "s3"; }

bool has_url(const std::string& location) {
    return location.find("://") != std::string::npos && !storage::scheme_of(location).empty();
}

bool is_remote(const std::string& location) {
    return has_url(location) || storage::depends_on_backup_id(location);
}

std::unique_ptr<storage::Storage> with_retries(std::unique_ptr<storage::Storage> store,
                                               const std::string& location) {
    if (!is_remote(location)) return store;
    return std::make_unique<storage::Retrying>(std::move(store), [](tresor::Seconds pause) {
        sleep_for(pause);
        stop_if_interrupted();
    });
}

storage::Place with_retries(storage::Place place, std::string location) {
    return [place = std::move(place), location = std::move(location)](const tresor::BackupId& id) {
        return with_retries(place(id), location);
    };
}

storage::Place place_of(const Tool& tool, const std::string& location,
                        const Credentials& credentials) {
    return with_retries(
        storage::place(location, storage::built_in_stores(), options_of(tool, credentials)),
        location);
}

// `from_file`: --store-password-file, if there is one, is of this store.
SecretBytes store_password(const Tool& tool, const std::string& user, bool from_file) {
    const Given& given = tool.given;
    const std::string& file = given.store_password_file;
    if (!from_file || file.empty()) {
        auto typed = ask_secret("Password of " + user + " at the store: ");
        if (typed && !typed->empty()) return std::move(*typed);
        throw Error(Errc::invalid_argument,
                    "a user of a store has a password (--store-password-file)");
    }
    auto password = read_first_line(file, most_password_bytes);
    if (password.empty())
        throw Error(Errc::invalid_argument, "there is no password in the first line of " + file);
    return password;
}

// An access key of the environment, unless another one is asked for.
void resolve_access_key(Credentials& credentials, bool from_file) {
    bool whole = credentials && !credentials->password.empty();
    auto key = program::access_key();
    bool another =
        credentials && !credentials->user.empty() && key && key->user != credentials->user;
    if (!whole && !from_file && key && !another) credentials = std::move(key);
    if (!credentials || credentials->user.empty())
        throw Error(Errc::invalid_argument,
                    "an S3 store wants an access key (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                    "or --store-user and --store-password-file)");
}

// `--store-user` and `--store-password-file` are of this store if `asked`.
void resolve(const Tool& tool, std::string& location, Credentials& credentials, bool asked) {
    if (location.empty()) return;
    const Given& given = tool.given;
    auto parted = storage::part(location);
    location = parted.location;
    credentials = std::move(parted.credentials);
    if (asked && !credentials) credentials.emplace();
    if (asked && !given.store_user.empty()) credentials->user = given.store_user;
    if (is_s3(location))
        resolve_access_key(credentials, asked && !given.store_password_file.empty());
    if (!credentials) return;
    if (credentials->user.find(':') != std::string::npos && !is_s3(location))
        throw Error(Errc::invalid_argument, "a user name of a store has no colon in it");
    if ((asked && !given.store_password_file.empty()) || credentials->password.empty())
        credentials->password = store_password(tool, credentials->user, asked);
}

}  // namespace

void resolve_stores(Tool& tool) {
    Given& given = tool.given;
    tresor::net::require_valid(given.net);
    bool asked = !given.store_user.empty() || !given.store_password_file.empty();
    bool to_server = has_url(given.store), from_server = has_url(given.from_store);
    if (asked && !to_server && !from_server)
        throw Error(Errc::invalid_argument,
                    "--store-user and --store-password-file go with the address of a server");
    // Whose password it is would be a guess, and a server that it is not for would see it.
    if (asked && to_server && from_server)
        throw Error(Errc::invalid_argument,
                    "there are two servers: write the user of each into its address");
    resolve(tool, given.store, given.credentials, asked && to_server);
    resolve(tool, given.from_store, given.from_credentials, asked && from_server);
}

std::string absolute_path(const std::string& path) {
    // ".." stays: behind a link it leads elsewhere than the text says.
    std::filesystem::path absolute;
    for (const auto& part : std::filesystem::absolute(path))
        if (part != "." && !part.empty()) absolute /= part;
    return absolute.string();
}

std::unique_ptr<storage::Storage> open_once(const Tool& tool) {
    return storage::open_storage(tool.given.store, storage::built_in_stores(),
                                 options_of(tool, tool.given.credentials));
}

std::unique_ptr<storage::Storage> open_store(const Tool& tool, bool create) {
    auto options = options_of(tool, tool.given.credentials);
    options.create = create;
    const std::string& location = tool.given.store;
    return with_retries(storage::open_storage(location, storage::built_in_stores(), options),
                        location);
}

storage::Place place_of(const Tool& tool) {
    return place_of(tool, tool.given.store, tool.given.credentials);
}

storage::Place from_place_of(const Tool& tool) {
    return place_of(tool, tool.given.from_store, tool.given.from_credentials);
}

tresor::client::Opener opener_of(const Tool& tool) {
    auto open = tresor::client::opener(storage::built_in_stores(), progress_bar(tool));
    return [open = std::move(open)](const tresor::client::StoreNote& store) {
        return with_retries(open(store), store.location);
    };
}

tresor::client::StoreNote note_of(const Given& given) {
    tresor::client::StoreNote note(given.store);
    std::string_view scheme = storage::scheme_of(given.store);
    if (scheme.empty()) note.location = absolute_path(given.store);
    if (scheme == "dir") note.location = "dir:" + absolute_path(given.store.substr(4));
    note.net = given.net;
    if (!note.net.ca_file.empty()) note.net.ca_file = absolute_path(note.net.ca_file);
    if (!given.credentials) return note;
    if (!given.credentials->token.empty())
        throw Error(Errc::invalid_argument,
                    "a Safe is kept for long: it wants an access key that stays, not one with an "
                    "AWS_SESSION_TOKEN");
    note.location = storage::with_user({given.store, given.credentials->clone()});
    if (given.store_password_file.empty() || given.store_password_file == "-")
        note.password = given.credentials->password.clone();
    else
        note.password_file = absolute_path(given.store_password_file);
    return note;
}

}  // namespace cli
