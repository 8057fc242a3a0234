// Stores by the C library: opened, wrapped, written in C.

#include <map>
#include <set>

#include "capi/c.hpp"

using namespace test::c;

namespace {

const std::string backup_name = "backups/" + std::string(64, 'a');

// A store in C: a map, and functions that may be told to fail.
struct Own {
    std::map<std::string, std::pair<std::string, std::string>> objects;  // content and version
    int puts = 0, released = 0;
    int fail_with = TRESOR_OK;

    static Own& of(void* payload) { return *static_cast<Own*>(payload); }
    static int failure(Own& own) {
        return own.fail_with == TRESOR_OK ? TRESOR_OK
                                          : tresor_error_set(own.fail_with, "on purpose");
    }
    void fill(tresor_object* object, const std::string& name) {
        const auto& [content, version] = objects[name];
        object->size = content.size();
        object->modified = start;
        version.copy(object->version, sizeof object->version - 1);
    }
    int violated(const std::string& name, const tresor_condition* condition) {
        bool there = objects.contains(name);
        bool holds = condition->kind == TRESOR_IF_ANY ||
                     (condition->kind == TRESOR_IF_ABSENT && !there) ||
                     (condition->kind == TRESOR_IF_VERSION && there &&
                      objects[name].second == condition->version);
        return holds ? TRESOR_OK : tresor_error_set(TRESOR_CONFLICT, "changed");
    }

    tresor_storage_callbacks callbacks() {
        tresor_storage_callbacks made = TRESOR_STORAGE_CALLBACKS_INIT;
        made.abilities = TRESOR_CAN_LIST | TRESOR_CAN_PUT_IF_ABSENT | TRESOR_CAN_PUT_CONDITIONALLY |
                         TRESOR_CAN_REMOVE_CONDITIONALLY | TRESOR_CAN_ANY_NAME;
        made.description = "a map";
        made.payload = this;
        made.put = [](tresor_object* object, const char* name, tresor_reader* content,
                      const tresor_condition* condition, void* payload) {
            Own& own = of(payload);
            if (int status = failure(own)) return status;
            std::string bytes;
            unsigned char block[1000];
            for (;;) {
                std::size_t got = 0;
                if (int status = tresor_reader_read(&got, content, block, sizeof block))
                    return status;
                if (got == 0) break;
                bytes.append(reinterpret_cast<char*>(block), got);
            }
            if (int status = own.violated(name, condition)) return status;
            own.objects[name] = {bytes, std::to_string(++own.puts)};
            own.fill(object, name);
            return static_cast<int>(TRESOR_OK);
        };
        made.stat = [](int* found, tresor_object* object, const char* name, void* payload) {
            Own& own = of(payload);
            if (int status = failure(own)) return status;
            *found = own.objects.contains(name) ? 1 : 0;
            if (*found) own.fill(object, name);
            return static_cast<int>(TRESOR_OK);
        };
        made.get = [](int* found, tresor_object* object, const char* name, tresor_writer* into,
                      void* payload) {
            Own& own = of(payload);
            if (int status = failure(own)) return status;
            *found = own.objects.contains(name) ? 1 : 0;
            if (!*found) return static_cast<int>(TRESOR_OK);
            own.fill(object, name);
            const std::string content = own.objects[name].first;
            return tresor_writer_write(into, content.data(), content.size());
        };
        made.remove = [](int* found, const char* name, const tresor_condition* condition,
                         void* payload) {
            Own& own = of(payload);
            if (int status = failure(own)) return status;
            if (!own.objects.contains(name)) return static_cast<int>(TRESOR_OK);
            if (int status = own.violated(name, condition)) return status;
            own.objects.erase(name);
            *found = 1;
            return static_cast<int>(TRESOR_OK);
        };
        made.list = [](const char* prefix, tresor_visitor* visitor, void* payload) {
            Own& own = of(payload);
            if (int status = failure(own)) return status;
            std::set<std::string> names;
            for (const auto& [name, object] : own.objects) names.insert(name);
            for (const std::string& name : names) {
                if (!name.starts_with(prefix)) continue;
                tresor_object object{};
                name.copy(object.name, sizeof object.name - 1);
                own.fill(&object, name);
                int more = 0;
                if (int status = tresor_visitor_show(&more, visitor, &object)) return status;
                if (more == 0) break;
            }
            return static_cast<int>(TRESOR_OK);
        };
        made.clock = [](std::int64_t* now, void*) {
            *now = start;
            return static_cast<int>(TRESOR_OK);
        };
        made.release = [](void* payload) { ++of(payload).released; };
        return made;
    }
};

std::string names_in(tresor_storage* store, const char* prefix = "", int most = 100) {
    struct Seen {
        std::string names;
        int left;
    } seen{"", most};
    NEED(tresor_storage_list(
        store, prefix,
        [](int* enough, const tresor_object* object, void* payload) {
            auto& into = *static_cast<Seen*>(payload);
            into.names.append(object->name).append(" ");
            *enough = --into.left == 0 ? 1 : 0;
            return static_cast<int>(TRESOR_OK);
        },
        &seen));
    return seen.names;
}

}  // namespace

