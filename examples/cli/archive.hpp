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
            std::string hint = hint_for(error);
            if (hint.empty()) throw;
            throw with_hint(error, hint);
        }
    }
    tresor::data_backup::DataBackup open();
    void without_hints() { hints_ = false; }
    std::uint64_t size() const { return file_.size(); }
    const tresor::Password& password() const { return password_; }

private:
    std::string hint_for(const tresor::Error& error) const;

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

// Throws conflict if there is anything in the folder already: before a password is asked for.
void check_new_folder(const std::string& path);

std::string entries_text(std::uint64_t count);  // "24 entries"
// For a line of a table, or so many spaces.
std::string time_text(tresor::data_backup::OptionalMoment moment);

}  // namespace cli
