#include "crypto/kdf.hpp"

#include <sodium.h>

#include <tresor/error.hpp>

#include "crypto/sodium.hpp"

namespace tresor::crypto {

void scrypt(ByteView password, ByteView salt, const ScryptCost& cost, ByteSpan out) {
    ready();
    static constexpr Byte nothing = 0;  // libsodium takes no null pointer, not even for no bytes
    auto data = [](ByteView bytes) { return bytes.empty() ? &nothing : bytes.data(); };
    int result = crypto_pwhash_scryptsalsa208sha256_ll(data(password), password.size(), data(salt),
                                                       salt.size(), cost.n, cost.r, cost.p,
                                                       out.data(), out.size());
    if (result != 0) throw Error(Errc::out_of_memory, "the key derivation did not get its memory");
}

}  // namespace tresor::crypto
