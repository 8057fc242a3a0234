// Chat archives in a safe place, in C: when the next is due, which stay, put and looked at.

#include "capi/archives.hpp"

using namespace test::c;

namespace {

constexpr std::int64_t day = 86400;
constexpr std::int64_t new_year = 1735690400;  // 2025-01-01T00:13:20Z

std::string name_at(std::int64_t time) {
    return "threema-backup_" + std::to_string(time * 1000) + "_1.zip";
}

// The miniature, put as the archive of a time.
int put_at(Buf& json, tresor_storage* store, std::int64_t time,
           const tresor_put_archive_options* options = nullptr,
           const tresor_data_backup_options* reading = nullptr, std::string_view word = old_word) {
    const std::string content = miniature(), name = name_at(time);
    File file;
    open(file, content);
    return tresor_archive_put(json.out(), store, file, name.data(), name.size(), word.data(),
                              word.size(), reading, options);
}

constexpr const char* first_copy = "data-backups/MYSELF01-20250101T001320Z.zip";

}  // namespace

TEST_CASE("capi: the next archive is due by the clock on the wall") {
    CHECK(std::string(tresor_every_name(TRESOR_EVERY_QUARTERLY)) == "quarterly");
    CHECK(std::string(tresor_every_name(5)) == "unknown");
    CHECK(std::string(tresor_every_name(-1)) == "unknown");
    std::int64_t due = 0, ahead = 3600;
    NEED(tresor_schedule_next_due(&due, TRESOR_EVERY_DAILY, start, nullptr, nullptr));
    CHECK(due == start + day);
    tresor_utc_offset zone = [](std::int64_t* seconds, std::int64_t, void* payload) {
        *seconds = *static_cast<std::int64_t*>(payload);
        return 0;
    };
    constexpr std::int64_t end_of_january = 1769813999;  // 2026-01-30T22:59:59Z, 23:59:59 there
    NEED(tresor_schedule_next_due(&due, TRESOR_EVERY_MONTHLY, end_of_january + 1, zone, &ahead));
    CHECK(due == 1772233200);  // 2026-02-27T23:00:00Z: the last day of February
    FAILS(tresor_schedule_next_due(&due, 5, start, nullptr, nullptr), TRESOR_INVALID_ARGUMENT);
    CHECK(due == TRESOR_NEVER);
    FAILS(tresor_schedule_next_due(&due, TRESOR_EVERY_DAILY, TRESOR_NEVER, nullptr, nullptr),
          TRESOR_INVALID_ARGUMENT);
    zone = [](std::int64_t*, std::int64_t, void*) {
        return tresor_error_set(TRESOR_NOT_FOUND, "no such zone");
    };
    FAILS(tresor_schedule_next_due(&due, TRESOR_EVERY_DAILY, start, zone, nullptr),
          TRESOR_NOT_FOUND);
    CHECK(std::string(tresor_error_text()) == "no such zone");
}

TEST_CASE("capi: thinning says of each copy whether it stays, and why") {
    const std::int64_t times[] = {start - day, start, start - 60};
    Buf json;
    NEED(tresor_schedule_thin(json.out(), times, 3, "daily:2", nullptr, nullptr));
    CHECK(json.text() ==
          R"([{"time":1795500000,"kept":true,"reasons":["newest","daily 2026-11-24"]},)"
          R"({"time":1795499940,"kept":false,"reasons":["daily 2026-11-24: a newer one is kept"]},)"
          R"({"time":1795413600,"kept":true,"reasons":["daily 2026-11-23"]}])");
    NEED(tresor_schedule_thin(json.out(), nullptr, 0, "daily:2", nullptr, nullptr));
    CHECK(json.text() == "[]");
    FAILS(tresor_schedule_thin(json.out(), times, 3, "hourly:1", nullptr, nullptr),
          TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_schedule_thin(json.out(), times, 3, "daily:0", nullptr, nullptr),
          TRESOR_INVALID_ARGUMENT);
    const std::int64_t never[] = {TRESOR_NEVER};
    FAILS(tresor_schedule_thin(json.out(), never, 1, "daily:1", nullptr, nullptr),
          TRESOR_INVALID_ARGUMENT);
    CHECK(json.buf.data == nullptr);
}

