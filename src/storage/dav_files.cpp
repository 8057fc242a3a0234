#include "storage/dav_files.hpp"

#include "net/url.hpp"

namespace tresor::storage {
namespace {

constexpr PropfindLimits most_of_one{10'000, std::size_t{1} << 20},
    most_of_a_folder{1'000'000, std::size_t{1} << 30};

}  // namespace

DavFiles::DavFiles(net::BaseUrl base, std::unique_ptr<net::Transport> transport,
                   std::string user_agent)
    : url_(std::move(base.text)),
      client_(std::move(transport), std::move(base.credentials), std::move(user_agent)) {
    if (net::has_placeholder(url_))
        throw Error(Errc::invalid_argument, "the server depends on the backup id");
    path_ = net::percent_decode(std::string_view(url_).substr(net::origin_of(url_).size())).value();
}

net::Request DavFiles::request(const char* method, const std::string& path) const {
    net::Request request;
    request.method = method;
    request.target = url_ + path;
    return request;
}

Error DavFiles::no_webdav(const net::Response& response) const {
    Error error(Errc::unsupported, describe() + " knows no WebDAV (a Safe server: https://)");
    error.http_status = response.status;
    return error;
}

void DavFiles::fail(const net::Response& response) const {
    throw net::error_of(response, describe());
}

std::optional<std::vector<DavEntry>> DavFiles::propfind(const std::string& path,
                                                        const char* depth) {
    bool one = depth[0] == '0';
    auto asked = request("PROPFIND", path);
    asked.headers = {{"Depth", depth}, {"Content-Type", "application/xml; charset=utf-8"}};
    MemorySource body(as_bytes(propfind_body()));
    asked.body = &body;
    PropfindSink sink(one ? most_of_one : most_of_a_folder);
    try {
        auto response = client_.send(std::move(asked), &sink);
        if (response.status == 404) return std::nullopt;
        if (response.status == 405 || response.status == 501) throw no_webdav(response);
        if (!response.ok()) fail(response);
        return sink.finish();
    } catch (const Error& error) {
        if (error.code() != Errc::malformed) throw;
        throw Error(Errc::malformed, describe() + " gave no listing: " + error.what());
    }
}

std::optional<DavEntry> DavFiles::look(const std::string& path) {
    auto found = propfind(path, "0");
    if (!found || found->empty()) return std::nullopt;
    return std::move(found->front());
}

std::optional<std::vector<DavEntry>> DavFiles::entries(const std::string& folder) {
    auto found = propfind(folder, "1");
    if (!found) return std::nullopt;
    std::string own = path_ + folder;
    std::size_t strangers = std::erase_if(
        *found, [&](const DavEntry& entry) { return !(entry.path + "/").starts_with(own); });
    if (found->empty() && strangers > 0)
        throw Error(Errc::malformed, describe() + " lists another folder than it was asked for");
    std::erase_if(*found, [&](DavEntry& entry) {
        entry.path.erase(0, std::min(own.size(), entry.path.size()));
        return entry.path.empty() || entry.path.find('/') != std::string::npos;
    });
    return found;
}

std::optional<net::Response> DavFiles::get(const std::string& path, ByteSink& into) {
    auto response = client_.send(request("GET", path), &into);
    if (response.status == 404) return std::nullopt;
    if (!response.ok()) fail(response);
    return response;
}

std::optional<Error> DavFiles::put(const std::string& path, ByteSource& content) {
    auto asked = request("PUT", path);
    asked.headers = {{"Content-Type", "application/octet-stream"}};
    asked.body = &content;
    auto response = client_.send(std::move(asked));
    if (response.done()) return std::nullopt;
    if (response.status == 404 || response.status == 409 || response.status == 500)
        return net::error_of(response, describe());
    fail(response);
}

void DavFiles::make(const std::string& folder) {
    auto response = client_.send(request("MKCOL", folder));
    if (response.ok() || response.status == 405) return;
    if (response.status == 409 || response.status == 404)
        throw Error(Errc::not_found, "there is no folder to make " + url_ + folder + " in");
    fail(response);
}

net::Response DavFiles::ask_to_move(const std::string& from, const std::string& to,
                                    Existing existing, bool whole_url) {
    auto asked = request("MOVE", from);
    std::string target = url_ + to;
    if (!whole_url) target.erase(0, net::origin_of(url_).size());
    asked.headers = {{"Destination", target},
                     {"Overwrite", existing == Existing::refuse ? "F" : "T"}};
    return client_.send(std::move(asked));
}

// Behind a proxy a server may know itself by another address, and take the target for one on
// another server (502) or for none at all (400): then the path alone may do. A 502 may also be a
// server that is away for a moment.
DavFiles::Moved DavFiles::move(const std::string& from, const std::string& to, Existing existing) {
    auto puzzled = [](const net::Response& response) {
        return response.status == 400 || response.status == 502;
    };
    bool whole = whole_urls_;
    auto response = ask_to_move(from, to, existing, whole);
    if (puzzled(response)) {
        auto other = ask_to_move(from, to, existing, !whole);
        if (response.status == 502 && other.status == 502) fail(response);
        if (!puzzled(other))
            whole = !whole;
        else if (response.status == 502)
            other = ask_to_move(from, to, existing, whole);
        if (puzzled(other)) cannot_move();
        response = std::move(other);
    }
    auto moved = meaning_of(response, from, to);
    if (moved == Moved::yes) {
        whole_urls_ = whole;
        has_moved_ = true;
    }
    return moved;
}

DavFiles::Moved DavFiles::meaning_of(const net::Response& response, const std::string& from,
                                     const std::string& to) {
    switch (response.status) {
        case 200:
        case 201:
        case 204: return Moved::yes;
        case 404:
        case 409: return Moved::no;
        case 412: return Moved::taken;
        case 405:
        case 501: cannot_move();
        case 403:  // what rclone says of a file or folder that is not there
            if (!look(from) || !look(to.substr(0, to.rfind('/') + 1))) return Moved::no;
            [[fallthrough]];
        default: fail(response);
    }
}

// One that has moved before is only puzzled.
void DavFiles::cannot_move() const {
    throw Error(has_moved_ ? Errc::unavailable : Errc::unsupported,
                describe() + " does not move files");
}

std::optional<aside::Files::Info> DavFiles::info(const std::filesystem::path& path) {
    auto found = look(path.string());
    if (!found) return std::nullopt;
    return Info{found->modified ? found->modified->time_since_epoch().count() : 0, !found->folder};
}

bool DavFiles::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
    return rename_if_free(from, to);
}

bool DavFiles::rename_if_free(const std::filesystem::path& from, const std::filesystem::path& to) {
    return move(from.string(), to.string(), Existing::refuse) == Moved::yes;
}

bool DavFiles::unlink(const std::filesystem::path& path) {
    auto response = client_.send(request("DELETE", path.string()));
    if (response.status == 404) return false;
    if (!response.done()) fail(response);
    return true;
}

void DavFiles::drop(const std::string& path) noexcept {
    try {
        auto asked = request("DELETE", path);
        asked.brief = true;
        client_.send(std::move(asked));
    } catch (...) {
    }
}

bool DavFiles::names_in(const std::filesystem::path& folder,
                        const std::function<void(std::string_view)>& visit) {
    std::optional<std::vector<DavEntry>> found;
    try {
        found = entries(folder.string() + "/");
    } catch (const Error& error) {
        // A server that hides names with a dot has nothing under them.
        if (error.http_status != 403 && error.http_status != 405) throw;
    }
    bool any = false;
    for (const DavEntry& entry : found.value_or(std::vector<DavEntry>())) {
        any = any || aside::is_taken(entry.path);
        visit(entry.path);
    }
    return any;
}

}  // namespace tresor::storage
