#include "options.hpp"

#include <algorithm>

#include <tresor/version.hpp>

#include "commands.hpp"
#include "declaring.hpp"
#include "stores.hpp"
#include "system.hpp"

namespace cli {
namespace {

// Declares options; each command takes what it needs.
class Options : private Declaring {
public:
    explicit Options(Tool& tool) : Declaring(tool) {
        app_.set_version_flag("--version", "tresor " TRESOR_VERSION);
        app_.require_subcommand(1);
        app_.fallthrough();
        app_.get_formatter()->column_width(34);
        app_.add_flag("--json", tool.json, "One JSON object on standard output");
        app_.add_flag("--quiet", tool.quiet, "No progress on standard error");
        app_.add_flag("--verbose", tool.verbose, "The log of the library on standard error");
        option(app_, "--at", at_, "TIME", "Take TIME (RFC 3339, UTC) for now");
        option(app_, "--password-file", tool.password_file, "FILE",
               "The password is the first line of FILE (- is standard input)");
        app_.footer(
            "These options may stand behind any command.\n"
            "Example: tresor safe enable --id ECHOECHO --store /mnt/nas/safe --data account.json");
        auto& safe =
            group(app_, "safe", "The Safe: a small encrypted snapshot of the account", "status");
        add_container_commands(safe);
        add_account_commands(safe);
        add_life_commands(safe);
        auto& store = group(app_, "store", "Places where backups are kept", "init /mnt/nas/safe");
        add_store_commands(store);
        add_object_commands(store);
        add_id_commands(group(app_, "id",
                              "ID exports: the identity as a text to print and lock away",
                              "import code.txt"));
        auto& data = group(app_, "data", "Chat archives: what the app's data backup holds",
                           "info archive.zip");
        add_data_commands(*this, data);
        add_copy_commands(data);
    }

    CLI::App& app() { return app_; }

    void finish() {
        if (!at_.empty()) {
            auto time = tresor::parse_rfc3339(at_);
            if (!time)
                throw tresor::Error(tresor::Errc::invalid_argument,
                                    "--at wants a time such as 2026-11-23T06:05:00Z");
            tool_.now = *time;
            tool_.at_given = true;
        }
        tool_.check_input();
        if (tool_.check != nullptr) tool_.check(tool_);
        if (takes_store()) resolve_stores(tool_);
    }

private:
    CLI::Option* id(CLI::App& command) {
        return option(command, "--id", given_.id, "ID", "The Threema ID");
    }
    CLI::Option* store(CLI::App& command) {
        reach(command);
        return option(command, "--store", given_.store, "LOCATION",
                      "Where the backup is kept: a folder, https://HOST/ (a Safe server), "
                      "webdav+https://HOST/PATH/, s3://BUCKET/PREFIX, or threema:");
    }
    // How a server is reached.
    void reach(CLI::App& command) {
        const char* group = "Stores on the network";
        option(command, "--store-user", given_.store_user, "USER",
               "The user there; of s3: the access key id (default: $AWS_ACCESS_KEY_ID)")
            ->group(group);
        option(command, "--store-password-file", given_.store_password_file, "FILE",
               "The user's password is the first line of FILE; of s3: the secret (default: "
               "$AWS_SECRET_ACCESS_KEY)")
            ->group(group);
        option(command, "--ca-file", given_.net.ca_file, "FILE",
               "Certificates (PEM) to trust besides the system's")
            ->group(group);
        option(command, "--pin", given_.net.pin, "SHA256",
               "Accept only a server with this public key (hex or base64)")
            ->group(group);
        command
            .add_flag("--allow-insecure", given_.net.allow_insecure,
                      "Allow http:// to other machines")
            ->group(group);
        option(command, "--proxy", given_.net.proxy, "URL", "Go through this proxy")->group(group);
        command
            .add_option_function<std::int64_t>(
                "--timeout",
                [this](std::int64_t seconds) { given_.net.timeout = tresor::Seconds(seconds); },
                "Give up after so long without progress (default 30)")
            ->type_name("SECONDS")
            ->group(group);
    }
    CLI::Option* data(CLI::App& command) {
        return option(command, "--data", given_.data, "FILE", "The account as JSON text");
    }
    void state(CLI::App& command) {
        option(command, "--state", given_.state, "FILE",
               "Where this Safe is remembered (default: a file of the ID below "
               "~/.local/state/tresor)");
    }
    void in(CLI::App& command, const char* what) {
        command.add_option("IN", given_.in, what)->required();
    }

