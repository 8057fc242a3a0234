// The sweep of a folder: by any number of threads, cut short at any moment, and against renewals
// that come from threads and from another process at the same instant.

#include <array>
#include <atomic>
#include <barrier>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include <tresor/storage/directory.hpp>

#include "storage/sweeping.hpp"

using namespace sweep_test;
using test::backup;
using test::get;
using test::list;
using test::put;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, std::string_view text, Seconds age) {
    std::ofstream(path) << text;
    test::set_time(path, now() - age);
}

// Backups of which each seventh has expired, and what else may lie in a store.
class Filled {
public:
    static constexpr unsigned backups = 140, expired = 20;

    Filled() {
        Directory::create(root());
        for (unsigned i = 0; i < backups; ++i)
            write(root() / backup(i).text(), std::string(i % 7 + 1, 'x'),
                  days(i % 7 == 0 ? 200 : 10));
        fs::path inside = root() / "backups";
        write(root() / "config", "config", days(1000));
        write(inside / std::string(63, 'a'), "short", days(1000));
        write(inside / std::string(64, 'A'), "large letters", days(1000));
        fs::create_directory(inside / std::string(64, 'd'));
        write(inside / std::string(64, 'd') / std::string(64, 'a'), "deeper", days(1000));
        fs::create_symlink("/nonexistent", inside / std::string(64, 'e'));
        fs::create_directory_symlink(root(), inside / std::string(64, 'f'));
    }
    fs::path root() const { return folder_ / "store"; }

private:
    test::TemporaryFolder folder_;
};

bool is_same(const Swept& a, const Swept& b) {
    return a.examined == b.examined && a.expired == b.expired && a.removed == b.removed &&
           a.bytes_freed == b.bytes_freed && a.kept_changed == b.kept_changed &&
           a.failed == b.failed;
}

SweepOptions with_jobs(unsigned jobs) {
    SweepOptions options;
    options.jobs = jobs;
    return options;
}

}  // namespace

TEST_CASE("sweep: a folder is swept alike by its listing and by any number of threads" *
          doctest::test_suite("threads")) {
    Filled listed;
    Directory plain(listed.root());
    Wrapper wrapped(plain);
    Swept expected = sweep(wrapped, retention, now());
    CHECK(expected.examined == Filled::backups);
    CHECK(expected.removed == Filled::expired);
    CHECK(expected.bytes_freed == Filled::expired);
    for (unsigned jobs : {1u, 2u, 3u, 16u}) {
        Filled filled;
        Directory store(filled.root());
        SweepOptions dry = with_jobs(jobs);
        dry.dry_run = true;
        Swept counted = sweep(store, retention, now(), dry);
        CHECK(counted.expired == Filled::expired);
        CHECK(counted.removed == 0);
        CHECK(is_same(sweep(store, retention, now(), with_jobs(jobs)), expected));
        CHECK(list(store) == list(plain));
        Swept again = sweep(store, retention, now(), with_jobs(jobs));
        CHECK(again.examined == Filled::backups - Filled::expired);
        CHECK(again.expired == 0);
    }
}

TEST_CASE("sweep: only the thread that asked for it is told, and may cancel at any backup" *
          doctest::test_suite("threads")) {
    for (unsigned jobs : {1u, 2u, 4u})
        for (unsigned most : {0u, 1u, 10u, 19u}) {
            Filled filled;
            Directory store(filled.root());
            const auto own = std::this_thread::get_id();
            bool elsewhere = false;
            unsigned asked = 0;
            std::uint64_t told = 0;
            SweepOptions options = with_jobs(jobs);
            options.progress = [&](std::uint64_t done, std::optional<std::uint64_t>) {
                elsewhere |= std::this_thread::get_id() != own || done < told;
                told = done;
                return true;
            };
            options.before_removal = [&](const ObjectInfo& info) {
                elsewhere |= std::this_thread::get_id() != own;
                elsewhere |= !store.stat(info.name);
                return asked++ < most;
            };
            CHECK_THROWS_CODE(sweep(store, retention, now(), options), Errc::cancelled);
            CHECK_FALSE(elsewhere);
            CHECK(told > 0);
            CHECK(sweep(store, retention, now()).removed == Filled::expired - most);
        }
}

