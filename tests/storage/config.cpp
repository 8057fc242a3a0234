// config, and locations

#include <array>

#include <tresor/storage/location.hpp>
#include <tresor/storage/memory.hpp>
#include <tresor/storage/retention.hpp>

#include "support.hpp"

using namespace tresor;
using namespace tresor::storage;

namespace {

FoundLimits parse(std::string_view text) { return parse_limits(as_bytes(text)); }

std::string both(std::string_view bytes, std::string_view days) {
    return "{\"maxBackupBytes\":" + std::string(bytes) + ",\"retentionDays\":" + std::string(days) +
           "}";
}

}  // namespace

TEST_CASE("H-5: configurations that are taken as they are") {
    CHECK(parse(both("524288", "180")).limits == Limits{524288, 180});
    CHECK(parse(both("1024", "1")).limits == Limits{1024, 1});
    CHECK(parse(both("2147483648", "36500")).limits == Limits{2147483648, 36500});
    CHECK(parse(both("524288.0", "1.8e2")).limits == Limits{524288, 180});
    CHECK(parse("{\"x\":[],\"retentionDays\":7,\"maxBackupBytes\":4096}").limits ==
          Limits{4096, 7});
    CHECK(parse(both("524288", "0")).limits == Limits{524288, 180});
    for (auto text : {both("524288", "180"), both("524288.0", "0")})
        CHECK(parse(text).findings.empty());
}

TEST_CASE("H-5: configurations that are taken with a warning") {
    struct Row {
        const char *bytes, *days;
        Limits limits;
        const char* pointer;
    };
    for (const Row& row : {Row{"\"524288\"", "180", {524288, 180}, "/maxBackupBytes"},
                           Row{"524288", "\"7\"", {524288, 7}, "/retentionDays"},
                           Row{"1023", "180", {1024, 180}, "/maxBackupBytes"},
                           Row{"-5", "180", {1024, 180}, "/maxBackupBytes"},
                           Row{"0", "180", {1024, 180}, "/maxBackupBytes"},
                           Row{"1e400", "180", {2147483648, 180}, "/maxBackupBytes"},
                           Row{"1e18", "180", {2147483648, 180}, "/maxBackupBytes"},
                           Row{"524288", "-1", {524288, 1}, "/retentionDays"},
                           Row{"524288", "1e18", {524288, 36500}, "/retentionDays"},
                           Row{"524288", "1.5", {524288, 1}, "/retentionDays"}}) {
        auto found = parse(both(row.bytes, row.days));
        CHECK(found.limits == row.limits);
        REQUIRE(found.findings.size() == 1);
        CHECK(found.findings[0].pointer == row.pointer);
    }
    CHECK(parse("\xEF\xBB\xBF" + both("524288", "180")).findings.size() == 1);
}

TEST_CASE("H-5: what is no configuration is malformed, what is huge is too large") {
    for (auto text : {"{}", "[]", "", "<html>", "null", "{\"maxBackupBytes\":524288}",
                      "{\"retentionDays\":180}", "{\"maxBackupBytes\":null,\"retentionDays\":180}",
                      "{\"maxBackupBytes\":\"x\",\"retentionDays\":180}",
                      "{\"maxBackupBytes\":\"nan\",\"retentionDays\":180}",
                      "{\"maxBackupBytes\":\"\",\"retentionDays\":180}",
                      "{\"maxBackupBytes\":true,\"retentionDays\":180}",
                      "{\"maxBackupBytes\":524288,\"retentionDays\":[]}"})
        CHECK_THROWS_CODE(parse(text), Errc::malformed);
    CHECK_THROWS_CODE(parse(std::string(10 << 20, ' ')), Errc::too_large);
}

TEST_CASE("config: written once, read back, and nobody reads it from a store without one") {
    Memory store;
    CHECK_THROWS_CODE(get_limits(store), Errc::not_found);
    put_limits(store, {4096, 7});
    CHECK(get_limits(store).limits == Limits{4096, 7});
    CHECK_THROWS_CODE(put_limits(store, {4096, 8}), Errc::conflict);
    CHECK(test::text_of(format_limits({})) ==
          "{\"maxBackupBytes\":524288,\"retentionDays\":180}\n");
    Memory other;
    CHECK_NOTHROW(require_valid({1024, 36500}));
    for (Limits wrong : {Limits{1023, 7}, Limits{4096, 0}, Limits{4096, 36501},
                         Limits{2147483649, 7}, Limits{4096, -1}})
        CHECK_THROWS_CODE(put_limits(other, wrong), Errc::invalid_argument);
    CHECK_THROWS_CODE(get_limits(other), Errc::not_found);
}

TEST_CASE("location: a scheme has two letters or more, all else is a path") {
    for (auto [location, scheme] : {std::pair{"memory:", "memory"},
                                    {"dir:x", "dir"},
                                    {"webdav+https://h/", "webdav+https"},
                                    {"s3://b", "s3"},
                                    {"/a/b", ""},
                                    {"a:b", ""},
                                    {"C:\\x", ""},
                                    {"./a:b", ""},
                                    {"Dir:x", ""},
                                    {"safe", ""},
                                    {":x", ""},
                                    {"a b:c", ""}})
        CHECK(scheme_of(location) == scheme);
}

TEST_CASE("location: folders, memory, and what nobody knows") {
    test::TemporaryFolder folder;
    auto registry = built_in_stores();
    std::string path = folder.path().string();
    CHECK(open_storage(path, registry)->describe() == "the folder " + path);
    CHECK(open_storage("dir:" + path, registry)->describe() == "the folder " + path);
    CHECK(open_storage("memory:", registry)->can().list);
    CHECK_THROWS_CODE(open_storage("s4://bucket", registry), Errc::unsupported);
    CHECK_THROWS_CODE(open_storage("", registry), Errc::invalid_argument);
    CHECK_THROWS_CODE(open_storage("dir:", registry), Errc::invalid_argument);
    CHECK_THROWS_CODE(open_storage(path + "/none", registry), Errc::not_found);
    CHECK_NOTHROW(open_storage(path + "/made", registry, {.create = true}));
}

TEST_CASE("location: a program's own kind of store") {
    Registry registry = built_in_stores();
    std::string asked;
    registry["own"] = [&](std::string_view rest, const LocationOptions&) {
        asked = rest;
        return std::make_unique<Memory>();
    };
    std::array<Byte, 32> id{};
    auto storage = place("own:there", registry)(BackupId(id));
    CHECK(storage != nullptr);
    CHECK(asked == "there");
}
