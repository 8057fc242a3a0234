// Raw deflate streams (RFC 1951), unpacked piece by piece (zlib, or isa-l). All memory that held
// content is wiped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include <tresor/bytes.hpp>

namespace tresor::codec {

// One thread at a time.
class Inflater {
public:
    Inflater();  // throws out_of_memory
    ~Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    void begin();  // anew

    struct Step {
        bool at_end;  // of the stream: what is left of the input does not belong to it
        std::size_t taken, given;
    };
    // Absent for what is no such stream.
    [[nodiscard]] std::optional<Step> step(ByteView input, ByteSpan room);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Twice as fast in a build with isa-l, else the same. For streams that can be trusted: at the end
// more may have been taken than belongs to the stream. One thread at a time.
class FastInflater {
public:
    FastInflater();  // throws out_of_memory
    ~FastInflater();
    FastInflater(const FastInflater&) = delete;
    FastInflater& operator=(const FastInflater&) = delete;

    void begin();  // anew
    [[nodiscard]] std::optional<Inflater::Step> step(ByteView input, ByteSpan room);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// The checksum of zip and gzip (RFC 1952, 8), of bytes that come bit by bit.
class Crc32 {
public:
    void update(ByteView bytes) noexcept;
    std::uint32_t value() const noexcept { return value_; }

private:
    std::uint32_t value_ = 0;
};

}  // namespace tresor::codec
