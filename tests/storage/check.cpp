// The contract of a store, put to each of ours.

#include <tresor/storage/check.hpp>
#include <tresor/storage/directory.hpp>
#include <tresor/storage/memory.hpp>
#include <tresor/storage/mirror.hpp>
#include <tresor/storage/retrying.hpp>

#include "support.hpp"

using namespace tresor;
using namespace tresor::storage;

namespace {

void conforms(Storage& store) {
    auto answers = check(store, {.again = &store});
    CHECK(answers.size() == 18);
    for (const Answer& answer : answers) CHECK_MESSAGE(answer.ok, answer.name, ": ", answer.detail);
    bool any = false;
    if (store.can().list) store.list("", [&](const ObjectInfo&) { return any = true; });
    CHECK_FALSE(any);
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
