#include <tresor/client/state.hpp>

#include <fstream>

#include "support.hpp"

using namespace tresor;
using namespace tresor::client;
namespace fs = std::filesystem;

namespace {

State sample() {
    State state(ThreemaId("*SUPPORT"));
    state.master_key.emplace(test::unhex(std::string(126, 'a') + "0f"));
    state.store = "/mnt/nas/safe";
    state.data = "/home/zoe/account.json";
    state.max_backup_bytes = 1048576;
    state.backup_bytes = 4711;
    state.last_outcome = "uploaded";
    safe::CycleState& cycle = state.cycle;
    cycle.enabled = true;
    cycle.enabled_at = cycle.last_upload = test::at("2026-11-23T06:05:00Z");
    cycle.last_attempt = cycle.failing_since = test::at("2026-11-24T06:05:00Z");
    cycle.not_before = test::at("2026-11-24T06:20:00Z");
    cycle.last_error = Errc::unavailable;
    cycle.failures = 1;
    cycle.retention_days = 90;
    cycle.digest.emplace().fill(7);
    return state;
}

std::string text_of(const State& state) {
    SecretBytes json = format_state(state);
    return test::text_of(json.expose());
}

State parse(std::string_view text) { return parse_state(as_bytes(text)); }

void put(const fs::path& path, std::string_view text, fs::perms mode = fs::perms(0600)) {
    std::ofstream(path) << text;
    fs::permissions(path, mode);
}

}  // namespace

TEST_CASE("state: what was written is read back") {
    State state = sample(), again = parse(text_of(state));
    CHECK(text_of(again) == text_of(state));
    CHECK(again.identity.text() == "*SUPPORT");
    CHECK(*again.master_key == *state.master_key);
    CHECK(again.store.location == state.store.location);
    CHECK(again.data == state.data);
    CHECK(again.max_backup_bytes == 1048576);
    CHECK(again.backup_bytes == 4711);
    CHECK(again.last_outcome == "uploaded");
    CHECK(again.cycle.enabled);
    CHECK(again.cycle.last_upload == state.cycle.last_upload);
    CHECK(again.cycle.last_attempt == state.cycle.last_attempt);
    CHECK(again.cycle.failing_since == state.cycle.failing_since);
    CHECK(again.cycle.not_before == state.cycle.not_before);
    CHECK(again.cycle.last_error == Errc::unavailable);
    CHECK(again.cycle.failures == 1);
    CHECK(again.cycle.retention_days == 90);
    CHECK(again.cycle.digest == state.cycle.digest);
}

TEST_CASE("state: unknown members are kept") {
    std::string text = text_of(sample());
    text.insert(text.find('{') + 1, "\"later\":[{\"a\":1.50}],\"store_options\":{\"knock\":[3]},");
    std::string again = text_of(parse(text));
    CHECK(again.find("\"later\": [{\"a\":1.50}]") != again.npos);
    CHECK(again.find("\"knock\":[3]}") != again.npos);
}

TEST_CASE("state: what is yet to be removed is kept, with members this version does not know") {
    State state = sample();
    Bytes id(32, 0xab);
    state.pending_removal.push_back({"/mnt/old", BackupId(std::span<const Byte, 32>(id))});
    std::string text = text_of(state);
    text.replace(text.find("\"/mnt/old\""), 10, "\"/mnt/old\",\"later\":\"x\"");
    State again = parse(text);
    REQUIRE(again.pending_removal.size() == 1);
    CHECK(again.pending_removal[0].store.location == "/mnt/old");
    CHECK(again.pending_removal[0].backup_id.shard() == "ab");
    CHECK(text_of(again).find("\"later\":\"x\"") != text.npos);
    again.cycle.enabled = false;
    CHECK(parse(text_of(again)).pending_removal.size() == 1);
    for (auto damage : {"[7]", "7", "[{\"store\":\"x\"}]", "[{\"backup_id\":\"ab\"}]"})
        CHECK_THROWS_CODE(parse(std::string("{\"version\":1,\"identity\":\"ECHOECHO\",\"enabled\":"
                                            "false,\"pending_removal\":") +
                                damage + "}"),
                          Errc::malformed);
}

TEST_CASE("state: how a store is reached is kept, of the present one and of old ones") {
    State state = sample();
    StoreNote store("webdav+https://alice@dav.example/");
    store.password = SecretBytes(as_bytes("\"s3cr\u00e9t"));
    store.net = {"/etc/ca.pem", std::string(64, 'a'), "http://proxy:3128", Seconds(7), true};
    state.store = store.clone();
    store.password.reset();
    store.password_file = "/home/a/dav.txt";
    Bytes id(32, 0xab);
    state.pending_removal.push_back({std::move(store), BackupId(std::span<const Byte, 32>(id))});
    State again = parse(text_of(state));
    CHECK(again.store.location == "webdav+https://alice@dav.example/");
    CHECK(test::text_of(again.store.password.value().expose()) == "\"s3cr\u00e9t");
    CHECK(again.store.password_file.empty());
    CHECK(again.store.net == state.store.net);
    CHECK_FALSE(again.pending_removal[0].store.password);
    CHECK(again.pending_removal[0].store.password_file == "/home/a/dav.txt");
    CHECK(again.pending_removal[0].store.net == state.store.net);
    CHECK(text_of(again) == text_of(state));
    for (auto damage : {"7", "{\"timeout\":-1}", "{\"timeout\":86401}", "{\"allow_insecure\":1}"})
        CHECK_THROWS_CODE(parse(std::string("{\"version\":1,\"identity\":\"ECHOECHO\",\"enabled\":"
                                            "false,\"store_options\":") +
                                damage + "}"),
                          Errc::malformed);
}

