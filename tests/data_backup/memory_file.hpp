// An archive in memory, for tests.
#pragma once

#include <algorithm>
#include <atomic>

#include <tresor/error.hpp>
#include <tresor/io.hpp>

namespace test {

using namespace tresor;

// Counts what is read of it.
class MemoryFile final : public ReadAt {
public:
    explicit MemoryFile(Bytes bytes) : bytes_(std::move(bytes)) {}
    std::uint64_t size() const override { return bytes_.size(); }
    void read_at(std::uint64_t offset, ByteSpan into) override {
        if (offset > bytes_.size() || into.size() > bytes_.size() - offset)
            throw Error(Errc::malformed, "beyond the end");
        std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), into.size(),
                    into.begin());
        read += into.size();
    }
    std::atomic<std::uint64_t> read = 0;

private:
    Bytes bytes_;
};

}  // namespace test
