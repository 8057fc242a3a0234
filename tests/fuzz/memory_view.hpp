// Bytes in memory as a file.
#pragma once

#include <algorithm>

#include <tresor/error.hpp>
#include <tresor/io.hpp>

class MemoryView final : public tresor::ReadAt {
public:
    explicit MemoryView(tresor::ByteView bytes) : bytes_(bytes) {}
    std::uint64_t size() const override { return bytes_.size(); }
    void read_at(std::uint64_t offset, tresor::ByteSpan into) override {
        if (offset > bytes_.size() || into.size() > bytes_.size() - offset)
            throw tresor::Error(tresor::Errc::malformed, "beyond the end");
        std::copy_n(bytes_.data() + offset, into.size(), into.data());
    }

private:
    tresor::ByteView bytes_;
};
