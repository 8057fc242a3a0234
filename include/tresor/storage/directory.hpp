// Objects as files in a folder: on a disk, a NAS mount, a document root.
//
// - put() writes a temporary file beside the target, makes it durable, renames it and makes the
// name
//   durable: a crash, a kill or a full disk leaves the old object as it was.
// - Missing folders within the root are made with the root's own permission bits; files get those
//   bits without execute.
// - Names beginning with a dot are this library's own (temporary files) and are never listed.
// - Conditions on a version are not supported; absent() is exact, also between processes.
// - A root that has gone while in use, an unmounted disk, is `unavailable`, not an empty store.
// Needs no locks. Threads may share one object; processes may share the folder.
#pragma once

#include <filesystem>

#include <tresor/storage.hpp>

namespace tresor::storage {

class Directory final : public Storage {
public:
    // Throws not_found if there is no such folder, invalid_argument if it is something else.
    explicit Directory(std::filesystem::path root);
    // The same, and makes the folder (mode 0700, in a parent that exists) and `backups/` in it.
    static Directory create(const std::filesystem::path& root);

    std::string describe() const override;
    Abilities can() const override;
    ObjectInfo put(const ObjectName& name, ByteSource& content, const Condition& = {}) override;
    std::optional<ObjectInfo> stat(const ObjectName& name) override;
    std::optional<ObjectInfo> get(const ObjectName& name, ByteSink& into) override;
    bool remove(const ObjectName& name, const Condition& = {}) override;
    void list(std::string_view prefix, const Visitor& visit) override;

private:
    std::filesystem::path path_of(const ObjectName& name) const { return root_ / name.text(); }
    unsigned root_mode() const;
    void make_parents(const std::filesystem::path& path, unsigned mode) const;

    std::filesystem::path root_;
};

}  // namespace tresor::storage