TEST_CASE("sweep: progress cancels any number of threads before anything is removed" *
          doctest::test_suite("threads")) {
    for (unsigned jobs : {1u, 2u, 4u}) {
        Filled filled;
        Directory store(filled.root());
        SweepOptions options = with_jobs(jobs);
        options.progress = [](std::uint64_t, std::optional<std::uint64_t>) { return false; };
        CHECK_THROWS_CODE(sweep(store, retention, now(), options), Errc::cancelled);
        CHECK(sweep(store, retention, now()).expired >= Filled::expired - 1);
    }
}

TEST_CASE("sweep: a number of threads out of range is a wrong argument") {
    Filled filled;
    Directory store(filled.root());
    for (unsigned wrong : {0u, 1025u})
        CHECK_THROWS_CODE(sweep(store, retention, now(), with_jobs(wrong)), Errc::invalid_argument);
    CHECK(sweep(store, retention, now(), with_jobs(1024)).removed == Filled::expired);
}

TEST_CASE("sweep: a folder without backups or that is gone") {
    test::TemporaryFolder folder;
    fs::create_directory(folder / "store");
    Directory store(folder / "store");
    CHECK(sweep(store, retention, now(), with_jobs(2)).examined == 0);
    fs::remove(folder / "store");
    CHECK_THROWS_CODE(sweep(store, retention, now(), with_jobs(2)), Errc::unavailable);
}

namespace {

// A process that sweeps, told to and asked by bytes in pipes.
class Sweeper {
public:
    // `work` is run for each byte that comes, in the other process; false ends it with a failure.
    explicit Sweeper(const std::function<bool(int tell)>& work) {
        std::array<int, 2> to{}, from{};
        REQUIRE(::pipe(to.data()) == 0);
        REQUIRE(::pipe(from.data()) == 0);
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            ::close(to[1]);
            ::close(from[0]);
            ::_exit(serve(work, to[0], from[1]));
        }
        ::close(to[0]);
        ::close(from[1]);
        to_ = to[1];
        from_ = from[0];
    }
    Sweeper(const Sweeper&) = delete;
    Sweeper& operator=(const Sweeper&) = delete;
    ~Sweeper() {
        if (pid_ > 0) kill();
        ::close(from_);
    }

    void begin() const { CHECK(::write(to_, "x", 1) == 1); }
    bool wait() const {
        char byte = 0;
        return ::read(from_, &byte, 1) == 1;
    }
    void kill() {
        ::kill(pid_, SIGKILL);
        finish();
    }
    // Its exit status, or -1.
    int finish() {
        ::close(to_);
        int status = 0;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    static int serve(const std::function<bool(int)>& work, int from, int to) {
        char byte = 0;
        try {
            while (::read(from, &byte, 1) == 1)
                if (!work(to) || ::write(to, "x", 1) != 1) return 1;
        } catch (...) {
            return 2;
        }
        return 0;
    }

    pid_t pid_ = -1;
    int to_ = -1, from_ = -1;
};

}  // namespace

TEST_CASE("sweep: one that is killed at any removal is finished by the next") {
    for (std::uint64_t round = 0; round < test::rounds(20); ++round) {
        Filled filled;
        const unsigned jobs = round % 2 == 0 ? 1 : 2;
        Sweeper sweeper([&](int tell) {
            Directory store(filled.root());
            SweepOptions options = with_jobs(jobs);
            options.before_removal = [&](const ObjectInfo&) { return ::write(tell, "r", 1) == 1; };
            sweep(store, retention, now(), options);
            return true;
        });
        sweeper.begin();
        for (std::uint64_t i = 0; i <= round * 3 % Filled::expired; ++i) CHECK(sweeper.wait());
        sweeper.kill();
        Directory store(filled.root());
        Swept swept = sweep(store, retention, now());
        CHECK(swept.examined == Filled::backups - Filled::expired + swept.expired);
        CHECK(swept.removed == swept.expired);
        CHECK(swept.failed == 0);
        for (unsigned i = 0; i < Filled::backups; ++i)
            if (store.stat(backup(i)).has_value() != (i % 7 != 0)) FAIL("round ", round, ": ", i);
        CHECK_FALSE(fs::exists(filled.root() / "backups" / ".aside"));
    }
}

