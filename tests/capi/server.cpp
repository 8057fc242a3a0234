// The handlers of a Safe server by the C library: every status, bodies that are too short or too
// long, stores that fail, threads.

#include <atomic>
#include <thread>
#include <vector>

#include "capi/c.hpp"

using namespace test::c;

namespace {

using Throttle = Handle<tresor_throttle, tresor_throttle_free>;

const std::string target = "/backups/" + std::string(64, 'a');
constexpr tresor_limits limits{1024, 180};

// A request as an app makes it.
class Asked {
public:
    Asked(std::string method, std::string path, std::string content = "")
        : method_(std::move(method)), target_(std::move(path)), content_(std::move(content)) {
        add("User-Agent", "Threema/5.0");
        if (method_ != "PUT") return;
        add("Content-Type", "application/octet-stream");
        add("Content-Length", std::to_string(content_.size()));
    }
    Asked& add(const std::string& name, const std::string& value) {
        headers_.emplace_back(name, value);
        return *this;
    }
    Asked& without(const std::string& name) {
        std::erase_if(headers_, [&](const auto& header) { return header.first == name; });
        return *this;
    }
    Asked& from(const tresor_source* source) {
        source_ = source;
        return *this;
    }
    // Good until something is added.
    const tresor_request& made() {
        parts_.clear();
        for (const auto& [name, value] : headers_)
            parts_.push_back({name.data(), name.size(), value.data(), value.size()});
        request_ = TRESOR_REQUEST_INIT;
        request_.method = method_.data(), request_.method_size = method_.size();
        request_.target = target_.data(), request_.target_size = target_.size();
        request_.headers = parts_.data(), request_.headers_count = parts_.size();
        request_.peer = "192.0.2.1";
        request_.body = content_.data(), request_.body_size = content_.size();
        request_.source = source_;
        return request_;
    }

private:
    std::string method_, target_, content_;
    std::vector<std::pair<std::string, std::string>> headers_;
    std::vector<tresor_header> parts_;
    const tresor_source* source_ = nullptr;
    tresor_request request_{};
};

struct Answer {
    int status = 0, failure = 0;
    std::string headers, body, why;
};

Answer ask(tresor_storage* store, tresor_throttle* throttle, Asked& asked,
           const tresor_limits* most = nullptr, std::int64_t now = start) {
    Answer answer;
    Buf headers, body, why;
    NEED(tresor_server_handle(&answer.status, headers.out(), body.out(), &answer.failure, why.out(),
                              store, throttle, &asked.made(), most, now));
    answer.headers = headers.text();
    answer.body = body.text();
    answer.why = why.text();
    return answer;
}

Answer ask(tresor_storage* store, tresor_throttle* throttle, Asked&& asked,
           const tresor_limits* most = nullptr) {
    return ask(store, throttle, asked, most);
}

// A server over a store in memory, with its config.
struct Site {
    Site() {
        open(store, "memory:");
        NEED(tresor_limits_put(store, &limits));
        NEED(tresor_throttle_create(throttle.out(), 0, 0));
    }
    Answer answer(Asked asked) { return ask(store, throttle, asked); }
    Store store;
    Throttle throttle;
};

// Bytes that come by a callback, in small pieces; then it ends, or fails.
struct Given {
    std::string content;
    int fail_with = TRESOR_OK;
    std::size_t at = 0;

    tresor_source source(std::uint64_t announced) {
        tresor_source made = TRESOR_SOURCE_INIT;
        made.size = announced;
        made.payload = this;
        made.read = [](std::size_t* got, unsigned char* into, std::size_t size, void* payload) {
            auto& given = *static_cast<Given*>(payload);
            *got = given.content.copy(reinterpret_cast<char*>(into), std::min<std::size_t>(size, 7),
                                      given.at);
            given.at += *got;
            if (*got == 0 && given.fail_with != TRESOR_OK)
                return tresor_error_set(given.fail_with, "the client is gone");
            return static_cast<int>(TRESOR_OK);
        };
        made.rewind = [](void* payload) {
            static_cast<Given*>(payload)->at = 0;
            return static_cast<int>(TRESOR_OK);
        };
        return made;
    }
};

// A store in C that fails in all it is asked.
int failing_with = TRESOR_OK;
tresor_storage_callbacks failing_store() {
    tresor_storage_callbacks made = TRESOR_STORAGE_CALLBACKS_INIT;
    made.description = "fails";
    made.put = [](tresor_object*, const char*, tresor_reader*, const tresor_condition*, void*) {
        return tresor_error_set(failing_with, "hunter2 is not for the client");
    };
    made.stat = [](int*, tresor_object*, const char*, void*) {
        return tresor_error_set(failing_with, "hunter2 is not for the client");
    };
    made.get = [](int*, tresor_object*, const char*, tresor_writer*, void*) {
        return tresor_error_set(failing_with, "hunter2 is not for the client");
    };
    made.remove = [](int*, const char*, const tresor_condition*, void*) {
        return tresor_error_set(failing_with, "hunter2 is not for the client");
    };
    return made;
}

}  // namespace

