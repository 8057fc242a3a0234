// HMAC-SHA1 (RFC 2104, OpenSSL).
#pragma once

#include <array>
#include <memory>

#include <tresor/bytes.hpp>

namespace tresor::crypto {

// Of bytes that come bit by bit. One thread at a time.
class HmacSha1 {
public:
    explicit HmacSha1(ByteView key);
    ~HmacSha1();
    HmacSha1(const HmacSha1&) = delete;
    HmacSha1& operator=(const HmacSha1&) = delete;

    void update(ByteView bytes);
    std::array<Byte, 20> finish();  // once

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tresor::crypto
