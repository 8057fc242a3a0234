#include <tresor/server.hpp>

#include <limits>

#include <tresor/storage/retention.hpp>

#include "server/admit.hpp"
#include "server/responses.hpp"

namespace tresor::server {
namespace {

using net::Response;
using storage::ObjectName;

Response not_found() { return refuse(404, "not found"); }

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

// Without `limits` they are read from the store, by those who need them.
class Answering {
public:
    Answering(const net::Request& request, storage::Storage& storage, const storage::Limits* limits,
              Throttle& throttle, Timestamp now)
        : request_(request), storage_(storage), limits_(limits), throttle_(throttle), now_(now) {}

    Response route() {
        constexpr storage::Limits none{std::numeric_limits<std::uint64_t>::max(), 1};
        if (auto refusal = admit(request_, limits_ != nullptr ? *limits_ : none)) return *refusal;
        std::string_view path = path_of(request_);
        if (path == "/healthz") return health();
        if (path == "/config") return config();
        return backup(ObjectName(path.substr(1)));
    }

private:
    bool is(std::string_view method) const { return request_.method == method; }

    Response health() {
        if (!storage_.stat(ObjectName("config")) && limits_ == nullptr)
            return refuse(503, "there is no config");
        return answer(200, {{"Content-Type", "text/plain"}}, {'o', 'k', '\n'});
    }

    Response config() {
        if (limits_ == nullptr && !storage_.stat(ObjectName("config"))) return not_found();
        return answer(200, {{"Content-Type", "application/json"}},
                      storage::format_limits(limits()));
    }

    storage::Limits limits() {
        return limits_ != nullptr ? *limits_ : storage::get_limits(storage_).limits;
    }

    Response backup(const ObjectName& name) {
        if (is("PUT")) return put(name);
        if (auto wait = throttle_.wait(request_.peer, now_))
            return refuse(429, "too many unknown ids",
                          {{"Retry-After", std::to_string(wait->count())}});
        auto response = is("DELETE") ? drop(name) : is("HEAD") ? stat(name) : download(name);
        if (response.status == 404) throttle_.missed(request_.peer, now_);
        return response;
    }

    Response put(const ObjectName& name) {
        std::uint64_t length = content_length(request_).value();
        if (limits_ == nullptr && length > limits().max_backup_bytes) return too_large();
        if (request_.body == nullptr) return refuse(400, "a backup is not empty");
        bool replaces = storage_.stat(name).has_value();
        Exactly body(*request_.body, length);
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
    const storage::Limits* limits_;
    Throttle& throttle_;
    Timestamp now_;
};

Response never_throwing(Answering answering, std::optional<Error>* failure) {
    Error error(Errc::internal, "");
    try {
        return answering.route();
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

}  // namespace

Response handle(const net::Request& request, storage::Storage& storage, Throttle& throttle,
                Timestamp now, std::optional<Error>* failure) {
    return never_throwing(Answering(request, storage, nullptr, throttle, now), failure);
}

Response handle(const net::Request& request, storage::Storage& storage,
                const storage::Limits& limits, Throttle& throttle, Timestamp now,
                std::optional<Error>* failure) {
    return never_throwing(Answering(request, storage, &limits, throttle, now), failure);
}

}  // namespace tresor::server
