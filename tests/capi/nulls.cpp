// NULL in every pointer of every function: where one is needed it is invalid_argument, never a
// crash; where one may be missing the call goes well. Which functions there are is read from
// tresor.h.

#include <regex>

#include "capi/nulls.hpp"

using namespace test::c;

namespace {

// What may be called with NULL by its nature, or takes no pointer.
const std::set<std::string> without = {"tresor_version",
                                       "tresor_abi_version",
                                       "tresor_status_name",
                                       "tresor_error_status",
                                       "tresor_error_text",
                                       "tresor_error_retry_after",
                                       "tresor_error_http_status",
                                       "tresor_error_set",
                                       "tresor_buf_dispose",
                                       "tresor_time_size",
                                       "tresor_time_now",
                                       "tresor_identity_size",
                                       "tresor_key_size",
                                       "tresor_backup_id_size",
                                       "tresor_backup_id_hex_size",
                                       "tresor_struct_size",
                                       "tresor_object_text_size",
                                       "tresor_error_set_answer",
                                       "tresor_master_key_size",
                                       "tresor_digest_size",
                                       "tresor_sha256_size",
                                       "tresor_keys_free",
                                       "tresor_storage_free",
                                       "tresor_states_free",
                                       "tresor_client_free",
                                       "tresor_container_size",
                                       "tresor_password_issue_text",
                                       "tresor_reason_name",
                                       "tresor_outcome_name",
                                       "tresor_reader_size",
                                       "tresor_key_text_size",
                                       "tresor_id_scheme_name",
                                       "tresor_id_scheme_supported",
                                       "tresor_file_free",
                                       "tresor_data_backup_free",
                                       "tresor_message_reader_free",
                                       "tresor_archive_writer_free",
                                       "tresor_every_name"};

int no_visit(int*, const tresor_object*, void*) { return 0; }
int no_wait(std::int64_t, void*) { return 0; }

}  // namespace

TEST_CASE("capi: NULL in every pointer of ID exports") {
    char identity[TRESOR_IDENTITY_SIZE], name[TRESOR_OBJECT_TEXT_SIZE];
    unsigned char key[TRESOR_KEY_SIZE] = {1}, public_key[TRESOR_KEY_SIZE];
    int scheme = 0;
    std::size_t width = 0;
    Buf code, out;
    NULLS(tresor_id_export_encode, May(), out.out(), id, key, password, std::size_t{14},
          int{TRESOR_ID_CLASSIC});
    NEED(tresor_id_export_encode(code.out(), id, key, password, 14, TRESOR_ID_CLASSIC));
    std::string text(code.text());
    NULLS(tresor_id_export_decode, (May{1, 2, 3}), identity, key, public_key, &scheme, text.c_str(),
          text.size(), 0, password, std::size_t{14});
    tried.insert("tresor_id_export_find");
    CHECK(tresor_id_export_find(nullptr, &scheme, text.c_str(), text.size(), 1) ==
          TRESOR_INVALID_ARGUMENT);
    CHECK(tresor_id_export_find(out.out(), nullptr, text.c_str(), text.size(), 1) == TRESOR_OK);
    CHECK(tresor_id_export_find(out.out(), &scheme, nullptr, text.size(), 1) ==
          TRESOR_INVALID_ARGUMENT);
    NULLS(tresor_id_export_bad_characters, May(), out.out(), text.c_str(), text.size());
    NULLS(tresor_id_export_sheet, May(), out.out(), id, text.c_str(), start, int{TRESOR_SHEET_SVG},
          "en");
    NULLS(tresor_id_export_qr, May(), out.out(), &width, text.c_str());
    NULLS(tresor_id_export_name, May(), name, id, start);
}

