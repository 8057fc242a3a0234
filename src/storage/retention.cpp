#include <tresor/storage/retention.hpp>

#include <memory>

#include <tresor/backup_id.hpp>

#include "storage/folder_sweep.hpp"

namespace tresor::storage {
namespace {

using std::chrono::days;

constexpr std::string_view folder = "backups/";

bool is_backup_part(std::string_view part) { return BackupId::parse(part).has_value(); }

bool is_backup(const ObjectName& name) {
    std::string_view text = name.text();
    return text.starts_with(folder) && is_backup_part(text.substr(folder.size()));
}

bool is_due(Timestamp modified, std::int64_t retention_days, Timestamp now) {
    return later(modified, days(retention_days)) <= now;
}

// Absent if the store is no folder, or something stands around it.
std::unique_ptr<FolderSweep> folder_sweep(Storage& storage) {
    auto* directory = dynamic_cast<Directory*>(&storage);
    return directory != nullptr ? std::make_unique<FolderSweep>(*directory, folder) : nullptr;
}

// One sweep; what it is told by the listing it handles one by one.
class Sweep {
public:
    Sweep(Storage& storage, std::int64_t retention_days, Timestamp now, const SweepOptions& options)
        : storage_(storage),
          exact_(storage.can().conditional_remove),
          days_(exact_ ? retention_days : retention_days + 1),
          now_(now),
          options_(options),
          in_folder_(folder_sweep(storage)) {}

    Swept run() {
        if (in_folder_) {
            in_folder_->run(options_.jobs,
                            {.is_wanted = is_backup_part,
                             .is_due = [this](Timestamp time) { return is_due(time, days_, now_); },
                             .looked = [this](std::uint64_t count) { looked(count); },
                             .due = [this](const ObjectInfo& object) { due(object); }});
            in_folder_->finish();
        } else {
            storage_.list(folder, [this](const ObjectInfo& object) {
                if (!is_backup(object.name)) return true;
                looked(1);
                if (expired(object, days_, now_)) due(object);
                return true;
            });
        }
        return std::move(swept_);
    }

private:
    [[noreturn]] static void cancel() { throw Error(Errc::cancelled, "cancelled"); }

    void looked(std::uint64_t count) {
        swept_.examined += count;
        if (options_.progress && !options_.progress(swept_.examined, std::nullopt)) cancel();
    }

    void due(const ObjectInfo& object) {
        ++swept_.expired;
        if (options_.dry_run) return;
        if (options_.before_removal && !options_.before_removal(object)) cancel();
        remove(object);
    }

    void remove(const ObjectInfo& object) {
        try {
            if (!still_expired(object)) {
                ++swept_.kept_changed;
                return;
            }
            auto condition = exact_ ? Condition::version(object.version) : Condition();
            bool removed = in_folder_ ? in_folder_->remove(object.name, condition)
                                      : storage_.remove(object.name, condition);
            if (!removed) return;  // somebody else was first
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
    std::unique_ptr<FolderSweep> in_folder_;
    Swept swept_;
};

}  // namespace

bool expired(const ObjectInfo& object, std::int64_t retention_days, Timestamp now) {
    return is_backup(object.name) && object.modified &&
           is_due(*object.modified, retention_days, now);
}

Swept sweep(Storage& storage, std::int64_t retention_days, Timestamp now,
            const SweepOptions& options) {
    if (retention_days < 1 || retention_days > 36500)
        throw Error(Errc::invalid_argument, "backups are kept for 1 to 36500 days");
    if (options.jobs < 1 || options.jobs > 1024)
        throw Error(Errc::invalid_argument, "a sweep has 1 to 1024 jobs");
    return Sweep(storage, retention_days, now, options).run();
}

}  // namespace tresor::storage