TEST_CASE("capi: a folder is opened, written, read, listed and emptied") {
    test::TemporaryFolder folder;
    Store store;
    open(store, (folder / "safe").string(), true);
    Buf description;
    GOOD(tresor_storage_describe(description.out(), store));
    CHECK(description.text().starts_with("the folder "));
    unsigned can = 0;
    GOOD(tresor_storage_abilities(&can, store));
    CHECK(can == (TRESOR_CAN_LIST | TRESOR_CAN_PUT_IF_ABSENT | TRESOR_CAN_REMOVE_CONDITIONALLY |
                  TRESOR_CAN_ANY_NAME));
    tresor_object object;
    NEED(tresor_storage_put_bytes(&object, store, "a/b", "text", 4, nullptr));
    CHECK(std::string(object.name) == "a/b");
    CHECK(object.size == 4);
    int found = 0;
    tresor_object seen;
    GOOD(tresor_storage_stat(&found, &seen, store, "a/b"));
    CHECK(found == 1);
    CHECK(std::string(seen.version) == object.version);
    CHECK(seen.modified == object.modified);
    CHECK(get(store, "a/b") == "text");
    put(store, "c", "x");
    CHECK(names_in(store, "a") == "a/b ");
    CHECK(names_in(store, "", 1).size() <= 4);
    std::int64_t now = 0;
    GOOD(tresor_storage_clock(&now, store));
    CHECK(now > 1795400000);

    tresor_condition condition{TRESOR_IF_ABSENT, nullptr};
    FAILS(tresor_storage_put_bytes(nullptr, store, "c", "y", 1, &condition), TRESOR_CONFLICT);
    condition = {TRESOR_IF_VERSION, "none"};
    FAILS(tresor_storage_remove(&found, store, "c", &condition), TRESOR_CONFLICT);
    condition.version = object.version;
    GOOD(tresor_storage_remove(&found, store, "a/b", &condition));
    CHECK(found == 1);
    GOOD(tresor_storage_remove(&found, store, "a/b", nullptr));
    CHECK(found == 0);
    GOOD(tresor_storage_stat(&found, &seen, store, "a/b"));
    CHECK(found == 0);
    CHECK(seen.modified == TRESOR_NEVER);
    condition.kind = 3;
    FAILS(tresor_storage_remove(&found, store, "c", &condition), TRESOR_INVALID_ARGUMENT);
    Buf bytes;
    FAILS(tresor_storage_get_bytes(&found, nullptr, bytes.out(), store, "c", 0), TRESOR_TOO_LARGE);
    CHECK(bytes.buf.data == nullptr);
    for (auto name : {"", "/c", "../c", "a//b", "c/.", "\xFF"})
        FAILS(tresor_storage_stat(&found, nullptr, store, name), TRESOR_INVALID_ARGUMENT);
}