TEST_CASE("capi: NULL in every pointer of the parts") {
    char text[TRESOR_OBJECT_TEXT_SIZE];
    unsigned char bytes[TRESOR_MASTER_KEY_SIZE] = {};
    std::int64_t time = 0;
    NULLS(tresor_time_format, May(), text, start);
    NULLS(tresor_time_parse, May(), &time, "2026-11-24T06:00:00Z");
    NULLS(tresor_identity_parse, May(), text, id);
    NULLS(tresor_identity_public_key, May(), bytes, bytes);
    NULLS(tresor_identity_parse_key, May(), bytes, "01234567890123456789012345678901",
          std::size_t{32});
    NULLS(tresor_identity_format_key, May(), text, bytes);
    NULLS(tresor_backup_id_format, May(), text, bytes);
    std::string hex(64, 'a');
    NULLS(tresor_backup_id_parse, May(), bytes, hex.c_str());

    Keys keys, made;
    derive(keys);
    NULLS(tresor_keys_derive, May(), made.out(), password, std::size_t{14}, id);
    NULLS(tresor_keys_from_master, May(), made.out(), bytes);
    NULLS(tresor_keys_backup_id, May(), bytes, keys.pointer);
    NULLS(tresor_keys_master_key, May(), bytes, keys.pointer);
    NULLS(tresor_keys_encryption_key, May(), bytes, keys.pointer);

    Buf one, two, sealed;
    NEED(tresor_container_seal(sealed.out(), account.data(), account.size(), keys));
    NULLS(tresor_container_seal, May(), one.out(), account.data(), account.size(), keys.pointer);
    std::string room(tresor_container_size(account.size()), '\0');
    NULLS(tresor_container_seal_into, May(), reinterpret_cast<unsigned char*>(room.data()),
          room.size(), account.data(), account.size(), keys.pointer);
    auto open_each = [&](tresor_buf* json, tresor_buf* findings, const void* container,
                         std::size_t size, const tresor_keys* with) {
        int status = tresor_container_open(json, findings, container, size, with);
        tresor_buf_dispose(json);
        tresor_buf_dispose(findings);
        return status;
    };
    CHECK(open_each(nullptr, &two.buf, sealed.buf.data, sealed.buf.size, keys) ==
          TRESOR_INVALID_ARGUMENT);
    CHECK(open_each(&one.buf, nullptr, sealed.buf.data, sealed.buf.size, keys) == TRESOR_OK);
    CHECK(open_each(&one.buf, &two.buf, nullptr, sealed.buf.size, keys) == TRESOR_INVALID_ARGUMENT);
    CHECK(open_each(&one.buf, &two.buf, sealed.buf.data, sealed.buf.size, nullptr) ==
          TRESOR_INVALID_ARGUMENT);
    tried.insert("tresor_container_open");
    tresor_account_counts counts;
    CHECK(tresor_account_check(nullptr, &counts, nullptr, account.data(), account.size(),
                               nullptr) == TRESOR_OK);
    CHECK(tresor_account_check(nullptr, &counts, nullptr, nullptr, account.size(), id) ==
          TRESOR_INVALID_ARGUMENT);
    tried.insert("tresor_account_check");

    unsigned errors = 0, warnings = 0;
    tresor_password_options options = TRESOR_PASSWORD_OPTIONS_INIT;
    NULLS(tresor_password_check, May({4}), &errors, &warnings, password, std::size_t{14}, &options);

    tresor_cycle_state state = TRESOR_CYCLE_STATE_INIT;
    tresor_cycle_policy policy = TRESOR_CYCLE_POLICY_INIT;
    tresor_decision decision;
    NULLS(tresor_cycle_digest, May(), bytes, account.data(), account.size(), keys.pointer);
    NULLS(tresor_cycle_decide, May({4}), &decision, &state, bytes, 0, &policy, start);
    NULLS(tresor_cycle_after_upload, May(), &state, bytes, start);
    NULLS(tresor_cycle_after_skip, May(), &state, 0, start);
    NULLS(tresor_cycle_after_failure, May(), &state, -9, std::int64_t{-1}, start);
    NULLS(tresor_cycle_next_due, May({2}), &time, &state, &policy, start);
    NULLS(tresor_cycle_refresh_due, May({2}), &time, &state, &policy);
    NULLS(tresor_cycle_expires_at, May(), &time, &state);
    NULLS(tresor_cycle_warnings, May(), one.out(), &state, start);
}

