// A folder under many puts at once: they share its syncs, and nothing of what each promises is
// lost.

#include <atomic>
#include <charconv>
#include <set>
#include <thread>

#include <tresor/storage/directory.hpp>

#include "storage/shared_sync.hpp"
#include "storage/stores.hpp"

using namespace tresor;
using namespace tresor::storage;
using test::get;
using test::list;
using test::put;
namespace fs = std::filesystem;

namespace {

void in_threads(int count, const std::function<void(int)>& work) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back([&, i] { work(i); });
}

// Syncs that tell their numbers, one after another.
struct Counted {
    std::atomic<int> begun = 0, ended = 0, running = 0, together = 0;

    // Takes until `meanwhile` has run.
    void sync(const std::function<void(int number)>& meanwhile) {
        if (++running > 1) ++together;
        int number = ++begun;
        struct End {
            Counted& all;
            ~End() {
                ++all.ended;
                --all.running;
            }
        } end{*this};
        meanwhile(number);
    }
};

int number_in(const Error& error) {
    std::string_view text = error.what();
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

TEST_SUITE_BEGIN("threads");  // the label by which CI finds them

TEST_CASE("shared sync: those who come while one runs share the next") {
    SharedSync shared;
    Counted counted;
    std::atomic<int> came = 0;
    constexpr int count = 50;
    in_threads(count, [&](int) {
        ++came;
        // The first one ends when all have come; who was not yet waiting then shares the third.
        shared.run([&] {
            counted.sync([&](int) {
                while (came < count) std::this_thread::yield();
            });
        });
    });
    CHECK(counted.begun >= 1);
    CHECK(counted.begun < count);
    CHECK(counted.together == 0);
}

TEST_CASE("shared sync: nobody is answered by one that began before he came") {
    SharedSync shared;
    Counted counted;
    std::atomic<int> early = 0;
    const std::uint64_t rounds = test::rounds(200);
    in_threads(6, [&](int) {
        for (std::uint64_t i = 0; i < rounds; ++i) {
            int before = counted.begun;
            shared.run([&] { counted.sync([](int) { std::this_thread::yield(); }); });
            if (counted.ended <= before) ++early;
        }
    });
    CHECK(early == 0);
    CHECK(counted.together == 0);
    CHECK(static_cast<std::uint64_t>(counted.begun) <= 6 * rounds);
}

TEST_CASE("shared sync: one that fails is told to all it was for and to nobody else") {
    SharedSync shared;
    Counted counted;
    std::atomic<int> wrong = 0, failed = 0, good = 0;
    in_threads(6, [&](int) {
        for (std::uint64_t i = test::rounds(100); i > 0; --i) {
            int before = counted.begun;
            try {
                shared.run([&] {
                    counted.sync([](int number) {
                        std::this_thread::yield();
                        if (number % 3 == 0) throw Error(Errc::io, std::to_string(number));
                    });
                });
                // Not answered by a failed one alone.
                if (counted.ended == before + 1 && (before + 1) % 3 == 0) ++wrong;
                ++good;
            } catch (const Error& error) {
                if (error.code() != Errc::io || number_in(error) <= before) ++wrong;
                ++failed;
            }
        }
    });
    CHECK(wrong == 0);
    CHECK(failed > 0);
    CHECK(good > 0);
}

TEST_CASE("shared sync: one that throws something else leaves nobody waiting") {
    SharedSync shared;
    CHECK_THROWS_CODE(shared.run([] { throw std::runtime_error("odd"); }), Errc::io);
    int runs = 0;
    shared.run([&] { ++runs; });
    CHECK(runs == 1);
}

TEST_CASE("directory: many puts at once leave what each wrote and nothing else") {
    test::TemporaryFolder folder;
    Directory::create(folder / "store");
    Directory store(folder / "store");
    std::atomic<int> wrong = 0;
    constexpr int threads = 8;
    const int puts = static_cast<int>(test::rounds(10));
    in_threads(threads, [&](int thread) {
        for (int i = 0; i < puts; ++i) {
            ObjectName name = test::backup(static_cast<unsigned>(thread * puts + i));
            std::string text(1000, static_cast<char>('a' + thread));
            // Each second one in a folder that several make at the same time.
            if (i % 2 == 1)
                name = ObjectName("new" + std::to_string(i) + "/" + std::to_string(thread));
            auto info = put(store, name, text);
            auto found = store.stat(name);
            if (!found || found->version != info.version || info.size != text.size()) ++wrong;
            if (get(store, name) != text) ++wrong;
        }
    });
    CHECK(wrong == 0);
    CHECK(list(store).size() == static_cast<std::size_t>(threads * puts));
    CHECK(test::entries_in(folder / "store" / "backups") ==
          static_cast<std::size_t>(threads * ((puts + 1) / 2)));
}

TEST_CASE("directory: puts at once in a folder that is moved away lie in it or in the new one") {
    test::TemporaryFolder folder;
    Directory::create(folder / "store");
    Directory store(folder / "store");
    constexpr int threads = 4;
    std::atomic<bool> end = false;
    std::atomic<int> moved = 0, wrong = 0;
    std::vector<std::vector<ObjectName>> answered(threads);
    in_threads(threads + 1, [&](int thread) {
        if (thread == threads) {
            for (std::uint64_t round = test::rounds(5); round > 0; --round) {
                fs::rename(folder / "store", folder.path() / ("old" + std::to_string(moved++)));
                // There is no store: an unmounted disk.
                try {
                    store.stat(test::backup(0));
                    ++wrong;
                } catch (const Error& error) {
                    if (error.code() != Errc::unavailable) ++wrong;
                }
                Directory::create(folder / "store");
                put(store, test::backup(0), "x");
            }
            end = true;
            return;
        }
        auto& own = answered[static_cast<std::size_t>(thread)];
        for (unsigned i = 0; !end; ++i) {
            ObjectName name = test::backup(1000000 * static_cast<unsigned>(thread + 1) + i);
            try {
                put(store, name, name.text());
                own.push_back(name);
            } catch (const Error& error) {
                bool gone = error.code() == Errc::unavailable || error.code() == Errc::io;
                if (!gone) ++wrong;
            }
        }
    });
    CHECK(wrong == 0);
    std::vector<fs::path> places = {folder / "store"};
    for (int i = 0; i < moved; ++i) places.push_back(folder.path() / ("old" + std::to_string(i)));
    std::size_t missing = 0, all = 0;
    for (const auto& own : answered)
        for (const ObjectName& name : own) {
            ++all;
            auto has_it = [&](const fs::path& place) {
                return fs::exists(place / name.text()) &&
                       test::text_of(test::read_file(place / name.text())) == name.text();
            };
            missing += std::any_of(places.begin(), places.end(), has_it) ? 0 : 1;
        }
    CHECK(all > 0);
    CHECK(missing == 0);
}

TEST_SUITE_END();
