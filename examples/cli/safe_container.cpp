// safe keys, seal, open, check: the parts of a Safe without a store.

#include <tresor/safe.hpp>

#include "commands.hpp"
#include "system.hpp"

namespace cli {
namespace {

using namespace tresor;

// Ctrl-C while the keys are derived counts, too.
safe::Keys keys_of(const Tool& tool, bool confirm) {
    ThreemaId identity(tool.given.id);
    auto keys = safe::derive_keys(tool.password(confirm), identity);
    stop_if_interrupted();
    return keys;
}

// What is sealed need not be an account, but a person should know if it is none.
void note_if_no_account(const Tool& tool, ByteView json) {
    try {
        safe::import_backup(json);
    } catch (const Error& error) {
        tool.warn("note: no app could restore " + tool.given.in + ": " + error.what());
    }
}

}  // namespace

Report safe_keys(const Tool& tool) {
    auto keys = keys_of(tool, false);
    BackupId id = keys.backup_id();
    std::string identity(ThreemaId(tool.given.id).text());
    Report report;
    report.json = {{"identity", identity}, {"backup_id", id.hex()}, {"shard", id.shard()}};
    report.line("identity", identity);
    report.line("backup id", id.hex());
    report.line("shard", id.shard());
    if (tool.given.show_key) {
        std::string key = hex(keys.encryption_key().expose());
        report.json["encryption_key"] = key;
        report.line("encryption key", key);
    }
    return report;
}

Report safe_seal(const Tool& tool) {
    tool.check_files();
    auto keys = keys_of(tool, true);
    SecretBytes json = read_input(tool.given.in, safe::max_json_bytes);
    Bytes container = safe::seal(json.expose(), keys.encryption_key());
    note_if_no_account(tool, json.expose());
    tool.write_output(container);
    Report report;
    report.json = {{"bytes", container.size()}, {"backup_id", keys.backup_id().hex()}};
    report.line("sealed", plural(container.size(), "byte"));
    report.line("backup id", keys.backup_id().hex());
    return report;
}

Report safe_open(const Tool& tool) {
    tool.check_files();
    auto keys = keys_of(tool, false);
    SecretBytes container = read_input(tool.given.in, safe::max_container_bytes);
    auto opened = safe::open(container.expose(), keys.encryption_key());
    tool.write_output(opened.json.expose());
    Report report;
    report.json = {{"bytes", opened.json.size()}, {"warnings", Json::array()}};
    report.warnings = std::move(opened.findings);
    report.line("opened", plural(opened.json.size(), "byte"));
    return report;
}

Report safe_check(const Tool& tool) {
    tool.check_files();
    std::optional<ThreemaId> own;
    if (!tool.given.id.empty()) own.emplace(tool.given.id);
    SecretBytes json = read_input(tool.given.in, safe::max_json_bytes + 1);
    Report report;
    report.json = {{"ok", false},
                   {"warnings", Json::array()},
                   {"contacts", nullptr},
                   {"groups", nullptr},
                   {"distribution_lists", nullptr}};
    std::optional<safe::Imported> imported;
    try {
        imported = safe::import_backup(json.expose(), own);
    } catch (const Error& error) {
        report.error = error;
        return report;
    }
    const safe::Backup& backup = imported->backup;
    if (!tool.given.out.empty()) tool.write_output(safe::export_backup(backup).expose());
    report.json["ok"] = true;
    report.json["contacts"] = backup.contacts.size();
    report.json["groups"] = backup.groups.size();
    report.json["distribution_lists"] = backup.distribution_lists.size();
    report.warnings = std::move(imported->findings);
    report.text = plural(backup.contacts.size(), "contact") + ", " +
                  plural(backup.groups.size(), "group") + ", " +
                  plural(backup.distribution_lists.size(), "distribution list") + ", " +
                  plural(report.warnings.size(), "warning") + "\n";
    return report;
}

}  // namespace cli