TEST_CASE("capi: NULL in every pointer of stores") {
    Store store;
    open(store, "memory:");
    put(store, "a", "x");
    tresor_storage* made = nullptr;
    auto gone = [&] { tresor_storage_free(std::exchange(made, nullptr)); };
    Place place("memory:");
    tresor_storage_options options = TRESOR_STORAGE_OPTIONS_INIT;
    NULLS(tresor_storage_open, May({2}), &made, &place, &options);
    gone();
    tresor_storage* stores[] = {store};
    NULLS(tresor_storage_mirror, May(), &made, stores, std::size_t{1});
    gone();
    NULLS(tresor_storage_retrying, May({3}), &made, store.pointer, no_wait,
          static_cast<void*>(&place));
    gone();
    tresor_storage_callbacks callbacks = TRESOR_STORAGE_CALLBACKS_INIT;
    NULLS(tresor_storage_from_callbacks, May(), &made, &callbacks);
    Buf buf;
    unsigned set = 0;
    int found = 0, other = 0;
    tresor_object object{};
    tresor_condition condition{TRESOR_IF_ANY, nullptr};
    std::int64_t time = 0;
    NULLS(tresor_storage_describe, May(), buf.out(), store.pointer);
    NULLS(tresor_storage_abilities, May(), &set, store.pointer);
    NULLS(tresor_storage_put_bytes, May({0, 5}), &object, store.pointer, "a",
          static_cast<const void*>("x"), std::size_t{1}, &condition);
    tresor_source source = TRESOR_SOURCE_INIT;
    source.read = [](std::size_t* got, unsigned char*, std::size_t, void*) {
        *got = 0;
        return 0;
    };
    source.rewind = [](void*) { return 0; };
    NULLS(tresor_storage_put, May({0, 4}), &object, store.pointer, "a", &source, &condition);
    NULLS(tresor_storage_stat, May({1}), &found, &object, store.pointer, "a");
    tresor_sink sink = TRESOR_SINK_INIT;
    sink.write = [](const unsigned char*, std::size_t, void*) { return 0; };
    sink.restart = [](void*) { return 0; };
    NULLS(tresor_storage_get, May({1}), &found, &object, store.pointer, "a", &sink);
    for (int part = 0; part < 3; ++part) {
        tresor_source half = source;
        tresor_sink none = sink;
        if (part == 0) half.read = nullptr;
        if (part == 1) half.rewind = nullptr;
        if (part == 2) half.version = 0;
        FAILS(tresor_storage_put(nullptr, store, "a", &half, nullptr), TRESOR_INVALID_ARGUMENT);
        if (part == 0) none.write = nullptr;
        if (part == 1) none.restart = nullptr;
        if (part == 2) none.version = 2;
        FAILS(tresor_storage_get(&found, nullptr, store, "a", &none), TRESOR_INVALID_ARGUMENT);
    }
    NULLS(tresor_storage_get_bytes, May({1}), &found, &object, &buf.buf, store.pointer, "none",
          std::size_t{9});
    NULLS(tresor_storage_list, May({3}), store.pointer, "", no_visit, static_cast<void*>(&found));
    NULLS(tresor_storage_clock, May(), &time, store.pointer);
    NULLS(tresor_transfer_put, May({0}), static_cast<tresor_transferred*>(nullptr), store.pointer,
          "b", &source, 1);
    tresor_transferred moved;
    NULLS(tresor_transfer_get, May({1}), &found, &moved, store.pointer, "b", &sink);
    char name[TRESOR_OBJECT_TEXT_SIZE];
    NULLS(tresor_transfer_name, May(), name, "file", std::size_t{4});
    NULLS(tresor_storage_remove, May({0, 3}), &found, store.pointer, "none", &condition);
    for (int round = 0; round < 4; ++round) {
        int status = tresor_storage_check(
            round == 0 ? nullptr : buf.out(), round == 1 ? nullptr : &other,
            round == 2 ? nullptr : store.pointer, round == 3 ? nullptr : store.pointer);
        CHECK(status == (round == 0 || round == 2 ? TRESOR_INVALID_ARGUMENT : TRESOR_OK));
    }
    tried.insert("tresor_storage_check");

    tresor_limits limits = TRESOR_LIMITS_INIT, got_limits;
    std::string config = "{\"maxBackupBytes\":5000,\"retentionDays\":1}";
    tresor_buf* no_findings = nullptr;
    NULLS(tresor_limits_parse, May({1}), &got_limits, no_findings, config.data(), config.size());
    NULLS(tresor_limits_format, May(), buf.out(), &limits);
    CHECK(tresor_limits_put(nullptr, &limits) == TRESOR_INVALID_ARGUMENT);
    NEED(tresor_limits_put(store, nullptr));
    tried.insert("tresor_limits_put");
    NULLS(tresor_limits_get, May({1}), &got_limits, no_findings, store.pointer);
    NULLS(tresor_object_set, May({4}), &object, "a", std::uint64_t{1}, std::int64_t{TRESOR_NEVER},
          "v");
    NULLS(tresor_object_expired, May(), &found, &object, std::int64_t{1}, start);
    tresor_swept swept;
    tresor_sweep_options sweeping = TRESOR_SWEEP_OPTIONS_INIT;
    NULLS(tresor_storage_sweep, May({4}), &swept, store.pointer, std::int64_t{1}, start, &sweeping);
    CHECK(tresor_storage_lifecycle(nullptr, 30) == TRESOR_INVALID_ARGUMENT);
    tried.insert("tresor_storage_lifecycle");

    // Only within callbacks are there readers, writers and visitors.
    unsigned char byte = 0;
    std::size_t got = 0;
    FAILS(tresor_reader_read(&got, nullptr, &byte, 1), TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_reader_rewind(nullptr), TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_writer_write(nullptr, "x", 1), TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_visitor_show(&found, nullptr, &object), TRESOR_INVALID_ARGUMENT);
    CHECK(tresor_reader_size(nullptr) == TRESOR_UNKNOWN_SIZE);
    callbacks.description = "a store that looks at NULL";
    callbacks.put = [](tresor_object*, const char*, tresor_reader* reader, const tresor_condition*,
                       void*) {
        unsigned char into[4];
        std::size_t size = 0;
        NULLS(tresor_reader_read, May(), &size, reader, into, std::size_t{4});
        FAILS(tresor_reader_read(&size, reader, into, 0), TRESOR_INVALID_ARGUMENT);
        tresor_buf all = TRESOR_BUF_INIT;
        CHECK(tresor_reader_read_all(nullptr, reader, 9) == TRESOR_INVALID_ARGUMENT);
        CHECK(tresor_reader_read_all(&all, nullptr, 9) == TRESOR_INVALID_ARGUMENT);
        tried.insert("tresor_reader_read_all");
        NULLS(tresor_reader_rewind, May(), reader);
        CHECK(tresor_reader_size(reader) == 1);
        return 0;
    };
    callbacks.get = [](int*, tresor_object*, const char*, tresor_writer* writer, void*) {
        NULLS(tresor_writer_write, May(), writer, static_cast<const void*>("x"), std::size_t{1});
        GOOD(tresor_writer_write(writer, nullptr, 0));
        return 0;
    };
    callbacks.list = [](const char*, tresor_visitor* visitor, void*) {
        tresor_object shown{};
        shown.name[0] = 'a';
        int more = 0;
        NULLS(tresor_visitor_show, May(), &more, visitor,
              static_cast<const tresor_object*>(&shown));
        shown.name[0] = '/';
        FAILS(tresor_visitor_show(&more, visitor, &shown), TRESOR_INVALID_ARGUMENT);
        std::memset(shown.name, 'a', sizeof shown.name);  // without a NUL
        FAILS(tresor_visitor_show(&more, visitor, &shown), TRESOR_INVALID_ARGUMENT);
        return 0;
    };
    callbacks.stat = [](int*, tresor_object*, const char*, void*) { return 0; };
    callbacks.remove = [](int*, const char*, const tresor_condition*, void*) { return 0; };
    Store looking;
    NEED(tresor_storage_from_callbacks(looking.out(), &callbacks));
    NEED(tresor_storage_put_bytes(nullptr, looking, "a", "x", 1, nullptr));
    NEED(tresor_storage_get_bytes(&found, nullptr, buf.out(), looking, "a", 9));
    NEED(tresor_storage_list(looking, "", no_visit, nullptr));
}

