// Fingerprints of foreign texts that nobody can make collide: the key is random. What is kept of
// a million messages is then some megabytes, and none of their texts.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>

#include <tresor/bytes.hpp>

#include "crypto/hash.hpp"
#include "crypto/random.hpp"

namespace tresor::data_backup {

// One thread at a time.
class KeyedHash {
public:
    KeyedHash() { crypto::random_bytes(key_); }

    // Never 0. Where one part ends and the next begins counts.
    std::uint64_t operator()(std::initializer_list<std::string_view> parts) {
        joined_.clear();
        for (std::string_view part : parts) add(part);
        return finish();
    }
    void begin() { joined_.clear(); }
    void add(std::string_view part) {
        std::uint64_t size = part.size();
        joined_.append(reinterpret_cast<const char*>(&size), sizeof size);
        joined_.append(part);
    }
    std::uint64_t finish() {
        std::array<Byte, 16> digest;
        crypto::blake2b(digest, as_bytes(joined_), key_);
        std::uint64_t value;
        std::memcpy(&value, digest.data(), sizeof value);
        return value != 0 ? value : 1;
    }

private:
    std::array<Byte, 32> key_;
    std::string joined_;
};

}  // namespace tresor::data_backup