TEST_CASE("capi: a Safe is put, replaced, looked at, got and deleted through the handlers") {
    Site site;
    CHECK(site.answer({"PUT", target, "first"}).status == 201);
    CHECK(site.answer({"PUT", target, "second"}).status == 204);
    auto got = site.answer({"GET", target});
    CHECK(got.status == 200);
    CHECK(got.body == "second");
    CHECK(got.headers.find("Content-Length: 6\r\n") != std::string::npos);
    CHECK(got.headers.find("Content-Type: application/octet-stream\r\n") != std::string::npos);
    auto looked = site.answer({"HEAD", target});
    CHECK(looked.status == 200);
    CHECK(looked.body.empty());
    CHECK(looked.headers.find("Content-Length: 6\r\n") != std::string::npos);
    CHECK(site.answer({"DELETE", target}).status == 204);
    CHECK(site.answer({"GET", target}).status == 404);
    auto gone = site.answer({"HEAD", target});
    CHECK(gone.status == 404);
    CHECK(gone.body.empty());
    CHECK(gone.headers.find("Content-Length: 10\r\n") != std::string::npos);
    CHECK(get(site.store, target.c_str() + 1) == "(none)");
    CHECK(site.answer({"GET", "/config"}).body == get(site.store, "config"));
    CHECK(site.answer({"GET", "/healthz"}).status == 200);
}

TEST_CASE("capi: what a Safe server refuses has its status, with and without the body") {
    Site site;
    auto refused = [&](Asked asked, int status) {
        Buf headers, body;
        int said = -1;
        NEED(tresor_server_admit(&said, headers.out(), body.out(), &asked.made(), &limits));
        CHECK(said == status);
        CHECK(body.text().empty() == (status == 0));
        auto answer = ask(site.store, site.throttle, asked);
        CHECK(answer.status == (status == 0 ? 201 : status));
        CHECK(answer.failure == TRESOR_OK);
        return answer.headers;
    };
    refused({"PUT", target, "x"}, 0);
    refused(Asked("PUT", target, "x").without("User-Agent"), 400);
    refused(Asked("PUT", target, "x").without("Content-Type"), 400);
    refused(Asked("PUT", target, "x").without("Content-Length"), 411);
    refused({"PUT", target, ""}, 400);
    refused({"PUT", target, std::string(1025, 'x')}, 413);
    refused({"PUT", "/backups/AA", "x"}, 400);
    refused({"GET", "/backups/"}, 400);
    refused({"GET", "/else"}, 404);
    CHECK(refused({"POST", target}, 405).find("Allow: GET, HEAD, PUT, DELETE\r\n") !=
          std::string::npos);
    CHECK(refused({"DELETE", "/config"}, 405).find("Allow: GET\r\n") != std::string::npos);
    refused({std::string("G\0T", 3), std::string("/\0", 2)}, 404);
}

TEST_CASE("capi: a body of another length than announced is not stored") {
    Site site;
    for (auto [content, announced] : {std::pair("1234", "5"), {"123456", "5"}, {"", "5"}}) {
        Asked bytes("PUT", target, content);
        bytes.without("Content-Length").add("Content-Length", announced);
        CHECK(ask(site.store, site.throttle, bytes).status == 400);
        Given given{content};
        for (std::uint64_t size : {std::uint64_t{5}, TRESOR_UNKNOWN_SIZE}) {
            auto source = given.source(size);
            given.at = 0;
            CHECK(ask(site.store, site.throttle, bytes.from(&source)).status == 400);
        }
    }
    CHECK(get(site.store, target.c_str() + 1) == "(none)");
    Given given{"seventeen letters"};
    auto source = given.source(17);
    Asked good("PUT", target, std::string(17, 'x'));
    CHECK(ask(site.store, site.throttle, good.from(&source)).status == 201);
    CHECK(get(site.store, target.c_str() + 1) == "seventeen letters");
}

TEST_CASE("capi: a client that is lost within its body stores nothing, and is told to the log") {
    Site site;
    Given given{"half of"};
    given.fail_with = TRESOR_UNAVAILABLE;
    auto source = given.source(17);
    Asked asked("PUT", target, std::string(17, 'x'));
    auto answer = ask(site.store, site.throttle, asked.from(&source));
    CHECK(answer.status == 503);
    CHECK(answer.failure == TRESOR_UNAVAILABLE);
    CHECK(answer.why == "the client is gone");
    CHECK(get(site.store, target.c_str() + 1) == "(none)");
}

