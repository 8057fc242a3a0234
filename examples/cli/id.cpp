// id export, import: the identity as a text.

#include <filesystem>
#include <memory>

#include <tresor/client.hpp>
#include <tresor/client/transfer.hpp>
#include <tresor/id_export/sheet.hpp>

#include "account.hpp"
#include "commands.hpp"
#include "stores.hpp"
#include "system.hpp"

namespace cli {
namespace {

using namespace tresor;

constexpr std::size_t most_code_bytes = 65536;

// ".svg" or ".html", in small letters.
std::string kind_of(const std::string& sheet) {
    std::string kind = std::filesystem::path(sheet).extension().string();
    for (char& c : kind)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return kind;
}

PrivateKey key_in_file(const std::string& path) {
    auto key = parse_private_key(read_input(path, 4096).expose());
    if (!key)
        throw Error(Errc::malformed,
                    path + " holds no key: that is 32 bytes, 64 hex digits or base64");
    return std::move(*key);
}

PrivateKey key_of(const safe::Imported& account) { return account.backup.user.private_key.clone(); }

PrivateKey key_in_store(const Tool& tool, const ThreemaId& identity) {
    Password password = tool.password_of("the Safe", tool.given.safe_password_file);
    auto restored = restore_from(from_place_of(tool), password, identity);
    return key_of(safe::import_backup(restored.json.expose(), identity));
}

PrivateKey find_key(const Tool& tool, const ThreemaId& identity) {
    const Given& given = tool.given;
    if (!given.key_file.empty()) return key_in_file(given.key_file);
    if (!given.from_store.empty()) return key_in_store(tool, identity);
    return key_of(read_account(given.in, identity));
}

// Lengths are those of ID exports, all else is the policy of a Safe.
safe::PasswordPolicy policy() {
    auto policy = safe::library_policy();
    policy.min_length = id_export::min_password_characters;
    policy.max_utf16_units = 0;
    policy.max_bytes = id_export::max_password_bytes;
    return policy;
}

// Written, but without its name before everything else has gone well.
std::unique_ptr<FileSink> open_sheet(const Tool& tool, const id_export::Sheet& sheet) {
    auto sink = tool.open_output(tool.given.sheet);
    sink->write(
        as_bytes(kind_of(tool.given.sheet) == ".svg" ? sheet_svg(sheet) : sheet_html(sheet)));
    return sink;
}

// A store that takes ID exports.
std::unique_ptr<storage::Storage> open_target(const Tool& tool) {
    auto store = open_store(tool);
    if (!store->can().any_name)
        throw Error(Errc::unsupported, store->describe() + " keeps Safe backups only");
    return store;
}

}  // namespace

void check_id_export(const Tool& tool) {
    const Given& given = tool.given;
    int sources = !given.key_file.empty() + !given.in.empty() + !given.from_store.empty();
    if (sources != 1)
        throw Error(Errc::invalid_argument,
                    "give one of --key-file, --safe and --from-store: where the key is");
    if (given.from_store.empty() && !given.safe_password_file.empty())
        throw Error(Errc::invalid_argument, "--safe-password-file goes with --from-store");
    if (!given.out.empty() && !given.store.empty())
        throw Error(Errc::invalid_argument, "give --out or --to-store, not both");
    if (storage::scheme_of(given.store) == "memory")
        throw Error(Errc::invalid_argument, "in memory: nothing would be kept");
    if (!id_export::scheme_named(given.scheme))
        throw Error(Errc::invalid_argument, "the schemes are classic and argon2id");
    if (!id_export::language_named(given.language))
        throw Error(Errc::invalid_argument, "the languages of the sheet are en and de");
    std::string kind = kind_of(given.sheet);
    if (!given.sheet.empty() && kind != ".html" && kind != ".svg")
        throw Error(Errc::invalid_argument, "a sheet is FILE.html or FILE.svg");
    Tool::check_distinct({given.out, given.sheet},
                         {given.in, given.key_file, tool.password_file, given.safe_password_file,
                          given.store_password_file});
    tool.check_files();
    tool.check_output(given.sheet);
}

Report id_export(const Tool& tool) {
    const Given& given = tool.given;
    ThreemaId identity(given.id);
    auto scheme = *id_export::scheme_named(given.scheme);
    if (!id_export::can(scheme))
        throw Error(Errc::unsupported, "this tresor was built without argon2id");
    std::unique_ptr<storage::Storage> store;
    if (!given.store.empty()) store = open_target(tool);
    PrivateKey key = find_key(tool, identity);
    Password password =
        tool.new_password(tool.password_file, policy(), "Password of the new code: ");
    std::string code = id_export::encode(identity, key, password, scheme);
    stop_if_interrupted();

    std::unique_ptr<FileSink> sheet;
    auto language = *id_export::language_named(given.language);
    if (!given.sheet.empty()) sheet = open_sheet(tool, {identity, code, tool.now, language});
    std::string public_key = format_public_key(public_key_of(key));
    Report report;
    report.json = {{"identity", identity.text()},
                   {"scheme", given.scheme},
                   {"code", code},
                   {"public_key", public_key}};
    std::string line = code + "\n";
    if (store) {
        storage::ObjectName name(id_export::object_name(identity, tool.now));
        MemorySource content(as_bytes(line));
        client::put_verified(*store, name, content, Existing::refuse);
        report.json["name"] = name.text();
        report.line("code", name.text());
    } else if (!given.out.empty()) {
        tool.write_output(as_bytes(line));
        report.line("code", given.out);
    } else {
        report.text = line;
    }
    if (sheet) {
        sheet->commit();
        report.line("sheet", given.sheet);
    }
    if (report.text != line) report.line("public key", public_key);
    if (scheme == id_export::Scheme::argon2id)
        tool.warn("note: Threema for iOS cannot read a code of the scheme argon2id");
    return report;
}

Report id_import(const Tool& tool) {
    const Given& given = tool.given;
    Tool::check_distinct({given.key_out}, {given.in, tool.password_file});
    tool.check_output(given.key_out);
    if (given.in == "-" && stdin_is_terminal())
        write_stderr("Type or paste the code, press Enter, then Ctrl-D:\n");
    SecretBytes text = read_input(given.in, most_code_bytes);
    // Before it asks for the password.
    auto code = id_export::find_code(as_text(text.expose()));
    if (!id_export::can(code.scheme))
        throw Error(Errc::unsupported, "this tresor was built without argon2id");
    Password password = tool.password_of("the code", tool.password_file);
    auto imported = id_export::decode(code.text, password);
    stop_if_interrupted();
    if (!given.key_out.empty()) {
        SecretBytes line = format_private_key(imported.private_key);
        line.push_back('\n');
        tool.write_file(given.key_out, line.expose());
    }
    Report report;
    std::string public_key = format_public_key(imported.public_key);
    std::string scheme(name_of(imported.scheme));
    report.json = {
        {"identity", imported.identity.text()}, {"public_key", public_key}, {"scheme", scheme}};
    report.line("identity", imported.identity.text());
    report.line("public key", public_key);
    report.line("scheme", scheme);
    if (!given.key_out.empty()) report.line("private key", given.key_out);
    return report;
}

}  // namespace cli
