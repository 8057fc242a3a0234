#include "data_backup/zip_directory.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::uint32_t all_32 = 0xFFFFFFFF;
constexpr std::uint16_t all_16 = 0xFFFF;
constexpr std::uint16_t made_by = 0x0333;  // version 5.1, Unix
constexpr std::uint16_t needed = 51;
constexpr std::uint16_t aes_method = 99;
constexpr std::uint32_t regular_file = 0x81A40000;  // mode 0644

template <class Number>
void put(Bytes& out, Number value) {
    for (std::size_t i = 0; i < sizeof(Number); ++i)
        out.push_back(static_cast<Byte>(value >> (8 * i)));
}
void put16(Bytes& out, std::uint64_t value) { put(out, static_cast<std::uint16_t>(value)); }
void put32(Bytes& out, std::uint64_t value) { put(out, static_cast<std::uint32_t>(value)); }
void put64(Bytes& out, std::uint64_t value) { put(out, value); }

void put_aes_extra(Bytes& out, const ZipEntry& entry) {
    put16(out, 0x9901);
    put16(out, 7);
    put16(out, entry.aes_version);
    put16(out, 0x4541);  // "AE"
    out.push_back(static_cast<Byte>(entry.aes_bits / 64 - 1));
    put16(out, entry.method);
}

}  // namespace

bool is_wide(const ZipEntry& entry) noexcept {
    return entry.packed_size >= all_32 || entry.size_hint >= all_32 ||
           entry.header_offset >= all_32;
}

Bytes local_header(const ZipEntry& entry) {
    bool encrypted = entry.aes_version != 0;
    Bytes out;
    put32(out, 0x04034b50);
    put16(out, needed);
    put16(out, entry.flags);
    put16(out, encrypted ? aes_method : entry.method);
    put16(out, entry.dos_time);
    put16(out, entry.dos_date);
    for (int i = 0; i < 3; ++i) put32(out, 0);  // checksum and sizes: behind the content
    put16(out, entry.name.size());
    put16(out, encrypted ? 11 : 0);
    out.insert(out.end(), entry.name.begin(), entry.name.end());
    if (encrypted) put_aes_extra(out, entry);
    return out;
}

Bytes data_descriptor(const ZipEntry& entry) {
    Bytes out;
    put32(out, 0x08074b50);
    put32(out, entry.crc);
    put32(out, entry.packed_size);
    put32(out, entry.size_hint);
    return out;
}

Bytes central_header(const ZipEntry& entry) {
    bool wide = is_wide(entry), encrypted = entry.aes_version != 0;
    Bytes out;
    put32(out, 0x02014b50);
    put16(out, made_by);
    put16(out, needed);
    put16(out, entry.flags);
    put16(out, encrypted ? aes_method : entry.method);
    put16(out, entry.dos_time);
    put16(out, entry.dos_date);
    put32(out, entry.crc);
    put32(out, wide ? all_32 : entry.packed_size);
    put32(out, wide ? all_32 : entry.size_hint);
    put16(out, entry.name.size());
    put16(out, (wide ? 32u : 0u) + (encrypted ? 11u : 0u));
    put16(out, 0);  // no comment
    put16(out, wide ? all_16 : 0);
    put16(out, 0);  // internal attributes
    put32(out, regular_file);
    put32(out, wide ? all_32 : entry.header_offset);
    out.insert(out.end(), entry.name.begin(), entry.name.end());
    if (wide) {
        put16(out, 0x0001);
        put16(out, 28);
        put64(out, entry.size_hint);
        put64(out, entry.packed_size);
        put64(out, entry.header_offset);
        put32(out, 0);  // disk
    }
    if (encrypted) put_aes_extra(out, entry);
    return out;
}

Bytes end_records(std::uint64_t entries, bool any_wide, std::uint64_t directory_offset,
                  std::uint64_t directory_size) {
    Bytes out;
    bool many = entries >= all_16;
    if (many || any_wide || directory_offset >= all_32 || directory_size >= all_32) {
        put32(out, 0x06064b50);
        put64(out, 44);
        put16(out, made_by);
        put16(out, needed);
        put32(out, 0);
        put32(out, 0);
        put64(out, entries);
        put64(out, entries);
        put64(out, directory_size);
        put64(out, directory_offset);
        put32(out, 0x07064b50);
        put32(out, 0);
        put64(out, directory_offset + directory_size);
        put32(out, 1);
    }
    put32(out, 0x06054b50);
    put32(out, 0);  // disks
    put16(out, many ? all_16 : entries);
    put16(out, many ? all_16 : entries);
    put32(out, directory_size >= all_32 ? all_32 : directory_size);
    put32(out, directory_offset >= all_32 ? all_32 : directory_offset);
    put16(out, 0);  // no comment
    return out;
}

}  // namespace tresor::data_backup
