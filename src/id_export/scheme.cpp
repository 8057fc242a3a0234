#include "id_export/scheme.hpp"

#include <algorithm>
#include <cassert>

#include "crypto/hash.hpp"
#include "crypto/kdf.hpp"
#include "crypto/stream.hpp"

namespace tresor::id_export {

namespace {

constexpr std::size_t id_size = 8, key_size = 32, hash_size = 2, tag_size = 16;
constexpr std::size_t plain_size = id_size + key_size;
constexpr std::size_t header_size = 1 + sizeof(Salt);  // of argon2id: version and salt
static_assert(classic_size == sizeof(Salt) + plain_size + hash_size);
static_assert(argon2id_size == header_size + plain_size + tag_size);

// The salt is fresh each time, so a key seals one text only.
constexpr std::array<Byte, 24> no_nonce{};
constexpr std::span<const Byte, 12> no_short_nonce = std::span(no_nonce).first<12>();

std::array<Byte, hash_size> hash_of(ByteView plain) {
    crypto::Sha256 hash;
    hash.update(plain);
    auto digest = hash.finish();
    return {digest[0], digest[1]};
}

Contents contents_of(ByteView plain) {
    auto text = as_text(plain.first(id_size));
    auto identity = ThreemaId::parse(text);
    // Small letters would be raised; inside of a code they are damage.
    if (!identity || identity->text() != text)
        throw Error(Errc::malformed, "there is no Threema ID in the code");
    return {*identity, PrivateKey(plain.subspan(id_size, key_size))};
}

Error refused() { return Error(Errc::auth_failed, "the password is wrong, or the code damaged"); }

Contents open_classic(const ExportKey& key, ByteView raw) {
    SecretBytes plain(raw.subspan(sizeof(Salt)));
    crypto::xsalsa20_xor(plain.expose(), no_nonce, key.expose());
    ByteView content = plain.expose();
    auto hash = hash_of(content.first(plain_size));
    if (!equal_in_constant_time(hash, content.subspan(plain_size))) throw refused();
    return contents_of(content);
}

Contents open_argon2id(const ExportKey& key, ByteView raw) {
    SecretBytes plain(plain_size);
    if (!crypto::chacha20_poly1305_open(plain.expose(), raw.subspan(header_size, plain_size),
                                        raw.last<tag_size>(), raw.first(header_size),
                                        no_short_nonce, key.expose()))
        throw refused();
    return contents_of(plain.expose());
}

}  // namespace

ExportKey derive_key(Scheme scheme, ByteView password, const Salt& salt) {
    return ExportKey::made_by([&](std::span<Byte, 32> out) {
        if (scheme == Scheme::classic) return crypto::pbkdf2_sha256(password, salt, 100'000, out);
        crypto::argon2id(password, salt, {.memory_kib = 131'072, .passes = 8, .lanes = 1}, out);
    });
}

Salt salt_of(Scheme scheme, ByteView raw) {
    Salt salt;
    std::size_t at = scheme == Scheme::classic ? 0 : 1;
    std::copy_n(raw.begin() + static_cast<std::ptrdiff_t>(at), salt.size(), salt.begin());
    return salt;
}

Bytes seal(Scheme scheme, const ExportKey& key, const Salt& salt, const ThreemaId& identity,
           const PrivateKey& private_key) {
    SecretBytes text(as_bytes(identity.text()));
    text.append(private_key.expose());
    bool classic = scheme == Scheme::classic;
    Bytes raw;
    raw.reserve(argon2id_size);
    if (!classic) raw.push_back(1);
    raw.insert(raw.end(), salt.begin(), salt.end());
    std::array<Byte, tag_size> tag;
    if (classic) {
        text.append(hash_of(text.expose()));
        crypto::xsalsa20_xor(text.expose(), no_nonce, key.expose());
    } else {
        crypto::chacha20_poly1305_seal(text.expose(), tag, raw, no_short_nonce, key.expose());
    }
    ByteView sealed = text.expose();
    raw.insert(raw.end(), sealed.begin(), sealed.end());
    if (!classic) raw.insert(raw.end(), tag.begin(), tag.end());
    return raw;
}

Contents open(Scheme scheme, const ExportKey& key, ByteView raw) {
    assert(raw.size() == (scheme == Scheme::classic ? classic_size : argon2id_size));
    return scheme == Scheme::classic ? open_classic(key, raw) : open_argon2id(key, raw);
}

}  // namespace tresor::id_export
