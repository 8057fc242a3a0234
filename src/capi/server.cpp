// A Safe server without its sockets, as C mounts it in a web server of its own.

#include <tresor/server.hpp>

#include "capi/border.hpp"

using namespace tresor;
using namespace tresor::capi;

struct tresor_throttle {
    tresor_throttle(std::int64_t at_once, Seconds apiece) : throttle(at_once, apiece) {}
    server::Throttle throttle;
};

namespace {

std::string text_of(const char* text, std::size_t size) {
    return std::string(as_text(bytes(text, size)));
}

net::Request head_of(const tresor_request& given) {
    need_version(given.version);
    net::Request head;
    head.method = text_of(given.method, given.method_size);
    head.target = text_of(given.target, given.target_size);
    head.peer = text_or_empty(given.peer);
    for (std::size_t i = 0; i < given.headers_count; ++i) {
        const tresor_header& header = *(&need(given.headers) + i);
        head.headers.push_back(
            {text_of(header.name, header.name_size), text_of(header.value, header.value_size)});
    }
    return head;
}

storage::Limits limits_of(const tresor_limits& given) {
    storage::Limits limits{given.max_backup_bytes, given.retention_days};
    storage::require_valid(limits);
    return limits;
}

// An answer on its way out.
class OutResponse {
public:
    OutResponse(int* status, tresor_buf* headers, tresor_buf* body)
        : headers_(headers, true), body_(body, true), status_(status, 0) {
        need(headers);
        need(body);
    }
    // What answers a HEAD ends with its headers.
    void set(const net::Request& request, const net::Response& response) {
        std::string lines;
        for (auto& [name, value] : response.headers)
            lines.append(name).append(": ").append(value).append("\r\n");
        headers_.set(as_bytes(lines));
        if (request.method != "HEAD") body_.set(response.body);
        status_.set(response.status);
    }
    void release() noexcept {
        headers_.release();
        body_.release();
    }

private:
    OutBuf headers_, body_;
    Out<int> status_;
};

}  // namespace

int tresor_throttle_create(tresor_throttle** out, std::int64_t at_once, std::int64_t apiece) {
    clear(out);
    return guard([&] {
        need(out);
        constexpr std::int64_t most = 1'000'000;
        if (at_once < 0 || at_once > most || apiece < 0 || apiece > most)
            throw Error(Errc::invalid_argument, "a throttle of less than 0 or over a million");
        make(out, at_once == 0 ? 60 : at_once, Seconds(apiece == 0 ? 1 : apiece));
    });
}

void tresor_throttle_free(tresor_throttle* throttle) { delete throttle; }

int tresor_server_admit(int* status, tresor_buf* headers, tresor_buf* body,
                        const tresor_request* head, const tresor_limits* limits) {
    return guard([&] {
        OutResponse out(status, headers, body);
        net::Request asked = head_of(need(head));
        if (auto refusal = server::admit(asked, limits_of(need(limits)))) out.set(asked, *refusal);
        out.release();
    });
}

int tresor_server_handle(int* status, tresor_buf* headers, tresor_buf* body, int* failure,
                         tresor_buf* failure_text, tresor_storage* storage,
                         tresor_throttle* throttle, const tresor_request* request,
                         const tresor_limits* limits, std::int64_t now) {
    return guard([&] {
        Out failed(failure, int{TRESOR_OK}, true);
        OutBuf why(failure_text, true);
        OutResponse out(status, headers, body);
        net::Request asked = head_of(need(request));
        storage::Storage& store = *need(storage).store;
        server::Throttle& shared = need(throttle).throttle;

        MemorySource given(bytes(request->body, request->body_size));
        std::optional<CSource> called;
        if (request->source != nullptr) called.emplace(*request->source);
        if (called) asked.body = &*called;
        if (!called && request->body_size > 0) asked.body = &given;

        std::optional<Error> error;
        Timestamp when = timestamp(now);
        out.set(asked, limits == nullptr ? server::handle(asked, store, shared, when, &error)
                                         : server::handle(asked, store, limits_of(*limits), shared,
                                                          when, &error));
        if (error) why.set(as_bytes(std::string_view(error->what())));
        out.release();
        why.release();
        if (error) failed.set(-static_cast<int>(error->code()));
    });
}
