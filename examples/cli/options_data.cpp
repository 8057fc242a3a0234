// The options of the commands on chat archives.

#include "commands.hpp"
#include "declaring.hpp"

namespace cli {
namespace {

using tresor::Errc;
using tresor::Error;

// What every one of them takes.
void archive(Declaring& declaring, CLI::App& command) {
    Given& given = declaring.given();
    command.add_option("FILE", given.in, "The archive (zip) that the app has made")
        ->required()
        ->type_name("");
    command.add_option("--jobs", given.jobs, "How many threads work (default: one for each core)")
        ->type_name("N");
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
    Declaring::option(exported, "--since", given.since, "TIME",
                      "Only messages from then on: a date, or RFC 3339");
    Declaring::option(exported, "--until", given.until, "TIME",
                      "Only messages before: a date, or RFC 3339");
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

}  // namespace

void add_data_commands(Declaring& declaring, CLI::App& data) {
    add_reading_commands(declaring, data);
    add_writing_commands(declaring, data);
}

}  // namespace cli
