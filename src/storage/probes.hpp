// Sources and sinks that do something in the middle, or break there: what a check of a store asks
// with.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>

#include <tresor/error.hpp>
#include <tresor/io.hpp>

namespace tresor::storage {

// What the sources and sinks of these questions break with: no store makes it up.
inline constexpr Errc broken = Errc::out_of_memory;

// Does something at its first block.
class Hook {
public:
    explicit Hook(std::function<void()> then) : then_(std::move(then)) {}
    void pull() {
        if (then_) std::exchange(then_, nullptr)();
    }

private:
    std::function<void()> then_;
};

// Gives `bytes` in two parts, and does something in between.
class TwoParts final : public ByteSource {
public:
    TwoParts(ByteView bytes, std::function<void()> between)
        : bytes_(bytes), between_(std::move(between)) {}
    std::optional<std::uint64_t> size() const override { return bytes_.size(); }
    std::size_t read(ByteSpan into) override {
        std::size_t half = bytes_.size() / 2, end = at_ < half ? half : bytes_.size();
        if (at_ == half) between_.pull();
        std::size_t size = std::min(into.size(), end - at_);
        std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), size, into.begin());
        at_ += size;
        return size;
    }
    void rewind() override { at_ = 0; }

private:
    ByteView bytes_;
    std::size_t at_ = 0;
    Hook between_;
};

// Collects, and does something once the first bytes have come.
class Interrupted final : public ByteSink {
public:
    explicit Interrupted(std::function<void()> after_first) : hook_(std::move(after_first)) {}
    void write(ByteView bytes) override {
        sink_.write(bytes);
        hook_.pull();
    }
    void restart() override { sink_.restart(); }
    const Bytes& bytes() const { return sink_.bytes(); }

private:
    MemorySink sink_;
    Hook hook_;
};

[[noreturn]] inline void break_off() { throw Error(broken, "broken off by the check"); }

}  // namespace tresor::storage
