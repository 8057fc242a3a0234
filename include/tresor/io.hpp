// Streams of bytes: what is read from, what is written to.
//
// A ByteSource can be read again after rewind(), so that whoever sends it may try twice. What a
// ByteSink received before a failure is void; whoever tries again calls restart() first. Sizes and
// offsets are 64 bit on every machine. Each object is used by one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include <tresor/bytes.hpp>

namespace tresor {

class ByteSource {
public:
    virtual ~ByteSource() = default;
    virtual std::optional<std::uint64_t> size() const = 0;
    // Fills the front of `into` and returns how many bytes; 0 only at the end.
    virtual std::size_t read(ByteSpan into) = 0;
    virtual void rewind() = 0;
};

class ByteSink {
public:
    virtual ~ByteSink() = default;
    virtual void write(ByteView bytes) = 0;
    virtual void restart() = 0;
};

// Told now and then how much is done; false ends the work (cancelled).
using Progress = std::function<bool(std::uint64_t done, std::optional<std::uint64_t> total)>;

// Reads `from` to its end and writes all of it.
void copy(ByteSource& from, ByteSink& to, const Progress& progress = {});

// Random access, for formats whose directory stands at the end.
class ReadAt {
public:
    virtual ~ReadAt() = default;
    virtual std::uint64_t size() const = 0;
    // Reads exactly into.size() bytes; throws malformed beyond the end.
    virtual void read_at(std::uint64_t offset, ByteSpan into) = 0;
};

// Reads from memory. Keeps the view it was given.
class MemorySource final : public ByteSource {
public:
    explicit MemorySource(ByteView bytes) : bytes_(bytes) {}
    std::optional<std::uint64_t> size() const override { return bytes_.size(); }
    std::size_t read(ByteSpan into) override;
    void rewind() override { at_ = 0; }

private:
    ByteView bytes_;
    std::size_t at_ = 0;
};

// Collects in memory; throws too_large as soon as more than `most` bytes arrive.
class MemorySink final : public ByteSink {
public:
    explicit MemorySink(std::size_t most = std::numeric_limits<std::size_t>::max()) : most_(most) {}
    void write(ByteView bytes) override;
    void restart() override { bytes_.clear(); }
    const Bytes& bytes() const noexcept { return bytes_; }
    Bytes take() noexcept { return std::move(bytes_); }

private:
    std::size_t most_;
    Bytes bytes_;
};

// Reads a regular file. Throws io on any trouble.
class FileSource final : public ByteSource {
public:
    explicit FileSource(const std::filesystem::path& path);
    std::optional<std::uint64_t> size() const override { return file_->size(); }
    std::size_t read(ByteSpan into) override { return file_->read(into); }
    void rewind() override { file_->rewind(); }

private:
    std::unique_ptr<ByteSource> file_;
};

// Reads a regular file at any place, for any number of threads. Throws io on any trouble.
class FileReadAt final : public ReadAt {
public:
    explicit FileReadAt(const std::filesystem::path& path);
    std::uint64_t size() const override { return file_->size(); }
    void read_at(std::uint64_t offset, ByteSpan into) override { file_->read_at(offset, into); }

private:
    std::unique_ptr<ReadAt> file_;
};

// What to do where there is one of that name already.
enum class Existing { refuse, replace };

// Writes a file that appears whole or not at all.
//
// - Bytes go to a temporary file `.tresor-XXXXXX` in the same folder; commit() makes them durable,
//   gives the file its name and makes the name durable. A FileSink that dies without commit()
//   removes the temporary file; what had the name before is untouched.
// - With Existing::refuse commit() throws conflict if the name is taken, also if another process
//   takes it in the last moment. Only a regular file is ever replaced (else invalid_argument).
// - `mode` are POSIX permission bits, set exactly whatever the umask says.
// Throws io on trouble, a full disk included.
class FileSink final : public ByteSink {
public:
    // `temporary`: this name instead of a random one. Whoever holds a lock on it takes over what a
    // killed process has left there.
    FileSink(std::filesystem::path target, Existing existing, unsigned mode = 0600,
             const std::filesystem::path& temporary = {});
    ~FileSink() override;
    FileSink(const FileSink&) = delete;
    FileSink& operator=(const FileSink&) = delete;
    void write(ByteView bytes) override;
    void restart() override;
    void commit();

private:
    std::filesystem::path target_;
    std::filesystem::path temporary_;
    Existing existing_;
    int handle_ = -1;
};

}  // namespace tresor
