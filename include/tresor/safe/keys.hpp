// The keys of a Safe, derived from password and Threema ID (safe.md 1).
//
//     master key (64) := scrypt(password, salt = ID, N = 65536, r = 8, p = 1)
//     master key      =  backup id (32) || encryption key (32)
//
// Deriving takes about an eighth of a second and 64 MiB, on purpose. Programs keep the master key
// and forget the password. The password is taken as it is: the same word in another Unicode form
// is another password, and gives another backup.
#pragma once

#include <optional>

#include <tresor/backup_id.hpp>
#include <tresor/identity.hpp>
#include <tresor/secret.hpp>

namespace tresor::safe {

using MasterKey = Secret<64, struct MasterKeyTag>;
using EncryptionKey = Secret<32, struct EncryptionKeyTag>;

class Keys {
public:
    explicit Keys(MasterKey master) : master_(std::move(master)) {}
    // From stored bytes. Anything but 64 bytes means "Safe is not configured", as in the apps.
    static std::optional<Keys> from_stored(ByteView bytes);

    const MasterKey& master_key() const noexcept { return master_; }
    BackupId backup_id() const noexcept { return BackupId(master_.expose().first<32>()); }
    EncryptionKey encryption_key() const { return EncryptionKey(master_.expose().last<32>()); }

private:
    MasterKey master_;
};

// Throws invalid_argument if the password is not UTF-8, out_of_memory without its 64 MiB.
Keys derive_keys(const Password& password, const ThreemaId& identity);

}  // namespace tresor::safe
