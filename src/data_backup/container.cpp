#include "data_backup/container.hpp"

#include <algorithm>

#include "codec/utf8.hpp"
#include "data_backup/parallel.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::size_t batch = 8;                // entries whose keys are derived side by side
constexpr std::size_t most_probes = 4;          // entries that a password is tried on
constexpr std::uint64_t probe_bytes = 1 << 20;  // of an entry that is read only to try a password

bool is_chat_export(const std::map<std::string_view, const ZipEntry*>& names) {
    return names.contains("messages.txt") && !names.contains("settings");
}

}  // namespace

SecretBytes low_bytes_of(std::string_view password) {
    SecretBytes bytes;
    bytes.reserve(password.size());
    while (!password.empty()) {
        char32_t point = codec::next_code_point(password);
        if (point == codec::not_utf8) return {};
        // The second half of a pair: 0xDC00 and ten bits of the code point.
        if (point >= 0x10000) bytes.push_back(static_cast<Byte>((point - 0x10000) >> 10));
        bytes.push_back(static_cast<Byte>(point));
    }
    return bytes;
}

Container::Container(ReadAt& file, const Password& password, const ReadOptions& options,
                     Findings& findings)
    : file_(file),
      options_(options),
      directory_(read_zip_directory(
          file, {.directory_bytes = options.max_directory_bytes, .entries = options.max_entries})) {
    for (const ZipEntry& entry : directory_.entries) by_name_.emplace(entry.name, &entry);
    if (is_chat_export(by_name_))
        throw Error(Errc::malformed,
                    "this is one exported chat, not a backup of all: its text is in messages.txt");
    for (Finding& finding : directory_.findings)
        findings.add(std::move(finding.pointer), std::move(finding.reason));
    directory_.findings.clear();
    choose_password(password, findings);
}

ReadLimits Container::limits() const { return {.content_bytes = options_.max_content_bytes}; }

// First `settings`, as the app does, then what is small.
std::vector<const ZipEntry*> Container::probes() const {
    std::vector<const ZipEntry*> found;
    for (const ZipEntry& entry : directory_.entries)
        if (entry.aes_version != 0) found.push_back(&entry);
    auto rank = [](const ZipEntry* entry) {
        return std::pair(entry->name != "settings", entry->packed_size);
    };
    std::size_t most = std::min(most_probes, found.size());
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(most), found.end(),
                      [&](auto* a, auto* b) { return rank(a) < rank(b); });
    found.resize(most);
    return found;
}

// One wrong password in 65,536 passes a verifier, and any byte of an entry may be damaged: what
// authenticates proves a password, two verifiers are as good as proof.
Container::Fit Container::try_password(ByteView password,
                                       const std::vector<const ZipEntry*>& probes) const {
    auto keys = derive_keys(file_, directory_, probes, password);
    if (std::all_of(keys.begin(), keys.end(), [](const auto& one) { return one.error; }))
        throw *keys.front().error;
    std::size_t fitting = 0;
    for (std::size_t i = 0; i < probes.size(); ++i) {
        if (keys[i].error || !keys[i].fits) continue;
        ++fitting;
        if (probes[i]->packed_size > probe_bytes) continue;
        try {
            EntryReader(file_, *probes[i], std::move(keys[i]), limits());
            return Fit::yes;
        } catch (const Error& error) {
            if (error.code() != Errc::auth_failed) throw;
        }
    }
    bool proof = fitting >= 2 || (fitting == 1 && probes.size() == 1);
    return proof ? Fit::verifier : Fit::no;
}

void Container::choose_password(const Password& password, Findings& findings) {
    auto tried = probes();
    if (tried.empty()) {
        if (options_.allow_unencrypted) return;
        throw Error(Errc::unsupported,
                    "nothing in this archive is encrypted: whoever had it could "
                    "have written it");
    }
    SecretBytes utf8(as_bytes(password.expose())), low = low_bytes_of(password.expose());
    Fit as_utf8 = try_password(std::as_const(utf8).expose(), tried);
    Fit as_low = Fit::no;
    if (as_utf8 != Fit::yes && !low.empty() && low != utf8)
        as_low = try_password(std::as_const(low).expose(), tried);
    if (as_utf8 == Fit::no && as_low == Fit::no)
        throw Error(Errc::auth_failed, tried.size() > 1
                                           ? "the password is wrong"
                                           : "the password is wrong, or the only entry is damaged");
    if (as_low > as_utf8)
        findings.add("", "the password fits as apps before 4.53 took it, which newer ones do not");
    password_ = as_low > as_utf8 ? std::move(low) : std::move(utf8);
}

const ZipEntry* Container::find(std::string_view name) const noexcept {
    auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

std::unique_ptr<EntryReader> Container::open(const ZipEntry& entry) const {
    const ZipEntry* one[] = {&entry};
    auto keys = derive_keys(file_, directory_, one, std::as_const(password_).expose());
    return open(entry, std::move(keys.front()));
}

std::unique_ptr<EntryReader> Container::open(const ZipEntry& entry, EntryKeys keys) const {
    if (!entry.is_encrypted() && !options_.allow_unencrypted)
        throw Error(Errc::unsupported, "an entry is not encrypted: anybody may have written it");
    return std::make_unique<EntryReader>(file_, entry, std::move(keys), limits());
}

void Container::for_each(const std::vector<const ZipEntry*>& entries, const Work& work) const {
    std::size_t batches = (entries.size() + batch - 1) / batch;
    in_parallel(options_.jobs, batches, [&](std::size_t number) {
        std::span<const ZipEntry* const> some(entries);
        some = some.subspan(number * batch, std::min(batch, some.size() - number * batch));
        auto keys = derive_keys(file_, directory_, some, std::as_const(password_).expose());
        for (std::size_t i = 0; i < some.size(); ++i) work(*some[i], std::move(keys[i]));
    });
}

}  // namespace tresor::data_backup
