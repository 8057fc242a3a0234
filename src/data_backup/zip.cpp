#include "data_backup/zip.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <optional>
#include <set>

#include "base/findings.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::uint32_t local_signature = 0x04034b50, central_signature = 0x02014b50,
                        end_signature = 0x06054b50, end64_signature = 0x06064b50,
                        locator64_signature = 0x07064b50;
constexpr std::size_t local_size = 30, central_size = 46, end_size = 22, end64_size = 56,
                      locator64_size = 20;
constexpr std::uint16_t all_16 = 0xFFFF;
constexpr std::uint32_t all_32 = 0xFFFFFFFF;
constexpr std::uint16_t aes_method = 99;

[[noreturn]] void damaged(const std::string& what) { throw Error(Errc::malformed, what); }

// Little-endian numbers, one after the other.
class Fields {
public:
    explicit Fields(ByteView bytes) : bytes_(bytes) {}
    template <class Number>
    Number next() {
        Number value = 0;
        for (std::size_t i = 0; i < sizeof(Number); ++i)
            value = static_cast<Number>(value | static_cast<Number>(Number{bytes_[i]} << (8 * i)));
        bytes_ = bytes_.subspan(sizeof(Number));
        return value;
    }
    std::uint16_t u16() { return next<std::uint16_t>(); }
    std::uint32_t u32() { return next<std::uint32_t>(); }
    std::uint64_t u64() { return next<std::uint64_t>(); }
    void skip(std::size_t size) { bytes_ = bytes_.subspan(size); }
    ByteView take(std::size_t size) {
        ByteView taken = bytes_.first(size);
        skip(size);
        return taken;
    }
    std::size_t left() const noexcept { return bytes_.size(); }

private:
    ByteView bytes_;
};

// What the end of the file says of the directory.
struct End {
    std::uint64_t record = 0;  // where the record itself begins: the directory lies before it
    std::uint64_t entries = 0, size = 0, offset = 0;
};

template <std::size_t Size>
std::array<Byte, Size> read(ReadAt& file, std::uint64_t offset) {
    std::array<Byte, Size> bytes;
    file.read_at(offset, bytes);
    return bytes;
}

// The record of 64-bit numbers, where the small one has no room for them.
End read_end64(ReadAt& file, std::uint64_t end_record) {
    if (end_record < locator64_size) damaged("the record of the directory's place is missing");
    auto locator = read<locator64_size>(file, end_record - locator64_size);
    Fields at(locator);
    if (at.u32() != locator64_signature) damaged("the record of the directory's place is missing");
    at.skip(4);  // the disk that the record is on
    End end;
    end.record = at.u64();
    if (at.u32() > 1) throw Error(Errc::unsupported, "the archive has several parts");
    if (end.record > end_record - locator64_size ||
        end_record - locator64_size - end.record < end64_size)
        damaged("the record of the directory's place lies outside of the file");
    auto record = read<end64_size>(file, end.record);
    Fields fields(record);
    if (fields.u32() != end64_signature) damaged("the record of the directory's place is none");
    fields.skip(8 + 2 + 2);  // its size, versions
    std::uint32_t disk = fields.u32(), first_disk = fields.u32();
    if (disk != 0 || first_disk != 0)
        throw Error(Errc::unsupported, "the archive has several parts");
    std::uint64_t here = fields.u64();
    end.entries = fields.u64();
    if (here != end.entries) throw Error(Errc::unsupported, "the archive has several parts");
    end.size = fields.u64();
    end.offset = fields.u64();
    return end;
}

End read_end_at(ReadAt& file, std::uint64_t record, ByteView bytes) {
    Fields fields(bytes);
    fields.skip(4);
    std::uint16_t disk = fields.u16(), first_disk = fields.u16(), here = fields.u16();
    End end;
    end.record = record;
    end.entries = fields.u16();
    end.size = fields.u32();
    end.offset = fields.u32();
    bool large = end.entries == all_16 || end.size == all_32 || end.offset == all_32;
    // The numbers of an archive may be just these, without any other record.
    if (large && record >= locator64_size &&
        Fields(read<4>(file, record - locator64_size)).u32() == locator64_signature)
        return read_end64(file, record);
    if (end.size == all_32 || end.offset == all_32) return read_end64(file, record);
    if (disk != 0 || first_disk != 0 || here != end.entries)
        throw Error(Errc::unsupported, "the archive has several parts");
    return end;
}

