// What may be written, and how it is told what may not.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace tresor::data_backup {

// Where a datum stands in what was given: "chats[1].messages[17]". Its text is made only to be
// told. Keeps what it is given.
class Place {
public:
    Place(std::string_view list, std::uint64_t index, const Place* around = nullptr)
        : list_(list), index_(index), around_(around) {}

    std::string text() const;
    // Throws invalid_argument: "chats[1].messages[17].uid is there twice". `field` may be empty.
    [[noreturn]] void refuse(std::string_view field, std::string_view reason) const;

    void require(bool fine, std::string_view field, std::string_view reason) const {
        if (!fine) refuse(field, reason);
    }
    void require_utf8(std::string_view field, std::string_view text) const;
    void require_identity(std::string_view field, std::string_view text) const;
    void require_id(std::string_view field, std::string_view text) const;

private:
    std::string_view list_;
    std::uint64_t index_;
    const Place* around_;
};

bool is_id(std::string_view text) noexcept;  // 16 hex digits, as the app writes them
// A decimal number as the app writes it: without a plus sign and leading zeros.
bool is_plain_integer(std::string_view text, std::int64_t least, std::int64_t most) noexcept;

// The restorer reads integers of 32 bits; over it the row is lost.
inline constexpr std::int64_t least_int = std::numeric_limits<std::int32_t>::min();
inline constexpr std::int64_t most_int = std::numeric_limits<std::int32_t>::max();
inline bool is_int(std::int64_t value) noexcept { return value >= least_int && value <= most_int; }

}  // namespace tresor::data_backup
