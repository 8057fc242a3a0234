#include <tresor/safe/keys.hpp>

#include "codec/utf8.hpp"
#include "crypto/kdf.hpp"

namespace tresor::safe {
namespace {

constexpr crypto::ScryptCost scrypt_cost{65536, 8, 1};

}  // namespace

std::optional<Keys> Keys::from_stored(ByteView bytes) {
    if (bytes.size() != MasterKey::size) return std::nullopt;
    return Keys(MasterKey(bytes));
}

Keys derive_keys(const Password& password, const ThreemaId& identity) {
    if (!codec::is_utf8(password.expose()))
        throw Error(Errc::invalid_argument, "the password is not UTF-8");
    return Keys(MasterKey::made_by([&](std::span<Byte, MasterKey::size> master) {
        crypto::scrypt(as_bytes(password.expose()), as_bytes(identity.text()), scrypt_cost, master);
    }));
}

}  // namespace tresor::safe
