#include <tresor/client/archives.hpp>

#include <algorithm>
#include <map>

#include "crypto/hash.hpp"

namespace tresor::client {
namespace {

using storage::Condition;
using storage::ObjectInfo;
using storage::ObjectName;
using storage::Storage;

constexpr std::size_t block = 65536;

// Reads from the front. Keeps the file. With a hash the end comes only if all was as that says:
// who writes into the file while it is copied must not have what was never verified stored.
class FromFront final : public ByteSource {
public:
    using Hash = std::array<Byte, 32>;
    explicit FromFront(ReadAt& file, const std::optional<Hash>& expected = {})
        : file_(file), expected_(expected) {}
    std::optional<std::uint64_t> size() const override { return file_.size(); }
    std::size_t read(ByteSpan into) override {
        auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), file_.size() - at_));
        file_.read_at(at_, into.first(size));
        at_ += size;
        if (expected_ && size > 0) check(into.first(size));
        return size;
    }
    void rewind() override {
        at_ = 0;
        hash_ = {};
    }

private:
    // Before the last bytes are given away.
    void check(ByteView bytes) {
        hash_.update(bytes);
        if (at_ == file_.size() && hash_.finish() != *expected_)
            throw Error(Errc::io, "the archive changed while it was copied");
    }

    ReadAt& file_;
    std::optional<Hash> expected_;
    std::uint64_t at_ = 0;
    crypto::Sha256 hash_;
};

// Whether what is written is what is in the file, from its front. Keeps the file.
class Compared final : public ByteSink {
public:
    explicit Compared(ReadAt& file) : file_(file) {}
    void write(ByteView bytes) override {
        while (same_ && !bytes.empty()) {
            ByteView part = bytes.first(std::min(bytes.size(), block));
            same_ = part.size() <= file_.size() - at_;
            if (!same_) return;
            Bytes ours(part.size());
            file_.read_at(at_, ours);
            same_ = std::equal(part.begin(), part.end(), ours.begin());
            at_ += part.size();
            bytes = bytes.subspan(part.size());
        }
    }
    void restart() override {
        same_ = true;
        at_ = 0;
    }
    bool is_begin() const { return same_; }
    bool is_all() const { return same_ && at_ == file_.size(); }

private:
    ReadAt& file_;
    bool same_ = true;
    std::uint64_t at_ = 0;
};

class Hashed final : public ByteSink {
public:
    void write(ByteView bytes) override {
        hash_.update(bytes);
        bytes_ += bytes.size();
    }
    void restart() override { *this = {}; }
    Transferred result() { return {bytes_, hash_.finish()}; }

private:
    crypto::Sha256 hash_;
    std::uint64_t bytes_ = 0;
};

Transferred hash_of(ReadAt& file) {
    FromFront source(file);
    Hashed sink;
    copy(source, sink);
    return sink.result();
}

// ---- the archive ----

std::optional<Error> damage_of(ReadAt& file, const Password& password,
                               const data_backup::ReadOptions& options) {
    auto verified = data_backup::verify(file, password, options);
    if (verified.ok()) return std::nullopt;
    bool tampered = std::any_of(verified.bad.begin(), verified.bad.end(),
                                [](const auto& entry) { return entry.code == Errc::auth_failed; });
    return Error(tampered ? Errc::auth_failed : Errc::malformed,
                 "damaged entries: " + std::to_string(verified.bad_count));
}

ThreemaId owner_of(const data_backup::DataBackup& archive, const std::optional<ThreemaId>& said) {
    const auto& found = archive.identity();
    if (found && said && *found != *said)
        throw Error(Errc::invalid_argument, "the archive is of another owner");
    if (!found && !said) throw Error(Errc::malformed, "the archive does not tell whose it is");
    return found ? *found : *said;
}

Timestamp time_of(const data_backup::DataBackup& archive, std::string_view file_name,
                  const UtcOffset& utc_offset) {
    auto time = time_of_archive(file_name);
    if (time) return *time;
    for (const auto& entry : archive.entries()) {
        if (!entry.written) continue;
        Timestamp written = timestamp_of(*entry.written, utc_offset);
        if (!time || written > *time) time = written;
    }
    if (!time) throw Error(Errc::malformed, "the archive does not tell when it was made");
    return *time;
}

ArchiveCopy copy_of(ReadAt& file, std::string_view file_name, const Password& password,
                    const PutArchiveOptions& options) {
    if (auto damage = damage_of(file, password, options.reading)) throw Error(*damage);
    data_backup::DataBackup archive(file, password, options.reading);
    ThreemaId owner = owner_of(archive, options.owner);
    Timestamp time = time_of(archive, file_name, options.utc_offset);
    return {owner, time, {archive_object(owner, time), file.size(), {}, {}}};
}

// ---- into the store ----

enum class Found { nothing, same, begin, other };

Found look(Storage& storage, const ObjectName& name, ReadAt& file) {
    auto info = storage.stat(name);
    if (!info) return Found::nothing;
    if (info->size > file.size()) return Found::other;
    Compared sink(file);
    if (!storage.get(name, sink)) return Found::nothing;
    if (sink.is_all()) return Found::same;
    return sink.is_begin() ? Found::begin : Found::other;
}

void refuse_other(Storage& storage, const ObjectName& name) {
    throw Error(Errc::conflict,
                storage.describe() + " holds another archive of the name " + name.text());
}

