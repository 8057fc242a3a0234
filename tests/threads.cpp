// What may be used by many threads at once, for ThreadSanitizer.

#include <atomic>
#include <thread>

#include <tresor/safe.hpp>
#include <tresor/storage/directory.hpp>
#include <tresor/storage/memory.hpp>

#include "support.hpp"

using namespace tresor;
using namespace tresor::storage;

namespace {

void in_threads(int count, const std::function<void(int)>& work) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back([&, i] { work(i); });
}

// All write objects of one size each; a reader must never see a mixture.
void hammer(Storage& store) {
    const ObjectName name("backups/" + std::string(64, 'a'));
    std::atomic<int> torn = 0, read = 0;
    in_threads(4, [&](int writer) {
        for (std::uint64_t round = test::rounds(100); round > 0; --round) {
            Bytes content(static_cast<std::size_t>(1000 * (writer + 1)),
                          static_cast<Byte>(writer + 1));
            MemorySource source(content);
            store.put(name, source);
            MemorySink sink;
            store.get(name, sink);
            const Bytes& got = sink.bytes();
            if (got.empty() || got != Bytes(got.size(), got[0]) || got.size() != got[0] * 1000u)
                ++torn;
            ++read;
            store.list("backups/", [](const ObjectInfo&) { return true; });
        }
    });
    CHECK(torn == 0);
    CHECK(read > 0);
}

}  // namespace

TEST_SUITE_BEGIN("threads");  // the label by which CI finds them

TEST_CASE("threads: memory shows whole objects to all") {
    Memory store;
    hammer(store);
}

TEST_CASE("threads: a folder shows whole objects to all") {
    test::TemporaryFolder folder;
    Directory store(folder.path());
    hammer(store);
}

TEST_CASE("threads: of many that create a name one succeeds") {
    test::TemporaryFolder folder;
    Directory store(folder.path());
    for (std::uint64_t round = test::rounds(50); round > 0; --round) {
        ObjectName name("data-backups/" + std::to_string(round));
        std::atomic<int> made = 0, refused = 0;
        in_threads(4, [&](int) {
            Bytes content(10);
            MemorySource source(content);
            try {
                store.put(name, source, Condition::absent());
                ++made;
            } catch (const Error& error) {
                if (error.code() == Errc::conflict) ++refused;
            }
        });
        CHECK(made == 1);
        CHECK(refused == 3);
    }
}

TEST_CASE("threads: sealing and opening and reading share nothing") {
    safe::EncryptionKey key(Bytes(32, 7));
    std::atomic<int> good = 0;
    in_threads(4, [&](int) {
        for (int i = 0; i < 20; ++i) {
            std::string json =
                "{\"info\":{\"version\":1},\"user\":{\"privatekey\":"
                "\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"}}";
            auto opened = safe::open(safe::seal(as_bytes(json), key), key);
            auto imported = safe::import_backup(opened.json.expose());
            bool fine = safe::check_password("correct horse", safe::library_policy()).ok();
            if (fine && imported.findings.size() == 1) ++good;
        }
    });
    CHECK(good == 80);
}

TEST_SUITE_END();
