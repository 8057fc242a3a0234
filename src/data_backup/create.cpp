// An archive of a folder.

#include <filesystem>
#include <string>
#include <utility>

#include <tresor/data_backup/filter.hpp>
#include <tresor/id_export.hpp>

#include "data_backup/folder_check.hpp"
#include "data_backup/zip_writer.hpp"

namespace tresor::data_backup {

namespace {

// The owner, and the code as the new archive has it; no code, no owner.
struct OwnerCode {
    SecretBytes text;
    std::string identity;
};

SecretBytes read_code(ByteSource& file) {
    constexpr std::size_t most = 4096;
    SecretBytes text(most);
    std::size_t size = 0;
    while (size < most)
        if (std::size_t got = file.read(text.expose().subspan(size)); got > 0)
            size += got;
        else
            break;
    if (size == most) throw Error(Errc::malformed, "identity: it is too long for an ID export");
    text.resize(size);
    return text;
}

bool is_exact(std::string_view code) {
    try {
        return id_export::find_code(code, id_export::Reading::strict).text == code;
    } catch (const Error& error) {
        if (error.code() != Errc::malformed) throw;
        return false;
    }
}

OwnerCode code_of(const std::filesystem::path& folder, const Password& identity_password,
                  const Password& password) {
    auto path = folder / "identity";
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(path, ignored)))
        return {};
    FileSource file(path);
    OwnerCode code{read_code(file), {}};
    std::string_view text = as_text(std::as_const(code.text).expose());
    auto imported = id_export::decode(text, identity_password);
    code.identity = imported.identity.text();
    bool same =
        equal_in_constant_time(as_bytes(identity_password.expose()), as_bytes(password.expose()));
    if (same && is_exact(text)) return code;
    std::string anew = id_export::encode(imported.identity, imported.private_key, password);
    code.text = SecretBytes(as_bytes(anew));
    wipe(anew.data(), anew.size());
    return code;
}

}  // namespace

Rewritten create(const std::filesystem::path& folder, const Password& identity_password,
                 ByteSink& into, const Password& password, const WriteOptions& write) {
    require_archive_password(password);
    OwnerCode code = code_of(folder, identity_password, password);
    FolderPlan plan = check_folder(folder, code.identity, [&] {
        if (write.progress && !write.progress(0, std::nullopt))
            throw Error(Errc::cancelled, "cancelled");
    });
    if (code.identity.empty())
        plan.findings.push_back({"identity", "missing: the app cannot restore on a new device"});

    ZipWriter zip(into, password, zip_options(write));
    for (const std::string& name : plan.entries) {
        if (name == "identity") {
            zip.add(name, std::as_const(code.text).expose());
            continue;
        }
        FileSource content(folder / name);
        zip.add(name, content);
    }
    zip.finish();
    Rewritten made;
    made.entries = zip.entries();
    made.bytes = zip.bytes();
    made.messages = plan.messages;
    made.findings = std::move(plan.findings);
    return made;
}

}  // namespace tresor::data_backup
