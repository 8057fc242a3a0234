// Versions, times, identities.

#include <tresor/version.hpp>

#include "capi/border.hpp"

using namespace tresor;
using namespace tresor::capi;

const char* tresor_version(void) { return TRESOR_VERSION; }
unsigned tresor_abi_version(void) { return TRESOR_ABI_VERSION; }

std::size_t tresor_struct_size(const char* name) {
    struct Known {
        std::string_view name;
        std::size_t size;
    };
#define TRESOR_KNOWN(type) \
    Known { #type, sizeof(type) }
    constexpr Known all[] = {TRESOR_KNOWN(tresor_buf),
                             TRESOR_KNOWN(tresor_account_counts),
                             TRESOR_KNOWN(tresor_password_options),
                             TRESOR_KNOWN(tresor_cycle_state),
                             TRESOR_KNOWN(tresor_cycle_policy),
                             TRESOR_KNOWN(tresor_decision),
                             TRESOR_KNOWN(tresor_source),
                             TRESOR_KNOWN(tresor_sink),
                             TRESOR_KNOWN(tresor_object),
                             TRESOR_KNOWN(tresor_condition),
                             TRESOR_KNOWN(tresor_place),
                             TRESOR_KNOWN(tresor_storage_options),
                             TRESOR_KNOWN(tresor_storage_callbacks),
                             TRESOR_KNOWN(tresor_limits),
                             TRESOR_KNOWN(tresor_sweep_options),
                             TRESOR_KNOWN(tresor_swept),
                             TRESOR_KNOWN(tresor_transferred),
                             TRESOR_KNOWN(tresor_states_callbacks),
                             TRESOR_KNOWN(tresor_outcome),
                             TRESOR_KNOWN(tresor_client_options),
                             TRESOR_KNOWN(tresor_file_callbacks),
                             TRESOR_KNOWN(tresor_data_backup_options),
                             TRESOR_KNOWN(tresor_verified),
                             TRESOR_KNOWN(tresor_extracted),
                             TRESOR_KNOWN(tresor_salvaged),
                             TRESOR_KNOWN(tresor_export_options),
                             TRESOR_KNOWN(tresor_exported),
                             TRESOR_KNOWN(tresor_statistics_options),
                             TRESOR_KNOWN(tresor_put_archive_options),
                             TRESOR_KNOWN(tresor_write_options),
                             TRESOR_KNOWN(tresor_written),
                             TRESOR_KNOWN(tresor_cut),
                             TRESOR_KNOWN(tresor_rewritten),
                             TRESOR_KNOWN(tresor_header),
                             TRESOR_KNOWN(tresor_request)};
#undef TRESOR_KNOWN
    for (const Known& known : all)
        if (name != nullptr && known.name == name) return known.size;
    return 0;
}

std::size_t tresor_time_size(void) { return TRESOR_TIME_SIZE; }
std::size_t tresor_identity_size(void) { return TRESOR_IDENTITY_SIZE; }
std::size_t tresor_key_size(void) { return TRESOR_KEY_SIZE; }
std::size_t tresor_key_text_size(void) { return TRESOR_KEY_TEXT_SIZE; }
std::size_t tresor_backup_id_size(void) { return TRESOR_BACKUP_ID_SIZE; }
std::size_t tresor_backup_id_hex_size(void) { return TRESOR_BACKUP_ID_HEX_SIZE; }

std::int64_t tresor_time_now(void) { return seconds(now()); }

int tresor_time_format(char* out, std::int64_t time) {
    return guard([&] { copy_out(&need(out), format_rfc3339(timestamp(time))); });
}

int tresor_time_parse(std::int64_t* out, const char* string) {
    return guard([&] {
        Out result(out, std::int64_t{TRESOR_NEVER});
        auto time = parse_rfc3339(text(string));
        if (!time) throw Error(Errc::invalid_argument, "a time is written as 2026-11-24T06:05:00Z");
        result.set(seconds(time));
    });
}

int tresor_identity_parse(char* out, const char* string) {
    return guard([&] { copy_out(&need(out), ThreemaId(text(string)).text()); });
}

int tresor_identity_public_key(unsigned char* out, const unsigned char* private_key) {
    return guard([&] {
        PublicKey key = public_key_of(PrivateKey(bytes(&need(private_key), TRESOR_KEY_SIZE)));
        std::copy(key.begin(), key.end(), &need(out));
    });
}

int tresor_identity_parse_key(unsigned char* out, const void* content, std::size_t size) {
    return guard([&] {
        auto key = parse_private_key(bytes(&need(static_cast<const Byte*>(content)), size));
        if (!key)
            throw Error(Errc::malformed,
                        "a key file holds 32 bytes, 64 hex digits or 44 characters of base64");
        std::ranges::copy(key->expose(), &need(out));
    });
}

int tresor_identity_format_key(char* out, const unsigned char* key) {
    return guard([&] {
        PrivateKey parsed(bytes(&need(key), TRESOR_KEY_SIZE));
        copy_out(&need(out), as_text(format_private_key(parsed).expose()));
    });
}

int tresor_backup_id_format(char* out, const unsigned char* id) {
    return guard([&] {
        BackupId parsed(bytes(&need(id), TRESOR_BACKUP_ID_SIZE).first<BackupId::size>());
        copy_out(&need(out), parsed.hex());
    });
}

int tresor_backup_id_parse(unsigned char* out, const char* hex) {
    return guard([&] {
        auto id = BackupId::parse(text(hex));
        if (!id) throw Error(Errc::invalid_argument, "a backup id is 64 lowercase hex digits");
        std::copy(id->bytes().begin(), id->bytes().end(), &need(out));
    });
}
