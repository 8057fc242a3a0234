// The rows of the Safe: key derivation, sealing, reading and writing the model.

#include <fstream>
#include <iterator>

#include <openssl/evp.h>
#include <sodium.h>
#include <nlohmann/json.hpp>

#include <tresor/safe.hpp>

#include "bench.hpp"
#include "crypto/secretbox.hpp"

using namespace tresor;

namespace {

void bench_scrypt() {
    if (sodium_init() < 0) std::abort();
    Password password("shootdeathstar");
    ThreemaId identity("ECHOECHO");
    Bytes out(64);
    auto* word = reinterpret_cast<const unsigned char*>(password.expose().data());
    auto* salt = reinterpret_cast<const unsigned char*>(identity.text().data());
    bench::Job job{.name = "scrypt N=65536 r=8 p=1", .contenders = {}, .rounds = 11};
    job.contenders.push_back({"libsodium (base)", [&] {
                                  if (crypto_pwhash_scryptsalsa208sha256_ll(
                                          word, 14, salt, 8, 65536, 8, 1, out.data(), 64) != 0)
                                      std::abort();
                              }});
    job.contenders.push_back(
        {"tresor derive_keys", [&] { bench::keep(safe::derive_keys(password, identity)); }});
    job.contenders.push_back({"OpenSSL", [&] {
                                  EVP_PBE_scrypt(password.expose().data(), 14, salt, 8, 65536, 8, 1,
                                                 128 << 20, out.data(), 64);
                              }});
    bench::measure(job);
}

void bench_secretbox() {
    Bytes text(524288, 'x'), out(text.size() + 16), nonce(24), tag(16);
    Bytes key_bytes(32, 7);
    safe::EncryptionKey key(key_bytes);
    Bytes container = safe::seal(text, key);
    bench::measure({.name = "secretbox, 512 KiB",
                    .bytes = 524288,
                    .contenders =
                        {
                            {"libsodium (base)",
                             [&] {
                                 crypto_secretbox_easy(out.data(), text.data(), text.size(),
                                                       nonce.data(), key_bytes.data());
                             }},
                            {"tresor secretbox_seal",
                             [&] {
                                 crypto::secretbox_seal(text, ByteSpan(tag).first<16>(),
                                                        ByteView(nonce).first<24>(), key.expose());
                             }},
                            {"tresor seal (nonce, gzip, allocation, too)",
                             [&] { bench::keep(safe::seal(text, key)); }},
                            {"tresor open (inflate, checks, too)",
                             [&] { bench::keep(safe::open(container, key)); }},
                        },
                    .rounds = 101});
}

// An account of about 600 KB: the sample's contacts ten times over, with other IDs.
std::string large_account(const char* sample) {
    std::ifstream file(sample);
    auto account = nlohmann::ordered_json::parse(file);
    auto contacts = account["contacts"];
    for (int copy = 1; copy < 12; ++copy)
        for (auto contact : contacts) {
            std::string id = contact["identity"].get<std::string>().substr(0, 6);
            contact["identity"] =
                id + static_cast<char>('A' + copy) + static_cast<char>('A' + copy);
            account["contacts"].push_back(contact);
        }
    return account.dump();
}

void bench_model(const char* sample) {
    std::string text = large_account(sample);
    auto tree = nlohmann::json::parse(text);
    auto imported = safe::import_backup(as_bytes(text));
    double size = static_cast<double>(text.size());
    std::printf("\nmodel: %zu bytes, %zu contacts\n", text.size(), imported.backup.contacts.size());
    bench::measure({.name = "read a Safe model",
                    .bytes = size,
                    .contenders = {{"nlohmann parse (base)",
                                    [&] { bench::keep(nlohmann::json::parse(text)); }},
                                   {"tresor import_backup, all checks",
                                    [&] { bench::keep(safe::import_backup(as_bytes(text))); }}},
                    .rounds = 41});
    bench::measure({.name = "write a Safe model",
                    .bytes = size,
                    .contenders = {{"nlohmann dump (base)", [&] { bench::keep(tree.dump()); }},
                                   {"tresor export_backup, canonical",
                                    [&] { bench::keep(safe::export_backup(imported.backup)); }}},
                    .rounds = 41});
}

}  // namespace

// The median of sealing 512 KiB in microseconds, for other languages to compare themselves with.
void bench_seal() {
    Bytes text(524288, 'x'), key_bytes(32, 7);
    safe::EncryptionKey key(key_bytes);
    std::printf("%.3f\n", 1000 * bench::median(101, [&] { bench::keep(safe::seal(text, key)); }));
}

void bench_safe(const char* sample) {
    bench_scrypt();
    bench_secretbox();
    bench_model(sample);
}