// Behind it there is nothing but a comment, which says how long it is.
End read_end(ReadAt& file) {
    std::uint64_t size = file.size();
    std::uint64_t tail = std::min<std::uint64_t>(size, end_size + all_16);
    Bytes bytes(static_cast<std::size_t>(tail));
    file.read_at(size - tail, bytes);
    ByteView view = bytes;
    for (std::size_t at = bytes.size() < end_size ? 0 : bytes.size() - end_size + 1; at-- > 0;) {
        Fields fields(view.subspan(at, end_size));
        if (fields.u32() != end_signature) continue;
        fields.skip(16);
        if (at + end_size + fields.u16() != bytes.size()) continue;
        return read_end_at(file, size - tail + at, view.subspan(at, end_size));
    }
    damaged("there is no directory at the end: this is no zip file, or not all of one");
}

// Reads forward, a block at a time.
class Forward {
public:
    Forward(ReadAt& file, std::uint64_t offset, std::uint64_t size)
        : file_(file), offset_(offset), left_(size) {}

    std::uint64_t left() const noexcept { return left_ + held_.size() - at_; }

    // Good until the next call. Throws malformed if the directory has not so many bytes.
    ByteView take(std::size_t size) {
        if (size > left()) damaged("the directory is cut off");
        if (held_.size() - at_ < size) fill(size);
        at_ += size;
        return ByteView(held_).subspan(at_ - size, size);
    }

private:
    void fill(std::size_t size) {
        constexpr std::uint64_t block = 65536;
        held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(at_));
        at_ = 0;
        std::size_t had = held_.size();
        std::uint64_t more = std::min(std::max<std::uint64_t>(block, size - had), left_);
        held_.resize(had + static_cast<std::size_t>(more));
        file_.read_at(offset_, ByteSpan(held_).subspan(had));
        offset_ += more;
        left_ -= more;
    }

    ReadAt& file_;
    std::uint64_t offset_, left_;
    Bytes held_;
    std::size_t at_ = 0;
};

void read_zip64(Fields extra, ZipEntry& entry, std::uint32_t size, std::uint32_t packed,
                std::uint32_t offset) {
    auto want = [&](std::uint32_t narrow, std::uint64_t& wide) {
        if (narrow != all_32) return;
        if (extra.left() < 8) damaged("a 64-bit size is missing in the directory");
        wide = extra.u64();
    };
    want(size, entry.size_hint);
    want(packed, entry.packed_size);
    want(offset, entry.header_offset);
}

void read_aes(Fields extra, ZipEntry& entry) {
    if (extra.left() < 7) damaged("what the directory says of an encryption is cut off");
    unsigned version = extra.u16();
    bool is_ae = extra.u16() == 0x4541;  // "AE"
    unsigned strength = extra.next<std::uint8_t>();
    entry.method = extra.u16();
    // Another way of encryption stays unknown: the entry will not open.
    if (!is_ae || version < 1 || version > 2 || strength < 1 || strength > 3) return;
    entry.aes_version = version;
    entry.aes_bits = 64 + 64 * strength;
}

void read_extra(ByteView bytes, ZipEntry& entry, std::uint32_t size, std::uint32_t packed,
                std::uint32_t offset) {
    Fields fields(bytes);
    bool wide = false;
    while (fields.left() >= 4) {
        std::uint16_t id = fields.u16(), length = fields.u16();
        if (length > fields.left()) damaged("an extra field of the directory is cut off");
        Fields content(fields.take(length));
        if (id == 0x0001) {
            read_zip64(content, entry, size, packed, offset);
            wide = true;
        }
        if (id == 0x9901 && entry.method == aes_method) read_aes(content, entry);
    }
    bool needs_wide = size == all_32 || packed == all_32 || offset == all_32;
    if (needs_wide && !wide) damaged("a 64-bit size is missing in the directory");
}

ZipEntry read_central(Forward& from) {
    Fields fields(from.take(central_size));
    if (fields.u32() != central_signature) damaged("the directory is damaged");
    ZipEntry entry;
    fields.skip(4);  // versions
    entry.flags = fields.u16();
    entry.method = fields.u16();
    entry.dos_time = fields.u16();
    entry.dos_date = fields.u16();
    entry.crc = fields.u32();
    std::uint32_t packed = fields.u32(), size = fields.u32();
    std::uint16_t name = fields.u16(), extra = fields.u16(), comment = fields.u16();
    std::uint16_t disk = fields.u16();
    fields.skip(2 + 4);  // attributes
    std::uint32_t offset = fields.u32();
    entry.packed_size = packed;
    entry.size_hint = size;
    entry.header_offset = offset;
    if (disk != 0 && disk != all_16)
        throw Error(Errc::unsupported, "the archive has several parts");
    entry.name = std::string(as_text(from.take(name)));
    read_extra(from.take(extra), entry, size, packed, offset);
    from.take(comment);
    return entry;
}