TEST_CASE("capi: what cannot be opened leaves no handle") {
    auto status = [](const std::string& location) {
        Place place(location);
        tresor_storage* store = reinterpret_cast<tresor_storage*>(1);
        int code = tresor_storage_open(&store, &place, nullptr);
        CHECK(store == nullptr);
        CHECK(std::string(tresor_error_text()).find("hunter2") == std::string::npos);
        return code;
    };
    CHECK(status("/none/safe") == TRESOR_NOT_FOUND);
    CHECK(status("") == TRESOR_INVALID_ARGUMENT);
    CHECK(status("xyz:a") == TRESOR_UNSUPPORTED);
    CHECK(status("https://a:hunter2@/") == TRESOR_INVALID_ARGUMENT);
    CHECK(status("HTTPS://a:hunter2@x/") == TRESOR_INVALID_ARGUMENT);
    CHECK(status("http://a:hunter2@192.0.2.1/") == TRESOR_INVALID_ARGUMENT);
    FarPlace place;
    Store store;
    NEED(tresor_storage_open(store.out(), &place, nullptr));
    int found = 0;
    FAILS(tresor_storage_stat(&found, nullptr, store, backup_name.c_str()), TRESOR_UNAVAILABLE);
    for (int broken = 0; broken < 6; ++broken) {
        tresor_place bad = place;
        if (broken == 0) bad.timeout = -1;
        if (broken == 1) bad.pin = "x";
        if (broken == 2) bad.proxy = "x";
        if (broken == 3) bad.user_agent = "curl";
        if (broken == 4) bad.user = "a:b";
        if (broken == 5) bad.version = 0;
        Store none;
        FAILS(tresor_storage_open(none.out(), &bad, nullptr), TRESOR_INVALID_ARGUMENT);
        CHECK(none.pointer == nullptr);
    }
    place.ca_file = "/none/ca.pem";
    Store none;
    FAILS(tresor_storage_open(none.out(), &place, nullptr), TRESOR_IO);
    tresor_storage_options options = TRESOR_STORAGE_OPTIONS_INIT;
    options.version = 9;
    Place memory("memory:");
    FAILS(tresor_storage_open(none.out(), &memory, &options), TRESOR_INVALID_ARGUMENT);
}

TEST_CASE("capi: a store written in C conforms, and is released once") {
    Own own;
    {
        auto callbacks = own.callbacks();
        Store store;
        NEED(tresor_storage_from_callbacks(store.out(), &callbacks));
        callbacks = {};  // was copied
        Buf answers;
        int ok = 0;
        NEED(tresor_storage_check(answers.out(), &ok, store, store));
        CHECK_MESSAGE(ok == 1, answers.text());
        CHECK(answers.text().starts_with("[{\"name\":\""));
        CHECK(own.objects.empty());
        CHECK(own.released == 0);
    }
    CHECK(own.released == 1);
}

TEST_CASE("capi: a store written in C that breaks its word is found out") {
    Own own;
    auto callbacks = own.callbacks();
    callbacks.remove = [](int* found, const char*, const tresor_condition*, void*) {
        *found = 1;
        return static_cast<int>(TRESOR_OK);
    };
    Store store;
    NEED(tresor_storage_from_callbacks(store.out(), &callbacks));
    Buf answers;
    int ok = 1;
    NEED(tresor_storage_check(answers.out(), &ok, store, nullptr));
    CHECK(ok == 0);
    CHECK(answers.text().find("\"ok\":false") != std::string_view::npos);
}

TEST_CASE("capi: what a callback fails with arrives, with its words") {
    Own own;
    auto callbacks = own.callbacks();
    Store store;
    NEED(tresor_storage_from_callbacks(store.out(), &callbacks));
    int found = 0;
    Buf bytes, answers;
    for (int status = TRESOR_INTERNAL; status >= TRESOR_CANCELLED; --status) {
        own.fail_with = status;
        FAILS(tresor_storage_put_bytes(nullptr, store, "a", "x", 1, nullptr), status);
        CHECK(std::string(tresor_error_text()) == "on purpose");
        FAILS(tresor_storage_stat(&found, nullptr, store, "a"), status);
        FAILS(tresor_storage_get_bytes(&found, nullptr, bytes.out(), store, "a", 9), status);
        FAILS(tresor_storage_remove(&found, store, "a", nullptr), status);
        FAILS(tresor_storage_list(
                  store, "", [](int*, const tresor_object*, void*) { return 0; }, nullptr),
              status);
    }
    for (int nonsense : {1, -14, 1000}) {
        own.fail_with = nonsense;  // by tresor_error_set()
        FAILS(tresor_storage_stat(&found, nullptr, store, "a"), TRESOR_INTERNAL);
        CHECK(std::string(tresor_error_text()) == "on purpose");
    }
    callbacks.stat = [](int*, tresor_object*, const char*, void*) { return 1000; };
    Store odd;
    NEED(tresor_storage_from_callbacks(odd.out(), &callbacks));
    FAILS(tresor_storage_stat(&found, nullptr, odd, "a"), TRESOR_INVALID_ARGUMENT);
}

