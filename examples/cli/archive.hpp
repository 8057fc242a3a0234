// What the commands on chat archives share.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tresor/data_backup/reader.hpp>

#include "tool.hpp"

namespace cli {

// The archive of `given.in`, and its password, which is asked for once the file is there.
class Archive {
public:
    explicit Archive(const Tool& tool);

    // `work(file, password, options)`; what is no whole archive gets a hint. Throws what it throws.
    template <class Work>
    auto use(Work&& work) {
        try {
            return work(file_, password_, options_);
        } catch (const tresor::Error& error) {
            if (error.code() != tresor::Errc::malformed || !hints_) throw;
            throw with_hint(error, "tresor data salvage may save what is whole in it");
        }
    }
    tresor::data_backup::DataBackup open();
    void without_hints() { hints_ = false; }
    std::uint64_t size() const { return file_.size(); }

private:
    tresor::data_backup::ReadOptions options_;
    tresor::FileReadAt file_;
    tresor::Password password_;
    bool hints_ = true;
};

// What one chat holds; absent, and a warning of the report, if its table is damaged. Throws
// cancelled.
std::optional<tresor::data_backup::ChatSummary> summary_of(tresor::data_backup::DataBackup& archive,
                                                           const tresor::data_backup::Chat& chat,
                                                           Report& report);
// Besides the warnings that are in the report, and none twice.
void add_warnings(Report& report, std::vector<tresor::Finding> findings);

// As JSON and as lines for people, besides an error. The first thousand are listed.
void show_bad_entries(Report& report, const std::vector<tresor::data_backup::BadEntry>& bad,
                      std::uint64_t count);

// Calls `work`, which is to fill a folder that is new or empty (else conflict). If it fails, the
// folder is as it was.
class FolderToFill {
public:
    explicit FolderToFill(std::string path);
    template <class Work>
    auto by(Work&& work) {
        try {
            return work();
        } catch (const tresor::Error& error) {
            // Then somebody else has put something there.
            if (error.code() != tresor::Errc::conflict) empty();
            throw;
        } catch (...) {
            empty();
            throw;
        }
    }

private:
    void empty() noexcept;

    std::string path_;
    bool was_there_;
};

std::string entries_text(std::uint64_t count);  // "24 entries"
// For a line of a table, or so many spaces.
std::string time_text(tresor::data_backup::OptionalMoment moment);

}  // namespace cli
