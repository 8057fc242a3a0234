// Keys, container, account, password.

#include <algorithm>

#include "capi/border.hpp"

using namespace tresor;
using namespace tresor::capi;

std::size_t tresor_master_key_size(void) { return TRESOR_MASTER_KEY_SIZE; }

int tresor_keys_derive(tresor_keys** out, const char* password, std::size_t password_size,
                       const char* identity) {
    clear(out);
    return guard([&] {
        need(out);
        make(out, safe::derive_keys(Password(as_text(bytes(password, password_size))),
                                    ThreemaId(text(identity))));
    });
}

int tresor_keys_from_master(tresor_keys** out, const unsigned char* master_key) {
    clear(out);
    return guard([&] {
        make(out, safe::Keys(safe::MasterKey(bytes(&need(master_key), TRESOR_MASTER_KEY_SIZE))));
    });
}

void tresor_keys_free(tresor_keys* keys) { delete keys; }

int tresor_keys_backup_id(unsigned char* out, const tresor_keys* keys) {
    return guard([&] {
        BackupId id = need(keys).keys.backup_id();
        std::copy(id.bytes().begin(), id.bytes().end(), &need(out));
    });
}

int tresor_keys_master_key(unsigned char* out, const tresor_keys* keys) {
    return guard([&] {
        auto key = need(keys).keys.master_key().expose();
        std::copy(key.begin(), key.end(), &need(out));
    });
}

int tresor_keys_encryption_key(unsigned char* out, const tresor_keys* keys) {
    return guard([&] {
        auto key = need(keys).keys.encryption_key();
        std::copy(key.expose().begin(), key.expose().end(), &need(out));
    });
}

std::size_t tresor_container_size(std::size_t json_size) {
    return json_size > safe::max_json_bytes ? 0 : safe::container_size(json_size);
}

int tresor_container_seal(tresor_buf* out, const void* json, std::size_t json_size,
                          const tresor_keys* keys) {
    return guard([&] {
        OutBuf result(out);
        result.set(safe::seal(bytes(json, json_size), need(keys).keys.encryption_key()));
        result.release();
    });
}

int tresor_container_seal_into(unsigned char* out, std::size_t out_size, const void* json,
                               std::size_t json_size, const tresor_keys* keys) {
    return guard([&] {
        bytes(&need(out), out_size);  // a size that can be
        safe::seal(bytes(json, json_size), need(keys).keys.encryption_key(), {out, out_size});
    });
}

int tresor_container_open(tresor_buf* json, tresor_buf* findings, const void* container,
                          std::size_t container_size, const tresor_keys* keys) {
    return guard([&] {
        OutBuf found(findings, true), result(json);
        auto opened =
            safe::open(bytes(container, container_size), need(keys).keys.encryption_key());
        result.set(opened.json.expose());
        found.set_findings(opened.findings);
        result.release();
        found.release();
    });
}

int tresor_account_check(tresor_buf* canonical, tresor_account_counts* counts, tresor_buf* findings,
                         const void* json, std::size_t json_size, const char* identity) {
    return guard([&] {
        OutBuf found(findings, true), result(canonical, true);
        Out counted(counts, tresor_account_counts{}, true);
        std::optional<ThreemaId> own;
        if (identity != nullptr) own.emplace(identity);
        auto imported = safe::import_backup(bytes(json, json_size), own);
        if (canonical != nullptr) result.set(safe::export_backup(imported.backup).expose());
        found.set_findings(imported.findings);
        counted.set({imported.backup.contacts.size(), imported.backup.groups.size(),
                     imported.backup.distribution_lists.size()});
        result.release();
        found.release();
    });
}

namespace {

safe::PasswordPolicy password_policy(int policy) {
    switch (policy) {
        case TRESOR_POLICY_LIBRARY: return safe::library_policy();
        case TRESOR_POLICY_ANDROID: return safe::android_policy();
        case TRESOR_POLICY_IOS: return safe::ios_policy();
        default: throw Error(Errc::invalid_argument, "there is no such password policy");
    }
}

constexpr std::size_t max_words_bytes = std::size_t{64} << 20;

unsigned set_of(const std::vector<safe::PasswordIssue>& issues) {
    unsigned set = 0;
    for (auto issue : issues) set |= 1u << static_cast<unsigned>(issue);
    return set;
}

}  // namespace

int tresor_password_check(unsigned* errors, unsigned* warnings, const char* password,
                          std::size_t password_size, const tresor_password_options* options) {
    return guard([&] {
        Out found_warnings(warnings, 0u, true), found_errors(errors, 0u);
        need(warnings);
        tresor_password_options given = TRESOR_PASSWORD_OPTIONS_INIT;
        if (options != nullptr) given = *options;
        need_version(given.version);
        auto policy = password_policy(given.policy);
        policy.min_entropy_bits = given.min_entropy_bits;
        auto words = given.words == nullptr
                         ? safe::WordList::built_in()
                         : safe::WordList(as_text(
                               at_most(max_words_bytes, bytes(given.words, given.words_size))));
        safe::PasswordAids aids{.words = &words};
        if (given.pattern != nullptr) aids.pattern = given.pattern;
        if (given.confirmation != nullptr)
            aids.confirmation = as_text(bytes(given.confirmation, given.confirmation_size));
        if (!(given.min_entropy_bits >= 0))
            throw Error(Errc::invalid_argument, "min_entropy_bits is no number of bits");
        if (given.min_entropy_bits > 0) {
            need(given.entropy);
            aids.entropy_bits = [&](std::string_view word) {
                double bits = 0;
                call(given.entropy, &bits, word.data(), word.size(), given.payload);
                return bits;
            };
        }
        auto verdict = safe::check_password(as_text(bytes(password, password_size)), policy, aids);
        found_errors.set(set_of(verdict.errors));
        found_warnings.set(set_of(verdict.warnings));
    });
}

const char* tresor_password_issue_text(unsigned issue) {
    for (unsigned bit = 0; (1u << bit) <= TRESOR_PASSWORD_INVALID_PATTERN; ++bit)
        if (issue == 1u << bit) return safe::describe(static_cast<safe::PasswordIssue>(bit)).data();
    return nullptr;
}
