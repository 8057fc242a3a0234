// The anonymous name of a Safe: 32 bytes derived from ID and password (safe.md 1 and 2).
//
// Whoever knows the name can download, overwrite or delete the object: show it with care. Without
// the password it says nothing about the identity.
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include <tresor/bytes.hpp>

namespace tresor {

class BackupId {
public:
    static constexpr std::size_t size = 32;

    explicit BackupId(std::span<const Byte, size> bytes) noexcept;
    // 64 lowercase hex digits, else absent.
    static std::optional<BackupId> parse(std::string_view hex);

    ByteView bytes() const noexcept { return bytes_; }
    std::string hex() const;          // 64 lowercase digits
    std::string shard() const;        // the first byte as two digits: "06"
    std::string object_name() const;  // "backups/" + hex()
    auto operator<=>(const BackupId&) const = default;

private:
    std::array<Byte, size> bytes_;
};

}  // namespace tresor