TEST_CASE("state: a store without anything said about it has nothing to keep but its location") {
    std::string text = text_of(sample());
    CHECK(text.find("store_options") == text.npos);
    CHECK(text.find("store_password") == text.npos);
}

TEST_CASE("state: switched off, it holds no key") {
    State state = sample();
    state.cycle.enabled = false;
    std::string text = text_of(state);
    CHECK(text.find("master_key") == text.npos);
    CHECK(text.find("aaaa") == text.npos);
    CHECK_FALSE(parse(text).cycle.enabled);
}

TEST_CASE("state: a newer version is unsupported") {
    CHECK_THROWS_CODE(parse("{\"version\":2,\"identity\":\"ECHOECHO\",\"enabled\":false}"),
                      Errc::unsupported);
    CHECK_NOTHROW(parse("{\"version\":1,\"identity\":\"ECHOECHO\",\"enabled\":false}"));
}

TEST_CASE("state: damage is malformed and says where") {
    const std::pair<std::string_view, std::string_view> damages[] = {
        {"\"version\": 1", "\"version\": \"1\""},
        {"\"version\": 1", "\"version\": 0"},
        {"*SUPPORT", "*SUPPOR"},
        {"\"enabled\": true", "\"enabled\": 1"},
        {"aaaa", "aaag"},
        {"aaaa", "aaa"},
        {"2026-11-23T06:05:00Z", "yesterday"},
        {"\"failures\": 1", "\"failures\": -1"},
        {"\"failures\": 1", "\"failures\": 1.5"},
        {"\"retention_days\": 90", "\"retention_days\": 36501"},
        {"\"store\": \"/mnt/nas/safe\"", "\"store\": 7"},
        {"\"master_key\"", "\"mister_key\""},
        {"{", "["}};
    for (const auto& damage : damages) {
        CAPTURE(damage.second);
        std::string text = text_of(sample());
        auto at = text.find(damage.first);
        REQUIRE(at != text.npos);
        CHECK_THROWS_CODE(parse(text.replace(at, damage.first.size(), damage.second)),
                          Errc::malformed);
    }
    for (auto text : {"", "{}", "[]", "null"}) CHECK_THROWS_CODE(parse(text), Errc::malformed);
}

TEST_CASE("state file: absent before the first save, mode 0600 after it") {
    test::TemporaryFolder folder;
    FileStateStore states(folder / "s.json");
    CHECK_FALSE(states.load());
    states.save(sample());
    CHECK(fs::status(folder / "s.json").permissions() == fs::perms(0600));
    CHECK(text_of(states.load().value()) == text_of(sample()));
    states.save(sample());
    CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("state file: one that others can read is denied") {
    test::TemporaryFolder folder;
    FileStateStore states(folder / "s.json");
    states.save(sample());
    for (auto mode : {0640, 0604, 0620, 0666}) {
        fs::permissions(folder / "s.json", static_cast<fs::perms>(mode));
        CHECK_THROWS_CODE(states.load(), Errc::denied);
    }
    fs::permissions(folder / "s.json", fs::perms(0400));
    CHECK(states.load());
}

TEST_CASE("state file: too large or damaged is said so, and left alone") {
    test::TemporaryFolder folder;
    FileStateStore states(folder / "s.json");
    put(folder / "s.json", std::string(2 << 20, ' '));
    CHECK_THROWS_CODE(states.load(), Errc::too_large);
    put(folder / "s.json", "half a st");
    CHECK_THROWS_CODE(states.load(), Errc::malformed);
    CHECK(test::text_of(test::read_file(folder / "s.json")) == "half a st");
}

TEST_CASE("state: texts that could not be read back are refused") {
    State state = sample();
    state.data = "\xFF";
    CHECK_THROWS_CODE(format_state(state), Errc::invalid_argument);
    state = sample();
    state.master_key.reset();
    CHECK_THROWS_CODE(format_state(state), Errc::invalid_argument);
    CHECK_THROWS_CODE(parse(text_of(sample()) + "x"), Errc::malformed);
}

TEST_CASE("state file: one that would be too large to load is not written") {
    test::TemporaryFolder folder;
    FileStateStore states(folder / "s.json");
    states.save(sample());
    State large = sample();
    large.data = std::string(1 << 20, 'x');
    CHECK_THROWS_CODE(states.save(large), Errc::too_large);
    CHECK(text_of(states.load().value()) == text_of(sample()));
}

TEST_CASE("state file: a link is followed, and what is no file is refused") {
    test::TemporaryFolder folder;
    FileStateStore(folder / "target").save(sample());
    fs::create_symlink("target", folder / "link");
    FileStateStore linked(folder / "link");
    State changed = sample();
    changed.last_outcome = "grace";
    linked.save(changed);
    CHECK(fs::is_symlink(folder / "link"));
    CHECK(FileStateStore(folder / "target").load()->last_outcome == "grace");
    fs::create_directory(folder / "d");
    CHECK_THROWS_CODE(FileStateStore(folder / "d").load(), Errc::io);
}

TEST_CASE("state file: a lock is waited for, and the waiting can be cancelled") {
    test::TemporaryFolder folder;
    FileStateStore first(folder / "s.json");
    auto held = first.lock();
    int asked = 0;
    FileStateStore second(folder / "s.json", [&] { return ++asked < 3; });
    CHECK_THROWS_CODE(second.lock(), Errc::cancelled);
    CHECK(asked == 3);
    FileStateStore third(folder / "s.json", [&] {
        held.reset();
        return true;
    });
    CHECK(third.lock());
    CHECK(fs::file_size(folder / "s.json.lock") == 0);
}