TEST_CASE("capi: NULL in every pointer of clients") {
    test::TemporaryFolder folder;
    Store store;
    open(store, "memory:");
    tresor_limits limits = TRESOR_LIMITS_INIT;
    NEED(tresor_limits_put(store, &limits));
    tresor_states* made = nullptr;
    std::string path = (folder / "state").string();
    NULLS(tresor_states_open, May(), &made, path.c_str());
    tresor_states_free(std::exchange(made, nullptr));
    tresor_states_callbacks callbacks = TRESOR_STATES_CALLBACKS_INIT;
    NULLS(tresor_states_from_callbacks, May(), &made, &callbacks);
    States states;
    NEED(tresor_states_open(states.out(), path.c_str()));
    tresor_client* without_options = nullptr;
    tresor_client_options options = TRESOR_CLIENT_OPTIONS_INIT;
    for (int null = 0; null < 4; ++null) {
        int status = tresor_client_create(
            null == 0 ? nullptr : &without_options, null == 1 ? nullptr : states.pointer,
            null == 2 ? nullptr : store.pointer, null == 3 ? nullptr : &options);
        CHECK(status == (null < 2 ? TRESOR_INVALID_ARGUMENT : TRESOR_OK));
        tresor_client_free(std::exchange(without_options, nullptr));
    }
    tried.insert("tresor_client_create");
    Client client;
    NEED(tresor_client_create(client.out(), states, store, &options));
    tresor_outcome outcome;
    tresor_buf* no_findings = nullptr;
    NULLS(tresor_client_enable, May({0, 1, 8, 9}), &outcome, no_findings, client.pointer, password,
          std::size_t{14}, id, account.data(), account.size(),
          static_cast<const tresor_place*>(nullptr), "data", 1, start);
    NULLS(tresor_client_tick, May({0, 1}), &outcome, no_findings, client.pointer, account.data(),
          account.size(), 1, start);
    NULLS(tresor_client_change_password, May({0, 1}), &outcome, no_findings, client.pointer,
          password, std::size_t{14}, account.data(), account.size(), start);
    int flag = 0;
    std::int64_t one = 0, two = 0;
    Buf buf;
    NULLS(tresor_client_verify, May({1, 2, 3}), &flag, &one, &two, no_findings, client.pointer);
    NULLS(tresor_client_status, May(), buf.out(), client.pointer, start);
    NULLS(tresor_client_next_due, May(), &one, client.pointer, start);
    Place none("memory:");
    for (int null = 0; null < 6; ++null) {
        Buf lost;
        int status =
            tresor_safe_restore(null == 0 ? nullptr : &lost.buf, null == 1 ? nullptr : &one,
                                nullptr, nullptr, null == 2 ? nullptr : store.pointer,
                                null == 3 ? nullptr : password, 14, null == 4 ? nullptr : id);
        CHECK(status == (null == 1 || null == 5 ? TRESOR_OK : TRESOR_INVALID_ARGUMENT));
    }
    tried.insert("tresor_safe_restore");
    FAILS(tresor_safe_restore(buf.out(), nullptr, nullptr, &none, nullptr, password, 14, id),
          TRESOR_NOT_FOUND);
    NULLS(tresor_client_disable, May({0}), &flag, client.pointer, 0);
    NULLS(tresor_client_disable, May({0}), &flag, client.pointer, 0);
    for (int null = 0; null < 5; ++null) {
        Buf lost;
        int status = tresor_client_restore(
            null == 0 ? nullptr : &lost.buf, nullptr, nullptr, null == 1 ? nullptr : client.pointer,
            null == 2 ? nullptr : password, 14, null == 3 ? nullptr : id, nullptr, nullptr, start);
        CHECK(status == (null == 4 ? TRESOR_NOT_FOUND : TRESOR_INVALID_ARGUMENT));
    }
    tried.insert("tresor_client_restore");
}

// Runs last: by its name, and because doctest goes by files and lines.
TEST_CASE("capi: NULL was tried with every function of the header") {
    if (tried.size() < 20) {
        MESSAGE("skipped: the tests before were not run in this process");
        return;
    }
    std::string header = test::text_of(test::read_file(TRESOR_HEADER));
    std::regex declared("TRESOR_API[^;]*?\\b(tresor_\\w+)\\(");
    std::set<std::string> functions;
    for (std::sregex_iterator it(header.begin(), header.end(), declared), end; it != end; ++it)
        functions.insert((*it)[1]);
    CHECK(functions.size() > 80);
    for (const std::string& function : functions) {
        bool known = tried.contains(function) || without.contains(function);
        CHECK_MESSAGE(known, function, " was not tried");
    }
    for (const std::string& function : without)
        CHECK_MESSAGE(functions.contains(function), function);
}
