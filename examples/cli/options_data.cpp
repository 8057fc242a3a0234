// The options of the commands on chat archives.

#include "commands.hpp"
#include "declaring.hpp"

namespace cli {
namespace {

using tresor::Errc;
using tresor::Error;

void jobs(Declaring& declaring, CLI::App& command) {
    command
        .add_option("--jobs", declaring.given().jobs,
                    "How many threads work (default: one for each core)")
        ->type_name("N");
}

// What every one of them takes.
void archive(Declaring& declaring, CLI::App& command) {
    Given& given = declaring.given();
    command.add_option("FILE", given.in, "The archive (zip) that the app has made")
        ->required()
        ->type_name("");
    jobs(declaring, command);
    const char* group = "Odd archives";
    command
        .add_flag("--allow-unencrypted", given.allow_unencrypted,
                  "Read entries that are not encrypted, which anybody may have written")
        ->group(group);
    command
        .add_flag("--assume-version", given.assume_version,
                  "Read an archive that does not say its version as one of version 1")
        ->group(group);
}

void folder(Declaring& declaring, CLI::App& command) {
    command.add_option("DIR", declaring.given().folder, "The folder, new or empty")
        ->required()
        ->type_name("");
}

void time_zone(Declaring& declaring, CLI::App& command) {
    Declaring::option(command, "--tz", declaring.given().time_zone, "ZONE",
                      "By which clock: UTC (default), +HH:MM or local");
}

void language(Declaring& declaring, CLI::App& command, const char* what) {
    Declaring::option(command, "--lang", declaring.given().language, "LANG", what);
}

// Once for each chat, so that what follows is not taken for another one.
void chats(Declaring& declaring, CLI::App& command) {
    command
        .add_option("--chat", declaring.given().chats,
                    "Only the chat of this id (see data list); may be given again")
        ->type_name("ID")
        ->allow_extra_args(false);
}

void span(Declaring& declaring, CLI::App& command) {
    Declaring::option(command, "--since", declaring.given().since, "TIME",
                      "Only messages from then on: a date, or RFC 3339");
    Declaring::option(command, "--until", declaring.given().until, "TIME",
                      "Only messages before: a date, or RFC 3339");
}

void add_reading_commands(Declaring& declaring, CLI::App& data) {
    archive(declaring, declaring.command(data, "info", data_info,
                                         "Whose archive is it, and what is in it?", "archive.zip"));
    archive(declaring,
            declaring.command(data, "verify", data_verify,
                              "Is everything in it whole? Reads all of it", "archive.zip --json"));
    archive(declaring, declaring.command(data, "list", data_list, "Its chats", "archive.zip"));

    auto& stats = declaring.command(data, "stats", data_stats, "Who wrote how much, when, and what",
                                    "archive.zip --html stats.html --tz local");
    archive(declaring, stats);
    declaring.out(stats, "--html", "OUT", "Write a page with charts to OUT", false);
    time_zone(declaring, stats);
    language(declaring, stats, "The language of the page: en (default) or de");
}

void add_writing_commands(Declaring& declaring, CLI::App& data) {
    Given& given = declaring.given();
    auto& extract =
        declaring.command(data, "extract", data_extract,
                          "Everything in it as files, decrypted, unchanged", "archive.zip folder");
    archive(declaring, extract);
    folder(declaring, extract);
    extract.add_flag("--media-only", given.media_only,
                     "Only pictures, videos and files, no tables");

    auto& exported = declaring.command(data, "export", data_export, "Its chats, to read",
                                       "archive.zip folder --tz local --lang de");
    archive(declaring, exported);
    folder(declaring, exported);
    Declaring::option(
        exported, "--format", given.format, "FORMAT",
        "html (pages for a browser, default), json (a line for each message) or text");
    chats(declaring, exported);
    span(declaring, exported);
    time_zone(declaring, exported);
    language(declaring, exported, "The language: en (default) or de");
    exported.add_flag("--no-media", given.no_media, "Without pictures, videos and files");
    exported.add_flag("--unix-line-ends", given.unix_line_ends,
                      "Line ends of messages as the app makes them when it restores");

    auto& salvage =
        declaring.command(data, "salvage", data_salvage,
                          "A new archive of what is whole in one that is cut off or damaged",
                          "INCOMPLETE-archive.zip saved.zip");
    archive(declaring, salvage);
    declaring.out(salvage, "OUT", "OUT", "The new archive (- is standard output)");
}

// The archive that a command makes, and by which clock.
void new_archive(Declaring& declaring, CLI::App& command, const char* what_clock) {
    Given& given = declaring.given();
    declaring.out(command, "OUT", "OUT", "The new archive (- is standard output)");
    command.preparse_callback([&given](std::size_t) { given.time_zone.clear(); });
    Declaring::option(command, "--tz", given.time_zone, "ZONE", what_clock);
}

void new_password(Declaring& declaring, CLI::App& command) {
    Declaring::option(command, "--new-password-file", declaring.given().new_password_file, "FILE",
                      "The new archive gets another password: the first line of FILE");
}

void add_making_commands(Declaring& declaring, CLI::App& data) {
    Given& given = declaring.given();
    const char* clock = "By which clock the new archive tells times: local (default), UTC, +HH:MM";
    auto& create =
        declaring.command(data, "create", data_create,
                          "An archive that the app restores, of the files that data extract gives",
                          "folder threema-backup_1735690400000_1.zip --password-file new.txt");
    create.add_option("DIR", given.folder, "The folder")->required()->type_name("");
    new_archive(declaring, create, clock);
    jobs(declaring, create);
    Declaring::option(create, "--identity-password-file", given.identity_password_file, "FILE",
                      "The password of the ID export in DIR is the first line of FILE (default: "
                      "the new archive's)");

    auto& filter = declaring.command(data, "filter", data_filter,
                                     "A new archive of some of it, or with another password",
                                     "archive.zip small.zip --since 2024-01-01 --no-media");
    archive(declaring, filter);
    new_archive(declaring, filter,
                "By which clock: UTC, +HH:MM or local (default: UTC for dates that are given, "
                "local for what the new archive tells)");
    chats(declaring, filter);
    span(declaring, filter);
    filter.add_flag("--no-media", given.no_media, "Without pictures, videos and files");
    new_password(declaring, filter);

    auto& merge =
        declaring.command(data, "merge", data_merge, "One archive of two, what both have only once",
                          "old.zip new.zip all.zip");
    archive(declaring, merge);
    merge.add_option("OTHER", given.second, "Another archive of the same owner")
        ->required()
        ->type_name("");
    new_archive(declaring, merge, clock);
    Declaring::option(merge, "--second-password-file", given.second_password_file, "FILE",
                      "The password of OTHER is the first line of FILE (default: the same)");
    new_password(declaring, merge);
}

}  // namespace

void add_archive(Declaring& declaring, CLI::App& command) { archive(declaring, command); }

void add_data_commands(Declaring& declaring, CLI::App& data) {
    add_reading_commands(declaring, data);
    add_writing_commands(declaring, data);
    add_making_commands(declaring, data);
}

}  // namespace cli
