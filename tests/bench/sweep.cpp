// The rows of a sweep: a folder of a million backups, 5 % of them expired. The folder is made once,
// below the working directory's build-bench, and used again: a sweep that only looks changes
// nothing.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tresor/storage/directory.hpp>
#include <tresor/storage/retention.hpp>

#include "bench.hpp"

using namespace tresor;
namespace fs = std::filesystem;

namespace {

constexpr int most_objects = 1'000'000, in_twenty = 20;

void require(bool holds) {
    if (!holds) std::abort();
}

// As evenly spread as the digits of a real backup id.
std::string name_of(int number) {
    std::string name;
    std::uint64_t state = static_cast<std::uint64_t>(number);
    for (int word = 0; word < 4; ++word) {
        std::uint64_t mixed = state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        char digits[17];
        std::snprintf(digits, sizeof digits, "%016llx",
                      static_cast<unsigned long long>(mixed ^ (mixed >> 31)));
        name += digits;
    }
    return name;
}

// One of so many has expired.
void make(const fs::path& backups, int objects) {
    fs::create_directories(backups);
    for (int i = 0; i < objects; ++i) {
        std::string path = backups / name_of(i);
        int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        timespec old[2] = {{0, UTIME_OMIT}, {1700000000, 0}};
        require(file >= 0 && (i % in_twenty != 0 || ::futimens(file, old) == 0) &&
                ::close(file) == 0);
    }
}

// As many as the disk has room for: a file takes an inode and some of the folder.
int objects_in(const fs::path& folder) {
    auto space = fs::space(folder);
    return space.available > 2'000'000'000 ? most_objects : most_objects / 10;
}

// The number of objects in it, which are made if they are missing.
int prepare(const fs::path& store) {
    int objects = 0;
    if (std::ifstream(store / "made") >> objects) return objects;
    fs::remove_all(store);
    fs::create_directories(store);
    objects = objects_in(store);
    std::printf("making %d objects in %s\n", objects, store.c_str());
    make(store / "backups", objects);
    std::ofstream(store / "made") << objects;
    return objects;
}

void look(const fs::path& folder, unsigned jobs, int objects) {
    storage::Directory store(folder);
    storage::SweepOptions options;
    options.dry_run = true;
    options.jobs = jobs;
    auto swept = storage::sweep(store, 180, now(), options);
    require(swept.examined == static_cast<std::uint64_t>(objects));
    require(swept.expired == static_cast<std::uint64_t>(objects / in_twenty));
}

// False where that is not allowed.
bool forget_what_was_read() {
    ::sync();
    std::ofstream file("/proc/sys/vm/drop_caches");
    return static_cast<bool>(file << "3" << std::flush);
}

void once_cold(const char* name, const std::function<void()>& run) {
    if (!forget_what_was_read()) return;
    auto start = std::chrono::steady_clock::now();
    run();
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf("  %-34s %8.3f s, once, nothing of it in memory before\n", name, took.count());
}

void bench_removals(const fs::path& folder, int objects) {
    for (int i = 0; i < objects; ++i) {
        std::string path = folder / "backups" / name_of(i);
        int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        timespec old[2] = {{0, UTIME_OMIT}, {1700000000, 0}};
        require(file >= 0 && ::futimens(file, old) == 0 && ::close(file) == 0);
    }
    storage::Directory store(folder);
    auto start = std::chrono::steady_clock::now();
    auto swept = storage::sweep(store, 180, now());
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    require(swept.removed == static_cast<std::uint64_t>(objects));
    std::printf("  tresor sweep, %d removals on condition: %.3f s\n", objects, took.count());
}

}  // namespace

void bench_sweep() {
    fs::path folder = fs::path("build-bench") / "million";
    int objects = prepare(folder);
    std::string find =
        "find '" + (folder / "backups").string() + "' -type f -mtime +180 > /dev/null";
    auto by_find = [&] { require(std::system(find.c_str()) == 0); };
    auto by_one = [&] { look(folder, 1, objects); };
    auto by_two = [&] { look(folder, 2, objects); };
    bench::measure(
        {.name = "sweep of " + std::to_string(objects) + " objects, 5 % expired, dry run",
         .bytes = 0,
         .contenders = {{"find -mtime (base)", by_find},
                        {"tresor sweep, one thread", by_one},
                        {"tresor sweep, two threads", by_two}},
         .rounds = 5});
    once_cold("find -mtime", by_find);
    once_cold("tresor sweep, one thread", by_one);
    once_cold("tresor sweep, two threads", by_two);
    fs::path removals = fs::path("build-bench") / "removals";
    fs::create_directories(removals / "backups");
    bench_removals(removals, objects / in_twenty);
    fs::remove_all(removals);
}
