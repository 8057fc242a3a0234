// The parts of a Safe by the C library.

#include "capi/c.hpp"

using namespace test::c;

namespace {

const std::string master_hex =
    "066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3"
    "51c3d8d752fb6e1fd3199ead7f0895d6e3893ff691f2a5ee1976ed0897fc2f66";

template <std::size_t N>
std::string hex_of(const unsigned char (&bytes)[N]) {
    return test::hex({bytes, N});
}

}  // namespace

TEST_CASE("capi: the library says which it is") {
    CHECK(std::string(tresor_version()) == "0.1.0");
    CHECK(tresor_abi_version() == TRESOR_ABI_VERSION);
}

TEST_CASE("capi: sizes are the same as macros and as functions") {
    CHECK(tresor_time_size() == TRESOR_TIME_SIZE);
    CHECK(tresor_identity_size() == TRESOR_IDENTITY_SIZE);
    CHECK(tresor_key_size() == TRESOR_KEY_SIZE);
    CHECK(tresor_backup_id_size() == TRESOR_BACKUP_ID_SIZE);
    CHECK(tresor_backup_id_hex_size() == TRESOR_BACKUP_ID_HEX_SIZE);
    CHECK(tresor_master_key_size() == TRESOR_MASTER_KEY_SIZE);
    CHECK(tresor_digest_size() == TRESOR_DIGEST_SIZE);
    CHECK(tresor_sha256_size() == TRESOR_SHA256_SIZE);
}

TEST_CASE("capi: statuses are the negated numbers of Errc, by the same names") {
    const char* names[] = {
        "ok",          "internal",      "invalid_argument", "malformed", "unsupported",
        "auth_failed", "too_large",     "not_found",        "denied",    "unavailable",
        "io",          "out_of_memory", "conflict",         "cancelled"};
    for (int status = 0; status < 14; ++status)
        CHECK(std::string(tresor_status_name(-status)) == names[status]);
    for (int none : {1, -14, 1000, -1000, INT32_MIN, INT32_MAX})
        CHECK(std::string(tresor_status_name(none)) == "unknown");
}

TEST_CASE("capi: the last error is told until the next, in this thread") {
    char out[TRESOR_IDENTITY_SIZE];
    CHECK(tresor_identity_parse(out, "x") == TRESOR_INVALID_ARGUMENT);
    std::string text = tresor_error_text();
    CHECK_FALSE(text.empty());
    CHECK(tresor_identity_parse(out, "echoecho") == TRESOR_OK);
    CHECK(std::string(out) == "ECHOECHO");
    CHECK(tresor_error_status() == TRESOR_INVALID_ARGUMENT);
    CHECK(tresor_error_text() == text);
    CHECK(tresor_error_retry_after() == -1);
    CHECK(tresor_error_http_status() == 0);
    CHECK(tresor_error_set(TRESOR_IO, "my disk") == TRESOR_IO);
    CHECK(std::string(tresor_error_text()) == "my disk");
    CHECK(tresor_error_set(TRESOR_IO, nullptr) == TRESOR_IO);
    CHECK(std::string(tresor_error_text()).empty());
    CHECK(tresor_error_set(TRESOR_OK, "no error") == TRESOR_OK);
    CHECK(tresor_error_status() == TRESOR_IO);
    // Cut before a character, not within.
    std::string umlauts;
    for (int i = 0; i < 300; ++i) umlauts += "\xC3\xB6";
    tresor_error_set(TRESOR_IO, umlauts.c_str());
    CHECK(std::string(tresor_error_text()).size() == 510);
}

TEST_CASE("capi: a buffer is disposed of as often as one likes") {
    tresor_buf_dispose(nullptr);
    tresor_buf buf = TRESOR_BUF_INIT;
    tresor_buf_dispose(&buf);
    tresor_limits limits = TRESOR_LIMITS_INIT;
    NEED(tresor_limits_format(&buf, &limits));
    CHECK(buf.data[buf.size] == 0);
    tresor_buf_dispose(&buf);
    CHECK(buf.data == nullptr);
    CHECK(buf.size == 0);
    tresor_buf_dispose(&buf);
}

TEST_CASE("capi: what was never made can be freed") {
    tresor_keys_free(nullptr);
    tresor_storage_free(nullptr);
    tresor_states_free(nullptr);
    tresor_client_free(nullptr);
}

