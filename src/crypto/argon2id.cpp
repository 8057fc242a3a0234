#include <limits>

#ifdef TRESOR_ARGON2
#include <argon2.h>
#endif

#include <tresor/error.hpp>

#include "crypto/kdf.hpp"

namespace tresor::crypto {

#ifdef TRESOR_ARGON2
void argon2id(ByteView password, ByteView salt, const Argon2Cost& cost, ByteSpan out) {
    if (password.size() > std::numeric_limits<std::uint32_t>::max())
        throw Error(Errc::too_large, "the password is too long");
    int result =
        argon2id_hash_raw(cost.passes, cost.memory_kib, cost.lanes, password.data(),
                          password.size(), salt.data(), salt.size(), out.data(), out.size());
    if (result == ARGON2_MEMORY_ALLOCATION_ERROR)
        throw Error(Errc::out_of_memory, "the key derivation did not get its memory");
    if (result != ARGON2_OK) throw Error(Errc::internal, argon2_error_message(result));
}
#else
void argon2id(ByteView, ByteView, const Argon2Cost&, ByteSpan) {
    throw Error(Errc::unsupported, "this tresor was built without Argon2id");
}
#endif

}  // namespace tresor::crypto
