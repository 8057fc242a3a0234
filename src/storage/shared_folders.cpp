#include "storage/shared_folders.hpp"

#include <memory>

namespace tresor::storage {

SharedFolders::Use SharedFolders::enter(const std::filesystem::path& path) {
    auto enter_open = [&](const file::Info& info) -> std::optional<Entries::iterator> {
        auto at = entries_.find({info.device, info.serial});
        if (at == entries_.end()) return std::nullopt;
        ++at->second->users;
        return at;
    };
    // As long as it is open no other folder gets its serial.
    if (auto info = file::info(path)) {
        std::lock_guard lock(guard_);
        if (auto at = enter_open(*info)) return Use(*this, *at);
    }
    auto opened = std::make_unique<Entry>(path);
    auto info = opened->folder.info();
    std::lock_guard lock(guard_);
    if (auto at = enter_open(info)) return Use(*this, *at);  // somebody else was first
    opened->users = 1;
    return Use(*this,
               entries_.emplace(Identity(info.device, info.serial), std::move(opened)).first);
}

SharedFolders::Use::~Use() {
    std::unique_ptr<Entry> last;  // closed when the lock is free again
    std::lock_guard lock(all_.guard_);
    if (--at_->second->users > 0) return;
    last = std::move(at_->second);
    all_.entries_.erase(at_);
}

void SharedFolders::Use::sync() const {
    at_->second->sync.run([this] { folder().sync(); });
}

}  // namespace tresor::storage