TEST_CASE("capi: times") {
    char text[TRESOR_TIME_SIZE];
    GOOD(tresor_time_format(text, 1795500000));
    CHECK(std::string(text) == "2026-11-24T06:00:00Z");
    std::int64_t time = 0;
    GOOD(tresor_time_parse(&time, "2026-11-24T06:00:00Z"));
    CHECK(time == 1795500000);
    FAILS(tresor_time_parse(&time, "yesterday"), TRESOR_INVALID_ARGUMENT);
    CHECK(time == TRESOR_NEVER);
    for (std::int64_t none : {INT64_MIN, INT64_MAX, std::int64_t{253402300800}})
        FAILS(tresor_time_format(text, none), TRESOR_INVALID_ARGUMENT);
    CHECK(tresor_time_now() > 1795400000);
}

TEST_CASE("capi: identities and backup ids") {
    char identity[TRESOR_IDENTITY_SIZE];
    GOOD(tresor_identity_parse(identity, "*support"));
    CHECK(std::string(identity) == "*SUPPORT");
    for (auto bad : {"", "ECHOECH", "ECHOECHOE", "ECHO*CHO", "ECHOECH\xC3"})
        FAILS(tresor_identity_parse(identity, bad), TRESOR_INVALID_ARGUMENT);
    unsigned char private_key[TRESOR_KEY_SIZE], public_key[TRESOR_KEY_SIZE];
    for (unsigned i = 0; i < 32; ++i) private_key[i] = static_cast<unsigned char>(i);
    GOOD(tresor_identity_public_key(public_key, private_key));
    CHECK(hex_of(public_key) == "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f");

    char digits[TRESOR_BACKUP_ID_HEX_SIZE];
    unsigned char bytes[TRESOR_BACKUP_ID_SIZE];
    std::string hex = master_hex.substr(0, 64);
    GOOD(tresor_backup_id_parse(bytes, hex.c_str()));
    GOOD(tresor_backup_id_format(digits, bytes));
    CHECK(hex == digits);
    for (auto bad :
         {std::string(), hex.substr(1), hex + "0", std::string(64, 'G'), std::string(64, 'A')})
        FAILS(tresor_backup_id_parse(bytes, bad.c_str()), TRESOR_INVALID_ARGUMENT);
}

TEST_CASE("capi: K-1, from a password and from what was kept") {
    Keys keys;
    derive(keys);
    unsigned char master[TRESOR_MASTER_KEY_SIZE], backup_id[TRESOR_BACKUP_ID_SIZE],
        key[TRESOR_KEY_SIZE];
    GOOD(tresor_keys_master_key(master, keys));
    CHECK(hex_of(master) == master_hex);
    Keys again;
    GOOD(tresor_keys_from_master(again.out(), master));
    GOOD(tresor_keys_backup_id(backup_id, again));
    GOOD(tresor_keys_encryption_key(key, again));
    CHECK(hex_of(backup_id) + hex_of(key) == master_hex);
}

TEST_CASE("capi: passwords come with their size: what lies behind a NUL is not cut, but refused") {
    tresor_keys* keys = reinterpret_cast<tresor_keys*>(1);
    FAILS(tresor_keys_derive(&keys, "a\0b", 3, id), TRESOR_INVALID_ARGUMENT);
    CHECK(keys == nullptr);
    FAILS(tresor_keys_derive(&keys, "", 0, id), TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_keys_derive(&keys, nullptr, 0, id), TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_keys_derive(&keys, "\xFF", 1, id), TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_keys_derive(&keys, "abc", 3, "nobody"), TRESOR_INVALID_ARGUMENT);
}

