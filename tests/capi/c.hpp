// What the tests of the C library share.
#pragma once

#include <atomic>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

#include <tresor.h>

#include "support.hpp"

namespace test::c {

// A call that goes well, or tells why not.
#define GOOD(call) CHECK_MESSAGE((call) == TRESOR_OK, #call ": ", tresor_error_text())
#define NEED(call) REQUIRE_MESSAGE((call) == TRESOR_OK, #call ": ", tresor_error_text())
// A call that fails with exactly this status, and says so and why.
#define FAILS(call, expected)                     \
    do {                                          \
        CHECK((call) == (expected));              \
        CHECK(tresor_error_status() == expected); \
        CHECK(*tresor_error_text() != '\0');      \
    } while (false)

constexpr const char* id = "ECHOECHO";
constexpr const char* password = "shootdeathstar";
constexpr std::string_view account =
    "{\"info\":{\"version\":1},\"user\":{\"privatekey\":"
    "\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\",\"nickname\":\"zoe\"},\"later\":[1]}";
constexpr std::int64_t start = 1795500000;  // 2026-11-24T06:00:00Z

// A handle or a buffer that is given back at the end.
template <class T, void (*Free)(T*)>
struct Handle {
    Handle() = default;
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { Free(pointer); }
    operator T*() const { return pointer; }
    T** out() { return &pointer; }
    T* pointer = nullptr;
};
using Keys = Handle<tresor_keys, tresor_keys_free>;
using Store = Handle<tresor_storage, tresor_storage_free>;
using States = Handle<tresor_states, tresor_states_free>;
using Client = Handle<tresor_client, tresor_client_free>;

struct Buf {
    Buf() = default;
    Buf(const Buf&) = delete;
    Buf& operator=(const Buf&) = delete;
    ~Buf() { tresor_buf_dispose(&buf); }
    tresor_buf* out() {
        tresor_buf_dispose(&buf);
        return &buf;
    }
    std::string_view text() const { return {reinterpret_cast<const char*>(buf.data), buf.size}; }
    tresor_buf buf = TRESOR_BUF_INIT;
};

inline void derive(Keys& keys) {
    NEED(tresor_keys_derive(keys.out(), password, std::strlen(password), id));
}

struct Place : tresor_place {
    explicit Place(std::string where) : tresor_place(TRESOR_PLACE_INIT), text(std::move(where)) {
        location = text.c_str();
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    std::string text;
};

// A server that is not there, with a password that nobody may see.
struct FarPlace : Place {
    FarPlace() : Place("https://127.0.0.1:1/") {
        user = "alice";
        password = "hunter2";
        password_size = 7;
        timeout = 1;
    }
};

inline void open(Store& store, const std::string& location, bool create = false) {
    Place place(location);
    tresor_storage_options options = TRESOR_STORAGE_OPTIONS_INIT;
    options.create = create ? 1 : 0;
    NEED(tresor_storage_open(store.out(), &place, &options));
}

inline void put(tresor_storage* store, const char* name, std::string_view text) {
    NEED(tresor_storage_put_bytes(nullptr, store, name, text.data(), text.size(), nullptr));
}

inline std::string get(tresor_storage* store, const char* name) {
    Buf bytes;
    int found = 0;
    NEED(tresor_storage_get_bytes(&found, nullptr, bytes.out(), store, name, 1 << 20));
    return found != 0 ? std::string(bytes.text()) : "(none)";
}

// A sink into a text.
inline tresor_sink sink_into(std::string& text) {
    tresor_sink sink = TRESOR_SINK_INIT;
    sink.write = [](const unsigned char* bytes, std::size_t size, void* payload) {
        static_cast<std::string*>(payload)->append(reinterpret_cast<const char*>(bytes), size);
        return 0;
    };
    sink.restart = [](void* payload) {
        static_cast<std::string*>(payload)->clear();
        return 0;
    };
    sink.payload = &text;
    return sink;
}

}  // namespace test::c