TEST_CASE("capi: a callback that says nothing is not given the words of another failure") {
    Own own;
    auto callbacks = own.callbacks();
    callbacks.stat = [](int*, tresor_object*, const char*, void*) {
        return static_cast<int>(TRESOR_IO);
    };
    callbacks.remove = [](int*, const char*, const tresor_condition*, void*) {
        tresor_error_set(TRESOR_UNAVAILABLE, "busy");
        tresor_error_set_answer(77, 503);
        return static_cast<int>(TRESOR_UNAVAILABLE);
    };
    Store store;
    NEED(tresor_storage_from_callbacks(store.out(), &callbacks));
    tresor_error_set(TRESOR_IO, "words of before");
    int found = 0;
    FAILS(tresor_storage_stat(&found, nullptr, store, "a"), TRESOR_IO);
    CHECK(std::string(tresor_error_text()) == "a callback failed");
    FAILS(tresor_storage_remove(&found, store, "a", nullptr), TRESOR_UNAVAILABLE);
    CHECK(std::string(tresor_error_text()) == "busy");
    CHECK(tresor_error_retry_after() == 77);
    CHECK(tresor_error_http_status() == 503);
}

TEST_CASE("capi: objects are filled, read as a whole and have the sizes that are told") {
    tresor_object object;
    GOOD(tresor_object_set(&object, "a/b", 7, start, "v1"));
    CHECK(std::string(object.name) == "a/b");
    CHECK(object.size == 7);
    CHECK(object.modified == start);
    CHECK(std::string(object.version) == "v1");
    GOOD(tresor_object_set(&object, "a", 7, TRESOR_NEVER, nullptr));
    CHECK(*object.version == '\0');
    std::string longest(255, 'v');
    GOOD(tresor_object_set(&object, "a", 0, start, longest.c_str()));
    CHECK(object.version == longest);
    FAILS(tresor_object_set(&object, "a", 0, start, (longest + "v").c_str()),
          TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_object_set(&object, "/a", 0, start, nullptr), TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_object_set(&object, "a", 0, INT64_MAX, nullptr), TRESOR_INVALID_ARGUMENT);
    CHECK(tresor_object_text_size() == TRESOR_OBJECT_TEXT_SIZE);
    CHECK(tresor_struct_size("tresor_object") == sizeof(tresor_object));
    CHECK(tresor_struct_size("tresor_client_options") == sizeof(tresor_client_options));
    CHECK(tresor_struct_size("tresor_keys") == 0);
    CHECK(tresor_struct_size("") == 0);
    CHECK(tresor_struct_size(nullptr) == 0);

    Own own;
    auto callbacks = own.callbacks();
    callbacks.put = [](tresor_object* made, const char* name, tresor_reader* content,
                       const tresor_condition* condition, void* payload) {
        CHECK(std::string(made->name) == name);
        CHECK(made->modified == TRESOR_NEVER);
        CHECK(*condition->version == '\0');
        tresor_buf all = TRESOR_BUF_INIT;
        if (int status = tresor_reader_read_all(&all, content, 1000)) return status;
        Own& mine = Own::of(payload);
        mine.objects[name] = {std::string(reinterpret_cast<char*>(all.data), all.size), "1"};
        tresor_buf_dispose(&all);
        return tresor_object_set(made, name, all.size, start, "1");
    };
    Store store;
    NEED(tresor_storage_from_callbacks(store.out(), &callbacks));
    put(store, "a", std::string(1000, 'x'));
    CHECK(get(store, "a") == std::string(1000, 'x'));
    FAILS(
        tresor_storage_put_bytes(nullptr, store, "a", std::string(1001, 'x').data(), 1001, nullptr),
        TRESOR_TOO_LARGE);
}

