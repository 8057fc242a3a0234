// What the C library holds to when its callers and their callbacks do not.

#include <cmath>
#include <cstdint>

#include "capi/c.hpp"

using namespace test::c;

namespace {

// Callbacks that do what a test wants of one of them.
tresor_storage_callbacks plain() {
    tresor_storage_callbacks callbacks = TRESOR_STORAGE_CALLBACKS_INIT;
    callbacks.abilities = TRESOR_CAN_LIST | TRESOR_CAN_ANY_NAME;
    callbacks.description = "a store of this test";
    callbacks.put = [](tresor_object*, const char*, tresor_reader*, const tresor_condition*,
                       void*) { return 0; };
    callbacks.stat = [](int*, tresor_object*, const char*, void*) { return 0; };
    callbacks.get = [](int*, tresor_object*, const char*, tresor_writer*, void*) { return 0; };
    callbacks.remove = [](int*, const char*, const tresor_condition*, void*) { return 0; };
    return callbacks;
}

// A source that counts how often it is read.
tresor_source counted(int& asked, int (*read)(std::size_t*, unsigned char*, std::size_t, void*)) {
    tresor_source source = TRESOR_SOURCE_INIT;
    source.payload = &asked;
    source.read = read;
    source.rewind = [](void*) { return 0; };
    return source;
}

// A buffer as it is on a stack.
tresor_buf garbage() {
    tresor_buf buf;
    std::memset(static_cast<void*>(&buf), 0xAA, sizeof buf);
    return buf;
}
bool is_empty(const tresor_buf& buf) { return buf.data == nullptr && buf.size == 0; }

}  // namespace

TEST_CASE("capi: outs are emptied also where another one is NULL") {
    tresor_buf content = garbage(), findings = garbage();
    std::int64_t modified = 1, uploaded = 1;
    CHECK(tresor_client_restore(nullptr, &modified, &findings, nullptr, "a", 1, id, nullptr,
                                nullptr, start) == TRESOR_INVALID_ARGUMENT);
    CHECK((is_empty(findings) && modified == TRESOR_NEVER));
    findings = garbage(), modified = 1;
    CHECK(tresor_safe_restore(nullptr, &modified, &findings, nullptr, nullptr, "a", 1, id) ==
          TRESOR_INVALID_ARGUMENT);
    CHECK((is_empty(findings) && modified == TRESOR_NEVER));
    findings = garbage(), modified = 1;
    CHECK(tresor_client_verify(nullptr, &uploaded, &modified, &findings, nullptr) ==
          TRESOR_INVALID_ARGUMENT);
    CHECK((is_empty(findings) && modified == TRESOR_NEVER && uploaded == TRESOR_NEVER));
    tresor_object object;
    std::memset(&object, 0xAA, sizeof object);
    CHECK(tresor_storage_get_bytes(nullptr, &object, &content, nullptr, "a", 9) ==
          TRESOR_INVALID_ARGUMENT);
    CHECK((is_empty(content) && object.name[0] == '\0'));
    std::memset(&object, 0xAA, sizeof object);
    CHECK(tresor_storage_stat(nullptr, &object, nullptr, "a") == TRESOR_INVALID_ARGUMENT);
    CHECK((object.name[0] == '\0' && object.modified == TRESOR_NEVER));
    int ok = 7;
    CHECK(tresor_storage_check(nullptr, &ok, nullptr, nullptr) == TRESOR_INVALID_ARGUMENT);
    CHECK(ok == 0);
    unsigned warnings = 7, errors = 7;
    CHECK(tresor_password_check(nullptr, &warnings, "a", 1, nullptr) == TRESOR_INVALID_ARGUMENT);
    CHECK(tresor_password_check(&errors, nullptr, "a", 1, nullptr) == TRESOR_INVALID_ARGUMENT);
    CHECK((warnings == 0 && errors == 0));
    std::size_t width = 7;
    CHECK(tresor_id_export_qr(nullptr, &width, "") == TRESOR_INVALID_ARGUMENT);
    CHECK(width == 0);
}

