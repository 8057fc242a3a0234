#include "data_backup/zip_writer.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <tresor/error.hpp>

#include "codec/deflate.hpp"
#include "crypto/aes.hpp"
#include "crypto/hmac.hpp"
#include "crypto/pbkdf2_sha1.hpp"
#include "crypto/random.hpp"
#include "data_backup/parallel.hpp"
#include "data_backup/zip_directory.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::size_t key_size = 32, salt_size = 16, verifier_size = 2, code_size = 10;
constexpr std::size_t all_keys_size = 2 * key_size + verifier_size;
constexpr std::uint32_t rounds = 1000;
constexpr int level = 5;

constexpr std::size_t piece_size = 2 * 65535;  // two stored blocks
constexpr std::size_t most_pieces = 1024;      // that wait, of small entries
constexpr std::size_t keys_at_once = 8;
constexpr std::size_t write_size = std::size_t{64} << 10;

// What waits for its turn: enough for every thread, and no more.
std::size_t room_for(unsigned jobs) {
    constexpr std::size_t mib = std::size_t{1} << 20;
    return std::clamp<std::size_t>(jobs, 4, 64) * mib;
}

std::pair<std::uint16_t, std::uint16_t> dos_time_of(const CivilTime& time) {
    if (time.year < 1980) return {0, 1 << 5 | 1};
    if (time.year > 2107) return {23 << 11 | 59 << 5 | 29, 127 << 9 | 12 << 5 | 31};
    auto year = static_cast<unsigned>(time.year - 1980);
    return {static_cast<std::uint16_t>(time.hour << 11 | time.minute << 5 | time.second / 2),
            static_cast<std::uint16_t>(year << 9 | time.month << 5 | time.day)};
}

// An entry between its first byte and its last.
struct OpenEntry {
    ZipEntry header;
    bool packed = false;  // else stored within deflate
    std::array<Byte, salt_size> salt{};
    SecretBytes keys;
    std::optional<crypto::AesCounter> cipher;
    std::optional<crypto::HmacSha1> mac;
    bool begun = false;  // its header is written
};

// A part of the content of an entry.
struct Piece {
    OpenEntry* entry;
    std::size_t begin, size;  // in the plain bytes
    std::size_t before;       // bytes of the same entry that stand before it
    bool last;
    std::size_t out = 0, out_size = 0;  // in the packed bytes
};

}  // namespace

ZipWriteOptions zip_options(const WriteOptions& write) {
    ZipWriteOptions options;
    options.time = civil_time(write.made_at, write.utc_offset);
    options.jobs = write.jobs;
    options.salt = write.random;
    options.progress = write.progress;
    return options;
}

bool is_packed(std::string_view entry_name) noexcept {
    return entry_name == "settings" ||
           (entry_name.ends_with(".csv") && entry_name != "nonce_counts.csv");
}

struct ZipWriter::State {
    State(ByteSink& sink, const Password& pass, ZipWriteOptions with)
        : into(sink), password(pass.clone()), options(std::move(with)) {}

    // ---- what comes in ----

    ByteSpan room() {
        if (filled - open_begin == piece_size) close_piece(false);
        if (filled == plain.size()) make_room();
        std::size_t most = std::min(piece_size - (filled - open_begin), plain.size() - filled);
        return plain.expose().subspan(filled, most);
    }

    // Most archives are small, and need less than there may be.
    void make_room() {
        constexpr std::size_t least = std::size_t{32} << 10;
        std::size_t most = codec::deflate_window + piece_size + room_for(options.jobs);
        if (plain.size() == most) return flush();
        plain.resize(std::clamp(2 * plain.size(), least, most));
    }

    void close_piece(bool last) {
        std::size_t before = std::min(codec::deflate_window, open_begin - entry_begin);
        pieces.push_back({entry.get(), open_begin, filled - open_begin, before, last});
        open_begin = filled;
    }

    void end_entry() {
        close_piece(true);
        entries.push_back(std::move(entry));
        entry_begin = open_begin;
        if (pieces.size() >= most_pieces) flush();
    }

    // ---- what goes out ----

    // Packs, encrypts and writes all pieces that are complete.
    void flush() {
        auto jobs = find_keys();
        lay_out();
        std::size_t batches = (jobs.size() + keys_at_once - 1) / keys_at_once;
        in_parallel(options.jobs, batches + pieces.size(), [&](std::size_t i) {
            if (i >= batches) return pack(pieces[i - batches]);
            std::span<const crypto::Pbkdf2Sha1Job> some(jobs);
            some = some.subspan(i * keys_at_once,
                                std::min(keys_at_once, some.size() - i * keys_at_once));
            crypto::pbkdf2_sha1(as_bytes(password.expose()), some, rounds);
        });
        share_keys();
        auto runs = runs_of_entries();
        in_parallel(options.jobs, runs.size(), [&](std::size_t i) { seal(runs[i]); });
        for (const Piece& piece : pieces) write_piece(piece);
        pieces.clear();
        entries.clear();
        keep_the_rest();
    }