TEST_CASE("capi: a store in C without a list or a clock says so") {
    Own own;
    auto callbacks = own.callbacks();
    callbacks.list = nullptr;
    callbacks.clock = nullptr;
    callbacks.release = nullptr;
    callbacks.abilities &= ~static_cast<unsigned>(TRESOR_CAN_LIST);
    Store store;
    NEED(tresor_storage_from_callbacks(store.out(), &callbacks));
    std::int64_t now = 0;
    GOOD(tresor_storage_clock(&now, store));
    CHECK(now == TRESOR_NEVER);
    FAILS(tresor_storage_list(
              store, "", [](int*, const tresor_object*, void*) { return 0; }, nullptr),
          TRESOR_UNSUPPORTED);
    Store none;
    for (int missing = 0; missing < 6; ++missing) {
        auto broken = own.callbacks();
        if (missing == 0) broken.put = nullptr;
        if (missing == 1) broken.stat = nullptr;
        if (missing == 2) broken.get = nullptr;
        if (missing == 3) broken.remove = nullptr;
        if (missing == 4) broken.description = nullptr;
        if (missing == 5) broken.version = 2;
        FAILS(tresor_storage_from_callbacks(none.out(), &broken), TRESOR_INVALID_ARGUMENT);
        CHECK(none.pointer == nullptr);
    }
    CHECK(own.released == 0);  // what was never made is not released
}

TEST_CASE("capi: sources and sinks of C, and what they fail with") {
    Store store;
    open(store, "memory:");
    struct Text {
        std::string text;
        std::size_t at = 0;
        int fail_with = 0;
    } text{std::string(200000, 'x')};
    tresor_source source = TRESOR_SOURCE_INIT;
    source.payload = &text;
    source.read = [](std::size_t* got, unsigned char* into, std::size_t size, void* payload) {
        auto& from = *static_cast<Text*>(payload);
        if (from.fail_with != 0) return tresor_error_set(from.fail_with, "torn");
        *got = std::min({size, from.text.size() - from.at, std::size_t{777}});
        from.text.copy(reinterpret_cast<char*>(into), *got, from.at);
        from.at += *got;
        return 0;
    };
    source.rewind = [](void* payload) {
        static_cast<Text*>(payload)->at = 0;
        return 0;
    };
    tresor_object object;
    NEED(tresor_storage_put(&object, store, "a", &source, nullptr));
    CHECK(object.size == 200000);
    std::string back;
    tresor_sink sink = TRESOR_SINK_INIT;
    sink.payload = &back;
    sink.write = [](const unsigned char* bytes, std::size_t size, void* payload) {
        auto& into = *static_cast<std::string*>(payload);
        if (into.size() + size > 1000000) return tresor_error_set(TRESOR_IO, "full");
        into.append(reinterpret_cast<const char*>(bytes), size);
        return 0;
    };
    sink.restart = [](void* payload) {
        static_cast<std::string*>(payload)->clear();
        return 0;
    };
    int found = 0;
    NEED(tresor_storage_get(&found, nullptr, store, "a", &sink));
    CHECK(found == 1);
    CHECK(back == text.text);
    GOOD(tresor_storage_get(&found, nullptr, store, "none", &sink));
    CHECK(found == 0);

    tresor_transferred moved;
    text.at = 0;
    NEED(tresor_transfer_put(&moved, store, "data-backups/a", &source, 0));
    CHECK(moved.bytes == 200000);
    CHECK(test::hex({moved.sha256, 32}) == test::sha256(tresor::as_bytes(text.text)));
    text.at = 0;
    FAILS(tresor_transfer_put(&moved, store, "data-backups/a", &source, 0), TRESOR_CONFLICT);
    CHECK(moved.bytes == 0);
    text.at = 0;
    GOOD(tresor_transfer_put(nullptr, store, "data-backups/a", &source, 1));
    back.clear();
    NEED(tresor_transfer_get(&found, &moved, store, "data-backups/a", &sink));
    CHECK(found == 1);
    CHECK(back == text.text);
    GOOD(tresor_transfer_get(&found, &moved, store, "none", &sink));
    CHECK(found == 0);

    back.assign(999999, 'y');
    FAILS(tresor_storage_get(&found, nullptr, store, "a", &sink), TRESOR_IO);
    CHECK(std::string(tresor_error_text()) == "full");
    text.fail_with = TRESOR_DENIED;
    FAILS(tresor_storage_put(nullptr, store, "a", &source, nullptr), TRESOR_DENIED);
    CHECK(std::string(tresor_error_text()) == "torn");
    CHECK(get(store, "a") == text.text);
    source.read = [](std::size_t* got, unsigned char*, std::size_t size, void*) {
        *got = size + 1;
        return 0;
    };
    FAILS(tresor_storage_put(nullptr, store, "a", &source, nullptr), TRESOR_INVALID_ARGUMENT);
    char name[TRESOR_OBJECT_TEXT_SIZE];
    GOOD(tresor_transfer_name(name, "my \xC3\xB6 file\0.zip", 15));
    CHECK(std::string(name) == "data-backups/my____file_.zip");
}