    void add_container_commands(CLI::App& safe) {
        auto& keys =
            command(safe, "keys", safe_keys,
                    "Derive the anonymous name of a backup from ID and password", "--id ECHOECHO");
        id(keys)->required();
        keys.add_flag("--show-key", given_.show_key, "Show the encryption key, too");

        auto& seal =
            command(safe, "seal", safe_seal, "JSON text to container, the text unchanged inside",
                    "--id ECHOECHO account.json account.safe");
        id(seal)->required();
        in(seal, "The account as JSON text");
        out(seal, "OUT", "OUT", "The container");

        auto& open = command(safe, "open", safe_open,
                             "Container to JSON text, byte for byte what was sealed",
                             "--id ECHOECHO account.safe account.json");
        id(open)->required();
        in(open, "The container");
        out(open, "OUT", "OUT", "The account as JSON text");

        auto& check =
            command(safe, "check", safe_check, "Hold an account against the model of the apps",
                    "account.json --canonical tidy.json");
        in(check, "The account as JSON text");
        id(check);
        out(check, "--canonical", "OUT", "Write the canonical form to OUT", false);
    }

    void add_account_commands(CLI::App& safe) {
        auto& enable = command(safe, "enable", safe_enable,
                               "Switch the Safe of an account on and upload at once",
                               "--id ECHOECHO --store /mnt/nas/safe --data account.json");
        id(enable)->required();
        store(enable)->required();
        data(enable)->required();
        enable.add_flag("--replace", given_.replace,
                        "Go on after a restore, or with another password or store");
        state(enable);

        auto& backup = command(safe, "backup", safe_backup,
                               "One tick of the cycle: upload if that is due", "--now");
        backup.add_flag("--now", given_.now, "Upload in any case");
        data(backup);
        state(backup);
        id(backup);

        auto& status = command(safe, "status", safe_status,
                               "When was the last upload, when is the next?", "--json");
        state(status);
        id(status);

        auto& restore = command(safe, "restore", safe_restore,
                                "Get an account back: ID, password and store are enough",
                                "--id ECHOECHO --store /mnt/nas/safe --out account.json");
        id(restore)->required();
        store(restore)->required();
        out(restore, "--out", "FILE", "The account as JSON text");
    }

    void add_life_commands(CLI::App& safe) {
        auto& verify =
            command(safe, "verify", safe_verify,
                    "Restore drill: is the backup there, whole, and the last one?", "--json");
        state(verify);
        id(verify);

        auto& passwd = command(safe, "passwd", safe_passwd,
                               "Another password: uploads first, then removes the old backup",
                               "--new-password-file new.txt");
        option(passwd, "--new-password-file", given_.new_password_file, "FILE",
               "The new password is the first line of FILE");
        state(passwd);
        id(passwd);

        auto& disable =
            command(safe, "disable", safe_disable,
                    "Switch Safe off: remove the backup, forget the keys", "--keep-backup");
        disable.add_flag("--keep-backup", given_.keep_backup,
                         "Leave the backup in the store until it expires");
        state(disable);
        id(disable);

        auto& watch = command(safe, "watch", safe_watch,
                              "Run the cycle until ended (SIGTERM); one line for each tick", "");
        state(watch);
        id(watch);
    }

