#include "data_backup/zip_entry.hpp"

#include <algorithm>
#include <array>

#include "codec/inflate.hpp"
#include "crypto/aes.hpp"
#include "crypto/hmac.hpp"
#include "crypto/pbkdf2_sha1.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::size_t verifier_size = 2, code_size = 10;
constexpr std::uint32_t rounds = 1000;
constexpr std::uint16_t stored = 0, deflated = 8;

std::size_t key_size_of(const ZipEntry& entry) { return entry.aes_bits / 8; }
std::size_t salt_size_of(const ZipEntry& entry) { return key_size_of(entry) / 2; }

void check_kind(const ZipEntry& entry) {
    if (entry.is_encrypted() && entry.aes_version == 0)
        throw Error(Errc::unsupported, "an entry is encrypted in a way that is not known here");
    if (entry.method != stored && entry.method != deflated)
        throw Error(Errc::unsupported, "an entry is packed in a way that is not known here");
    if (entry.aes_version != 0 &&
        entry.packed_size < salt_size_of(entry) + verifier_size + code_size)
        throw Error(Errc::malformed, "an entry is shorter than its encryption");
}

// Where its content begins, and the salt and verifier there, if it is encrypted.
Bytes look_at(ReadAt& file, const ZipDirectory& directory, const ZipEntry& entry, EntryKeys& into) {
    check_kind(entry);
    into.begin = content_offset(file, directory, entry, into.differences);
    if (entry.aes_version == 0) return {};
    Bytes head(salt_size_of(entry) + verifier_size);
    file.read_at(into.begin, head);
    into.keys.resize(2 * key_size_of(entry) + verifier_size);
    return head;
}

}  // namespace

std::vector<EntryKeys> derive_keys(ReadAt& file, const ZipDirectory& directory,
                                   std::span<const ZipEntry* const> entries, ByteView password) {
    std::vector<EntryKeys> all(entries.size());
    std::vector<Bytes> heads(entries.size());
    std::vector<crypto::Pbkdf2Sha1Job> jobs;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        try {
            heads[i] = look_at(file, directory, *entries[i], all[i]);
        } catch (const Error& error) {
            if (error.code() != Errc::malformed && error.code() != Errc::unsupported) throw;
            all[i].error = error;
        }
        if (!heads[i].empty())
            jobs.push_back(
                {ByteView(heads[i]).first(salt_size_of(*entries[i])), all[i].keys.expose()});
    }
    crypto::pbkdf2_sha1(password, jobs, rounds);
    for (std::size_t i = 0; i < entries.size(); ++i)
        all[i].fits =
            heads[i].empty() ||
            equal_in_constant_time(ByteView(heads[i]).last(verifier_size),
                                   std::as_const(all[i].keys).expose().last(verifier_size));
    return all;
}

namespace {

// Unpacks what comes, for its size and checksum only.
class Meter {
public:
    Meter(std::uint16_t method, std::uint64_t most) : method_(method), most_(most), room_(65536) {}

    // How much of it belongs to the content.
    std::size_t take(ByteView packed) {
        if (method_ == stored) {
            count(packed);
            return packed.size();
        }
        std::size_t taken = 0;
        for (bool more = true; more && !ended_;) {
            auto step = inflater_.step(packed.subspan(taken), room_.expose());
            if (!step && taken < packed.size())
                throw Error(Errc::malformed, "an entry does not inflate");
            if (!step) break;
            taken += step->taken;
            count(std::as_const(room_).expose().first(step->given));
            ended_ = step->at_end;
            more = taken < packed.size() || step->given == room_.size();
        }
        return taken;
    }

    bool ended() const noexcept { return ended_; }
    std::uint64_t size() const noexcept { return size_; }
    std::uint32_t crc() const noexcept { return crc_.value(); }

private:
    void count(ByteView bytes) {
        if (bytes.size() > most_ - size_)
            throw Error(Errc::too_large, "an entry holds more than it may");
        size_ += bytes.size();
        crc_.update(bytes);
    }

    std::uint16_t method_;
    std::uint64_t most_, size_ = 0;
    SecretBytes room_;
    codec::Inflater inflater_;
    codec::Crc32 crc_;
    bool ended_ = false;
};

}  // namespace

