// Raw deflate streams (RFC 1951), unpacked piece by piece (zlib). All memory that held content is
// wiped.
#pragma once

#include <cstddef>
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

}  // namespace tresor::codec
