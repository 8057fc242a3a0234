// The entries of an archive under its password (data-backup.md 1).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include <tresor/data_backup/reader.hpp>

#include "base/findings.hpp"
#include "data_backup/zip_entry.hpp"

namespace tresor::data_backup {

// Keeps the file. Its const functions may be called by several threads.
class Container {
public:
    // Finds out whether the password fits, as UTF-8 or as apps before 4.53 took it (1.4). Throws
    // what the constructor of DataBackup throws.
    Container(ReadAt& file, const Password& password, const ReadOptions& options,
              Findings& findings);

    const ZipDirectory& directory() const noexcept { return directory_; }
    const ReadOptions& options() const noexcept { return options_; }
    // The first of this name, or nullptr.
    const ZipEntry* find(std::string_view name) const noexcept;

    // Throws what EntryReader throws; unsupported for an entry without encryption, unless allowed.
    std::unique_ptr<EntryReader> open(const ZipEntry& entry) const;
    std::unique_ptr<EntryReader> open(const ZipEntry& entry, EntryKeys keys) const;

    // Calls `work` for each entry with its keys, on as many threads as the options say, in any
    // order; keys are derived in batches. What a call throws is thrown, once all have stopped.
    using Work = std::function<void(const ZipEntry& entry, EntryKeys keys)>;
    void for_each(const std::vector<const ZipEntry*>& entries, const Work& work) const;

    ReadLimits limits() const;

private:
    enum class Fit { no, verifier, yes };
    void choose_password(const Password& password, Findings& findings);
    Fit try_password(ByteView password, const std::vector<const ZipEntry*>& probes) const;
    std::vector<const ZipEntry*> probes() const;

    ReadAt& file_;
    ReadOptions options_;
    ZipDirectory directory_;
    std::map<std::string_view, const ZipEntry*> by_name_;  // no hash: names are foreign
    SecretBytes password_;
};

// Bytes of a password as zip4j before 2.7 took them: of each UTF-16 unit the low half. Empty if the
// text is no UTF-8.
SecretBytes low_bytes_of(std::string_view password);

}  // namespace tresor::data_backup