// At least so many bytes an entry takes; its local header may be longer.
std::uint64_t least_end(const ZipEntry& entry) {
    std::uint64_t head = entry.header_offset + local_size + entry.name.size();
    return entry.packed_size > std::numeric_limits<std::uint64_t>::max() - head
               ? std::numeric_limits<std::uint64_t>::max()
               : head + entry.packed_size;
}

void check_extents(const ZipDirectory& directory) {
    std::vector<std::size_t> order(directory.entries.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return directory.entries[a].header_offset < directory.entries[b].header_offset;
    });
    std::uint64_t free_from = 0;
    for (std::size_t i : order) {
        const ZipEntry& entry = directory.entries[i];
        if (entry.header_offset >= directory.offset || least_end(entry) > directory.offset)
            damaged("an entry reaches beyond the place of entries");
        if (entry.header_offset < free_from) damaged("two entries share the same bytes");
        free_from = least_end(entry);
    }
}

void report_names(const ZipDirectory& directory, Findings& findings) {
    std::set<std::string_view> seen;  // no hash: whoever made the file could make it slow
    for (const ZipEntry& entry : directory.entries) {
        if (!is_plain_name(entry.name))
            findings.add("", "an entry has a name that is no plain file name");
        if (!seen.insert(entry.name).second)
            findings.add(entry.name, "the name is there twice; the first counts");
    }
}

}  // namespace

bool is_plain_name(std::string_view name) noexcept {
    if (name.empty() || name == "." || name == "..") return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte < 0x7F && c != '/' && c != '\\' && c != ':';
    });
}

ZipDirectory read_zip_directory(ReadAt& file, const ZipLimits& limits) {
    End end = read_end(file);
    if (end.size > end.record || end.offset > end.record - end.size)
        damaged("the directory lies outside of the file");
    if (end.size > limits.directory_bytes || end.entries > limits.entries)
        throw Error(Errc::too_large, "the directory has more than it may have");
    if (end.entries > end.size / central_size) damaged("the directory has no room for its entries");
    ZipDirectory directory;
    Findings findings;
    directory.offset = end.offset;
    directory.entries.reserve(static_cast<std::size_t>(end.entries));
    Forward from(file, end.offset, end.size);
    for (std::uint64_t i = 0; i < end.entries; ++i) directory.entries.push_back(read_central(from));
    if (from.left() > 0) findings.add("", "there are bytes behind the last entry of the directory");
    check_extents(directory);
    report_names(directory, findings);
    directory.findings = findings.take();
    return directory;
}

std::optional<LocalHeader> read_local_header(ReadAt& file, std::uint64_t offset,
                                             std::uint64_t end) {
    if (offset > end || end - offset < local_size) return std::nullopt;
    auto head = read<local_size>(file, offset);
    Fields fields(head);
    if (fields.u32() != local_signature) return std::nullopt;
    fields.skip(2);  // the version needed
    LocalHeader header;
    ZipEntry& entry = header.entry;
    entry.header_offset = offset;
    entry.flags = fields.u16();
    entry.method = fields.u16();
    entry.dos_time = fields.u16();
    entry.dos_date = fields.u16();
    entry.crc = fields.u32();
    std::uint32_t packed = fields.u32(), size = fields.u32();
    std::uint16_t name_size = fields.u16(), extra_size = fields.u16();
    header.begin = offset + local_size + name_size + extra_size;
    if (header.begin > end) return std::nullopt;
    entry.packed_size = packed;
    entry.size_hint = size;
    Bytes rest(std::size_t{name_size} + extra_size);
    file.read_at(offset + local_size, rest);
    ByteView view = rest;
    entry.name = std::string(as_text(view.first(name_size)));
    read_extra(view.subspan(name_size), entry, size, packed, 0);
    return header;
}

std::uint64_t content_offset(ReadAt& file, const ZipDirectory& directory, const ZipEntry& entry,
                             std::vector<std::string>& differences) {
    auto header = read_local_header(file, entry.header_offset, directory.offset);
    if (!header) damaged("there is no entry where the directory says");
    if (entry.packed_size > directory.offset - header->begin)
        damaged("an entry reaches beyond the place of entries");
    const ZipEntry& local = header->entry;
    if (local.name != entry.name) damaged("the entry and the directory have different names");
    if (local.is_encrypted() != entry.is_encrypted()) differences.emplace_back("flags");
    if (local.method != entry.method) differences.emplace_back("method");
    if (local.aes_version != entry.aes_version || local.aes_bits != entry.aes_bits)
        differences.emplace_back("encryption");
    return header->begin;
}

}  // namespace tresor::data_backup