struct EntryReader::State {
    State(ReadAt& read_from, const ZipEntry& read_entry, EntryKeys with, const ReadLimits& most)
        : file(read_from), entry(read_entry), keys(std::move(with)), limits(most) {
        bool encrypted = !keys.keys.empty();
        text = keys.begin + (encrypted ? salt_size_of(entry) + verifier_size : 0);
        end = keys.begin + entry.packed_size - (encrypted ? code_size : 0);
        held = end - text <= limits.held_bytes;
        block.resize(held ? static_cast<std::size_t>(end - text) : limits.held_bytes);
    }

    ByteView key(std::size_t from, std::size_t size) const {
        return std::as_const(keys.keys).expose().subspan(from, size);
    }

    // The next bytes of the file into the block; empty at the end.
    ByteSpan fill() {
        auto size = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), end - at));
        ByteSpan bytes = block.expose().first(size);
        file.read_at(at, bytes);
        at += size;
        return bytes;
    }

    void authenticate() {
        std::size_t key_size = key_size_of(entry);
        crypto::HmacSha1 mac(key(key_size, key_size));
        for (at = text; at < end;) mac.update(fill());
        check(mac);
    }

    // How an entry is packed is not authenticated, and AE-2 has no checksum: whoever says of a
    // packed one that it is not changes what is read. Bytes that are one whole deflate stream were
    // packed.
    void check_method() {
        if (entry.method != stored || entry.aes_version != 2 || text == end) return;
        crypto::AesCounter opened(key(0, key_size_of(entry)));
        Meter meter(deflated, limits.content_bytes);
        std::uint64_t taken = 0;
        try {
            SecretBytes piece(65536);  // what was never packed shows so at once
            for (std::uint64_t from = text; from < end && !meter.ended();) {
                auto size =
                    static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), end - from));
                ByteSpan bytes = piece.expose().first(size);
                file.read_at(from, bytes);
                opened.apply(bytes);
                taken += meter.take(bytes);
                from += size;
            }
        } catch (const Error& error) {
            if (error.code() == Errc::malformed) return;  // no such stream
            throw;
        }
        if (meter.ended() && taken == end - text)
            throw Error(Errc::malformed,
                        "an entry is packed, though its headers say that it is not");
    }

    // What was read a second time is what was authenticated.
    void authenticate_again() {
        if (!again) return;
        while (at < end) again->update(fill());
        check(*again);
        again.reset();
    }

    void check(crypto::HmacSha1& mac) {
        std::array<Byte, code_size> code;
        file.read_at(end, code);
        auto computed = mac.finish();
        if (!equal_in_constant_time(code, ByteView(computed).first(code_size)))
            throw Error(Errc::auth_failed,
                        "an entry does not authenticate: it was damaged or changed");
    }

    void start() {
        bool encrypted = !keys.keys.empty();
        std::size_t key_size = key_size_of(entry);
        if (encrypted) {
            check_method();
            authenticate();
            cipher.emplace(key(0, key_size));
            if (!held) again.emplace(key(key_size, key_size));
        }
        whole_is_there = encrypted && held;
        at = text;
        input = {};
        given = 0;
        ended = more_to_come = false;
        inflater.begin();
        crc = codec::Crc32();
    }

    // More packed bytes, decrypted; false at the end.
    bool refill() {
        if (at == end && !whole_is_there) return false;
        ByteSpan bytes;
        if (whole_is_there) {  // since it was authenticated
            bytes = block.expose();
            at = end;
        } else {
            bytes = fill();
            if (again) again->update(bytes);
        }
        whole_is_there = false;  // it will be decrypted
        if (cipher) cipher->apply(bytes);
        input = bytes;
        return true;
    }

    std::size_t unpack(ByteSpan into) {
        std::size_t done = 0;
        while (done == 0 && !ended) {
            if (input.empty() && !more_to_come && !refill()) {
                if (entry.method == deflated)
                    throw Error(Errc::malformed, "an entry ends before its content does");
                ended = true;
            } else {
                done = entry.method == stored ? copy(into) : inflate(into);
            }
        }
        return done;
    }

    std::size_t copy(ByteSpan into) {
        std::size_t size = std::min(input.size(), into.size());
        std::copy_n(input.begin(), size, into.begin());
        input = input.subspan(size);
        return size;
    }

    std::size_t inflate(ByteSpan into) {
        auto step = inflater.step(input, into);
        if (!step && !input.empty()) throw Error(Errc::malformed, "an entry does not inflate");
        more_to_come = step && step->given == into.size();
        if (!step) return 0;  // there was nothing more
        input = input.subspan(step->taken);
        ended = step->at_end;  // padding behind it is nothing: data-backup.md 1.8
        return step->given;
    }

    // AE-2 has no checksum: its authentication code is better.
    bool has_checksum() const { return entry.aes_version != 2; }

    ReadAt& file;
    const ZipEntry& entry;
    EntryKeys keys;
    ReadLimits limits;
    std::uint64_t text = 0, end = 0, at = 0, given = 0;
    bool held = false, whole_is_there = false, ended = false;
    bool more_to_come = false;  // of what was taken in: the room was full
    SecretBytes block;
    ByteView input;
    codec::FastInflater inflater;
    codec::Crc32 crc;
    std::optional<crypto::AesCounter> cipher;
    std::optional<crypto::HmacSha1> again;  // of an entry that is read twice
};