TEST_CASE("capi: seal and open") {
    Keys keys, other;
    derive(keys);
    NEED(tresor_keys_derive(other.out(), "another", 7, id));
    Buf sealed, json, findings;
    NEED(tresor_container_seal(sealed.out(), account.data(), account.size(), keys));
    CHECK(sealed.buf.size == tresor_container_size(account.size()));
    NEED(tresor_container_open(json.out(), findings.out(), sealed.buf.data, sealed.buf.size, keys));
    CHECK(json.text() == account);
    CHECK(findings.text() == "[]");
    CHECK(json.buf.data[json.buf.size] == 0);
    FAILS(tresor_container_open(json.out(), nullptr, sealed.buf.data, sealed.buf.size, other),
          TRESOR_AUTH_FAILED);
    CHECK(json.buf.data == nullptr);
    FAILS(tresor_container_open(json.out(), nullptr, sealed.buf.data, 59, keys), TRESOR_MALFORMED);
    FAILS(tresor_container_open(json.out(), nullptr, nullptr, 59, keys), TRESOR_INVALID_ARGUMENT);
    tresor::Bytes room(tresor_container_size(account.size()));
    GOOD(
        tresor_container_seal_into(room.data(), room.size(), account.data(), account.size(), keys));
    NEED(tresor_container_open(json.out(), findings.out(), room.data(), room.size(), keys));
    CHECK(json.text() == account);
    for (std::size_t size : {room.size() - 1, room.size() + 1, std::size_t{0}})
        FAILS(tresor_container_seal_into(room.data(), size, account.data(), account.size(), keys),
              TRESOR_INVALID_ARGUMENT);
    GOOD(tresor_container_seal(sealed.out(), nullptr, 0, keys));
    std::string large((std::size_t{16} << 20) + 1, ' ');
    FAILS(tresor_container_seal(sealed.out(), large.data(), large.size(), keys), TRESOR_TOO_LARGE);
}

TEST_CASE("capi: an account is checked, counted and written canonically") {
    Buf canonical, again, findings;
    tresor_account_counts counts;
    NEED(tresor_account_check(canonical.out(), &counts, findings.out(), account.data(),
                              account.size(), id));
    CHECK(counts.contacts == 0);
    CHECK(canonical.text().find("\"later\":[1]") != std::string_view::npos);
    CHECK(findings.text() ==
          "[{\"pointer\":\"/settings\",\"reason\":\"missing or not an object; the defaults "
          "stand\"}]");
    NEED(tresor_account_check(again.out(), nullptr, nullptr, canonical.buf.data, canonical.buf.size,
                              nullptr));
    CHECK(again.text() == canonical.text());
    GOOD(tresor_account_check(nullptr, nullptr, nullptr, account.data(), account.size(), nullptr));
    auto check = [&](std::string_view json) {
        return tresor_account_check(canonical.out(), &counts, findings.out(), json.data(),
                                    json.size(), nullptr);
    };
    FAILS(check("[]"), TRESOR_MALFORMED);
    FAILS(check(""), TRESOR_MALFORMED);
    FAILS(check("{\"info\":{\"version\":2}}"), TRESOR_UNSUPPORTED);
    CHECK(canonical.buf.data == nullptr);
    CHECK(findings.buf.data == nullptr);
    FAILS(tresor_account_check(nullptr, nullptr, nullptr, account.data(), account.size(), "bad"),
          TRESOR_INVALID_ARGUMENT);
}