TEST_CASE("capi: an archive is put into a folder once, and old copies of it go") {
    test::TemporaryFolder folder;
    Store store;
    open(store, (folder / "store").string(), true);
    Buf json;
    NEED(put_at(json, store, new_year));
    CHECK(has(json, std::string("{\"name\":\"") + first_copy + "\",\"bytes\":"));
    CHECK(has(json, "\"uploaded\":true,\"copies\":[],\"first_failure\":0}"));
    CHECK(get(store, first_copy) == miniature());
    NEED(put_at(json, store, new_year));
    CHECK(has(json, "\"uploaded\":false"));

    tresor_put_archive_options options = TRESOR_PUT_ARCHIVE_OPTIONS_INIT;
    std::string deep = (folder / "deep.zip").string();
    options.keep = "monthly:1";
    options.dry_run = 1;
    NEED(put_at(json, store, new_year + day, &options));
    CHECK((has(json, "\"uploaded\":true") && has(json, "\"fate\":\"removed\"")));
    CHECK(get(store, first_copy) == miniature());
    options.now = new_year - 2 * day;
    NEED(put_at(json, store, new_year + day, &options));
    CHECK((has(json, "dated in the future") && !has(json, "\"fate\":\"removed\"")));
    options.now = TRESOR_NEVER;
    options.dry_run = 0;
    options.deep = deep.c_str();
    options.owner = "MYSELF01";
    NEED(put_at(json, store, new_year + day, &options));
    CHECK(has(json, R"("copies":[{"name":"data-backups/MYSELF01-20250102T001320Z.zip",)"
                    R"("time":1735776800,"bytes":)"));
    CHECK(has(json, R"("fate":"kept","reasons":["newest","monthly 2025-01"]},{)"));
    CHECK(has(json, R"("fate":"removed","reasons":["monthly 2025-01: a newer one is kept"]}])"));
    CHECK(get(store, first_copy) == "(none)");
    CHECK(!std::filesystem::exists(deep));
}

TEST_CASE("capi: what does not verify, or is another archive, is not put") {
    Store store;
    open(store, "memory:");
    Buf json;
    FAILS(put_at(json, store, new_year, nullptr, nullptr, "wrong password"), TRESOR_AUTH_FAILED);
    tresor_put_archive_options options = TRESOR_PUT_ARCHIVE_OPTIONS_INIT;
    options.owner = "OTHER001";
    CHECK(put_at(json, store, new_year, &options) != TRESOR_OK);
    options = TRESOR_PUT_ARCHIVE_OPTIONS_INIT;
    options.keep = "never";
    FAILS(put_at(json, store, new_year, &options), TRESOR_INVALID_ARGUMENT);
    options = TRESOR_PUT_ARCHIVE_OPTIONS_INIT;
    options.version = 2;
    FAILS(put_at(json, store, new_year, &options), TRESOR_INVALID_ARGUMENT);
    tresor_data_backup_options reading = TRESOR_DATA_BACKUP_OPTIONS_INIT;
    reading.progress = [](std::uint64_t, std::uint64_t, void*) { return int{TRESOR_CANCELLED}; };
    FAILS(put_at(json, store, new_year, nullptr, &reading), TRESOR_CANCELLED);
    CHECK(get(store, first_copy) == "(none)");
    CHECK(json.buf.data == nullptr);
    put(store, first_copy, "another");
    FAILS(put_at(json, store, new_year), TRESOR_CONFLICT);
    options = TRESOR_PUT_ARCHIVE_OPTIONS_INIT;
    options.replace = 1;
    NEED(put_at(json, store, new_year, &options));
    CHECK(get(store, first_copy) == miniature());
}

TEST_CASE("capi: the status of archives tells the last good copy of each owner") {
    Store store;
    open(store, "memory:");
    Buf json;
    auto status = [&](const char* owner, std::int64_t now) {
        return tresor_archive_status(json.out(), store, owner, TRESOR_EVERY_MONTHLY, now, nullptr,
                                     nullptr);
    };
    NEED(status(nullptr, start));
    CHECK(json.text() == "[]");
    NEED(status("MYSELF01", start));
    CHECK(json.text() == R"([{"identity":"MYSELF01","last_good":null,"name":null,"bytes":null,)"
                         R"("generations":0,"total_bytes":0,"next_due":null,"overdue":true}])");
    NEED(put_at(json, store, new_year));
    put(store, "data-backups/OTHER001-20240101T000000Z.zip", "x");
    put(store, "data-backups/other.zip", "x");
    NEED(status(nullptr, new_year + 31 * day - 1));
    CHECK(has(json, std::string("[{\"identity\":\"MYSELF01\",\"last_good\":1735690400,\"name\":\"")
                        .append(first_copy)));
    CHECK(has(json, R"("next_due":1738368800,"overdue":false},{"identity":"OTHER001")"));
    NEED(status("MYSELF01", new_year + 31 * day));
    CHECK((has(json, "\"overdue\":true}]") && !has(json, "OTHER001")));
    FAILS(status("short", start), TRESOR_INVALID_ARGUMENT);
    FAILS(tresor_archive_status(json.out(), store, nullptr, 9, start, nullptr, nullptr),
          TRESOR_INVALID_ARGUMENT);
    CHECK(json.buf.data == nullptr);
}
