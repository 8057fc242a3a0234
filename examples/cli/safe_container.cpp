// safe keys, seal, open, check: the parts of a Safe without a store.

#include <tresor/safe.hpp>

#include "commands.hpp"
#include "system.hpp"

namespace cli {
namespace {

using namespace tresor;

std::string hex(ByteView bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (Byte byte : bytes) text.append({digits[byte >> 4], digits[byte & 15]});
    return text;
}

// What is sealed need not be an account, but a person should know if it is none.
void note_if_no_account(const Tool& tool, ByteView json) {
    try {
        safe::import_backup(json);
    } catch (const Error& error) {
        tool.note("note: no app could restore " + tool.given.in + ": " + error.what());
    }
}

}  // namespace

Report safe_keys(const Tool& tool) {
    ThreemaId identity(tool.given.id);
    auto keys = safe::derive_keys(tool.password(false), identity);
    BackupId id = keys.backup_id();
    Report report;
    report.json = {{"identity", identity.text()}, {"backup_id", id.hex()}, {"shard", id.shard()}};
    report.line("identity", identity.text());
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
    ThreemaId identity(tool.given.id);
    auto keys = safe::derive_keys(tool.password(true), identity);
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
    ThreemaId identity(tool.given.id);
    auto keys = safe::derive_keys(tool.password(false), identity);
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
    SecretBytes json = read_input(tool.given.in, safe::max_json_bytes);
    Report report;
    report.json = {{"ok", true}, {"warnings", Json::array()}};
    try {
        auto [backup, findings] = safe::import_backup(json.expose(), own);
        report.json["contacts"] = backup.contacts.size();
        report.json["groups"] = backup.groups.size();
        report.json["distribution_lists"] = backup.distribution_lists.size();
        report.warnings = std::move(findings);
        report.text = plural(backup.contacts.size(), "contact") + ", " +
                      plural(backup.groups.size(), "group") + ", " +
                      plural(backup.distribution_lists.size(), "distribution list") + ", " +
                      plural(report.warnings.size(), "warning") + "\n";
        if (!tool.given.out.empty()) tool.write_output(safe::export_backup(backup).expose());
    } catch (const Error& error) {
        if (error.code() != Errc::malformed && error.code() != Errc::unsupported) throw;
        report.json["ok"] = false;
        throw Failed{std::move(report), error};
    }
    return report;
}

}  // namespace cli
