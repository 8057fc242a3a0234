#include <tresor/storage/retention.hpp>

#include <tresor/backup_id.hpp>

namespace tresor::storage {
namespace {

using std::chrono::days;

constexpr std::string_view folder = "backups/";

bool is_backup(const ObjectName& name) {
    std::string_view text = name.text();
    return text.starts_with(folder) && BackupId::parse(text.substr(folder.size()));
}

// One sweep; what it is told by the listing it handles one by one.
class Sweep {
public:
    Sweep(Storage& storage, std::int64_t retention_days, Timestamp now, const SweepOptions& options)
        : storage_(storage),
          exact_(storage.can().conditional_remove),
          days_(exact_ ? retention_days : retention_days + 1),
          now_(now),
          options_(options) {}

    void examine(const ObjectInfo& object) {
        if (!is_backup(object.name)) return;
        ++swept_.examined;
        if (options_.progress && !options_.progress(swept_.examined, std::nullopt)) cancel();
        if (!expired(object, days_, now_)) return;
        ++swept_.expired;
        if (options_.dry_run) return;
        if (options_.before_removal && !options_.before_removal(object)) cancel();
        remove(object);
    }

    Swept result() { return std::move(swept_); }

private:
    [[noreturn]] static void cancel() { throw Error(Errc::cancelled, "cancelled"); }

    void remove(const ObjectInfo& object) {
        try {
            if (!still_expired(object)) {
                ++swept_.kept_changed;
                return;
            }
            if (!storage_.remove(object.name,
                                 exact_ ? Condition::version(object.version) : Condition()))
                return;  // somebody else was first
            ++swept_.removed;
            swept_.bytes_freed += object.size;
        } catch (const Error& error) {
            if (error.code() == Errc::cancelled || error.code() == Errc::unavailable) throw;
            if (error.code() == Errc::conflict) {
                ++swept_.kept_changed;
                return;
            }
            ++swept_.failed;
            if (!swept_.first_failure) swept_.first_failure = error;
        }
    }

    bool still_expired(const ObjectInfo& listed) {
        if (exact_) return true;
        auto found = storage_.stat(listed.name);
        return !found || expired(*found, days_, now_);
    }

    Storage& storage_;
    bool exact_;
    std::int64_t days_;
    Timestamp now_;
    const SweepOptions& options_;
    Swept swept_;
};

}  // namespace

bool expired(const ObjectInfo& object, std::int64_t retention_days, Timestamp now) {
    return is_backup(object.name) && object.modified &&
           later(*object.modified, days(retention_days)) <= now;
}

Swept sweep(Storage& storage, std::int64_t retention_days, Timestamp now,
            const SweepOptions& options) {
    if (retention_days < 1 || retention_days > 36500)
        throw Error(Errc::invalid_argument, "backups are kept for 1 to 36500 days");
    Sweep work(storage, retention_days, now, options);
    storage.list(folder, [&](const ObjectInfo& object) {
        work.examine(object);
        return true;
    });
    return work.result();
}

}  // namespace tresor::storage