TEST_CASE("capi: wrappers keep the stores they are made of") {
    Store one, two, both, again;
    open(one, "memory:");
    open(two, "memory:");
    tresor_storage* stores[] = {one, two};
    NEED(tresor_storage_mirror(both.out(), stores, 2));
    put(both, "a", "x");
    CHECK(get(one, "a") == "x");
    CHECK(get(two, "a") == "x");
    FAILS(tresor_storage_mirror(again.out(), stores, 0), TRESOR_INVALID_ARGUMENT);
    tresor_storage* holes[] = {one, nullptr};
    FAILS(tresor_storage_mirror(again.out(), holes, 2), TRESOR_INVALID_ARGUMENT);

    Own own;
    auto callbacks = own.callbacks();
    Store failing, patient;
    NEED(tresor_storage_from_callbacks(failing.out(), &callbacks));
    struct Waits {
        Own& own;
        std::string told;
    } waits{own, ""};
    NEED(tresor_storage_retrying(
        patient.out(), failing,
        [](std::int64_t seconds, void* payload) {
            auto& into = *static_cast<Waits*>(payload);
            into.told += std::to_string(seconds) + " ";
            if (into.told == "1 5 ") into.own.fail_with = TRESOR_OK;
            return into.told == "1 5 1 " ? static_cast<int>(TRESOR_CANCELLED) : 0;
        },
        &waits));
    own.fail_with = TRESOR_UNAVAILABLE;
    put(patient, "a", "x");
    CHECK(waits.told == "1 5 ");
    own.fail_with = TRESOR_UNAVAILABLE;
    int found = 0;
    FAILS(tresor_storage_stat(&found, nullptr, patient, "a"), TRESOR_CANCELLED);
}

