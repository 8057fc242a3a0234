#include <tresor/storage/safe_server.hpp>

#include <tresor/backup_id.hpp>

#include "net/client.hpp"
#include "storage/remote.hpp"

namespace tresor::storage {
namespace {

// A body whose length nobody knows is collected first, for the server wants to know it.
constexpr std::size_t most_unsized = std::size_t{64} << 20;

bool is_config(const ObjectName& name) { return name.text() == "config"; }

void require_route(const ObjectName& name) {
    std::string_view text = name.text();
    constexpr std::string_view folder = "backups/";
    if (is_config(name) ||
        (text.starts_with(folder) && BackupId::parse(text.substr(folder.size()))))
        return;
    throw Error(Errc::unsupported, "a Safe server holds its config and Safe backups, nothing else");
}

[[noreturn]] void own_config() {
    throw Error(Errc::unsupported, "the config of a Safe server is its own");
}

void require_no_condition(const Condition& condition) {
    if (condition.kind != Condition::Kind::none)
        throw Error(Errc::unsupported, "a Safe server knows no conditions");
}

// A plain WebDAV folder says so in one of three ways.
void hint_at_folder(Error& error) {
    if (error.http_status != 404 && error.http_status != 409 && error.http_status != 500) return;
    Error hinted(
        error.http_status == 500 ? Errc::unavailable : Errc::denied,
        std::string(error.what()) + " (if it is a WebDAV folder, create the folder backups in it)");
    hinted.http_status = error.http_status;
    hinted.retry_after = error.retry_after;
    error = hinted;
}

class Nowhere final : public ByteSink {
public:
    void write(ByteView) override {}
    void restart() override {}
};

}  // namespace

SafeServer::SafeServer(net::BaseUrl base, std::unique_ptr<net::Transport> transport,
                       std::string user_agent)
    : url_(std::move(base.text)),
      client_(std::make_unique<net::Client>(std::move(transport), std::move(base.credentials),
                                            std::move(user_agent))) {
    if (net::has_placeholder(url_))
        throw Error(Errc::invalid_argument, "the server depends on the backup id");
}

SafeServer::~SafeServer() = default;

std::string SafeServer::describe() const { return "the Safe server " + url_; }

net::Request SafeServer::request(const char* method, const ObjectName& name) const {
    require_route(name);
    net::Request request;
    request.method = method;
    request.target = url_ + name.text();
    if (request.method == "GET" || request.method == "HEAD")
        request.headers.push_back(
            {"Accept", is_config(name) ? "application/json" : "application/octet-stream"});
    return request;
}

net::Response SafeServer::ask(net::Request asked, ByteSink* into) {
    auto response = client_->send(std::move(asked), into);
    bool answers = response.ok() || response.status == 404;
    if (!answers) throw net::error_of(response, describe());
    return response;
}

ObjectInfo SafeServer::put(const ObjectName& name, ByteSource& content,
                           const Condition& condition) {
    require_no_condition(condition);
    auto asked = request("PUT", name);
    if (is_config(name)) own_config();
    auto size = content.size();
    if (!size) {
        MemorySink sink(most_unsized);
        copy(content, sink);
        Bytes bytes = sink.take();
        MemorySource sized(bytes);
        return put(name, sized);
    }
    asked.headers.push_back({"Content-Type", "application/octet-stream"});
    asked.body = &content;
    auto response = client_->send(std::move(asked));
    if (response.done()) return {name, *size, {}, {}};
    Error error = net::error_of(response, describe());
    hint_at_folder(error);
    throw error;
}

std::optional<ObjectInfo> SafeServer::stat(const ObjectName& name) {
    auto response = client_->send(request("HEAD", name));
    auto size = parse_size(net::header_of(response.headers, "Content-Length").value_or(""));
    if (response.ok() && size) {
        knows_head_ = true;
        return ObjectInfo{name, *size, last_modified(response), {}};
    }
    if (response.status == 404 && knows_head_) return std::nullopt;
    bool may_know_no_head =
        response.ok() || response.status == 404 || response.status == 405 || response.status == 501;
    if (!may_know_no_head) throw net::error_of(response, describe());
    Nowhere nowhere;
    return get(name, nowhere);
}

std::optional<ObjectInfo> SafeServer::get(const ObjectName& name, ByteSink& into) {
    // What no `config` can allow (safe.md 5.6).
    constexpr std::uint64_t most = std::uint64_t{1} << 31;
    CountingSink sink(into, most, Error(Errc::too_large, name.text() + " does not end"));
    auto response = ask(request("GET", name), &sink);
    if (!response.ok()) return std::nullopt;
    return ObjectInfo{name, sink.size(), last_modified(response), {}};
}

bool SafeServer::remove(const ObjectName& name, const Condition& condition) {
    require_no_condition(condition);
    if (is_config(name)) own_config();
    auto response = ask(request("DELETE", name));
    if (response.status == 404) return false;
    if (!response.done()) throw net::error_of(response, describe());
    return true;
}

}  // namespace tresor::storage
