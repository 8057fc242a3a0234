// Storage: a small object store, names to bytes. Every place where backups are kept is one.
//
// The layout is the same everywhere: `config` (JSON: maxBackupBytes, retentionDays), Safe backups
// as `backups/<64 lowercase hex>`, chat archives under `data-backups/`, ID exports under
// `id-exports/`. A folder written by this library is a document root that any WebDAV server can
// serve.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <tresor/error.hpp>
#include <tresor/io.hpp>
#include <tresor/time.hpp>

namespace tresor::storage {

// 1 to 255 bytes: segments of A-Z a-z 0-9 . _ - joined by /, none empty, none beginning or ending
// with a dot. Such a name cannot leave the place it is used in.
class ObjectName {
public:
    explicit ObjectName(std::string_view text);  // throws invalid_argument
    static std::optional<ObjectName> parse(std::string_view text);

    const std::string& text() const noexcept { return text_; }
    auto operator<=>(const ObjectName&) const = default;

private:
    ObjectName() = default;
    std::string text_;
};

struct ObjectInfo {
    ObjectName name;
    std::uint64_t size;
    std::optional<Timestamp> modified;  // by the store's clock
    std::string version;  // opaque; equal means not written since. Empty: the store has none
};

// What must hold for a put or a remove to happen; else it throws conflict.
struct Condition {
    enum class Kind { none, absent, version } kind = Kind::none;
    std::string text = {};  // of Kind::version

    static Condition absent() { return {Kind::absent, {}}; }
    static Condition version(std::string version) { return {Kind::version, std::move(version)}; }
};

struct Abilities {
    bool list = false;
    bool put_if_absent = false;       // Condition::absent() is exact, also between processes
    bool conditional_put = false;     // Condition::version()
    bool conditional_remove = false;  // the same; every object has a version then
    bool any_name = false;            // not only `config` and `backups/<64 hex>`
};

// False ends the listing.
using Visitor = std::function<bool(const ObjectInfo&)>;

// - put() replaces as a whole: a reader sees the old object or the new one, never a part.
// - When put() returns, the object survives a power cut, as far as the store can promise it.
// - What a sink received before get() threw is void; whoever tries again calls restart() first.
// - A condition the store cannot check is Errc::unsupported, never ignored.
// - A missing object is an answer, not an error: stat() and get() return nothing, remove() false.
// - describe() is for people and holds no credentials.
// Whether threads may share one object, each store says.
class Storage {
public:
    virtual ~Storage() = default;
    virtual std::string describe() const = 0;
    virtual Abilities can() const = 0;
    virtual ObjectInfo put(const ObjectName& name, ByteSource& content, const Condition& = {}) = 0;
    virtual std::optional<ObjectInfo> stat(const ObjectName& name) = 0;
    virtual std::optional<ObjectInfo> get(const ObjectName& name, ByteSink& into) = 0;
    virtual bool remove(const ObjectName& name, const Condition& = {}) = 0;  // was there something?
    // Objects whose name begins with `prefix`, in any order; the visitor may remove what it is
    // shown. Not every store can: unsupported.
    virtual void list(std::string_view prefix, const Visitor& visit);
    // The time by the store's own clock, which ObjectInfo::modified goes by. Absent: it tells none.
    virtual std::optional<Timestamp> clock();
};

}  // namespace tresor::storage