EntryReader::EntryReader(ReadAt& file, const ZipEntry& entry, EntryKeys keys,
                         const ReadLimits& limits) {
    if (keys.error) throw *keys.error;
    if (!keys.fits)
        throw Error(Errc::auth_failed, "the password does not fit, or an entry was damaged");
    state_ = std::make_unique<State>(file, entry, std::move(keys), limits);
    state_->start();
}

EntryReader::~EntryReader() = default;

void EntryReader::rewind() { state_->start(); }

std::size_t EntryReader::read(ByteSpan into) {
    State& state = *state_;
    if (into.empty()) return 0;
    std::size_t size = state.unpack(into);
    if (size > state.limits.content_bytes - state.given)
        throw Error(Errc::too_large, "an entry holds more than it may");
    state.given += size;
    if (size == 0) state.authenticate_again();
    if (!state.has_checksum()) return size;
    state.crc.update(into.first(size));
    if (size == 0 && state.crc.value() != state.entry.crc)
        throw Error(Errc::malformed, "an entry does not have its checksum");
    return size;
}

// ---- entries without a directory ----

Measured measure_entry(ReadAt& file, const LocalHeader& header, bool told, ByteView password,
                       const ReadLimits& limits) {
    const ZipEntry& entry = header.entry;
    check_kind(entry);
    std::size_t key_size = key_size_of(entry), head_size = salt_size_of(entry) + verifier_size;
    Bytes head(head_size);
    file.read_at(header.begin, head);
    SecretBytes keys(2 * key_size + verifier_size);
    crypto::Pbkdf2Sha1Job job{ByteView(head).first(salt_size_of(entry)), keys.expose()};
    crypto::pbkdf2_sha1(password, {&job, 1}, rounds);
    ByteView key = std::as_const(keys).expose();
    Measured found;
    found.fits =
        equal_in_constant_time(ByteView(head).last(verifier_size), key.last(verifier_size));
    if (!found.fits || (entry.method == stored && !told)) return found;

    crypto::AesCounter cipher(key.first(key_size));
    crypto::HmacSha1 mac(key.subspan(key_size, key_size));
    Meter meter(entry.method, limits.content_bytes);
    SecretBytes block(65536);
    Bytes packed(block.size());
    std::uint64_t at = header.begin + head_size;
    std::uint64_t end = header.begin + entry.packed_size - code_size;
    while (at < end && (told || !meter.ended())) {
        auto size = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), end - at));
        file.read_at(at, ByteSpan(packed).first(size));
        std::copy_n(packed.begin(), size, block.expose().begin());
        cipher.apply(block.expose().first(size));
        std::size_t taken = meter.take(std::as_const(block).expose().first(size));
        if (told) taken = size;
        mac.update(ByteView(packed).first(taken));
        at += taken;
        if (told && meter.ended() && end - at > packed.size()) return found;  // that is no padding
    }
    std::array<Byte, code_size> code;
    file.read_at(at, code);
    auto computed = mac.finish();
    bool whole = entry.method == stored || meter.ended();
    if (!whole || !equal_in_constant_time(code, ByteView(computed).first(code_size))) return found;
    found.size = meter.size();
    found.packed_size = at + code_size - header.begin;
    found.crc = meter.crc();
    return found;
}

}  // namespace tresor::data_backup
