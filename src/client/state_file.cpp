#include <thread>

#include <tresor/client/state.hpp>
#include <tresor/io.hpp>

#include "base/file.hpp"

namespace tresor::client {
namespace {

constexpr std::uint64_t most_state_bytes = std::uint64_t{1} << 20;
constexpr auto pause = std::chrono::milliseconds(50);
constexpr int most_pauses = 200;  // 10 s

struct HeldLock final : StateStore::Lock {
    explicit HeldLock(file::Lock taken) : lock(std::move(taken)) {}
    file::Lock lock;
};

}  // namespace

FileStateStore::FileStateStore(std::filesystem::path path, KeepWaiting keep_waiting)
    : path_(std::move(path)), keep_waiting_(std::move(keep_waiting)) {
    std::error_code none;
    if (std::filesystem::is_symlink(path_, none))
        path_ = std::filesystem::weakly_canonical(path_, none);
}

std::unique_ptr<StateStore::Lock> FileStateStore::lock() {
    std::filesystem::path path = path_;
    path += ".lock";
    for (int pauses = 0;; ++pauses) {
        if (auto taken = file::Lock::take(path))
            return std::make_unique<HeldLock>(std::move(*taken));
        if (keep_waiting_ && !keep_waiting_()) throw Error(Errc::cancelled, "cancelled");
        if (pauses == most_pauses)
            throw Error(Errc::conflict, "another program is using " + path_.string());
        std::this_thread::sleep_for(pause);
    }
}

std::optional<State> FileStateStore::load() {
    auto opened = file::open(path_);
    if (!opened && file::info(path_))
        throw Error(Errc::io, path_.string() + " is not a regular file");
    if (!opened) return std::nullopt;
    if (opened->info.mode & 077)
        throw Error(Errc::denied, path_.string() + " can be read by others (chmod 600 it)");
    if (opened->info.size > most_state_bytes) throw Error(Errc::too_large, "the state file");
    SecretBytes json(static_cast<std::size_t>(opened->info.size));
    std::size_t size = 0;
    while (std::size_t more = opened->source->read(json.expose().subspan(size))) size += more;
    json.resize(size);
    return parse_state(json.expose());
}

void FileStateStore::save(const State& state) {
    SecretBytes json = format_state(state);
    if (json.size() > most_state_bytes)
        throw Error(Errc::too_large, "the state would be over 1 MiB");
    std::filesystem::path temporary = path_;
    temporary += ".new";
    FileSink sink(path_, Existing::replace, 0600, temporary);
    sink.write(json.expose());
    sink.commit();
}

}  // namespace tresor::client
