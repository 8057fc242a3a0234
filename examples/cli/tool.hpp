// What all commands share: the common options, files, passwords, and how a result is shown.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <tresor/error.hpp>
#include <tresor/http.hpp>
#include <tresor/io.hpp>
#include <tresor/safe/password.hpp>
#include <tresor/secret.hpp>
#include <tresor/time.hpp>
#include <tresor/url.hpp>

namespace cli {

using Json = nlohmann::ordered_json;

// What a command has to say: one JSON object, or text for people. Warnings are in both. With an
// error it is what there is to show of a failure, such as a check that answers no.
struct Report {
    Json json = Json::object();
    std::string text;
    std::vector<tresor::Finding> warnings;
    std::optional<tresor::Error> error;

    void line(std::string_view label, std::string_view value);  // "label        value"
};

// The options and operands of all commands; one run has one command.
struct Given {
    std::string id, in, out, store, data, state, name, new_password_file;
    // Of ID exports. `in` is the account or the code, `store` where the code goes.
    std::string key_file, from_store, safe_password_file, scheme = "classic", sheet,
                                                          language = "en", key_out;
    // Of chat archives. `in` is the archive, `out` a file that is made of it, `folder` a folder.
    std::string folder, format = "html", since, until, time_zone = "UTC";
    std::vector<std::string> chats;
    std::string every, last, keep;  // of their copies in a store
    // Of archives that are made: the other one of two, and the passwords of what they are made of.
    std::string second, second_password_file, identity_password_file;
    bool deep = false;
    std::optional<std::int64_t> jobs;
    // How a store on the network is reached. `store` holds no user info once all is read.
    std::string store_user, store_password_file;
    std::optional<tresor::net::Credentials> credentials, from_credentials;
    tresor::net::Options net;
    std::uint64_t max_backup_bytes = 524288;
    std::optional<std::int64_t> retention_days;
    std::optional<double> limit_rate;
    bool no_lifecycle = false;  // of S3
    bool show_key = false, force = false, now = false, replace = false, keep_backup = false,
         dry_run = false, media_only = false, no_media = false, unix_line_ends = false,
         allow_unencrypted = false, assume_version = false;
};

struct Tool {
    bool json = false, quiet = false, verbose = false;
    tresor::Timestamp now = tresor::now();  // or what --at says
    bool at_given = false;
    std::string password_file;
    Given given;
    Report (*command)(const Tool&) = nullptr;  // absent if help was all that was asked for
    // What can be wrong with the options of a command, before anything is asked or read.
    void (*check)(const Tool&) = nullptr;

    // --password-file, or the terminal. `confirm`: something new is protected, ask twice.
    tresor::Password password(bool confirm) const { return password(password_file, confirm); }
    // Another password than the command's own: from a file, or asked for by what it is of.
    tresor::Password password_of(const std::string& whom, const std::string& file) const;
    // A password for something new, from a file or asked twice, held against the policy of
    // safe.md 8.
    tresor::Password new_password(
        const std::string& file,
        const tresor::safe::PasswordPolicy& policy = tresor::safe::library_policy(),
        const std::string& question = "Password: ") const;

    // Refuses to read standard input twice.
    void check_input() const;
    // To be called before any work: refuses "-" as `given.out` together with --json, and an
    // existing `given.out` without --force.
    void check_files() const;
    // The same of one more file that will be written; it cannot be "-".
    void check_output(const std::string& path) const;
    // Refuses to write what is read, and two things to one file, also with --force.
    static void check_distinct(std::initializer_list<std::string> outputs,
                               std::initializer_list<std::string> inputs);
    // `given.out`, which appears with commit(), whole or not at all, mode 0600.
    std::unique_ptr<tresor::FileSink> open_output() const { return open_output(given.out); }
    std::unique_ptr<tresor::FileSink> open_output(const std::string& path) const;
    // Makes `given.out` of these bytes; "-" is standard output.
    void write_output(tresor::ByteView bytes) const;
    void write_file(const std::string& path, tresor::ByteView bytes) const;
    // The report, or nothing where standard output has other things to carry.
    bool talks() const { return given.out != "-"; }

    void warn(std::string_view text) const;  // to stderr

private:
    static tresor::Password password(const std::string& file, bool confirm,
                                     const std::string& question = "Password: ");
};

// --jobs, or one for each core.
unsigned jobs_of(const Given& given);
Json time_or_null(std::optional<tresor::Timestamp> time);
// An error with the same code and what a person can do about it.
tresor::Error with_hint(const tresor::Error& error, const std::string& hint);
std::string hex(tresor::ByteView bytes);
std::string ago(tresor::Timestamp then, tresor::Timestamp now);  // "3 days ago", "in 2 hours"
std::string plural(std::uint64_t count, const std::string& thing);
std::string right(const std::string& text, std::size_t width);  // at the right of so many columns
// Foreign text for a terminal: control and direction characters become "?", but for those that may
// stay.
std::string harmless(std::string_view text, std::string_view may_stay = "");

}  // namespace cli