// Removes what was seen, and nothing that was written since. False if it was written since.
bool remove_unchanged(Storage& storage, const ObjectInfo& seen) {
    try {
        if (storage.can().conditional_remove && !seen.version.empty()) {
            storage.remove(seen.name, Condition::version(seen.version));
            return true;
        }
    } catch (const Error& error) {
        if (error.code() != Errc::conflict) throw;
        return false;
    }
    auto found = storage.stat(seen.name);
    if (!found) return true;
    if (found->size != seen.size || found->modified != seen.modified) return false;
    storage.remove(seen.name);
    return true;
}

// A file that goes with the object.
struct Temporary {
    explicit Temporary(std::filesystem::path where) : path(std::move(where)) {}
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
    std::filesystem::path path;
};

// What is wrong with the copy, as an archive.
std::optional<Error> damage_of_copy(Storage& storage, const ObjectName& name,
                                    const Password& password, const PutArchiveOptions& options) {
    FileSink sink(*options.deep, Existing::refuse);
    if (!storage.get(name, sink)) return Error(Errc::unavailable, name.text() + " has gone");
    sink.commit();
    Temporary temporary(*options.deep);
    FileReadAt downloaded(temporary.path);
    try {
        return damage_of(downloaded, password, options.reading);
    } catch (const Error& error) {
        if (error.code() == Errc::cancelled || error.code() == Errc::io) throw;
        return error;
    }
}

void verify_copy(Storage& storage, const ObjectName& name, const Password& password,
                 const PutArchiveOptions& options, bool is_new) {
    auto before = storage.stat(name);
    auto damage = damage_of_copy(storage, name, password, options);
    if (!damage) return;
    if (is_new && before) {
        try {
            remove_unchanged(storage, *before);
        } catch (const Error&) {  // the first error is the one to tell
        }
    }
    throw Error(*damage);
}

// `verified`: the bytes that were.
void upload(Storage& storage, const ObjectName& name, ReadAt& file, const Transferred& verified,
            const Password& password, const PutArchiveOptions& options, PutArchive& result) {
    Found found = look(storage, name, file);
    bool replaces = found == Found::begin || options.existing == Existing::replace;
    if (found == Found::other && !replaces) refuse_other(storage, name);
    result.uploaded = found != Found::same;
    FromFront source(file, verified.sha256);
    if (options.dry_run || found == Found::same) {
        Hashed sink;
        copy(source, sink);
        result.transferred = sink.result();
    } else {
        result.transferred =
            put_verified(storage, name, source, replaces ? Existing::replace : Existing::refuse);
    }
    if (options.deep && !options.dry_run)
        verify_copy(storage, name, password, options, found == Found::nothing);
}

// ---- old copies ----

// Removes what is not to stay. Keeps what it is given.
class Thinning {
public:
    Thinning(Storage& storage, const PutArchiveOptions& options, PutArchive& result)
        : storage_(storage), options_(options), result_(result) {}

    void run(const ArchiveCopy& put) {
        auto copies = by_name(put);
        std::vector<storage::Generation> generations;
        for (const auto& [name, copy] : copies) {
            if (options_.now && is_from_the_future(copy, *options_.now))
                result_.copies.push_back({copy, Fate::kept, {"dated in the future"}});
            else
                generations.push_back({name, copy.time});
        }
        std::reverse(result_.copies.begin(), result_.copies.end());
        for (auto& judged : storage::thin(generations, *options_.keep, options_.utc_offset)) {
            const ObjectName& name = judged.generation.name;
            ThinnedCopy one{copies.at(name), Fate::kept, std::move(judged.reasons)};
            if (!judged.kept && name == put.object.name)
                one.reasons = {"just put"};
            else if (!judged.kept)
                remove(one);
            result_.copies.push_back(std::move(one));
        }
    }

private:
    // The one that was put is there, whatever the listing knows already.
    std::map<ObjectName, ArchiveCopy> by_name(const ArchiveCopy& put) const {
        std::map<ObjectName, ArchiveCopy> copies;
        for (ArchiveCopy& copy : archive_copies(storage_, put.owner))
            copies.emplace(copy.object.name, std::move(copy));
        copies.emplace(put.object.name, put);
        return copies;
    }

    void remove(ThinnedCopy& one) {
        one.fate = Fate::removed;
        if (options_.dry_run) return;
        if (has_gone_) {
            one.fate = Fate::failed;
            return;
        }
        try {
            if (remove_unchanged(storage_, one.copy.object)) return;
            one.fate = Fate::kept;
            one.reasons = {"changed meanwhile"};
        } catch (const Error& error) {
            if (error.code() == Errc::cancelled) throw;
            one.fate = Fate::failed;
            has_gone_ = error.code() == Errc::unavailable;
            if (!result_.first_failure) result_.first_failure = error;
        }
    }

    Storage& storage_;
    const PutArchiveOptions& options_;
    PutArchive& result_;
    bool has_gone_ = false;  // the store: nothing more is tried
};

// Before any work.
void require_thinnable(Storage& storage, const PutArchiveOptions& options) {
    if (!options.keep) return;
    storage::thin({}, *options.keep);
    if (!storage.can().list)
        throw Error(Errc::unsupported, storage.describe() + " cannot list what is to be thinned");
}

}  // namespace

PutArchive put_archive(Storage& storage, ReadAt& file, std::string_view file_name,
                       const Password& password, const PutArchiveOptions& options) {
    require_thinnable(storage, options);
    Transferred verified = hash_of(file);
    ArchiveCopy copy = copy_of(file, file_name, password, options);
    PutArchive result{copy.object.name, {}, false, {}, {}};
    upload(storage, copy.object.name, file, verified, password, options, result);
    if (options.keep) Thinning(storage, options, result).run(copy);
    return result;
}

}  // namespace tresor::client
