// The rows of a folder as a store: a durable put, a sweep.

#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tresor/storage/directory.hpp>
#include <tresor/storage/retention.hpp>

#include "bench.hpp"

using namespace tresor;
namespace fs = std::filesystem;

namespace {

class Folder {
public:
    Folder() : path_(fs::temp_directory_path() / ("tresor-bench-" + std::to_string(::getpid()))) {
        fs::create_directories(path_ / "backups");
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path_); }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

void require(bool holds) {
    if (!holds) std::abort();
}

// What has to be done for a put that survives a power cut, and nothing else.
void put_by_hand(const fs::path& folder, const Bytes& content) {
    std::string temporary = folder / ".bench", target = folder / std::string(64, 'b');
    int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
    require(::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    require(::fsync(file) == 0 && ::close(file) == 0);
    require(::rename(temporary.c_str(), target.c_str()) == 0);
    int parent = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY);
    require(::fsync(parent) == 0 && ::close(parent) == 0);
}

void bench_put(const Folder& folder, std::size_t size) {
    storage::Directory store(folder.path());
    storage::ObjectName name("backups/" + std::string(64, 'a'));
    Bytes content(size, 'x');
    bench::measure({.name = "durable put, " + std::to_string(size / 1024) + " KiB",
                    .bytes = static_cast<double>(size),
                    .contenders = {{"write, fsync, rename, fsync of the folder (base)",
                                    [&] { put_by_hand(folder.path() / "backups", content); }},
                                   {"tresor Directory::put",
                                    [&] {
                                        MemorySource source(content);
                                        store.put(name, source);
                                    }}},
                    .rounds = 101});
}

std::string name_of(int number) {
    std::string digits = std::to_string(number);
    return std::string(64 - digits.size(), '0') + digits;
}

void bench_sweep(const Folder& folder, int objects) {
    fs::path backups = folder.path() / "backups";
    for (int i = 0; i < objects; ++i) {
        std::string path = backups / name_of(i);
        int file = ::open(path.c_str(), O_WRONLY | O_CREAT, 0600);
        timespec old[2] = {{0, UTIME_OMIT}, {1700000000, 0}};
        require(file >= 0 && (i % 20 != 0 || ::futimens(file, old) == 0) && ::close(file) == 0);
    }
    std::string find = "find '" + backups.string() + "' -type f -mtime +180 > /dev/null";
    storage::Directory store(folder.path());
    storage::SweepOptions dry{.dry_run = true, .progress = {}, .before_removal = {}};
    bench::measure(
        {.name = "sweep of " + std::to_string(objects) + " objects, 5 % expired, looking only",
         .bytes = 0,
         .contenders = {{"find -mtime (base)", [&] { require(std::system(find.c_str()) == 0); }},
                        {"tresor sweep, dry run",
                         [&] {
                             auto swept = storage::sweep(store, 180, now(), dry);
                             require(swept.expired == static_cast<std::uint64_t>(objects / 20));
                         }}},
         .rounds = 7});
    auto start = std::chrono::steady_clock::now();
    auto swept = storage::sweep(store, 180, now());
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf("  tresor sweep with %llu removals on condition: %.3f s\n",
                static_cast<unsigned long long>(swept.removed), took.count());
}

}  // namespace

void bench_storage() {
    Folder folder;
    bench_put(folder, 16 << 10);
    bench_put(folder, 512 << 10);
    bench_sweep(folder, 200000);
}
