// A folder that is held open, and new files in it. The POSIX half is folder_posix.cpp. Every
// function throws Error(io) unless its line says otherwise.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <tresor/io.hpp>

#include "base/file.hpp"

namespace tresor::file {

// Whatever becomes of its name meanwhile, all of this happens in the folder that was opened. Any
// number of threads may use it. As long as it is open its disk cannot be unmounted: hold it for no
// longer than there is work to do.
class OpenFolder {
public:
    explicit OpenFolder(std::filesystem::path path);
    OpenFolder(const OpenFolder&) = delete;
    OpenFolder& operator=(const OpenFolder&) = delete;
    ~OpenFolder();

    Info info() const;  // its own
    // Of a name in it; absent if nothing has it. Follows links.
    std::optional<Info> info(const std::string& name) const;
    // Makes the names in it durable.
    void sync() const;

    int handle() const noexcept { return handle_; }
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
    int handle_;
};

// Names for temporary files that nobody else is likely to choose. Any number of threads.
class TemporaryNames {
public:
    explicit TemporaryNames(std::string random_text);
    std::string next();

private:
    std::string begin_;
    std::atomic<std::uint64_t> count_ = 0;
};

// A new file in an open folder that is written under a temporary name, and then gets its own. One
// that dies before is removed; a killed process leaves it behind. Keeps a reference to the folder.
class Replacement final : public ByteSink {
public:
    // `mode`: permission bits, set exactly.
    Replacement(const OpenFolder& folder, TemporaryNames& names, unsigned mode);
    Replacement(const Replacement&) = delete;
    Replacement& operator=(const Replacement&) = delete;
    ~Replacement() override;

    void write(ByteView bytes) override;
    void restart() override;
    // Makes durable what was written; that is all of it. What it is now.
    Info seal();
    // After seal(); the name is not durable before the folder is synced. False if it is taken and
    // must be free (throws unsupported where the file system cannot tell exactly).
    bool take_name(const std::string& name, Existing existing);

private:
    std::filesystem::path path() const { return folder_.path() / temporary_; }

    const OpenFolder& folder_;
    std::string temporary_;
    int handle_ = -1;
};

}  // namespace tresor::file