TEST_CASE("capi: a failure of what a callback was lent is the failure of the call") {
    auto callbacks = plain();
    callbacks.put = [](tresor_object*, const char*, tresor_reader* reader, const tresor_condition*,
                       void*) {
        std::size_t got;
        unsigned char byte;
        CHECK(tresor_reader_read(&got, reader, &byte, 1) == TRESOR_DENIED);
        CHECK(tresor_reader_read(&got, reader, &byte, 1) == TRESOR_DENIED);  // not asked again
        return 0;
    };
    callbacks.get = [](int* found, tresor_object*, const char*, tresor_writer* writer, void*) {
        for (int i = 0; i < 5; ++i) tresor_writer_write(writer, "0123456789", 10);
        *found = 1;
        return 0;
    };
    callbacks.list = [](const char*, tresor_visitor* visitor, void*) {
        int more;
        tresor_object object;
        tresor_object_set(&object, "a", 0, TRESOR_NEVER, "");
        tresor_visitor_show(&more, visitor, &object);
        return 0;
    };
    Store store;
    NEED(tresor_storage_from_callbacks(store.out(), &callbacks));
    int asked = 0;
    auto source = counted(asked, [](std::size_t*, unsigned char*, std::size_t, void* payload) {
        ++*static_cast<int*>(payload);
        return tresor_error_set(TRESOR_DENIED, "no bytes today");
    });
    FAILS(tresor_storage_put(nullptr, store, "a", &source, nullptr), TRESOR_DENIED);
    CHECK(std::string(tresor_error_text()) == "no bytes today");
    CHECK(asked == 1);
    int found = 0;
    Buf bytes;
    FAILS(tresor_storage_get_bytes(&found, nullptr, bytes.out(), store, "a", 15), TRESOR_TOO_LARGE);
    CHECK((bytes.buf.data == nullptr && found == 0));
    FAILS(tresor_storage_list(
              store, "", [](int*, const tresor_object*, void*) { return int{TRESOR_CONFLICT}; },
              nullptr),
          TRESOR_CONFLICT);
}

TEST_CASE("capi: a put that rewinds its reader may try again") {
    auto callbacks = plain();
    callbacks.put = [](tresor_object* object, const char*, tresor_reader* reader,
                       const tresor_condition*, void*) {
        std::size_t got;
        unsigned char byte;
        CHECK(tresor_reader_read(&got, reader, &byte, 1) == TRESOR_UNAVAILABLE);
        GOOD(tresor_reader_rewind(reader));
        GOOD(tresor_reader_read(&got, reader, &byte, 1));
        object->size = got;
        return 0;
    };
    Store store;
    NEED(tresor_storage_from_callbacks(store.out(), &callbacks));
    int asked = 0;
    auto read = [](std::size_t* got, unsigned char* into, std::size_t, void* payload) {
        if (++*static_cast<int*>(payload) == 1) return int{TRESOR_UNAVAILABLE};
        *into = 'x';
        *got = 1;
        return 0;
    };
    auto source = counted(asked, read);
    tresor_object object;
    GOOD(tresor_storage_put(&object, store, "a", &source, nullptr));
    CHECK(object.size == 1);
}

TEST_CASE("capi: check() tells in words what a listing of one's own does wrong") {
    auto callbacks = plain();
    callbacks.list = [](const char*, tresor_visitor* visitor, void*) {
        int more = 0;
        tresor_object object;
        tresor_object_set(&object, "another/name", 0, TRESOR_NEVER, "");
        return tresor_visitor_show(&more, visitor, &object);
    };
    Store store;
    NEED(tresor_storage_from_callbacks(store.out(), &callbacks));
    Buf answers;
    GOOD(tresor_storage_check(answers.out(), nullptr, store, nullptr));
    CHECK(answers.text().find("unknown kind") == std::string_view::npos);
}

TEST_CASE("capi: words may be changed, kept, or left out, and the answer of a server stays") {
    CHECK(tresor_error_set(TRESOR_IO, "disk on fire") == TRESOR_IO);
    CHECK(tresor_error_set(TRESOR_UNAVAILABLE, tresor_error_text()) == TRESOR_UNAVAILABLE);
    CHECK(std::string(tresor_error_text()) == "disk on fire");
    CHECK(tresor_error_set(5, "what?") == TRESOR_INTERNAL);
    CHECK(tresor_error_status() == TRESOR_INTERNAL);
    tresor_error_set(TRESOR_IO, "caf\xe9");
    CHECK(std::string(tresor_error_text()) == "caf?");

    auto callbacks = plain();
    callbacks.stat = [](int*, tresor_object*, const char*, void*) {
        tresor_error_set(TRESOR_UNAVAILABLE, nullptr);
        tresor_error_set_answer(77, 429);
        return int{TRESOR_UNAVAILABLE};
    };
    Store store;
    NEED(tresor_storage_from_callbacks(store.out(), &callbacks));
    int found;
    FAILS(tresor_storage_stat(&found, nullptr, store, "a"), TRESOR_UNAVAILABLE);
    CHECK(tresor_error_retry_after() == 77);
    CHECK(tresor_error_http_status() == 429);
}

