// What may be used by many threads at once, for ThreadSanitizer.

#include <atomic>
#include <barrier>
#include <mutex>
#include <thread>

#include <tresor/data_backup.hpp>
#include <tresor/safe.hpp>
#include <tresor/server.hpp>
#include <tresor/storage/directory.hpp>
#include <tresor/storage/memory.hpp>
#include <tresor/storage/retention.hpp>

#include "data_backup/vector.hpp"
#include "data_backup/zip_writer.hpp"
#include "storage/stores.hpp"
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

// A backup that is due for removal, swept and read by threads while one or two renew it.
class Renewal {
public:
    Renewal(const std::filesystem::path& folder, std::vector<Directory*> stores, bool twice)
        : folder_(folder), stores_(std::move(stores)), twice_(twice) {}

    void run() {
        put(*stores_[0], 'o');
        test::set_time(folder_ / name_.text(), now() - std::chrono::hours(24 * 200));
        // Nobody begins before all are there.
        in_threads(8, [&](int number) {
            Directory& store = *stores_[static_cast<std::size_t>(number) % stores_.size()];
            ready_.arrive_and_wait();
            try {
                if (number < 3) sweep_on(store);
                if (number >= 3 && number < 5) renew(store, number);
                if (number >= 5) read_on(store);
            } catch (const Error& error) {
                note(error.what());
            }
            if (number < 5 && --working_ == 0) done_ = true;
        });
        if (look(*stores_[0]) != 'r') note("the renewed backup is lost");
        if (test::list(*stores_[0]) != std::vector{name_.text()}) note("another listing");
        if (test::entries_in(folder_ / "backups") != 1) note("something is left behind");
        if (!stores_[0]->remove(name_)) note("it was not there");
    }
    const std::string& wrong() const { return wrong_; }

private:
    static std::size_t size_of(char letter) { return letter == 'o' ? 3000 : 70000; }
    void put(Directory& store, char letter) {
        test::put(store, name_, std::string(size_of(letter), letter));
    }

    void sweep_on(Directory& store) {
        for (int i = 0; i < 3; ++i) {
            Swept swept = sweep(store, 180, now());
            if (swept.failed != 0) note(swept.first_failure->what());
        }
    }

    void renew(Directory& store, int number) {
        if (number == 3 && !twice_) return;
        put(store, 'r');
        renewed_ = true;
    }

    void read_on(Directory& store) {
        while (!done_) {
            bool renewed = renewed_;
            char got = look(store);
            if (renewed && got != 'r') note("a reader missed the renewed backup");
            renewed = renewed_;
            if (!store.stat(name_) && renewed) note("the renewed backup was gone for a moment");
        }
    }

    // The letter it is made of, or 0.
    char look(Directory& store) {
        auto text = test::get(store, name_);
        if (!text) return 0;
        char letter = text->empty() ? '?' : text->front();
        if (*text != std::string(size_of(letter), letter)) note("torn");
        return letter;
    }

    void note(const std::string& what) {
        std::lock_guard lock(guard_);
        if (wrong_.find(what) == wrong_.npos) wrong_.append(what).append("\n");
    }

    std::filesystem::path folder_;
    std::vector<Directory*> stores_;
    bool twice_;
    const ObjectName name_ = test::backup(1);
    std::barrier<> ready_{8};
    std::atomic<bool> renewed_ = false, done_ = false;
    std::atomic<int> working_ = 5;
    std::mutex guard_;
    std::string wrong_;
};

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

TEST_CASE("threads: a backup that is renewed while sweeps go on in one store is never lost") {
    test::TemporaryFolder folder;
    Directory store(folder.path());
    for (std::uint64_t round = test::rounds(300); round > 0; --round) {
        Renewal renewal(folder.path(), {&store}, round % 2 == 0);
        renewal.run();
        CHECK(renewal.wrong() == "");
    }
}