TEST_CASE("capi: limits and the sweep") {
    Own own;
    auto callbacks = own.callbacks();
    Store store;
    NEED(tresor_storage_from_callbacks(store.out(), &callbacks));
    tresor_limits limits = TRESOR_LIMITS_INIT, got;
    FAILS(tresor_limits_get(&got, nullptr, store), TRESOR_NOT_FOUND);
    limits.retention_days = 30;
    NEED(tresor_limits_put(store, &limits));
    FAILS(tresor_limits_put(store, &limits), TRESOR_CONFLICT);
    Buf findings;
    NEED(tresor_limits_get(&got, findings.out(), store));
    CHECK(got.retention_days == 30);
    CHECK(got.max_backup_bytes == 524288);
    std::string_view odd = "{\"maxBackupBytes\":\"5000\",\"retentionDays\":0}";
    NEED(tresor_limits_parse(&got, findings.out(), odd.data(), odd.size()));
    CHECK(got.max_backup_bytes == 5000);
    CHECK(got.retention_days == 180);
    CHECK(findings.text().find("/maxBackupBytes") != std::string_view::npos);
    FAILS(tresor_limits_parse(&got, findings.out(), "{}", 2), TRESOR_MALFORMED);
    limits.max_backup_bytes = 1;
    FAILS(tresor_limits_format(findings.out(), &limits), TRESOR_INVALID_ARGUMENT);

    put(store, backup_name.c_str(), "x");
    put(store, ("backups/" + std::string(64, 'b')).c_str(), "xy");
    tresor_object object;
    int found = 0, expired = 0;
    NEED(tresor_storage_stat(&found, &object, store, backup_name.c_str()));
    GOOD(tresor_object_expired(&expired, &object, 30, start + 30 * 86400 - 1));
    CHECK(expired == 0);
    GOOD(tresor_object_expired(&expired, &object, 30, start + 30 * 86400));
    CHECK(expired == 1);
    FAILS(tresor_object_expired(&expired, &object, -1, start), TRESOR_INVALID_ARGUMENT);
    tresor_swept swept;
    tresor_sweep_options options = TRESOR_SWEEP_OPTIONS_INIT;
    options.dry_run = 1;
    NEED(tresor_storage_sweep(&swept, store, 30, start + 40 * 86400, &options));
    CHECK(swept.expired == 2);
    CHECK(swept.removed == 0);
    options.jobs = 1025;
    FAILS(tresor_storage_sweep(&swept, store, 30, start, &options), TRESOR_INVALID_ARGUMENT);
    options.jobs = 2;
    options.dry_run = 0;
    std::string order;
    options.payload = &order;
    options.before_removal = [](const tresor_object* one, void* payload) {
        auto& into = *static_cast<std::string*>(payload);
        into.append(one->name + 8, 1);
        return into.size() == 2 ? static_cast<int>(TRESOR_CANCELLED) : 0;
    };
    FAILS(tresor_storage_sweep(&swept, store, 30, start + 40 * 86400, &options), TRESOR_CANCELLED);
    CHECK(order == "ab");
    NEED(tresor_storage_sweep(&swept, store, 30, start + 40 * 86400, nullptr));
    CHECK(swept.removed == 1);
    CHECK(swept.bytes_freed == 2);
    CHECK(swept.first_failure == TRESOR_OK);
    CHECK(names_in(store) == "config ");
    for (std::int64_t days : {std::int64_t{0}, std::int64_t{36501}, INT64_MAX})
        FAILS(tresor_storage_sweep(&swept, store, days, start, nullptr), TRESOR_INVALID_ARGUMENT);
    options.version = 0;
    FAILS(tresor_storage_sweep(&swept, store, 30, start, &options), TRESOR_INVALID_ARGUMENT);
}

TEST_CASE("capi: only an engine removes by itself, and only an access key has a session token") {
    test::TemporaryFolder folder;
    Place place(folder.path().string());
    Store store, other;
    NEED(tresor_storage_open(store.out(), &place, nullptr));
    FAILS(tresor_storage_lifecycle(store, 30), TRESOR_UNSUPPORTED);
    place.token = "t";
    place.token_size = 1;
    FAILS(tresor_storage_open(other.out(), &place, nullptr), TRESOR_INVALID_ARGUMENT);
}

TEST_CASE("capi: progress is told, and may cancel or fail") {
    test::TemporaryFolder folder;
    struct Told {
        std::uint64_t done = 0, total = 0;
        int answer = 0;
    } told;
    Place place(folder.path().string());
    tresor_storage_options options = TRESOR_STORAGE_OPTIONS_INIT;
    options.payload = &told;
    options.progress = [](std::uint64_t done, std::uint64_t total, void* payload) {
        auto& into = *static_cast<Told*>(payload);
        into.done = done;
        into.total = total;
        return into.answer;
    };
    Store store;
    NEED(tresor_storage_open(store.out(), &place, &options));
    std::string large(300000, 'x');
    put(store, "a", large);
    CHECK(told.done == 300000);
    CHECK(told.total == 300000);
    told.answer = TRESOR_CANCELLED;
    FAILS(tresor_storage_put_bytes(nullptr, store, "a", "y", 1, nullptr), TRESOR_CANCELLED);
    told.answer = TRESOR_IO;
    FAILS(tresor_storage_put_bytes(nullptr, store, "a", "y", 1, nullptr), TRESOR_IO);
    told.answer = 0;
    CHECK(get(store, "a") == large);
}
