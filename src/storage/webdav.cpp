#include <tresor/storage/webdav.hpp>

#include <array>
#include <limits>

#include "base/file.hpp"
#include "codec/hex.hpp"
#include "crypto/random.hpp"
#include "storage/dav_files.hpp"
#include "storage/remote.hpp"

namespace tresor::storage {
namespace {

using Moved = DavFiles::Moved;

std::string folder_of(std::string_view path) {
    return std::string(path.substr(0, path.rfind('/') + 1));
}

std::string temporary_beside(std::string_view path) {
    std::array<Byte, 10> random;
    crypto::random_bytes(random);
    return folder_of(path).append(file::temporary_prefix).append(codec::hex_encode(random));
}

bool is_temporary(std::string_view name) {
    std::size_t size = file::temporary_prefix.size();
    return name.starts_with(file::temporary_prefix) && name.size() == size + 20 &&
           name.find_first_not_of("0123456789abcdef", size) == name.npos;
}

// Begins anew; a source that cannot is no reason to tell another error than the first.
void rewind_or_throw(ByteSource& content, const Error& first) {
    try {
        content.rewind();
    } catch (const Error&) {
        throw first;
    }
}

}  // namespace

WebDav::WebDav(net::BaseUrl base, std::unique_ptr<net::Transport> transport, std::string user_agent)
    : files_(std::make_unique<DavFiles>(std::move(base), std::move(transport),
                                        std::move(user_agent))) {}

WebDav::~WebDav() = default;

void WebDav::create() {
    if (!files_->look("")) files_->make("");
    files_->make("backups/");
}

std::string WebDav::describe() const { return files_->describe(); }

Abilities WebDav::can() const {
    return {.list = true, .conditional_remove = tells_versions(), .any_name = true};
}

bool WebDav::tells_versions() const {
    if (tells_versions_) return *tells_versions_;
    try {
        tells_versions_ = find_out();
    } catch (const Error& error) {
        if (error.code() == Errc::cancelled) throw;
        if (error.code() != Errc::unavailable) tells_versions_ = false;
    }
    return tells_versions_.value_or(false);
}

// Writes twice at once, moves, and moves back to a name that is taken.
bool WebDav::find_out() const {
    struct Probe {
        DavFiles& files;
        std::string path = temporary_beside("");
        ~Probe() { files.drop(path); }
        std::string write(Byte content) {
            MemorySource source(ByteView(&content, 1));
            if (auto error = files.put(path, source)) throw *error;
            auto found = files.look(path);
            return found ? found->etag : "";
        }
    };
    Probe probe{*files_}, other{*files_};
    std::string first = probe.write(1), second = probe.write(2);
    bool strong = first.starts_with('"') && second.starts_with('"');
    if (!strong || first == second) return false;
    if (files_->move(probe.path, other.path, Existing::refuse) != Moved::yes) return false;
    auto moved = files_->look(other.path);
    if (!moved || moved->etag != second) return false;
    probe.write(3);
    return files_->move(other.path, probe.path, Existing::refuse) == Moved::taken;
}

std::string WebDav::version_of(const std::string& etag) const {
    return tells_versions_.value_or(false) ? etag : "";
}

void WebDav::require_root() const {
    if (!files_->look("")) throw Error(Errc::not_found, "there is no such folder: " + describe());
}

void WebDav::make_folders_of(const std::string& path) {
    for (std::size_t slash = 0; (slash = path.find('/', slash)) != path.npos;)
        files_->make(path.substr(0, ++slash));
}

// Makes the folders that may be missing when the server does not take it at first; or before, if
// that would mean to send a lot once more.
void WebDav::upload(const std::string& path, ByteSource& content) {
    constexpr std::uint64_t much = std::uint64_t{1} << 20;
    bool once = content.size().value_or(much) >= much;
    if (once) make_folders_of(path);
    auto error = files_->put(path, content);
    if (error && !once) {
        make_folders_of(path);
        content.rewind();
        error = files_->put(path, content);
    }
    if (!error) return;
    require_root();
    throw *error;
}

// The error of a server that does not do that; absent if all went well.
std::optional<Error> WebDav::put_beside(const std::string& path, ByteSource& content) {
    std::string temporary = temporary_beside(path);
    bool written = false;
    try {
        upload(temporary, content);
        written = true;
        if (files_->move(temporary, path, Existing::replace) == Moved::yes) return std::nullopt;
        throw Error(Errc::unavailable, describe() + " has lost what was just uploaded");
    } catch (const Error& error) {
        files_->drop(temporary);
        bool hides = error.http_status == 403 || error.http_status == 405;
        if (written ? error.code() != Errc::unsupported : !hides) throw;
        return error;
    } catch (...) {
        files_->drop(temporary);
        throw;
    }
}

ObjectInfo WebDav::put(const ObjectName& name, ByteSource& content, const Condition& condition) {
    if (condition.kind != Condition::Kind::none)
        throw Error(Errc::unsupported, "a WebDAV folder cannot make a put depend on anything");
    auto size = content.size();
    if (auto refused = writes_beside_ ? put_beside(name.text(), content) : std::nullopt) {
        rewind_or_throw(content, *refused);
        writes_beside_ = false;
    }
    if (!writes_beside_) upload(name.text(), content);
    if (!size) {
        auto found = files_->look(name.text());
        if (found) size = found->size;
    }
    return {name, size.value_or(0), {}, {}};
}

// Also the question whether the folder is there: a wrong address must not look like a store without
// objects.
std::optional<DavEntry> WebDav::find(const ObjectName& name) {
    auto found = aside::find(*files_, name.text(), [&] {
        auto entry = files_->look(name.text());
        if (entry && entry->folder) entry.reset();
        return entry;
    });
    if (!found) require_root();
    return found;
}

std::optional<ObjectInfo> WebDav::stat(const ObjectName& name) {
    auto found = find(name);
    if (!found) return std::nullopt;
    return ObjectInfo{name, found->size.value_or(0), found->modified, version_of(found->etag)};
}

std::optional<ObjectInfo> WebDav::get(const ObjectName& name, ByteSink& into) {
    // Some servers give a listing of a folder for its content.
    auto entry = find(name);
    if (!entry) return std::nullopt;
    CountingSink sink(into, entry->size.value_or(std::numeric_limits<std::uint64_t>::max()),
                      Error(Errc::unavailable, name.text() + " has grown while it was got"));
    auto response =
        aside::find(*files_, name.text(), [&] { return files_->get(name.text(), sink); });
    if (!response) return std::nullopt;
    std::string etag(net::header_of(response->headers, "ETag").value_or(""));
    return ObjectInfo{name, sink.size(), last_modified(*response), version_of(etag)};
}

bool WebDav::remove(const ObjectName& name, const Condition& condition) {
    aside::put_back_all_of(*files_, name.text());
    if (!stat(name)) return false;
    if (condition.kind == Condition::Kind::absent)
        throw Error(Errc::conflict, name.text() + " is not as the condition wants it");
    if (condition.kind == Condition::Kind::none) {
        // What is not there any more was removed: by this, if an answer was lost on the way.
        files_->unlink(name.text());
        return true;
    }
    std::string part = name.text().substr(folder_of(name.text()).size());
    if (!tells_versions() || part.size() > aside::longest_part)
        throw Error(Errc::unsupported,
                    "a removal cannot depend on a version on this server or for so long a name");
    return aside::remove_if(*files_, name.text(), [&](const std::filesystem::path& path) {
        auto found = files_->look(path.string());
        return found && !found->folder && found->etag == condition.text;
    });
}

void WebDav::drop_if_old(const std::string& path, std::optional<Timestamp> modified) {
    auto now = files_->clock();
    if (now && modified && *modified < *now - std::chrono::hours(24)) files_->drop(path);
}

// False: the visitor has enough.
bool WebDav::walk(const std::string& folder, std::string_view prefix, const Visitor& visit) {
    constexpr std::size_t most_folders = 10'000;
    if (++walked_ > most_folders)
        throw Error(Errc::too_large, describe() + " holds over 10,000 folders");
    auto found = files_->entries(folder);
    auto is_aside = [](const DavEntry& entry) { return entry.path == ".aside"; };
    if (found && std::any_of(found->begin(), found->end(), is_aside)) {
        aside::put_back_all_in(*files_, folder.substr(0, folder.size() - !folder.empty()));
        found = files_->entries(folder);
    }
    if (!found) return true;
    for (const DavEntry& entry : *found) {
        std::string path = folder + entry.path;
        if (!entry.folder && is_temporary(entry.path)) drop_if_old(path, entry.modified);
        auto name = ObjectName::parse(path);
        if (!name) continue;
        bool wanted = path.starts_with(prefix);
        path += "/";
        if (entry.folder && (wanted || prefix.starts_with(path)) && !walk(path, prefix, visit))
            return false;
        if (entry.folder || !wanted || !entry.size) continue;
        if (!visit({*name, *entry.size, entry.modified, version_of(entry.etag)})) return false;
    }
    return true;
}

void WebDav::list(std::string_view prefix, const Visitor& visit) {
    require_root();
    walked_ = 0;
    walk("", prefix, visit);
}

std::optional<Timestamp> WebDav::clock() {
    require_root();
    return files_->clock();
}

}  // namespace tresor::storage