    CLI::Option* location(CLI::App& command) {
        reach(command);
        return command
            .add_option(
                "LOCATION", given_.store,
                "A folder, webdav+https://HOST/PATH/, s3://BUCKET/PREFIX, https://HOST/ (a Safe "
                "server), or memory:")
            ->required();
    }
    CLI::Option* retention(CLI::App& command, const char* what) {
        return command.add_option("--retention-days", given_.retention_days, what)
            ->type_name("DAYS");
    }

    void add_store_commands(CLI::App& parent) {
        auto& init = command(parent, "init", store_init, "Make a store", "/mnt/nas/safe");
        location(init);
        init.add_option("--max-backup-bytes", given_.max_backup_bytes, "The largest Safe it takes")
            ->type_name("BYTES");
        retention(init, "How long a Safe is kept after its last upload");
        init.add_flag("--no-lifecycle", given_.no_lifecycle,
                      "S3: do not have the bucket itself remove what has expired");

        auto& check = command(parent, "check", store_check,
                              "Does a store keep what a store must promise?", "/mnt/nas/safe");
        location(check);

        auto& list = command(parent, "list", store_list, "What a store holds",
                             "/mnt/nas/safe data-backups/");
        location(list);
        list.add_option("PREFIX", given_.name, "Only names that begin so");

        auto& sweep = command(parent, "sweep", store_sweep,
                              "Remove Safe backups not written for the retention time",
                              "/mnt/nas/safe --dry-run");
        location(sweep);
        retention(sweep, "Instead of what the store's config says");
        sweep.add_flag("--dry-run", given_.dry_run, "Only count");
        sweep.add_option("--limit-rate", given_.limit_rate, "At most N removals a second")
            ->type_name("N");
        sweep
            .add_option("--jobs", given_.jobs,
                        "How many threads look through a folder (default: one for each core)")
            ->type_name("N");
        sweep.add_flag("--force", given_.force, "Also if the store's clock is far from ours");
    }

    void add_object_commands(CLI::App& parent) {
        auto& put = command(parent, "put", store_put,
                            "A file into a store, verified by hash after the upload",
                            "/mnt/nas/safe archive.zip");
        location(put);
        put.add_option("FILE", given_.in, "The file (- is standard input)")->required();
        put.add_option("NAME", given_.name, "Its name there (default: data-backups/<file name>)");
        put.add_flag("--force", given_.force, "Replace an object of that name");

        auto& get = command(parent, "get", store_get, "An object out of a store",
                            "/mnt/nas/safe data-backups/archive.zip archive.zip");
        location(get);
        get.add_option("NAME", given_.name, "Its name there")->required();
        out(get, "FILE", "FILE", "The file (- is standard output)");

        auto& remove = command(parent, "remove", store_remove, "Remove an object from a store",
                               "/mnt/nas/safe data-backups/archive.zip");
        location(remove);
        remove.add_option("NAME", given_.name, "Its name there")->required();
    }

    void add_id_commands(CLI::App& parent) {
        auto& made =
            command(parent, "export", id_export,
                    "Write the identity as a code, locked with a password; the key is that of one "
                    "of --key-file, --safe and --from-store",
                    "--id ECHOECHO --safe account.json --out code.txt --sheet sheet.html");
        id(made)->required();
        option(made, "--key-file", given_.key_file, "FILE",
               "The private key: 32 bytes, 64 hex digits or base64");
        option(made, "--safe", given_.in, "FILE", "Take the key from this account (JSON text)");
        option(made, "--from-store", given_.from_store, "LOCATION",
               "Take the key from the Safe that is kept there");
        option(made, "--safe-password-file", given_.safe_password_file, "FILE",
               "The password of that Safe is the first line of FILE");
        option(made, "--scheme", given_.scheme, "SCHEME",
               "classic (default), which every app reads, or argon2id, which Threema for iOS does "
               "not");
        option(made, "--out", given_.out, "FILE",
               "Write the code there (default and -: standard output)");
        option(made, "--to-store", given_.store, "LOCATION",
               "Put the code there, as id-exports/<ID>-<time>.txt");
        option(made, "--sheet", given_.sheet, "FILE",
               "A page to print, with QR code: FILE.html or FILE.svg");
        option(made, "--lang", given_.language, "LANG",
               "The language of the page: en (default) or de");
        made.add_flag("--force", given_.force, "Replace existing files (not objects of a store)");
        reach(made);

        auto& imported = command(parent, "import", id_import,
                                 "Open a code: is the password right, and whose ID is it?",
                                 "code.txt --key-out key.txt");
        imported.add_option("CODE-FILE", given_.in, "The code (default: standard input)")
            ->type_name("");
        made.preparse_callback([this](std::size_t) { tool_.check = check_id_export; });
        imported.preparse_callback([this](std::size_t) { given_.in = "-"; });
        option(imported, "--key-out", given_.key_out, "FILE", "Write the private key there");
        imported.add_flag("--force", given_.force, "Replace an existing FILE");
    }

