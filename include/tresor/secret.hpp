// Secrets: types that move, wipe themselves, compare in constant time and cannot be printed.
//
//     Secret<N, Tag>   a key of N bytes; the tag keeps one kind of key from passing for another
//     SecretBytes      a buffer of any size, such as an opened document
//     Password         what a person typed: not empty, no U+0000, never normalised or trimmed
//
// None of them is copied by accident: clone() says it. expose() is the one door to the bytes, and
// can be searched for. Memory is wiped before it is given back, also when a buffer grows.
// Pages are not locked: swap space belongs to whoever runs the machine.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <tresor/bytes.hpp>
#include <tresor/error.hpp>

namespace tresor {

// Overwrites memory with zeros; the compiler cannot leave it out.
void wipe(void* memory, std::size_t size) noexcept;

// False if the sizes differ. The time taken depends on the sizes only.
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b) noexcept;

// Wipes each block before it is freed.
template <class T>
struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>&) noexcept {}
    T* allocate(std::size_t n) { return std::allocator<T>{}.allocate(n); }
    void deallocate(T* block, std::size_t n) noexcept {
        wipe(block, n * sizeof(T));
        std::allocator<T>{}.deallocate(block, n);
    }
    template <class U>
    bool operator==(const WipingAllocator<U>&) const noexcept {
        return true;
    }
};

template <std::size_t N, class Tag>
class Secret {
public:
    static constexpr std::size_t size = N;

    // Throws invalid_argument if there are not exactly N bytes.
    explicit Secret(ByteView bytes) {
        if (bytes.size() != N) throw Error(Errc::invalid_argument, "a key has the wrong length");
        std::copy(bytes.begin(), bytes.end(), bytes_.begin());
    }
    // A secret whose bytes `fill` writes in place; it gets a std::span<Byte, N>.
    template <class Fill>
    static Secret made_by(Fill&& fill) {
        Secret made;
        std::forward<Fill>(fill)(std::span<Byte, N>(made.bytes_));
        return made;
    }

    Secret(Secret&& other) noexcept : bytes_(other.bytes_) { other.wipe_self(); }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            bytes_ = other.bytes_;
            other.wipe_self();
        }
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe_self(); }

    Secret clone() const { return Secret(ByteView(bytes_)); }
    std::span<const Byte, N> expose() const noexcept { return std::span<const Byte, N>(bytes_); }

    friend bool operator==(const Secret& a, const Secret& b) noexcept {
        return equal_in_constant_time(a.bytes_, b.bytes_);
    }

private:
    Secret() = default;
    void wipe_self() noexcept { wipe(bytes_.data(), N); }

    std::array<Byte, N> bytes_{};
};

class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(std::size_t size) : bytes_(size) {}
    explicit SecretBytes(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
    SecretBytes(SecretBytes&&) noexcept = default;
    SecretBytes& operator=(SecretBytes&&) noexcept = default;
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    ~SecretBytes() = default;

    SecretBytes clone() const { return SecretBytes(expose()); }
    ByteView expose() const noexcept { return bytes_; }
    ByteSpan expose() noexcept { return bytes_; }

    std::size_t size() const noexcept { return bytes_.size(); }
    bool empty() const noexcept { return bytes_.empty(); }
    void reserve(std::size_t size) { bytes_.reserve(size); }
    // Bytes cut off are wiped at once.
    void resize(std::size_t size) {
        if (size < bytes_.size()) wipe(bytes_.data() + size, bytes_.size() - size);
        bytes_.resize(size);
    }
    void append(ByteView more) { bytes_.insert(bytes_.end(), more.begin(), more.end()); }
    void push_back(Byte byte) { bytes_.push_back(byte); }

    friend bool operator==(const SecretBytes& a, const SecretBytes& b) noexcept {
        return equal_in_constant_time(a.bytes_, b.bytes_);
    }

private:
    std::vector<Byte, WipingAllocator<Byte>> bytes_;
};

class Password {
public:
    // Throws invalid_argument if the text is empty or holds U+0000 (safe.md 1, traps 2 and 4).
    explicit Password(std::string_view text);

    std::string_view expose() const noexcept { return as_text(bytes_.expose()); }
    Password clone() const { return Password(expose()); }

private:
    SecretBytes bytes_;
};

}  // namespace tresor
