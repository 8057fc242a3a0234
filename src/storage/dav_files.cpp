#include "storage/dav_files.hpp"

#include "net/url.hpp"

namespace tresor::storage {

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

void DavFiles::fail(const net::Response& response) const {
    if (response.status == 501)
        throw Error(Errc::unsupported, describe() + " does not know such requests");
    throw net::error_of(response, describe());
}

std::optional<std::vector<DavEntry>> DavFiles::propfind(const std::string& path,
                                                        const char* depth) {
    auto asked = request("PROPFIND", path);
    asked.headers = {{"Depth", depth}, {"Content-Type", "application/xml; charset=utf-8"}};
    MemorySource body(as_bytes(propfind_body()));
    asked.body = &body;
    PropfindSink sink;
    try {
        auto response = client_.send(std::move(asked), &sink);
        if (response.status == 404) return std::nullopt;
        if (response.status == 405 || response.status == 501)
            throw Error(Errc::unsupported,
                        describe() + " knows no WebDAV (a Safe server: https://)");
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
    if (response.ok()) return std::nullopt;
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

DavFiles::Moved DavFiles::move(const std::string& from, const std::string& to, Existing existing) {
    auto asked = request("MOVE", from);
    std::string target = url_ + to;
    if (!whole_urls_) target.erase(0, net::origin_of(url_).size());
    bool refuse = existing == Existing::refuse;
    asked.headers = {{"Destination", target}, {"Overwrite", refuse ? "F" : "T"}};
    auto response = client_.send(std::move(asked));
    switch (response.status) {
        case 200:
        case 201:
        case 204: return Moved::yes;
        case 404:
        case 409: return Moved::no;
        case 412: return Moved::taken;
        case 403:  // what rclone says of a file or folder that is not there
            if (!look(from) || !look(std::filesystem::path(to).parent_path().string() + "/"))
                return Moved::no;
            break;
        case 400:
        case 502:  // the server knows itself by another address than we do: it is behind a proxy
            if (std::exchange(whole_urls_, false)) return move(from, to, existing);
            throw Error(Errc::unsupported, describe() + " cannot move files");
        case 405: throw Error(Errc::unsupported, describe() + " cannot move files");
        default: break;
    }
    fail(response);
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
    if (!response.ok()) fail(response);
    return true;
}

bool DavFiles::names_in(const std::filesystem::path& folder,
                        const std::function<void(std::string_view)>& visit) {
    auto found = entries(folder.string() + "/");
    if (!found) return false;
    for (const DavEntry& entry : *found) visit(entry.path);
    return !found->empty();
}

}  // namespace tresor::storage
