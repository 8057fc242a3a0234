#include <map>
#include <mutex>
#include <set>
#include <unordered_map>

#include <tresor/data_backup/reader.hpp>

#include "data_backup/catalogue.hpp"
#include "data_backup/container.hpp"
#include "data_backup/output_folder.hpp"
#include "data_backup/pace.hpp"

namespace tresor::data_backup {

namespace {

bool is_media(const ZipEntry& entry) {
    auto kind = classify(entry.name).kind;
    return kind == EntryKind::media || kind == EntryKind::thumbnail;
}

// Its own name where that is one of a file, else with `_`; with a number where it is taken.
class Names {
public:
    std::string take(const ZipEntry& entry) {
        std::string name = entry.name.substr(0, 200);
        for (char& c : name)
            if (!is_plain_name(std::string_view(&c, 1)) && c != '.') c = '_';
        if (!is_plain_name(name) || name.front() == '.') name.insert(name.begin(), '_');
        std::string free = name;
        if (taken_.insert(free).second) return free;
        for (unsigned& last = last_.try_emplace(name, 1).first->second;;) {
            free = name + "-" + std::to_string(++last);
            if (taken_.insert(free).second) return free;
        }
    }

private:
    std::set<std::string> taken_;
    std::map<std::string, unsigned> last_;  // number behind a name
};

class Extractor {
public:
    Extractor(ReadAt& file, const Password& password, const std::filesystem::path& folder,
              const ReadOptions& options)
        : container_(file, password, options, ignored_), folder_(folder) {}

    Extracted run(bool media_only) {
        std::vector<const ZipEntry*> entries;
        std::uint64_t total = 0;
        for (const ZipEntry& entry : container_.directory().entries) {
            if (media_only && !is_media(entry)) continue;
            entries.push_back(&entry);
            names_.emplace(&entry, taken_.take(entry));
            total += entry.packed_size;
        }
        Pace pace(container_.options().progress, total);
        container_.for_each(entries, [&](const ZipEntry& entry, EntryKeys keys) {
            pace.add(entry.packed_size);
            write(entry, std::move(keys));
        });
        folder_.keep();
        return std::move(result_);
    }

private:
    void write(const ZipEntry& entry, EntryKeys keys) {
        const std::string& name = names_.at(&entry);
        bool begun = false;
        try {
            auto content = container_.open(entry, std::move(keys));
            std::unique_ptr<ByteSink> file;
            {
                std::lock_guard lock(mutex_);
                file = folder_.create(name);
            }
            begun = true;
            std::uint64_t size = 0;
            copy(*content, *file, [&](std::uint64_t done, auto) {
                size = done;
                return true;
            });
            std::lock_guard lock(mutex_);
            ++result_.files;
            result_.bytes += size;
        } catch (const Error& error) {
            if (!is_of_entry(error)) throw;
            std::lock_guard lock(mutex_);
            if (begun) folder_.remove(name);
            result_.bad.push_back({entry.name, error.code(), error.what()});
        }
    }

    Findings ignored_;
    Container container_;
    DiskFolder folder_;
    Names taken_;
    std::unordered_map<const ZipEntry*, std::string> names_;
    std::mutex mutex_;
    Extracted result_;
};

}  // namespace

Extracted extract(ReadAt& file, const Password& password, const std::filesystem::path& folder,
                  bool media_only, const ReadOptions& options) {
    return Extractor(file, password, folder, options).run(media_only);
}

}  // namespace tresor::data_backup
