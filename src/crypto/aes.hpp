// AES in counter mode, the counter counting up from 1 in little-endian order (OpenSSL). Every
// stream has a key of its own.
#pragma once

#include <memory>

#include <tresor/bytes.hpp>

namespace tresor::crypto {

// Encrypts and decrypts a stream, piece by piece. One thread at a time.
class AesCounter {
public:
    explicit AesCounter(ByteView key);  // 16, 24 or 32 bytes
    AesCounter(AesCounter&&) noexcept;
    ~AesCounter();

    void apply(ByteSpan text);

private:
    struct State;
    void next_batch();
    std::unique_ptr<State> state_;
};

}  // namespace tresor::crypto
