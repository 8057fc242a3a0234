// The contents of entries: WinZip's AES around deflate (data-backup.md 1.2, 1.3, 1.8, 1.9).
//
//     content := salt (8, 12 or 16) || verifier (2) || AES-CTR(deflate(bytes)) || HMAC-SHA1 (10)
//     PBKDF2-HMAC-SHA1(password, salt, 1000) = AES key || HMAC key || verifier
//
// Nothing comes out before the whole entry has been authenticated: what fits into memory is read
// once, what is larger twice. How much comes out is bounded, whatever the archive says.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tresor/io.hpp>
#include <tresor/secret.hpp>

#include "data_backup/zip.hpp"

namespace tresor::data_backup {

struct ReadLimits {
    std::uint64_t content_bytes = std::uint64_t{4} << 30;  // of one entry, unpacked
    std::size_t held_bytes = std::size_t{1} << 20;         // of its packed bytes at a time
};

// Whether an error is about one entry: the rest of the archive may be fine.
inline bool is_of_entry(const Error& error) noexcept {
    return error.code() == Errc::auth_failed || error.code() == Errc::malformed ||
           error.code() == Errc::too_large || error.code() == Errc::unsupported;
}

// What opens one entry.
struct EntryKeys {
    SecretBytes keys;                      // AES key, HMAC key, verifier; empty: not encrypted
    bool fits = false;                     // the verifier: so are 65,535 of 65,536 wrong ones told
    std::uint64_t begin = 0;               // of the content in the file
    std::vector<std::string> differences;  // of the local header, from the directory
    std::optional<Error> error;            // malformed, unsupported: there is nothing to open
};

// Derives the keys of several entries side by side, which is far faster than one by one.
std::vector<EntryKeys> derive_keys(ReadAt& file, const ZipDirectory& directory,
                                   std::span<const ZipEntry* const> entries, ByteView password);

// The content of an entry. Keeps the file and the entry. One thread at a time.
class EntryReader final : public ByteSource {
public:
    // Authenticates. Throws auth_failed for a wrong password and for what does not authenticate,
    // the error in the keys, if any.
    EntryReader(ReadAt& file, const ZipEntry& entry, EntryKeys keys, const ReadLimits& limits = {});
    ~EntryReader() override;

    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    // Throws malformed for what does not inflate or is cut, too_large over the limit.
    std::size_t read(ByteSpan into) override;
    void rewind() override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

// How long the content of an entry is that no directory tells of.
struct Measured {
    bool fits = false;                  // the verifier
    std::optional<std::uint64_t> size;  // unpacked; absent: it is not whole, or not authentic
    std::uint64_t packed_size = 0;      // with all that encryption adds
    std::uint32_t crc = 0;              // of the content
};
// `packed_size` of the header's entry: exact if `told`, else the most it can be. Then the content
// is deflated and ends where that ends. Throws malformed, unsupported, too_large.
Measured measure_entry(ReadAt& file, const LocalHeader& header, bool told, ByteView password,
                       const ReadLimits& limits = {});

}  // namespace tresor::data_backup