    // Keys of entries that begin here; one with the salt of the one before it shares its keys.
    std::vector<crypto::Pbkdf2Sha1Job> find_keys() {
        std::vector<crypto::Pbkdf2Sha1Job> jobs;
        const OpenEntry* before = nullptr;
        for (const Piece& piece : pieces) {
            OpenEntry& one = *piece.entry;
            if (!one.keys.empty() || &one == before) continue;
            bool is_same = before != nullptr ? one.salt == before->salt
                                             : !last_keys.empty() && one.salt == last_salt;
            before = &one;
            if (is_same) continue;
            one.keys.resize(all_keys_size);
            jobs.push_back({one.salt, one.keys.expose()});
        }
        return jobs;
    }

    void share_keys() {
        for (const Piece& piece : pieces) {
            OpenEntry& one = *piece.entry;
            if (one.cipher) continue;
            if (!one.keys.empty()) {
                last_salt = one.salt;
                last_keys = std::move(one.keys);
            }
            ByteView keys = std::as_const(last_keys).expose();
            one.keys = {};
            one.keys.append(keys);
            one.cipher.emplace(keys.first(key_size));
            one.mac.emplace(keys.subspan(key_size, key_size));
        }
    }

    void lay_out() {
        std::size_t size = 0;
        for (Piece& piece : pieces) {
            piece.out = size;
            size += piece.entry->packed ? codec::Deflater::bound(piece.size)
                                        : codec::deflate_stored_size(piece.size);
        }
        if (packed.size() < size) packed.resize(size);
    }

    void pack(Piece& piece) {
        ByteView all = std::as_const(plain).expose();
        ByteView content = all.subspan(piece.begin, piece.size);
        Byte* out = packed.expose().data() + piece.out;
        if (piece.last && piece.size == 0 && piece.before == 0) {  // 1.2: as the app does
            constexpr std::array<Byte, 2> empty_stream = {0x03, 0x00};
            std::copy(empty_stream.begin(), empty_stream.end(), out);
            piece.out_size = empty_stream.size();
        } else if (!piece.entry->packed) {
            piece.out_size =
                static_cast<std::size_t>(codec::deflate_stored(content, piece.last, out) - out);
        } else {
            auto deflater = take_deflater();
            piece.out_size =
                deflater->pack(all.subspan(piece.begin - piece.before, piece.before), content,
                               piece.last, {out, codec::Deflater::bound(piece.size)});
            give_back(std::move(deflater));
        }
    }

    std::unique_ptr<codec::Deflater> take_deflater() {
        {
            std::lock_guard lock(mutex);
            if (!deflaters.empty()) {
                auto one = std::move(deflaters.back());
                deflaters.pop_back();
                return one;
            }
        }
        return std::make_unique<codec::Deflater>(level);
    }
    void give_back(std::unique_ptr<codec::Deflater> one) {
        std::lock_guard lock(mutex);
        deflaters.push_back(std::move(one));
    }

    // Pieces of one entry are sealed one after the other.
    std::vector<std::span<const Piece>> runs_of_entries() const {
        std::vector<std::span<const Piece>> runs;
        for (std::size_t i = 0, end; i < pieces.size(); i = end) {
            for (end = i + 1; end < pieces.size() && pieces[end].entry == pieces[i].entry;) ++end;
            runs.emplace_back(pieces.data() + i, end - i);
        }
        return runs;
    }

    void seal(std::span<const Piece> run) {
        for (const Piece& piece : run) {
            ByteSpan bytes = packed.expose().subspan(piece.out, piece.out_size);
            piece.entry->cipher->apply(bytes);
            piece.entry->mac->update(bytes);
        }
    }

    void write_piece(const Piece& piece) {
        OpenEntry& one = *piece.entry;
        if (!one.begun) begin_entry(one);
        write(std::as_const(packed).expose().subspan(piece.out, piece.out_size));
        one.header.packed_size += piece.out_size;
        one.header.size_hint += piece.size;
        if (piece.last) close_entry(one);
    }

    void begin_entry(OpenEntry& one) {
        one.begun = true;
        one.header.header_offset = written;
        one.header.packed_size = salt_size + verifier_size + code_size;
        write(local_header(one.header));
        write(one.salt);
        write(std::as_const(one.keys).expose().last(verifier_size));
    }

