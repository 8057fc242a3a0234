// The rows of ID exports: the two key derivations.

#include <cstdlib>

#include <argon2.h>
#include <openssl/evp.h>

#include "bench.hpp"
#include "id_export/scheme.hpp"

using namespace tresor;
using namespace tresor::id_export;

void bench_id_export() {
    const std::string_view password = "three quiet otters";
    const Salt salt{1, 2, 3, 4, 5, 6, 7, 8};
    Bytes out(32);
    bench::measure(
        {.name = "PBKDF2-HMAC-SHA256, 100,000 rounds",
         .contenders = {{"OpenSSL (base)",
                         [&] {
                             if (PKCS5_PBKDF2_HMAC(password.data(), 18, salt.data(), 8, 100'000,
                                                   EVP_sha256(), 32, out.data()) != 1)
                                 std::abort();
                         }},
                        {"tresor derive_key, classic",
                         [&] {
                             bench::keep(derive_key(Scheme::classic, as_bytes(password), salt));
                         }}},
         .rounds = 41});
    bench::measure({.name = "Argon2id, 128 MiB, 8 passes",
                    .contenders = {{"libargon2 (base)",
                                    [&] {
                                        if (argon2id_hash_raw(8, 131072, 1, password.data(), 18,
                                                              salt.data(), 8, out.data(), 32) != 0)
                                            std::abort();
                                    }},
                                   {"tresor derive_key, argon2id",
                                    [&] {
                                        bench::keep(
                                            derive_key(Scheme::argon2id, as_bytes(password), salt));
                                    }}},
                    .rounds = 7});
}
