// Objects as files in a folder: on a disk, a NAS mount, a document root.
//
// - put() writes a temporary file beside the target, makes it durable, renames it and makes the
//   name durable: a crash, a kill or a full disk leaves the old object as it was. Puts at once in
//   one folder share its sync: each is answered after one that began when it had its name.
// - A removal is durable when it returns; one on condition of a version is not yet: a power cut may
//   bring the object back, as it was.
// - Missing folders within the root are made with the root's own permission bits; files get those
//   bits without execute.
// - Names beginning with a dot are this library's own and are never listed: temporary files, which
//   list() and the first put() remove when they are over a day old by the folder's own clock, and
//   files that a conditional removal looks at, which come back by themselves if it was cut short.
// - Conditions: absent() for put() and a version for remove() are exact, also between processes,
//   where the file system has hard links or another way to take only a free name; else they are
//   unsupported. So are a version for put(), and one for the removal of a link or of a name whose
//   last part is over 238 bytes.
// - A root that has gone while in use, an unmounted disk, is `unavailable`, not an empty store.
// Needs no locks. Threads may share one object; processes may share the folder. Nothing is kept
// open when no call is at work, so that the disk can be unmounted.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>

#include <tresor/storage.hpp>

namespace tresor::storage {

class Directory final : public Storage {
public:
    // Throws not_found if there is no such folder, invalid_argument if it is something else.
    explicit Directory(std::filesystem::path root, Progress progress = {});
    ~Directory() override;
    // Makes the folder (mode 0700, in a parent that exists) and `backups/` in it, where they are
    // missing.
    static void create(const std::filesystem::path& root);

    std::string describe() const override;
    Abilities can() const override;  // writes into the folder to find out, the first time
    ObjectInfo put(const ObjectName& name, ByteSource& content, const Condition& = {}) override;
    std::optional<ObjectInfo> stat(const ObjectName& name) override;
    std::optional<ObjectInfo> get(const ObjectName& name, ByteSink& into) override;
    bool remove(const ObjectName& name, const Condition& = {}) override;
    void list(std::string_view prefix, const Visitor& visit) override;
    std::optional<Timestamp> clock() override;  // the time of a file just made there

private:
    friend class FolderSweep;
    struct Puts;

    std::filesystem::path path_of(const ObjectName& name) const { return root_ / name.text(); }
    unsigned root_mode() const;
    bool names_are_exclusive() const;
    void make_parents(const std::filesystem::path& path, unsigned mode) const;
    void tidy(const std::filesystem::path& folder);
    bool is_there(const ObjectName& name);
    bool remove_unsynced(const ObjectName& name, const Condition& condition);
    bool remove_version(const std::filesystem::path& path, const std::string& version) const;

    std::filesystem::path root_;
    Progress progress_;
    mutable std::atomic<int> exclusive_ = -1;  // not known yet
    std::unique_ptr<Puts> puts_;
};

}  // namespace tresor::storage