    void close_entry(OpenEntry& one) {
        auto code = one.mac->finish();
        write(ByteView(code).first(code_size));
        write(data_descriptor(one.header));
        Bytes central = central_header(one.header);
        directory.insert(directory.end(), central.begin(), central.end());
        any_wide = any_wide || is_wide(one.header);
        ++done;
    }

    // What is small waits for more.
    void write(ByteView bytes) {
        written += bytes.size();
        if (waiting.size() + bytes.size() >= write_size) write_out();
        if (bytes.size() < write_size)
            waiting.insert(waiting.end(), bytes.begin(), bytes.end());
        else
            into.write(bytes);
    }

    void write_out() {
        into.write(waiting);
        waiting.clear();
        if (options.progress && !options.progress(written, std::nullopt))
            throw Error(Errc::cancelled, "cancelled");
    }

    // The piece that is still open goes to the front, and what its dictionary is.
    void keep_the_rest() {
        std::size_t before = std::min(codec::deflate_window, open_begin - entry_begin);
        std::size_t from = open_begin - before, size = filled - from;
        Byte* bytes = plain.expose().data();
        if (size > 0) std::memmove(bytes, bytes + from, size);
        entry_begin = 0;
        open_begin = before;
        filled = size;
    }

    ByteSink& into;
    Password password;
    ZipWriteOptions options;

    SecretBytes plain, packed;
    std::size_t filled = 0;       // of `plain`
    std::size_t open_begin = 0;   // of the piece that is open
    std::size_t entry_begin = 0;  // of the entry, as far as it is still there
    std::vector<Piece> pieces;    // complete
    std::unique_ptr<OpenEntry> entry;
    std::vector<std::unique_ptr<OpenEntry>> entries;  // have ended, and own what pieces point to

    std::mutex mutex;
    std::vector<std::unique_ptr<codec::Deflater>> deflaters;
    std::array<Byte, salt_size> last_salt{};
    SecretBytes last_keys;

    Bytes waiting;  // to be written
    Bytes directory;
    std::uint64_t begun = 0, done = 0, written = 0;
    bool any_wide = false;
};

ZipWriter::ZipWriter(ByteSink& into, const Password& password, ZipWriteOptions options)
    : state_(std::make_unique<State>(into, password, std::move(options))) {}
ZipWriter::~ZipWriter() = default;

void ZipWriter::begin(std::string_view name) {
    State& state = *state_;
    if (state.entry) throw Error(Errc::internal, "an entry is still open");
    if (name.empty() || name.size() > 0xFFFF)
        throw Error(Errc::invalid_argument, "the name of an entry is empty or too long");
    constexpr std::uint16_t flags = 0x0809, deflated = 8;
    auto entry = std::make_unique<OpenEntry>();
    entry->header.name = name;
    entry->header.flags = flags;
    entry->header.method = deflated;
    entry->header.aes_version = 2;
    entry->header.aes_bits = 256;
    std::tie(entry->header.dos_time, entry->header.dos_date) = dos_time_of(state.options.time);
    entry->packed = is_packed(name);
    if (state.options.salt)
        state.options.salt(entry->salt);
    else
        crypto::random_bytes(entry->salt);
    state.entry = std::move(entry);
    ++state.begun;
}

void ZipWriter::write(ByteView content) {
    while (!content.empty()) {
        ByteSpan room = state_->room();
        std::size_t size = std::min(room.size(), content.size());
        std::copy_n(content.begin(), size, room.begin());
        state_->filled += size;
        content = content.subspan(size);
    }
}

void ZipWriter::end() { state_->end_entry(); }

void ZipWriter::add(std::string_view name, ByteSource& content) {
    begin(name);
    while (std::size_t size = content.read(state_->room())) state_->filled += size;
    end();
}

void ZipWriter::add(std::string_view name, ByteView content) {
    begin(name);
    write(content);
    end();
}

void ZipWriter::finish() {
    State& state = *state_;
    if (state.entry) throw Error(Errc::internal, "an entry is still open");
    state.flush();
    std::uint64_t offset = state.written;
    state.write(state.directory);
    state.write(end_records(state.done, state.any_wide, offset, state.directory.size()));
    state.write_out();
}

std::uint64_t ZipWriter::entries() const noexcept { return state_->begun; }
std::uint64_t ZipWriter::bytes() const noexcept { return state_->written; }

void EntrySink::restart() {
    throw Error(Errc::internal, "an entry that was begun cannot be begun anew");
}

}  // namespace tresor::data_backup
