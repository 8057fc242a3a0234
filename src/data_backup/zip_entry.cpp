#include "data_backup/zip_entry.hpp"

#include <algorithm>
#include <array>

#include "codec/inflate.hpp"
#include "crypto/aes.hpp"
#include "crypto/hmac.hpp"
#include "crypto/kdf.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::size_t verifier_size = 2, code_size = 10, output_block = 65536;
constexpr std::uint32_t rounds = 1000;
constexpr std::uint16_t stored = 0, deflated = 8;

// Where the parts of an encrypted entry lie.
struct Parts {
    std::uint64_t salt, text, code;  // offsets in the file
    std::size_t key_size;

    std::uint64_t text_size() const noexcept { return code - text; }
    std::size_t salt_size() const noexcept { return key_size / 2; }
};

Parts parts_of(const ZipEntry& entry, std::uint64_t begin) {
    std::size_t key_size = entry.aes_bits / 8, salt_size = key_size / 2;
    if (entry.packed_size < salt_size + verifier_size + code_size)
        throw Error(Errc::malformed, "an entry is shorter than its encryption");
    return {begin, begin + salt_size + verifier_size, begin + entry.packed_size - code_size,
            key_size};
}

// AES key, HMAC key, verifier.
SecretBytes keys_of(ReadAt& file, const Parts& parts, ByteView password) {
    Bytes salt(parts.salt_size());
    file.read_at(parts.salt, salt);
    SecretBytes keys(2 * parts.key_size + verifier_size);
    crypto::pbkdf2_sha1(password, salt, rounds, keys.expose());
    return keys;
}

// The bytes of the text, a block at a time; one block if it is held whole.
template <class Work>
void each_block(ReadAt& file, const Parts& parts, SecretBytes& block, const Work& work) {
    for (std::uint64_t at = parts.text; at < parts.code;) {
        auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), parts.code - at));
        ByteSpan bytes = block.expose().first(size);
        file.read_at(at, bytes);
        work(bytes);
        at += size;
    }
}

// Unpacks into a sink, up to a limit.
class Unpacker {
public:
    Unpacker(std::uint16_t method, std::uint64_t most, ByteSink& into)
        : method_(method), most_(most), into_(into), room_(output_block) {}

    void take(ByteView packed) {
        if (method_ == stored) return give(packed);
        while (!ended_) {
            auto step = inflater_.step(packed, room_.expose());
            if (!step) throw Error(Errc::malformed, "an entry does not inflate");
            give(std::as_const(room_).expose().first(step->given));
            packed = packed.subspan(step->taken);
            ended_ = step->at_end;
            if (step->given < room_.size() && packed.empty()) return;
        }
        // Padding behind the end of the stream: data-backup.md 1.8.
    }
    std::uint64_t finish() {
        if (method_ == deflated && !ended_)
            throw Error(Errc::malformed, "an entry ends before its content does");
        return given_;
    }

private:
    void give(ByteView bytes) {
        if (bytes.size() > most_ - given_)
            throw Error(Errc::too_large, "an entry holds more than it may");
        given_ += bytes.size();
        into_.write(bytes);
    }

    std::uint16_t method_;
    std::uint64_t most_, given_ = 0;
    ByteSink& into_;
    SecretBytes room_;
    codec::Inflater inflater_;
    bool ended_ = false;
};

}  // namespace

EntryRead read_entry(ReadAt& file, const ZipDirectory& directory, const ZipEntry& entry,
                     ByteView password, ByteSink& into, const ReadLimits& limits) {
    if (entry.aes_version == 0)
        throw Error(Errc::unsupported, "an entry is not encrypted, or in a way not known here");
    if (entry.method != stored && entry.method != deflated)
        throw Error(Errc::unsupported, "an entry is packed in a way not known here");
    EntryRead read;
    Parts parts = parts_of(entry, content_offset(file, directory, entry, read.differences));
    SecretBytes keys = keys_of(file, parts, password);
    ByteView key = std::as_const(keys).expose();
    std::array<Byte, verifier_size> verifier;
    file.read_at(parts.salt + parts.salt_size(), verifier);
    if (!equal_in_constant_time(verifier, key.last(verifier_size))) {
        read.fault = EntryFault::wrong_password;
        return read;
    }

    bool held = parts.text_size() <= limits.held_bytes;
    SecretBytes block(held ? static_cast<std::size_t>(parts.text_size()) : limits.held_bytes);
    crypto::HmacSha1 mac(key.subspan(parts.key_size, parts.key_size));
    each_block(file, parts, block, [&](ByteSpan bytes) { mac.update(bytes); });
    std::array<Byte, code_size> code;
    file.read_at(parts.code, code);
    auto computed = mac.finish();
    if (!equal_in_constant_time(code, ByteView(computed).first(code_size))) {
        read.fault = EntryFault::damaged;
        return read;
    }

    crypto::AesCounter cipher(key.first(parts.key_size));
    Unpacker unpacker(entry.method, limits.content_bytes, into);
    auto open = [&](ByteSpan bytes) {
        cipher.apply(bytes);
        unpacker.take(bytes);
    };
    if (held)
        open(block.expose());
    else
        each_block(file, parts, block, open);
    read.size = unpacker.finish();
    read.size_differs = read.size != entry.size_hint;
    return read;
}

}  // namespace tresor::data_backup
