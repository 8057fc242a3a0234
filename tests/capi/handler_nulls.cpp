// NULL in every pointer of the functions of a Safe server.

#include "capi/nulls.hpp"

using namespace test::c;

TEST_CASE("capi: NULL in every pointer of a server") {
    Handle<tresor_throttle, tresor_throttle_free> throttle;
    Store store;
    open(store, "memory:");
    tresor_throttle* made = nullptr;
    NULLS(tresor_throttle_create, May(), &made, std::int64_t{0}, std::int64_t{0});
    NEED(tresor_throttle_create(throttle.out(), 0, 0));
    tresor_throttle_free(nullptr);
    tried.insert("tresor_throttle_free");

    tresor_limits limits = TRESOR_LIMITS_INIT;
    tresor_request request = TRESOR_REQUEST_INIT;
    request.method = "GET";
    request.method_size = 3;
    request.target = "/healthz";
    request.target_size = 8;
    int status = 0, failure = 0;
    tresor_buf headers = TRESOR_BUF_INIT, body = TRESOR_BUF_INIT, why = TRESOR_BUF_INIT;
    NULLS(tresor_server_admit, May(), &status, &headers, &body, &request, &limits);
    NULLS(tresor_server_handle, (May{3, 4, 8}), &status, &headers, &body, &failure, &why,
          store.pointer, throttle.pointer, &request, &limits, start);

    request.headers_count = 1;
    FAILS(tresor_server_admit(&status, &headers, &body, &request, &limits),
          TRESOR_INVALID_ARGUMENT);
    tresor_header empty{nullptr, 0, nullptr, 0};
    request.headers = &empty;
    GOOD(tresor_server_admit(&status, &headers, &body, &request, &limits));
    tresor_buf_dispose(&headers);
    tresor_buf_dispose(&body);
    empty.value_size = 1;
    FAILS(tresor_server_admit(&status, &headers, &body, &request, &limits),
          TRESOR_INVALID_ARGUMENT);
}