namespace {

// Backups that are all due, swept by threads and a process while threads renew some of them.
class Load {
public:
    Load()
        : store_((Directory::create(folder_ / "store"), folder_ / "store")), sweeper_([this](int) {
              Directory own(folder_ / "store");
              for (int i = 0; i < 3; ++i)
                  if (sweep(own, retention, now()).failed > 0) return false;
              return true;
          }) {}

    std::string run(std::uint64_t round) {
        wrong_.clear();
        for (unsigned i = 0; i < names; ++i)
            write(folder_ / "store" / backup(i).text(), text_of('o', i), days(200));
        renewed_ = static_cast<unsigned>(round) % names;  // so many of them
        std::barrier<> ready(threads + 1);
        {
            std::vector<std::jthread> all;
            for (int i = 0; i < threads; ++i) all.emplace_back([&, i] { work(i, ready); });
            sweeper_.begin();
            ready.arrive_and_wait();
        }
        if (!sweeper_.wait()) note("the other process has failed");
        sweep(store_, retention, now());
        compare();
        return wrong_;
    }
    int finish() { return sweeper_.finish(); }

private:
    static constexpr unsigned names = 6;
    static constexpr int threads = 5;

    static std::string text_of(char letter, unsigned number) {
        return std::string(letter == 'o' ? 3000 : 70000, letter).append(std::to_string(number));
    }

    void work(int number, std::barrier<>& ready) {
        ready.arrive_and_wait();
        try {
            if (number < 2) sweep_with(static_cast<unsigned>(number + 1));
            if (number >= 2 && number < 4) renew(static_cast<unsigned>(number - 2));
            if (number == 4) read();
        } catch (const Error& error) {
            note(error.what());
        }
    }

    void sweep_with(unsigned jobs) {
        Directory own(folder_ / "store");
        for (int i = 0; i < 3; ++i)
            if (sweep(jobs == 1 ? store_ : own, retention, now(), with_jobs(jobs)).failed > 0)
                note("a removal failed");
    }

    // Two renewers share the names out between them.
    void renew(unsigned first) {
        for (unsigned i = first; i < renewed_; i += 2) {
            put(store_, backup(i), text_of('r', i));
            if (get(store_, backup(i)) != text_of('r', i))
                note("a renewed backup was gone at once");
        }
    }

    void read() {
        for (unsigned i = 0; i < 3 * names; ++i) {
            auto text = get(store_, backup(i % names));
            if (text && *text != text_of(text->front(), i % names)) note("torn");
        }
    }

    void compare() {
        std::vector<std::string> expected;
        for (unsigned i = 0; i < renewed_; ++i) {
            expected.push_back(backup(i).text());
            if (get(store_, backup(i)) != text_of('r', i)) note("a renewed backup is lost");
        }
        if (list(store_) != expected) note("another listing");
        if (test::entries_in(folder_ / "store" / "backups") != renewed_)
            note("something is left behind");
        for (unsigned i = 0; i < renewed_; ++i) fs::remove(folder_ / "store" / backup(i).text());
    }

    void note(const std::string& what) {
        std::lock_guard lock(guard_);
        if (wrong_.find(what) == wrong_.npos) wrong_.append(what).append("\n");
    }

    test::TemporaryFolder folder_;
    Directory store_;
    Sweeper sweeper_;
    std::atomic<unsigned> renewed_ = 0;
    std::mutex guard_;
    std::string wrong_;
};

}  // namespace

// 5,000 rounds are TRESOR_TEST_SCALE=20.
TEST_CASE("sweep: no backup is lost that is renewed while threads and a process sweep a folder") {
    Load load;
    for (std::uint64_t round = 0; round < test::rounds(250); ++round) {
        std::string wrong = load.run(round);
        if (!wrong.empty()) FAIL("round ", round, ": ", wrong);
    }
    CHECK(load.finish() == 0);
}
