#include <tresor/backup_id.hpp>

#include <algorithm>

#include "codec/hex.hpp"

namespace tresor {

BackupId::BackupId(std::span<const Byte, size> bytes) noexcept {
    std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

std::optional<BackupId> BackupId::parse(std::string_view hex) {
    std::array<Byte, size> bytes;
    if (!codec::hex_decode(hex, bytes, codec::HexCase::lower)) return std::nullopt;
    return BackupId(bytes);
}

std::string BackupId::hex() const { return codec::hex_encode(bytes_); }

std::string BackupId::shard() const { return codec::hex_encode(bytes().first(1)); }

std::string BackupId::object_name() const { return "backups/" + hex(); }

}  // namespace tresor
