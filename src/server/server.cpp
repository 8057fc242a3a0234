#include <tresor/server.hpp>

#include <charconv>

#include <tresor/backup_id.hpp>
#include <tresor/storage/retention.hpp>

namespace tresor::server {
namespace {

using net::Response;
using storage::ObjectName;

Response answer(int status, net::Headers headers = {}, Bytes body = {}) {
    headers.push_back({"Content-Length", std::to_string(body.size())});
    headers.push_back({"Cache-Control", "no-store"});
    return {status, std::move(headers), std::move(body)};
}

Response refuse(int status, std::string_view why, net::Headers headers = {}) {
    headers.push_back({"Content-Type", "text/plain"});
    Bytes body(why.begin(), why.end());
    body.push_back('\n');
    return answer(status, std::move(headers), std::move(body));
}

Response not_found() { return refuse(404, "not found"); }

// For a program to look at: nothing about the store gets out.
Response failed(const Error& error) {
    switch (error.code()) {
        case Errc::unavailable: {
            auto wait = error.retry_after.value_or(Seconds(60));
            return refuse(503, "try again later", {{"Retry-After", std::to_string(wait.count())}});
        }
        case Errc::too_large: return refuse(413, "too large");
        case Errc::invalid_argument: return refuse(400, "the body has not the announced length");
        default:
            return error.no_space ? refuse(507, "no room") : refuse(500, "trouble with the store");
    }
}

std::optional<std::uint64_t> content_length(const net::Request& request) {
    auto text = net::header_of(request.headers, "Content-Length");
    if (!text) return std::nullopt;
    std::uint64_t length = 0;
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), length);
    if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return length;
}

// A body of another length than it was announced with is not taken.
class Exactly final : public ByteSource {
public:
    Exactly(ByteSource& source, std::uint64_t size) : source_(source), size_(size), left_(size) {}
    std::optional<std::uint64_t> size() const override { return size_; }
    std::size_t read(ByteSpan into) override {
        std::size_t size = source_.read(into);
        if (size > left_ || (size == 0 && left_ > 0))
            throw Error(Errc::invalid_argument, "the body has not the announced length");
        left_ -= size;
        return size;
    }
    void rewind() override {
        source_.rewind();
        left_ = size_;
    }

private:
    ByteSource& source_;
    std::uint64_t size_, left_;
};

class Answering {
public:
    Answering(const net::Request& request, storage::Storage& storage, Throttle& throttle,
              Timestamp now)
        : request_(request), storage_(storage), throttle_(throttle), now_(now) {}

    Response route() {
        std::string_view path = request_.target;
        path = path.substr(0, path.find('?'));
        if (path == "/healthz") return is("GET") ? health() : not_allowed("GET");
        auto agent = net::header_of(request_.headers, "User-Agent");
        if (!agent || agent->find("Threema") == agent->npos)
            return refuse(400, "this is a Safe server, for the Threema apps");
        if (path == "/config") return is("GET") ? config() : not_allowed("GET");
        constexpr std::string_view folder = "/backups/";
        if (!path.starts_with(folder)) return not_found();
        auto id = BackupId::parse(path.substr(folder.size()));
        if (!id) return refuse(400, "a backup id is 64 lowercase hex digits");
        return backup(ObjectName(id->object_name()));
    }

private:
    bool is(std::string_view method) const { return request_.method == method; }

    Response not_allowed(std::string allowed) const {
        return refuse(405, "method not allowed", {{"Allow", std::move(allowed)}});
    }

    Response health() {
        if (!storage_.stat(ObjectName("config"))) return refuse(503, "there is no config");
        return answer(200, {{"Content-Type", "text/plain"}}, {'o', 'k', '\n'});
    }

    Response config() {
        if (!storage_.stat(ObjectName("config"))) return not_found();
        auto limits = storage::get_limits(storage_).limits;
        return answer(200, {{"Content-Type", "application/json"}}, storage::format_limits(limits));
    }

    Response backup(const ObjectName& name) {
        if (is("PUT")) return put(name);
        bool get = is("GET"), head = is("HEAD"), remove = is("DELETE");
        if (!get && !head && !remove) return not_allowed("GET, HEAD, PUT, DELETE");
        if (auto wait = throttle_.wait(request_.peer, now_))
            return refuse(429, "too many unknown ids",
                          {{"Retry-After", std::to_string(wait->count())}});
        auto response = remove ? drop(name) : head ? stat(name) : download(name);
        if (response.status == 404) throttle_.missed(request_.peer, now_);
        return response;
    }

    Response put(const ObjectName& name) {
        auto length = content_length(request_);
        if (!length) return refuse(411, "a Content-Length is needed");
        if (net::header_of(request_.headers, "Content-Type") != "application/octet-stream")
            return refuse(400, "the Content-Type is application/octet-stream");
        if (*length > storage::get_limits(storage_).limits.max_backup_bytes)
            return refuse(413, "too large");
        if (*length == 0 || request_.body == nullptr) return refuse(400, "a backup is not empty");
        bool replaces = storage_.stat(name).has_value();
        Exactly body(*request_.body, *length);
        storage_.put(name, body);
        return answer(replaces ? 204 : 201);
    }

    net::Headers facts(const storage::ObjectInfo& info) const {
        net::Headers headers{{"Content-Type", "application/octet-stream"}};
        if (info.modified)
            headers.push_back({"Last-Modified", net::format_http_date(*info.modified)});
        return headers;
    }

    Response stat(const ObjectName& name) {
        auto info = storage_.stat(name);
        if (!info) return not_found();
        auto headers = facts(*info);
        headers.push_back({"Content-Length", std::to_string(info->size)});
        headers.push_back({"Cache-Control", "no-store"});
        return {200, std::move(headers), {}};
    }

    Response download(const ObjectName& name) {
        MemorySink sink;
        auto info = storage_.get(name, sink);
        if (!info) return not_found();
        return answer(200, facts(*info), sink.take());
    }

    Response drop(const ObjectName& name) {
        return storage_.remove(name) ? answer(204) : not_found();
    }

    const net::Request& request_;
    storage::Storage& storage_;
    Throttle& throttle_;
    Timestamp now_;
};

}  // namespace

net::Response handle(const net::Request& request, storage::Storage& storage, Throttle& throttle,
                     Timestamp now, std::optional<Error>* failure) {
    Error error(Errc::internal, "");
    try {
        return Answering(request, storage, throttle, now).route();
    } catch (const Error& thrown) {
        error = thrown;
    } catch (const std::bad_alloc&) {
        error = Error(Errc::out_of_memory, "out of memory");
    } catch (const std::exception& thrown) {
        error = Error(Errc::internal, thrown.what());
    }
    if (failure != nullptr) *failure = error;
    return failed(error);
}

}  // namespace tresor::server
