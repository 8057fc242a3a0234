// The contract of a store, put to each of ours, and to stores that break it.

#include <set>

#include <tresor/storage/check.hpp>
#include <tresor/storage/directory.hpp>
#include <tresor/storage/memory.hpp>
#include <tresor/storage/mirror.hpp>
#include <tresor/storage/retrying.hpp>

#include "storage/broken.hpp"
#include "support.hpp"

using namespace tresor;
using namespace tresor::storage;
using namespace test::broken;

namespace {

void conforms(Storage& store) {
    auto answers = check(store, {.again = &store});
    CHECK(answers.size() == 18);
    for (const Answer& answer : answers) CHECK_MESSAGE(answer.ok, answer.name, ": ", answer.detail);
    bool any = false;
    if (store.can().list) store.list("", [&](const ObjectInfo&) { return any = true; });
    CHECK_FALSE(any);
}
std::set<std::string> noes(const std::vector<Answer>& answers) {
    std::set<std::string> names_of_no;
    for (const Answer& answer : answers)
        if (!answer.ok) names_of_no.insert(answer.name);
    return names_of_no;
}

std::vector<Answer> ask(Fake& fake) {
    return check(fake, {.again = &fake, .credentials = {"hunter22", ""}, .largest = 4096});
}

void are_found_out(const std::vector<Broken>& stores) {
    for (const Broken& broken : stores) {
        CAPTURE(broken.how);
        Fake fake;
        broken.breaks(fake);
        auto answers = ask(fake);
        CHECK(answers.size() == 18);
        CHECK_FALSE(all_ok(answers));
        auto said = noes(answers);
        for (const Answer& answer : answers) {
            bool expected = broken.no.contains(answer.name);
            CHECK_MESSAGE(answer.ok == !expected, answer.name, ": ", answer.detail);
            CHECK(answer.ok == answer.detail.empty());
        }
        CHECK(fake.is_empty() == !broken.leaves_objects);
    }
}

}  // namespace

TEST_CASE("storage: memory conforms") {
    Memory store;
    conforms(store);
}

TEST_CASE("storage: a folder conforms") {
    test::TemporaryFolder folder;
    Directory store(folder.path());
    conforms(store);
}

TEST_CASE("storage: a mirror conforms") {
    test::TemporaryFolder folder;
    std::vector<std::unique_ptr<Storage>> stores;
    stores.push_back(std::make_unique<Memory>());
    stores.push_back(std::make_unique<Directory>(folder.path()));
    Mirror store(std::move(stores));
    conforms(store);
}

TEST_CASE("storage: a retrying store conforms") {
    Retrying store(std::make_unique<Memory>(), [](Seconds) { FAIL("nothing to wait for"); });
    conforms(store);
}

TEST_CASE("check: a store that tells wrong things of its objects is found out") {
    are_found_out(liars());
}

TEST_CASE("check: a store that gives or keeps other bytes is found out") {
    are_found_out(forgers());
}

TEST_CASE("check: a store that ignores absence or a condition is found out") {
    are_found_out(careless());
}

TEST_CASE("check: a store that lists or names wrongly is found out") { are_found_out(muddlers()); }

TEST_CASE("check: each question says no to some store") {
    std::set<std::string_view> found;
    for (const auto* rows : {&liars(), &forgers(), &careless(), &muddlers()})
        for (const Broken& broken : *rows) found.insert(broken.no.begin(), broken.no.end());
    Fake fake;
    for (const Answer& answer : ask(fake)) {
        CHECK_MESSAGE(answer.ok, answer.name);
        CHECK_MESSAGE(found.contains(answer.name), answer.name);
    }
}

TEST_CASE("check: a store that can less and says so conforms") {
    for (unsigned bits = 0; bits < 32; ++bits) {
        Fake fake;
        fake.abilities = {.list = (bits & 1) != 0,
                          .put_if_absent = (bits & 2) != 0,
                          .conditional_put = (bits & 4) != 0,
                          .conditional_remove = (bits & 8) != 0,
                          .any_name = (bits & 16) != 0};
        for (const Answer& answer : ask(fake))
            CHECK_MESSAGE(answer.ok, bits, " ", answer.name, ": ", answer.detail);
        CHECK(fake.is_empty());
    }
}

TEST_CASE("check: a store without versions, times and a clock conforms") {
    Fake fake;
    fake.abilities.conditional_put = fake.abilities.conditional_remove = false;
    fake.tell = [](Call, ObjectInfo& info) {
        info.version.clear();
        info.modified.reset();
    };
    fake.on_clock = [] { return std::nullopt; };
    CHECK(noes(ask(fake)).empty());
}

TEST_CASE("check: a get that breaks off when the object changes is honest") {
    Fake fake;
    fake.on_get = [&](const ObjectName& name, ByteSink& into) {
        auto before = fake.memory.stat(name);
        auto info = fake.memory.get(name, into);
        auto after = fake.memory.stat(name);
        if (before && after->version != before->version) throw Error(Errc::conflict, "changed");
        return info;
    };
    CHECK(noes(ask(fake)).empty());
}

TEST_CASE("check: without a second opening two questions are not asked") {
    Fake fake;
    auto answers = check(fake, {.largest = 1024});
    CHECK(all_ok(answers));
    CHECK(answers.size() == 16);
    for (const Answer& answer : answers) {
        CHECK(answer.name != read_in_put);
        CHECK(answer.name != put_in_get);
    }
}

TEST_CASE("check: a store that cannot be reached throws its own error") {
    for (Errc code : {Errc::unavailable, Errc::denied, Errc::io}) {
        Fake fake;
        fake.before = [code] { throw Error(code, "no way there"); };
        CHECK_THROWS_CODE(ask(fake), code);
    }
}

TEST_CASE("check: cancelled at any call goes through and leaves nothing") {
    Fake counted;
    int calls = 0;
    counted.before = [&] { ++calls; };
    ask(counted);
    CHECK(calls > 100);
    for (int last = 1; last <= calls; ++last) {
        CAPTURE(last);
        Fake fake;
        fake.before = [left = last]() mutable {
            if (--left == 0) throw Error(Errc::cancelled, "enough");
        };
        CHECK_THROWS_CODE(ask(fake), Errc::cancelled);
        CHECK(fake.is_empty());
    }
}

TEST_CASE("check: cancelled goes through although nothing can be removed") {
    Fake fake;
    fake.on_remove = [](const ObjectName&, const Condition&) { return false; };
    fake.before = [left = 20]() mutable {
        if (--left == 0) throw Error(Errc::cancelled, "enough");
    };
    CHECK_THROWS_CODE(ask(fake), Errc::cancelled);
}

TEST_CASE("check: a store that keeps nothing is told so, question by question") {
    struct Blackhole final : Wrapper {
        explicit Blackhole(Storage& store) : Wrapper(store) {}
        ObjectInfo put(const ObjectName& name, ByteSource& content, const Condition&) override {
            MemorySink sink;
            copy(content, sink);
            return {name, sink.bytes().size(), now(), "1"};
        }
    };
    Memory memory;
    Blackhole store(memory);
    int wrong = 0;
    for (const auto& answer : storage::check(store)) wrong += !answer.ok;
    CHECK(wrong >= 10);
}
