#include <algorithm>
#include <array>
#include <mutex>

#include <tresor/data_backup/reader.hpp>

#include "data_backup/catalogue.hpp"
#include "data_backup/container.hpp"
#include "data_backup/csv.hpp"
#include "data_backup/pace.hpp"
#include "data_backup/references.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::size_t most_listed = 1000;

class Verifier {
public:
    Verifier(ReadAt& file, const Password& password, const ReadOptions& options)
        : file_(file),
          password_(password),
          options_(options),
          container_(file, password, options, ignored_),
          pace_(options.progress, bytes_to_read(container_.directory())) {}

    Verified run() {
        std::vector<const ZipEntry*> entries;
        for (const ZipEntry& entry : container_.directory().entries) entries.push_back(&entry);
        result_.entries = entries.size();
        container_.for_each(entries, [&](const ZipEntry& entry, EntryKeys keys) {
            pace_.add(entry.packed_size);
            check(entry, std::move(keys));
        });
        std::sort(result_.bad.begin(), result_.bad.end(),
                  [](const BadEntry& a, const BadEntry& b) { return a.name < b.name; });
        read_all();
        return std::move(result_);
    }

private:
    // All of it once, and the messages again for what they name.
    static std::uint64_t bytes_to_read(const ZipDirectory& directory) {
        std::uint64_t bytes = 0;
        for (const ZipEntry& entry : directory.entries) {
            bool twice = classify(entry.name).kind == EntryKind::messages;
            bytes += entry.packed_size * (twice ? 2 : 1);
        }
        return bytes;
    }

    void check(const ZipEntry& entry, EntryKeys keys) {
        auto differences = keys.differences;
        try {
            auto content = container_.open(entry, std::move(keys));
            bool is_table = entry.name.ends_with(".csv") || entry.name == "settings";
            std::uint64_t size = is_table ? read_table(*content) : drain(*content);
            note(entry, size, differences);
        } catch (const Error& error) {
            if (!is_of_entry(error)) throw;
            report(entry.name, error.code(), error.what());
        }
    }

    static std::uint64_t drain(ByteSource& content) {
        std::array<Byte, 65536> block;
        std::uint64_t size = 0;
        while (std::size_t part = content.read(block)) size += part;
        return size;
    }

    static std::uint64_t read_table(ByteSource& content) {
        Counted counted(content);
        auto reader = std::make_unique<CsvReader>(counted);
        std::uint64_t rows = 0;
        for (CsvRow row; reader->next(row); ++rows) {
            if (row.cut) throw Error(Errc::malformed, "a table ends inside of a cell");
            if (row.too_large)
                throw Error(Errc::too_large, "a row of a table has more than it may");
        }
        return counted.given;
    }

    struct Counted final : ByteSource {
        explicit Counted(ByteSource& from) : source(from) {}
        std::optional<std::uint64_t> size() const override { return source.size(); }
        std::size_t read(ByteSpan into) override {
            std::size_t size = source.read(into);
            given += size;
            return size;
        }
        void rewind() override { source.rewind(); }
        ByteSource& source;
        std::uint64_t given = 0;
    };

    void note(const ZipEntry& entry, std::uint64_t size,
              const std::vector<std::string>& differences) {
        for (const std::string& what : differences)
            report(entry.name, Errc::malformed, "the directory tells other " + what);
        std::lock_guard lock(mutex_);
        result_.bytes += size;
        if (size != entry.size_hint)
            own_.add(entry.name, "the archive tells another size than it has");
    }

    void report(const std::string& name, Errc code, const std::string& reason) {
        std::lock_guard lock(mutex_);
        ++result_.bad_count;
        if (result_.bad.size() < most_listed) result_.bad.push_back({name, code, reason});
    }

    // Tables and references; what does not open was told already.
    void read_all() {
        ReadOptions options = options_;
        options.progress = {};
        std::optional<DataBackup> archive;
        try {
            archive.emplace(file_, password_, options);
        } catch (const Error& error) {
            if (error.code() != Errc::malformed && error.code() != Errc::auth_failed) throw;
            bool told = std::any_of(result_.bad.begin(), result_.bad.end(),
                                    [](const BadEntry& bad) { return bad.name == "settings"; });
            if (!told) report("settings", error.code(), error.what());
            options.assume_version = true;
            archive.emplace(file_, password_, options);
        }
        check_references(*archive, pace_, own_);
        result_.findings = archive->findings();
        for (Finding& finding : own_.take()) result_.findings.push_back(std::move(finding));
    }

    ReadAt& file_;
    const Password& password_;
    const ReadOptions& options_;
    Findings ignored_, own_;
    Container container_;
    Pace pace_;
    std::mutex mutex_;
    Verified result_;
};

}  // namespace

Verified verify(ReadAt& file, const Password& password, const ReadOptions& options) {
    return Verifier(file, password, options).run();
}

}  // namespace tresor::data_backup
