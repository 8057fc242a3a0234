// The rows of a folder as a store: a durable put. Its sweep is in sweep.cpp.

#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

#include <tresor/storage/directory.hpp>

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

}  // namespace

void bench_storage() {
    Folder folder;
    bench_put(folder, 16 << 10);
    bench_put(folder, 512 << 10);
}