TEST_CASE("capi: passwords are judged") {
    unsigned errors = 7, warnings = 7;
    auto check = [&](std::string_view word, const tresor_password_options* options = nullptr) {
        return tresor_password_check(&errors, &warnings, word.data(), word.size(), options);
    };
    GOOD(check("three quiet otters"));
    CHECK(errors == 0);
    CHECK(warnings == 0);
    GOOD(check("1111"));
    CHECK(errors == TRESOR_PASSWORD_TOO_SHORT);
    CHECK(warnings == (TRESOR_PASSWORD_REPEATED | TRESOR_PASSWORD_DIGITS_ONLY));
    GOOD(check(std::string_view("a\0bcdefgh", 9)));
    CHECK((errors & TRESOR_PASSWORD_INVALID_TEXT) != 0);

    tresor_password_options options = TRESOR_PASSWORD_OPTIONS_INIT;
    options.policy = TRESOR_POLICY_ANDROID;
    GOOD(check("aAaAaAaA", &options));
    CHECK(warnings == 0);
    options.policy = TRESOR_POLICY_IOS;
    GOOD(check("aAaAaAaA", &options));
    CHECK(warnings == TRESOR_PASSWORD_REPEATED);
    options = TRESOR_PASSWORD_OPTIONS_INIT;
    options.words = "quietotters\nother";
    options.words_size = std::strlen(options.words);
    GOOD(check("QuietOtters", &options));
    CHECK(warnings == TRESOR_PASSWORD_LISTED);
    options.confirmation = "x";
    options.confirmation_size = 1;
    GOOD(check("three quiet otters", &options));
    CHECK(errors == TRESOR_PASSWORD_MISMATCH);
    options = TRESOR_PASSWORD_OPTIONS_INIT;
    options.pattern = "X.*X";
    GOOD(check("X123Y", &options));
    CHECK(errors == TRESOR_PASSWORD_PATTERN_MISMATCH);
    options.pattern = "(";
    GOOD(check("X123X", &options));
    CHECK(errors == TRESOR_PASSWORD_INVALID_PATTERN);

    options = TRESOR_PASSWORD_OPTIONS_INIT;
    options.min_entropy_bits = 60;
    FAILS(check("three quiet otters", &options), TRESOR_INVALID_ARGUMENT);  // without a function
    double bits = 59;
    options.payload = &bits;
    options.entropy = [](double* out, const char*, std::size_t size, void* payload) {
        if (size == 5) return tresor_error_set(TRESOR_IO, "no dictionary");
        *out = *static_cast<double*>(payload);
        return static_cast<int>(TRESOR_OK);
    };
    GOOD(check("three quiet otters", &options));
    CHECK(warnings == TRESOR_PASSWORD_WEAK);
    bits = 61;
    GOOD(check("three quiet otters", &options));
    CHECK(warnings == 0);
    FAILS(check("12345", &options), TRESOR_IO);
    CHECK(std::string(tresor_error_text()) == "no dictionary");
    options.version = 2;
    FAILS(check("x", &options), TRESOR_INVALID_ARGUMENT);
    options = TRESOR_PASSWORD_OPTIONS_INIT;
    options.policy = 3;
    FAILS(check("x", &options), TRESOR_INVALID_ARGUMENT);

    for (unsigned bit = 0; bit < 10; ++bit) {
        const char* text = tresor_password_issue_text(1u << bit);
        REQUIRE(text != nullptr);
        CHECK(std::strlen(text) > 5);
    }
    for (unsigned none : {0u, 3u, 1u << 10, 1u << 31})
        CHECK(tresor_password_issue_text(none) == nullptr);
}

TEST_CASE("capi: the cycle decides, and the state goes on") {
    tresor_cycle_state state = TRESOR_CYCLE_STATE_INIT;
    unsigned char digest[TRESOR_DIGEST_SIZE] = {1}, other[TRESOR_DIGEST_SIZE] = {2};
    tresor_decision decision;
    auto decide = [&](const unsigned char* of, std::int64_t now, int force = 0) {
        NEED(tresor_cycle_decide(&decision, &state, of, force, nullptr, now));
        return std::string(tresor_reason_name(decision.reason));
    };
    CHECK(decide(digest, start) == "disabled");
    CHECK(decision.next_due == TRESOR_NEVER);
    state.enabled = 1;
    CHECK(decide(digest, start) == "never_uploaded");
    CHECK(decision.upload == 1);
    CHECK(decision.next_due == start + 86400);
    GOOD(tresor_cycle_after_upload(&state, digest, start));
    CHECK(decide(digest, start + 3600) == "unchanged");
    CHECK(decision.upload == 0);
    CHECK(decide(other, start + 3600) == "grace");
    CHECK(decide(other, start + 23 * 3600) == "changed");
    CHECK(decide(digest, start + 90 * 86400) == "refresh");
    CHECK(decide(digest, start + 1, 1) == "forced");
    GOOD(tresor_cycle_after_failure(&state, TRESOR_UNAVAILABLE, 7200, start + 5000));
    CHECK(state.last_error == TRESOR_UNAVAILABLE);
    CHECK(state.failures == 1);
    CHECK(state.not_before == start + 5000 + 7200);
    std::int64_t time = 0;
    GOOD(tresor_cycle_next_due(&time, &state, nullptr, start + 5000));
    CHECK(time == start + 12200);
    CHECK(decide(digest, start + 6000) == "after_failure");
    GOOD(tresor_cycle_after_skip(&state, TRESOR_REASON_UNCHANGED, start + 6000));
    CHECK(state.failures == 0);
    GOOD(tresor_cycle_refresh_due(&time, &state, nullptr));
    CHECK(time == start + 90 * 86400);
    tresor_cycle_policy policy = TRESOR_CYCLE_POLICY_INIT;
    policy.refresh_after = 23 * 3600;
    GOOD(tresor_cycle_refresh_due(&time, &state, &policy));
    CHECK(time == start + 23 * 3600);
    GOOD(tresor_cycle_expires_at(&time, &state));
    CHECK(time == start + 180 * 86400);
    Buf warnings;
    GOOD(tresor_cycle_warnings(warnings.out(), &state, start + 100 * 86400));
    CHECK(warnings.text().starts_with("[{\"kind\":\"aging\",\"days\":100,\"text\":\""));
    CHECK(std::string(tresor_reason_name(8)) == "unknown");
    CHECK(std::string(tresor_reason_name(-1)) == "unknown");
}