TEST_CASE("capi: what a store fails with is an answer without its words") {
    Store store;
    Throttle throttle;
    auto callbacks = failing_store();
    NEED(tresor_storage_from_callbacks(store.out(), &callbacks));
    NEED(tresor_throttle_create(throttle.out(), 0, 0));
    for (auto [status, answered] : {std::pair(TRESOR_UNAVAILABLE, 503),
                                    {TRESOR_IO, 500},
                                    {TRESOR_DENIED, 500},
                                    {TRESOR_INTERNAL, 500}}) {
        failing_with = status;
        for (auto method : {"GET", "PUT", "HEAD", "DELETE"}) {
            auto answer = ask(store, throttle, Asked(method, target, "x"), &limits);
            CHECK(answer.status == answered);
            CHECK(answer.failure == status);
            CHECK(answer.why == "hunter2 is not for the client");
            CHECK((answer.headers + answer.body).find("hunter2") == std::string::npos);
        }
    }
}

TEST_CASE("capi: limits of one's own stand for a config that is not there") {
    Store store;
    Throttle throttle;
    open(store, "memory:");
    NEED(tresor_throttle_create(throttle.out(), 0, 0));
    CHECK(ask(store, throttle, Asked("GET", "/config")).status == 404);
    CHECK(ask(store, throttle, Asked("GET", "/config"), &limits).body.find("1024") !=
          std::string::npos);
    CHECK(ask(store, throttle, Asked("PUT", target, std::string(1025, 'x')), &limits).status ==
          413);
    CHECK(ask(store, throttle, Asked("PUT", target, std::string(1024, 'x')), &limits).status ==
          201);
}

TEST_CASE("capi: who asks for too many unknown ids waits, by the throttle that is given") {
    Site site;
    Throttle strict;
    NEED(tresor_throttle_create(strict.out(), 2, 10));
    Asked unknown("GET", target);
    for (int status : {404, 404, 429}) CHECK(ask(site.store, strict, unknown).status == status);
    CHECK(ask(site.store, strict, unknown).headers.find("Retry-After: ") != std::string::npos);
    CHECK(ask(site.store, strict, unknown, nullptr, start + 10).status == 404);
    CHECK(ask(site.store, site.throttle, unknown).status == 404);
    Throttle none;
    FAILS(tresor_throttle_create(none.out(), -1, 0), TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_throttle_create(none.out(), 1, -1), TRESOR_INVALID_ARGUMENT);
    CHECK(none.pointer == nullptr);
}

TEST_CASE("capi: threads share a throttle, each with a store of its own") {
    test::TemporaryFolder folder;
    std::string path = (folder / "safe").string();
    {
        Store store;
        open(store, path, true);
        NEED(tresor_limits_put(store, &limits));
    }
    Throttle throttle;
    NEED(tresor_throttle_create(throttle.out(), 100, 3600));
    std::atomic<int> unknown{0}, wrong{0};
    std::vector<std::thread> threads;
    for (char letter : {'a', 'b', 'c', 'd'})
        threads.emplace_back([&, letter] {
            Store store;
            Place place(path);
            if (tresor_storage_open(store.out(), &place, nullptr) != TRESOR_OK) return;
            std::string mine = "/backups/" + std::string(64, letter);
            for (int i = 0; i < 50; ++i) {
                std::string content = std::string(1, letter).append(std::to_string(i));
                int status = ask(store, throttle, Asked("PUT", mine, content)).status;
                wrong += status != (i == 0 ? 201 : 204);
                auto got = ask(store, throttle, Asked("GET", mine));
                wrong += got.status != 200 && got.status != 429;
                wrong += got.status == 200 && got.body != content;
                std::string other = mine.substr(0, 72) + "0";
                unknown += ask(store, throttle, Asked("GET", other)).status == 404;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(unknown >= 100);  // what several threads ask at once is not counted in time
    CHECK(unknown <= 104);
}

TEST_CASE("capi: wrong use of the handlers is told, and nothing comes out") {
    Site site;
    Asked asked("GET", "/healthz");
    tresor_request request = asked.made();
    int status = 1, failure = 1;
    Buf headers, body, why;
    auto handle = [&](std::int64_t now, const tresor_limits* most = nullptr) {
        return tresor_server_handle(&status, headers.out(), body.out(), &failure, why.out(),
                                    site.store, site.throttle, &request, most, now);
    };
    request.version = 2;
    FAILS(handle(start), TRESOR_INVALID_ARGUMENT);
    request.version = 1;
    FAILS(handle(INT64_MAX), TRESOR_INVALID_ARGUMENT);
    tresor_limits small{1, 0};
    FAILS(handle(start, &small), TRESOR_INVALID_ARGUMENT);
    tresor_source none = TRESOR_SOURCE_INIT;
    request.source = &none;
    FAILS(handle(start), TRESOR_INVALID_ARGUMENT);
    request.source = nullptr;
    request.headers = nullptr;
    FAILS(handle(start), TRESOR_INVALID_ARGUMENT);
    CHECK(status == 0);
    CHECK(failure == TRESOR_OK);
    CHECK(headers.buf.data == nullptr);
    CHECK(body.buf.data == nullptr);
}