TEST_CASE("capi: sizes that no memory has are refused") {
    Keys keys;
    derive(keys);
    unsigned char digest[TRESOR_DIGEST_SIZE];
    char name[TRESOR_OBJECT_TEXT_SIZE];
    Store store;
    open(store, "memory:");
    unsigned errors, warnings;
    tresor_password_options options = TRESOR_PASSWORD_OPTIONS_INIT;
    options.words = "a";
    options.words_size = SIZE_MAX;
    Keys none;
    FAILS(tresor_cycle_digest(digest, "[", SIZE_MAX, keys), TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_cycle_digest(digest, "[", std::size_t{1} << 40, keys), TRESOR_TOO_LARGE);
    FAILS(tresor_transfer_name(name, "[", SIZE_MAX), TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_transfer_name(name, "[", std::size_t{1} << 40), TRESOR_TOO_LARGE);
    FAILS(tresor_storage_put_bytes(nullptr, store, "a", "x", SIZE_MAX, nullptr),
          TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_password_check(&errors, &warnings, password, 14, &options),
          TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_keys_derive(none.out(), password, SIZE_MAX, id), TRESOR_INVALID_ARGUMENT);
    CHECK(tresor_container_size(SIZE_MAX) == 0);
    CHECK(tresor_container_size(16 << 20) > (16u << 20));
    CHECK(tresor_container_size((16 << 20) + 1) == 0);
}

TEST_CASE("capi: an estimate of entropy that is no number is none") {
    tresor_password_options options = TRESOR_PASSWORD_OPTIONS_INIT;
    options.min_entropy_bits = 50;
    options.entropy = [](double* bits, const char*, std::size_t, void*) {
        *bits = std::nan("");
        return 0;
    };
    unsigned errors, warnings;
    GOOD(tresor_password_check(&errors, &warnings, password, 14, &options));
    CHECK((warnings & TRESOR_PASSWORD_WEAK) != 0);
    for (double bits : {std::nan(""), -1.0}) {
        options.min_entropy_bits = bits;
        FAILS(tresor_password_check(&errors, &warnings, password, 14, &options),
              TRESOR_INVALID_ARGUMENT);
    }
}

TEST_CASE("capi: of callbacks of another version nothing is read, and nothing released") {
    tresor_storage_callbacks callbacks;
    std::memset(static_cast<void*>(&callbacks), 0xAA, sizeof callbacks);
    callbacks.version = 0;
    Store store;
    FAILS(tresor_storage_from_callbacks(store.out(), &callbacks), TRESOR_INVALID_ARGUMENT);
    tresor_states_callbacks of_states;
    std::memset(static_cast<void*>(&of_states), 0xAA, sizeof of_states);
    of_states.version = 2;
    States states;
    FAILS(tresor_states_from_callbacks(states.out(), &of_states), TRESOR_INVALID_ARGUMENT);

    int released = 0;
    callbacks = plain();
    callbacks.payload = &released;
    callbacks.release = [](void* payload) { ++*static_cast<int*>(payload); };
    callbacks.get = nullptr;
    FAILS(tresor_storage_from_callbacks(store.out(), &callbacks), TRESOR_INVALID_ARGUMENT);
    callbacks = plain();
    callbacks.payload = &released;
    callbacks.release = [](void* payload) { ++*static_cast<int*>(payload); };
    callbacks.description = "caf\xe9";
    FAILS(tresor_storage_from_callbacks(store.out(), &callbacks), TRESOR_INVALID_ARGUMENT);
    CHECK(released == 0);
    callbacks.description = "café";
    GOOD(tresor_storage_from_callbacks(store.out(), &callbacks));
    tresor_storage_free(store);
    store.pointer = nullptr;
    CHECK(released == 1);
}
