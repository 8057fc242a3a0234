#include "storage/dav_server.hpp"

#include "net/url.hpp"

namespace test {

using tresor::net::header_of;

DavServer::Response DavServer::answer(const Asked& one) {
    if (before) before(one);
    auto wrong = fault ? fault(one) : std::nullopt;
    if (wrong && !wrong->does) return {wrong->status, {}, {}};
    auto path =
        tresor::net::percent_decode(one.target.substr(std::string("https://safe.example").size()));
    Response response = [&]() -> Response {
        if (one.authorization != "Basic YWxpY2U6czNjcmV0") return {401, {}, {}};
        if (!path || !path->starts_with(base_)) return {404, {}, {}};
        bool hidden =
            path->find("/.") != path->npos ||
            header_of(one.headers, "Destination").value_or("").find("/.") != std::string_view::npos;
        if (hidden && !habits.hidden_names) return {403, {}, {}};
        if (one.method == "PUT") return put(one, *path);
        if (one.method == "MOVE") return move(one, *path);
        if (one.method == "PROPFIND") return propfind(one, *path);
        if (one.method == "MKCOL") {
            REQUIRE(path->ends_with('/'));
            if (folders.contains(*path)) return {habits.make_again, {}, {}};
            if (!has_folder_of(*path)) return {409, {}, {}};
            folders.insert(*path);
            return {201, {}, {}};
        }
        auto found = files.find(*path);
        if (one.method == "DELETE") {
            REQUIRE_MESSAGE(!folders.contains(*path + "/"), "a folder is never removed");
            return {files.erase(*path) > 0 ? 204 : 404, {}, {}};
        }
        if (one.method != "GET") return {405, {}, {}};
        if (folders.contains(*path + "/")) return {200, {}, bytes_of("<html>a listing</html>")};
        if (found == files.end()) return {404, {}, {}};
        Response got{200, {}, bytes_of(found->second.content)};
        got.headers = {{"ETag", etag_of(found->second)},
                       {"Last-Modified", tresor::net::format_http_date(found->second.modified)}};
        return got;
    }();
    if (wrong) return {wrong->status, {}, {}};
    response.headers.push_back({"Date", tresor::net::format_http_date(clock)});
    return response;
}

DavServer::Response DavServer::put(const Asked& one, const std::string& path) {
    if (!has_folder_of(path)) return {habits.put_without_folder, {}, {}};
    bool replaces = files.contains(path);
    files[path] = {one.body, clock, ++serial_};
    return {replaces ? 204 : 201, {}, {}};
}

DavServer::Response DavServer::move(const Asked& one, const std::string& path) {
    if (!habits.moves) return {405, {}, {}};
    std::string to(header_of(one.headers, "Destination").value());
    bool whole = to.starts_with("https://safe.example");
    if (whole && !habits.whole_destinations) return {502, {}, {}};
    if (!whole && !habits.path_destinations) return {400, {}, {}};
    if (whole) to.erase(0, std::string("https://safe.example").size());
    to = tresor::net::percent_decode(to).value();
    auto found = files.find(path);
    if (found == files.end() || !has_folder_of(to)) return {habits.move_without_source, {}, {}};
    bool refuse = header_of(one.headers, "Overwrite") == "F";
    if (refuse && habits.respects_overwrite && files.contains(to)) return {412, {}, {}};
    File file = std::move(found->second);
    files.erase(found);
    if (!habits.etag_moves) file.serial = ++serial_;
    bool replaces = files.contains(to);
    files[to] = std::move(file);
    return {replaces ? 204 : 201, {}, {}};
}

std::string DavServer::etag_of(const File& file) const {
    if (habits.etags == DavHabits::Etags::none) return {};
    std::string tag = habits.etags == DavHabits::Etags::weak ? "W/\"" : "\"";
    if (habits.etags == DavHabits::Etags::by_second) {
        tag += std::to_string(file.modified.time_since_epoch().count());
        tag += '-';
        tag += std::to_string(file.content.size());
    } else {
        tag += std::to_string(file.serial);
    }
    tag += '"';
    return tag;
}

std::string DavServer::entry(const std::string& path, const File* file) const {
    std::string href;
    for (char c : path) {
        char encoded[4];
        std::snprintf(encoded, sizeof encoded, "%%%02X", static_cast<unsigned char>(c));
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '.';
        href += plain ? std::string(1, c) : std::string(encoded);
    }
    std::string text = "<D:response xmlns:lp1=\"DAV:\"><D:href> " + habits.before_href + href +
                       "\n</D:href><D:propstat><D:prop><lp1:resourcetype>" +
                       (file == nullptr ? "<D:collection/>" : "") + "</lp1:resourcetype>";
    if (file != nullptr || habits.collections_have_lengths)
        text += "<lp1:getcontentlength>" +
                std::to_string(file != nullptr ? file->content.size() : 4096) +
                "</lp1:getcontentlength>";
    if (file != nullptr) {
        text += "<lp1:getlastmodified>" + tresor::net::format_http_date(file->modified) +
                "</lp1:getlastmodified>";
        std::string etag = etag_of(*file);
        if (!etag.empty()) text += "<lp1:getetag>" + etag + "</lp1:getetag>";
    }
    return text +
           "</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat><D:propstat><D:prop>"
           "<D:getcontentlength>7</D:getcontentlength></D:prop>"
           "<D:status>HTTP/1.1 404 Not Found</D:status></D:propstat></D:response>\n";
}

DavServer::Response DavServer::propfind(const Asked& one, const std::string& path) const {
    std::string depth(header_of(one.headers, "Depth").value());
    REQUIRE((depth == "0" || depth == "1"));
    CHECK(one.body.find("getetag") != std::string::npos);
    std::string folder = path.ends_with('/') ? path : path + "/", all;
    if (auto found = files.find(path); found != files.end()) {
        all = entry(path, &found->second);
    } else if (folders.contains(folder)) {
        all = entry(folder, nullptr);
        auto is_in = [&](const std::string& child) {
            return child.size() > folder.size() && child.starts_with(folder) &&
                   child.find('/', folder.size()) >= child.size() - 1;
        };
        for (const auto& [name, file] : files)
            if (depth == "1" && is_in(name)) all += entry(name, &file);
        for (const auto& name : folders)
            if (depth == "1" && is_in(name)) all += entry(name, nullptr);
    } else {
        return {404, {}, {}};
    }
    return {
        207,
        {},
        bytes_of("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:multistatus xmlns:D=\"DAV:\">" +
                 all + "</D:multistatus>")};
}

}  // namespace test
