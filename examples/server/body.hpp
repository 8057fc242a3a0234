// Bodies on their way: in memory while all of them together have room there, else in a file.
//
// A stalled upload costs at most twice what it has sent, or 1 KiB; thousands of them fill the
// memory that is meant for bodies, and then files, but never stop another request.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include <tresor/io.hpp>

namespace safe_server {

// How much room bodies have. Threads share it.
class BodyRoom {
public:
    // Bytes of memory, files without a name in a folder, and how many of those at once.
    BodyRoom(std::size_t memory, std::filesystem::path folder, std::size_t files);

    bool take(std::size_t bytes) noexcept;
    void give_back(std::size_t bytes) noexcept { used_ -= bytes; }
    // Throws unavailable if there are too many, io if none can be made.
    int take_file();
    void give_back_file(int file) noexcept;

    std::size_t used() const noexcept { return used_; }
    std::uint64_t files_made() const noexcept { return files_made_; }

private:
    const std::size_t memory_, files_;
    const std::filesystem::path folder_;
    std::atomic<std::size_t> used_ = 0, open_files_ = 0;
    std::atomic<std::uint64_t> files_made_ = 0;
};

// One body: bytes are appended, then read any number of times. Keeps a reference to the room. One
// thread at a time.
class Body final : public tresor::ByteSource {
public:
    explicit Body(BodyRoom& room) : room_(room) {}
    ~Body() override;
    Body(const Body&) = delete;
    Body& operator=(const Body&) = delete;

    // `to_come`: how many bytes are expected, these included, as far as it is known. Throws
    // unavailable or io if there is no room at all.
    void append(tresor::ByteView bytes, std::uint64_t to_come);

    std::optional<std::uint64_t> size() const override { return size_; }
    std::size_t read(tresor::ByteSpan into) override;
    void rewind() override { at_ = 0; }
    // Fills the front of `into` from a place on.
    std::size_t read_at(std::uint64_t offset, tresor::ByteSpan into) const;

private:
    bool add_piece(std::size_t here, std::uint64_t to_come);
    void move_into_file();
    void write_to_file(tresor::ByteView bytes);

    BodyRoom& room_;
    std::vector<tresor::Bytes> pieces_;  // all but the last are full
    std::size_t reserved_ = 0;
    int file_ = -1;
    std::uint64_t size_ = 0, at_ = 0;
};

}  // namespace safe_server