    void every(CLI::App& command) {
        option(command, "--every", given_.every, "SPAN",
               "How often one is made: daily, weekly, monthly, quarterly or yearly")
            ->required();
        zone(command);
    }
    void zone(CLI::App& command) {
        option(command, "--tz", given_.time_zone, "ZONE",
               "Whose days and months: UTC (default), +HH:MM or local");
    }
    void archive_store(CLI::App& command) {
        reach(command);
        option(command, "--store", given_.store, "LOCATION",
               "Where archives are kept: a folder, webdav+https://HOST/PATH/ or s3://BUCKET/PREFIX")
            ->required();
    }

    void add_copy_commands(CLI::App& data) {
        auto& schedule = command(data, "schedule", data_schedule, "When is the next one due?",
                                 "--every monthly --last 2026-11-24 --tz local");
        every(schedule);
        option(schedule, "--last", given_.last, "TIME",
               "When the last one was made: a date, or RFC 3339")
            ->required();

        auto& put = command(data, "put", data_put,
                            "A copy into a store, verified before and after; old ones thinned",
                            "threema-backup_1735690400000_1.zip --store /mnt/nas/safe --keep "
                            "daily:7,weekly:4,monthly:12,yearly:10");
        add_archive(*this, put);
        archive_store(put);
        option(put, "--keep", given_.keep, "POLICY",
               "Remove old copies but for the last of so many days, weeks, months, years: "
               "daily:N,weekly:N,monthly:N,yearly:N");
        put.add_flag("--deep", given_.deep, "Download the copy and verify it as an archive");
        put.add_flag("--dry-run", given_.dry_run, "Only tell what would be done");
        put.add_flag("--force", given_.force, "Replace another archive of that name");
        option(put, "--id", given_.id, "ID", "Whose archive it is, where it does not tell that");
        zone(put);

        auto& status =
            command(data, "status", data_status, "When was the last copy made, is one overdue?",
                    "--store /mnt/nas/safe --every monthly");
        archive_store(status);
        every(status);
        option(status, "--id", given_.id, "ID", "Only the copies of this Threema ID");
    }

    std::string at_;
    CLI::App app_{"Make, keep and restore the backups of the Threema messenger.", "tresor"};
};

}  // namespace

void parse_options(int count, char** arguments, Tool& tool) {
    Options options(tool);
    try {
        options.app().parse(count, arguments);
        options.finish();
    } catch (const CLI::CallForHelp&) {
        write_stdout(options.app().help());
    } catch (const CLI::CallForVersion& version) {
        write_stdout(std::string(version.what()) + "\n");
    } catch (const CLI::ParseError& error) {
        tool.json = std::find(arguments, arguments + count, std::string_view("--json")) !=
                    arguments + count;
        throw tresor::Error(tresor::Errc::invalid_argument,
                            std::string(error.what()) + " (try --help)");
    }
}

}  // namespace cli