TEST_CASE("capi: a cycle of nonsense is refused, and the state stays as it was") {
    unsigned char digest[TRESOR_DIGEST_SIZE] = {1};
    auto refused = [&](const std::function<void(tresor_cycle_state&)>& breaks) {
        tresor_cycle_state state = TRESOR_CYCLE_STATE_INIT;
        breaks(state);
        tresor_cycle_state before = state;
        FAILS(tresor_cycle_after_upload(&state, digest, start), TRESOR_INVALID_ARGUMENT);
        CHECK(state.last_upload == before.last_upload);
        tresor_decision decision;
        FAILS(tresor_cycle_decide(&decision, &state, digest, 0, nullptr, start),
              TRESOR_INVALID_ARGUMENT);
    };
    refused([](tresor_cycle_state& state) { state.version = 0; });
    refused([](tresor_cycle_state& state) { state.version = 2; });
    refused([](tresor_cycle_state& state) { state.last_upload = INT64_MAX; });
    refused([](tresor_cycle_state& state) { state.retention_days = -1; });
    refused([](tresor_cycle_state& state) { state.retention_days = INT64_MAX; });
    refused([](tresor_cycle_state& state) { state.last_error = 5; });
    refused([](tresor_cycle_state& state) { state.last_error = -14; });
    tresor_cycle_state state = TRESOR_CYCLE_STATE_INIT;
    FAILS(tresor_cycle_after_failure(&state, 0, -1, start), TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_cycle_after_skip(&state, 8, start), TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_cycle_after_skip(&state, 0, INT64_MAX), TRESOR_INVALID_ARGUMENT);
    std::int64_t time = 0;
    for (int member = 0; member < 3; ++member) {
        tresor_cycle_policy policy = TRESOR_CYCLE_POLICY_INIT;
        (member == 0 ? policy.period : member == 1 ? policy.grace : policy.refresh_after) = -1;
        FAILS(tresor_cycle_next_due(&time, &state, &policy, start), TRESOR_INVALID_ARGUMENT);
    }
    tresor_cycle_policy policy = TRESOR_CYCLE_POLICY_INIT;
    policy.version = 7;
    FAILS(tresor_cycle_refresh_due(&time, &state, &policy), TRESOR_INVALID_ARGUMENT);
}

TEST_CASE("capi: the digest is that of the client") {
    Keys keys;
    derive(keys);
    Buf canonical;
    NEED(tresor_account_check(canonical.out(), nullptr, nullptr, account.data(), account.size(),
                              id));
    unsigned char digest[TRESOR_DIGEST_SIZE];
    NEED(tresor_cycle_digest(digest, canonical.buf.data, canonical.buf.size, keys));
    test::TemporaryFolder folder;
    Store store;
    open(store, (folder / "safe").string(), true);
    tresor_limits limits = TRESOR_LIMITS_INIT;
    NEED(tresor_limits_put(store, &limits));
    States states;
    NEED(tresor_states_open(states.out(), (folder / "state").c_str()));
    Client client;
    NEED(tresor_client_create(client.out(), states, store, nullptr));
    NEED(tresor_client_enable(nullptr, nullptr, client, password, 14, id, account.data(),
                              account.size(), nullptr, nullptr, 0, start));
    std::string state = test::text_of(test::read_file(folder / "state"));
    CHECK(state.find(hex_of(digest)) != std::string::npos);
}