TEST_CASE(
    "threads: a backup that is renewed while sweeps go on in many stores of one folder is "
    "never lost") {
    test::TemporaryFolder folder;
    std::vector<std::unique_ptr<Directory>> stores;
    std::vector<Directory*> views;
    for (int i = 0; i < 8; ++i) {
        stores.push_back(std::make_unique<Directory>(folder.path()));
        views.push_back(stores.back().get());
    }
    for (std::uint64_t round = test::rounds(300); round > 0; --round) {
        Renewal renewal(folder.path(), views, round % 2 == 0);
        renewal.run();
        CHECK(renewal.wrong() == "");
    }
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

TEST_CASE("threads: one throttle lets in exactly as many as it should") {
    server::Throttle throttle;
    const Timestamp start = test::at("2026-11-24T12:00:00Z");
    in_threads(8, [&](int number) {
        std::string own = "192.0.2." + std::to_string(number);
        for (int i = 0; i < 1000; ++i) {
            if (!throttle.wait(own, start)) throttle.missed(own, start);
            throttle.missed("everybody", start);
            throttle.wait(std::to_string(number * 100000 + i), start);
        }
    });
    CHECK(throttle.wait("everybody", start));
    for (int number = 0; number < 8; ++number)
        CHECK(throttle.wait("192.0.2." + std::to_string(number), start));
    CHECK_FALSE(throttle.wait("192.0.2.99", start));
}

TEST_CASE("threads: the handlers of one server on one folder show whole backups to all") {
    test::TemporaryFolder folder;
    Directory store(folder.path());
    put_limits(store, {});
    server::Throttle throttle;
    std::atomic<int> torn = 0;
    in_threads(6, [&](int number) {
        net::Request asked;
        asked.target = "/backups/" + std::string(64, 'a');
        asked.peer = "192.0.2.1";
        Bytes content(static_cast<std::size_t>(1000 * (number + 1)), static_cast<Byte>(number + 1));
        for (std::uint64_t round = test::rounds(50); round > 0; --round) {
            MemorySource source(content);
            asked.method = "PUT";
            asked.body = &source;
            asked.headers = {{"User-Agent", "Threema"},
                             {"Content-Type", "application/octet-stream"},
                             {"Content-Length", std::to_string(content.size())}};
            int status = server::handle(asked, store, throttle, now()).status;
            if (status != 201 && status != 204) ++torn;
            asked.method = "GET";
            asked.body = nullptr;
            auto got = server::handle(asked, store, throttle, now());
            if (got.status != 200 || got.body != Bytes(got.body.size(), got.body.at(0)) ||
                got.body.size() != got.body[0] * 1000u)
                ++torn;
        }
    });
    CHECK(torn == 0);
}

TEST_CASE("threads: an archive is verified and exported and read by many at once") {
    test::ArchiveVector vector("miniature");
    test::TemporaryFolder folder;
    data_backup::ReadOptions options;
    options.jobs = 4;
    CHECK(data_backup::verify(vector.file, vector.password, options).ok());
    CHECK(
        data_backup::extract(vector.file, vector.password, folder.path() / "files", false, options)
            .files == 24);
    data_backup::DataBackup archive = vector.open(options);
    CHECK(data_backup::export_chats(archive, folder.path() / "pages").media == 1);
    std::atomic<std::uint64_t> bytes = 0;
    in_threads(4, [&](int) {
        for (const auto& entry : archive.entries()) {
            MemorySink sink;
            if (archive.read(entry.name, sink)) bytes += sink.bytes().size();
        }
    });
    CHECK(bytes == 4 * data_backup::verify(vector.file, vector.password).bytes);
}

TEST_CASE("threads: an archive that many write is the one that one writes") {
    test::ArchiveVector vector("miniature");
    auto written_by = [&](unsigned jobs) {
        MemorySink sink;
        data_backup::ZipWriter zip(
            sink, vector.password,
            {.jobs = jobs,
             .salt = [next = Byte{0}](
                         ByteSpan salt) mutable { std::fill(salt.begin(), salt.end(), next++); },
             .progress = {}});
        for (int i = 0; i < 40; ++i) {
            Bytes content(static_cast<std::size_t>(i) * 20'000, static_cast<Byte>(i));
            zip.add(std::to_string(i).append(i % 2 == 0 ? ".csv" : ""), content);
        }
        zip.finish();
        return sink.take();
    };
    Bytes by_one = written_by(1);
    in_threads(2, [&](int) { CHECK(written_by(4) == by_one); });

    MemorySink filtered;
    data_backup::filter({vector.file, vector.password}, filtered, vector.password, {}, {.jobs = 4});
    test::MemoryFile file(filtered.take());
    CHECK(data_backup::verify(file, vector.password).ok());
}

TEST_SUITE_END();
