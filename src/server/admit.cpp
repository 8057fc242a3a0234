#include "server/admit.hpp"

#include <charconv>
#include <initializer_list>
#include <string>
#include <utility>

#include <tresor/backup_id.hpp>
#include <tresor/server.hpp>

#include "server/responses.hpp"

namespace tresor::server {
namespace {

using Refusal = std::optional<net::Response>;

Refusal allow(const net::Request& head, std::initializer_list<std::string_view> methods) {
    std::string listed;
    for (auto method : methods) {
        if (head.method == method) return std::nullopt;
        listed.append(listed.empty() ? "" : ", ").append(method);
    }
    return refuse(405, "method not allowed", {{"Allow", std::move(listed)}});
}

Refusal refuse_put(const net::Request& head, const storage::Limits& limits) {
    auto length = content_length(head);
    if (!length) return refuse(411, "a Content-Length is needed");
    if (net::header_of(head.headers, "Content-Type") != "application/octet-stream")
        return refuse(400, "the Content-Type is application/octet-stream");
    if (*length > limits.max_backup_bytes) return too_large();
    if (*length == 0) return refuse(400, "a backup is not empty");
    return std::nullopt;
}

}  // namespace

std::string_view path_of(const net::Request& head) noexcept {
    std::string_view target = head.target;
    return target.substr(0, target.find('?'));
}

std::optional<std::uint64_t> content_length(const net::Request& head) noexcept {
    auto text = net::header_of(head.headers, "Content-Length");
    if (!text) return std::nullopt;
    std::uint64_t length = 0;
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), length);
    if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return length;
}

Refusal admit(const net::Request& head, const storage::Limits& limits) {
    std::string_view path = path_of(head);
    if (path == "/healthz") return allow(head, {"GET"});
    auto agent = net::header_of(head.headers, "User-Agent");
    if (!agent || agent->find("Threema") == agent->npos)
        return refuse(400, "this is a Safe server, for the Threema apps");
    if (path == "/config") return allow(head, {"GET"});
    if (!path.starts_with(backups_path)) return refuse(404, "not found");
    if (!BackupId::parse(path.substr(backups_path.size())))
        return refuse(400, "a backup id is 64 lowercase hex digits");
    if (head.method == "PUT") return refuse_put(head, limits);
    return allow(head, {"GET", "HEAD", "PUT", "DELETE"});
}

}  // namespace tresor::server
