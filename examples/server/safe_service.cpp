#include "safe_service.hpp"

#include <exception>
#include <new>
#include <string>
#include <utility>

#include "refusal.hpp"

namespace safe_server {

using tresor::Errc;
using tresor::Error;
using tresor::net::Request;
using tresor::net::Response;

namespace {

std::string_view path_of(const Request& head) {
    std::string_view target = head.target;
    return target.substr(0, target.find('?'));
}

Response later(std::string_view why, tresor::Seconds wait) {
    return refusal(503, why, {{"Retry-After", std::to_string(wait.count())}});
}

}  // namespace

Admission SafeService::admit(const Request& head) try {
    if (auto refused = refuse(head)) return {Admission::Next::refuse, std::move(*refused)};
    if (gate_ == nullptr || path_of(head) == "/healthz") return {next(head), {}};
    auto verdict = gate_->look(head, tresor::now());
    switch (verdict.kind) {
        case Gate::Verdict::Kind::pass: return {next(head), {}};
        case Gate::Verdict::Kind::ask: return {Admission::Next::ask_worker_first, {}};
        case Gate::Verdict::Kind::refuse: break;
    }
    if (verdict.refusal.status == 429) ++metrics_.throttled_passwords;
    return {Admission::Next::refuse, std::move(verdict.refusal)};
} catch (const std::exception&) {
    return {Admission::Next::refuse, later("try again later", tresor::Seconds(60))};
}

// By its head alone, whoever it is.
std::optional<Response> SafeService::refuse(const Request& head) {
    auto limits = config_.limits();
    // Without limits a put is refused in any case; all else does not depend on them.
    if (auto refused = tresor::server::admit(head, limits.value_or(tresor::storage::Limits())))
        return refused;
    if (limits) return std::nullopt;
    config_.look_soon();
    if (head.method != "PUT") return std::nullopt;
    return later("the store has no config", tresor::Seconds(10));
}

Admission::Next SafeService::next(const Request& head) const {
    bool reads = head.method == "GET" || head.method == "HEAD";
    bool knows = (path_of(head) == "/config" && config_.limits()) ||
                 (path_of(head) == "/healthz" && !stores_.is_local());
    return (reads && stores_.is_local()) || knows ? Admission::Next::answer_here
                                                  : Admission::Next::answer_on_worker;
}

std::optional<Response> SafeService::authenticate(const Request& head) try {
    if (gate_ == nullptr) return std::nullopt;
    auto refused = gate_->verify(head, tresor::now());
    if (refused && refused->status == 401) ++metrics_.wrong_passwords;
    if (refused && refused->status == 429) ++metrics_.throttled_passwords;
    return refused;
} catch (const std::exception& error) {
    log_.say(std::string("a password could not be verified: ") + error.what());
    return later("try again later", tresor::Seconds(60));
}

Response SafeService::answer(const Request& request, unsigned worker) {
    try {
        if (request.method != "PUT") return handle(request, worker);
        Counting uploading(metrics_.uploads_now);
        return handle(request, worker);
    } catch (const Error& error) {
        return trouble(request, error);
    } catch (const std::bad_alloc&) {
        return trouble(request, Error(Errc::out_of_memory, "out of memory"));
    } catch (const std::exception& error) {
        return trouble(request, Error(Errc::internal, error.what()));
    }
}

Response SafeService::handle(const Request& request, unsigned worker) {
    using tresor::server::handle;
    auto limits = config_.limits();
    auto now = tresor::now();
    bool config = path_of(request) == "/config", health = path_of(request) == "/healthz";
    if (limits && config) return handle(request, nothing_, *limits, unknown_ids_, now);
    // Strangers ask for it as often as they like, so that it never makes work for the network.
    if (health && !stores_.is_local()) {
        config_.look_soon();
        if (limits && config_.is_well())
            return handle(request, nothing_, *limits, unknown_ids_, now);
        return later("the store cannot be read now", tresor::Seconds(10));
    }
    auto& store = stores_.of(worker);
    // A disk that is not mounted any more leaves an empty folder, which must not take backups.
    if (request.method == "PUT" && stores_.is_local() && !config_.is_given() &&
        !store.stat(tresor::storage::ObjectName("config"))) {
        config_.look_soon();
        throw Error(Errc::unavailable, store.describe() + " holds no config any more");
    }
    std::optional<Error> failure;
    // Health is whether the `config` is there, unless none is needed.
    bool known = limits && (!health || config_.is_given());
    auto response = known ? handle(request, store, *limits, unknown_ids_, now, &failure)
                          : handle(request, store, unknown_ids_, now, &failure);
    if (failure) note(request, *failure);
    if (response.status == 429) ++metrics_.throttled_ids;
    return response;
}

Response SafeService::trouble(const Request& request, const Error& error) {
    note(request, error);
    return later("try again later", error.retry_after.value_or(tresor::Seconds(60)));
}

void SafeService::note(const Request& request, const Error& error) {
    metrics_.store_failed(error.code());
    log_.say("store: " + std::string(name_of(error.code())) + ": " + error.what() + " (" +
             request.method + " " + std::string(path_of(request)) + ")");
}

void SafeService::done(const Served& served) {
    metrics_.served(served);
    log_.request(served, tresor::now());
}

}  // namespace safe_server
