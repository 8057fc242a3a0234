#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include <tresor/data_backup/reader.hpp>

#include "data_backup/container.hpp"
#include "data_backup/zip_directory.hpp"

// An archive that was cut off has no directory; its entries are found by the headers before them.
// Their sizes are often not told there: content ends where deflate says it does, and the code that
// authenticates it stands behind (data-backup.md 8).
namespace tresor::data_backup {

namespace {

constexpr std::uint16_t sizes_behind = 0x0008;  // flag: in a descriptor
constexpr std::array<Byte, 4> local_signature = {'P', 'K', 3, 4};

// Finds where local headers may stand; a block is read once, however many are in it.
class Headers {
public:
    explicit Headers(ReadAt& file) : file_(file) {}
    // The next from `at` on; the end of the file if there is none.
    std::uint64_t next(std::uint64_t at) {
        constexpr std::uint64_t most = 65536;
        while (file_.size() - at >= local_signature.size()) {
            if (at < begin_ || at + local_signature.size() > begin_ + block_.size()) {
                block_.resize(static_cast<std::size_t>(std::min(most, file_.size() - at)));
                file_.read_at(at, block_);
                begin_ = at;
            }
            auto from = block_.begin() + static_cast<std::ptrdiff_t>(at - begin_);
            auto found =
                std::search(from, block_.end(), local_signature.begin(), local_signature.end());
            if (found != block_.end())
                return begin_ + static_cast<std::uint64_t>(found - block_.begin());
            at = begin_ + block_.size() - (local_signature.size() - 1);
        }
        return file_.size();
    }

private:
    ReadAt& file_;
    Bytes block_;
    std::uint64_t begin_ = 0;
};

class Salvager {
public:
    Salvager(ReadAt& file, const Password& password, ByteSink& into, const ReadOptions& options)
        : file_(file), into_(into), options_(options) {
        passwords_.emplace_back(as_bytes(password.expose()));
        SecretBytes low = low_bytes_of(password.expose());
        if (!low.empty() && low != passwords_[0]) passwords_.push_back(std::move(low));
    }

    Salvaged run() {
        Headers headers(file_);
        for (std::uint64_t at = 0; (at = headers.next(at)) < file_.size();) {
            if (options_.progress && !options_.progress(at, file_.size()))
                throw Error(Errc::cancelled, "cancelled");
            auto end = take(at);
            at = end ? *end : at + local_signature.size();
        }
        if (headers_ == 0)
            throw Error(Errc::malformed, "there is no entry of a backup in this file");
        if (!opened_) throw Error(Errc::auth_failed, "no entry opens with this password");
        if (recovered_.empty()) throw Error(Errc::malformed, "no entry of this file is whole");
        finish();
        return {recovered_.size(), headers_ - recovered_.size()};
    }

private:
    // Copies the entry that begins here, if it is whole. Gives its end.
    std::optional<std::uint64_t> take(std::uint64_t at) {
        auto header = look_at(at);
        if (!header) return std::nullopt;
        ++headers_;
        for (std::size_t i = 0; i < passwords_.size(); ++i) {
            std::size_t which = (i + last_fit_) % passwords_.size();
            if (!measure(*header, std::as_const(passwords_[which]).expose())) continue;
            last_fit_ = which;
            return copy_out(*header);
        }
        return std::nullopt;
    }

    std::optional<LocalHeader> look_at(std::uint64_t at) {
        try {
            auto header = read_local_header(file_, at, file_.size());
            bool ours = header && header->entry.aes_version != 0 && header->entry.is_encrypted();
            return ours ? header : std::nullopt;
        } catch (const Error& error) {
            if (error.code() != Errc::malformed) throw;
            return std::nullopt;
        }
    }

    // Finds out how long the content is; false if it is not whole.
    bool measure(LocalHeader& header, ByteView password) {
        ZipEntry& entry = header.entry;
        bool told = (entry.flags & sizes_behind) == 0 && entry.packed_size > 0;
        if (!told) entry.packed_size = file_.size() - header.begin;
        // Of what is not packed only the code behind it tells where it ends: many headers before
        // one place must not have it read again for each.
        constexpr std::uint16_t stored = 0;
        constexpr std::uint64_t most_times = 4;
        if (entry.method == stored && vain_ / most_times > file_.size()) return false;
        if (entry.method == stored) vain_ += entry.packed_size;
        try {
            auto found = measure_entry(file_, header, told, password, limits());
            opened_ = opened_ || found.fits;
            if (!found.size || (told && found.packed_size != entry.packed_size)) return false;
            if (entry.method == stored) vain_ -= entry.packed_size;
            entry.size_hint = *found.size;
            entry.packed_size = found.packed_size;
            if (entry.aes_version == 1) entry.crc = found.crc;
            return true;
        } catch (const Error& error) {
            if (!is_of_entry(error)) throw;
            return false;
        }
    }

    ReadLimits limits() const { return {.content_bytes = options_.max_content_bytes}; }

    // Headers as they are, so that they stay what the app wrote; sizes behind, where they were.
    std::uint64_t copy_out(LocalHeader& header) {
        ZipEntry& entry = header.entry;
        std::uint64_t from = entry.header_offset, end = header.begin + entry.packed_size;
        entry.header_offset = written_;
        Bytes block(65536);
        for (std::uint64_t at = from; at < end;) {
            auto size = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), end - at));
            file_.read_at(at, ByteSpan(block).first(size));
            write(ByteView(block).first(size));
            at += size;
        }
        if ((entry.flags & sizes_behind) != 0) write(data_descriptor(entry));
        recovered_.push_back(std::move(entry));
        return end;
    }

    void write(ByteView bytes) {
        into_.write(bytes);
        written_ += bytes.size();
    }

    void finish() {
        std::uint64_t begin = written_;
        for (const ZipEntry& entry : recovered_) write(central_header(entry));
        bool any_wide = std::any_of(recovered_.begin(), recovered_.end(), is_wide);
        write(end_records(recovered_.size(), any_wide, begin, written_ - begin));
    }

    ReadAt& file_;
    ByteSink& into_;
    const ReadOptions& options_;
    std::vector<SecretBytes> passwords_;
    std::size_t last_fit_ = 0;
    std::vector<ZipEntry> recovered_;
    std::uint64_t headers_ = 0, written_ = 0;
    std::uint64_t vain_ = 0;  // bytes of stored entries that turned out not to be whole
    bool opened_ = false;
};

}  // namespace

Salvaged salvage(ReadAt& file, const Password& password, ByteSink& into,
                 const ReadOptions& options) {
    return Salvager(file, password, into, options).run();
}

}  // namespace tresor::data_backup
