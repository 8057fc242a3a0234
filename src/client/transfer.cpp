#include <tresor/client/transfer.hpp>

#include <limits>
#include <string>

#include "crypto/hash.hpp"

namespace tresor::client {
namespace {

// Hashes what is read of another source.
class HashedSource final : public ByteSource {
public:
    explicit HashedSource(ByteSource& source) : source_(source) {}
    std::optional<std::uint64_t> size() const override { return source_.size(); }
    std::size_t read(ByteSpan into) override {
        std::size_t size = source_.read(into);
        hash_.update(ByteView(into).first(size));
        bytes_ += size;
        return size;
    }
    void rewind() override {
        source_.rewind();
        hash_ = {};
        bytes_ = 0;
    }
    Transferred result() { return {bytes_, hash_.finish()}; }

private:
    ByteSource& source_;
    crypto::Sha256 hash_;
    std::uint64_t bytes_ = 0;
};

// Hashes what is written, and passes it on if there is somewhere to. More than `most` bytes are
// another object's.
class HashedSink final : public ByteSink {
public:
    explicit HashedSink(ByteSink* sink,
                        std::uint64_t most = std::numeric_limits<std::uint64_t>::max())
        : sink_(sink), most_(most) {}
    void write(ByteView bytes) override {
        if (bytes.size() > most_ - bytes_) throw Error(Errc::unavailable, "more bytes come back");
        if (sink_ != nullptr) sink_->write(bytes);
        hash_.update(bytes);
        bytes_ += bytes.size();
    }
    void restart() override {
        if (sink_ != nullptr) sink_->restart();
        hash_ = {};
        bytes_ = 0;
    }
    Transferred result() { return {bytes_, hash_.finish()}; }

private:
    ByteSink* sink_;
    std::uint64_t most_;
    crypto::Sha256 hash_;
    std::uint64_t bytes_ = 0;
};

// Absent where the store tells nothing that would be another's after another put.
std::optional<storage::ObjectInfo> facts_of(storage::Storage& storage,
                                            const storage::ObjectInfo& put) {
    if (!put.version.empty() || put.modified) return put;
    auto found = storage.stat(put.name);
    return found && found->modified ? found : std::nullopt;
}

void verify(storage::Storage& storage, const storage::ObjectName& name, const Transferred& sent) {
    HashedSink sink(nullptr, sent.bytes);
    storage.get(name, sink);
    Transferred kept = sink.result();
    if (kept.bytes != sent.bytes || kept.sha256 != sent.sha256)
        throw Error(Errc::unavailable, storage.describe() + " gives back other bytes of " +
                                           name.text() + " than it was sent");
}

// What was not there before and could not be verified is no copy to rely on. What another program
// has put there in the meantime is not ours to remove.
void take_back(storage::Storage& storage, const std::optional<storage::ObjectInfo>& put) {
    if (!put) return;
    try {
        if (storage.can().conditional_remove && !put->version.empty()) {
            storage.remove(put->name, storage::Condition::version(put->version));
            return;
        }
        auto found = storage.stat(put->name);
        if (found && found->size == put->size && found->modified == put->modified)
            storage.remove(put->name);
    } catch (const Error&) {  // the first error is the one to tell
    }
}

}  // namespace

Transferred put_verified(storage::Storage& storage, const storage::ObjectName& name,
                         ByteSource& content, Existing existing) {
    bool refuse = existing == Existing::refuse;
    if (refuse && storage.stat(name))
        throw Error(Errc::conflict, storage.describe() + " holds " + name.text() + " already");
    HashedSource source(content);
    auto put = storage.put(name, source,
                           refuse && storage.can().put_if_absent ? storage::Condition::absent()
                                                                 : storage::Condition());
    Transferred sent = source.result();
    std::optional<storage::ObjectInfo> facts;
    try {
        if (refuse) facts = facts_of(storage, put);
        verify(storage, name, sent);
    } catch (const Error&) {
        take_back(storage, facts);
        throw;
    }
    return sent;
}

std::optional<Transferred> get_hashed(storage::Storage& storage, const storage::ObjectName& name,
                                      ByteSink& into) {
    HashedSink sink(&into);
    if (!storage.get(name, sink)) return std::nullopt;
    return sink.result();
}

storage::ObjectName archive_name(std::string_view file_name) {
    std::string text = "data-backups/";
    for (char c : file_name) {
        std::string one(1, c);
        text += c == '.' || storage::ObjectName::parse(one) ? c : '_';
    }
    constexpr std::size_t longest = 255, prefix = 13;
    if (text.size() > longest) text.resize(longest);
    if (text.size() == prefix) text += '_';
    if (text[prefix] == '.') text[prefix] = '_';
    if (text.back() == '.') text.back() = '_';
    return storage::ObjectName(text);
}

}  // namespace tresor::client
