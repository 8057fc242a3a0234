#include <tresor/id_export.hpp>

#include "codec/utf8.hpp"
#include "crypto/random.hpp"
#include "id_export/scheme.hpp"
#include "id_export/text.hpp"

namespace tresor::id_export {

namespace {

void require_utf8(std::string_view password) {
    if (!codec::is_utf8(password)) throw Error(Errc::invalid_argument, "the password is not UTF-8");
}

void require_good_enough(std::string_view password) {
    require_utf8(password);
    std::size_t characters = 0;
    for (auto rest = password; !rest.empty(); ++characters) codec::next_code_point(rest);
    if (characters < min_password_characters)
        throw Error(Errc::invalid_argument,
                    "the password of an ID export has 8 characters or more");
    if (password.size() > max_password_bytes)
        throw Error(Errc::invalid_argument, "the password of an ID export has at most 4096 bytes");
}

}  // namespace

std::string_view name_of(Scheme scheme) noexcept {
    return scheme == Scheme::classic ? "classic" : "argon2id";
}

std::optional<Scheme> scheme_named(std::string_view name) noexcept {
    for (Scheme scheme : {Scheme::classic, Scheme::argon2id})
        if (name == name_of(scheme)) return scheme;
    return std::nullopt;
}

bool can([[maybe_unused]] Scheme scheme) noexcept {
#ifdef TRESOR_ARGON2
    return true;
#else
    return scheme == Scheme::classic;
#endif
}

std::string encode(const ThreemaId& identity, const PrivateKey& key, const Password& password,
                   Scheme scheme) {
    require_good_enough(password.expose());
    Salt salt;
    crypto::random_bytes(salt);
    auto derived = derive_key(scheme, as_bytes(password.expose()), salt);
    return text_of(seal(scheme, derived, salt, identity, key));
}

Imported decode(std::string_view text, const Password& password, Reading reading) {
    require_utf8(password.expose());
    Raw raw = raw_of(text, reading);
    auto key = derive_key(raw.scheme, as_bytes(password.expose()), salt_of(raw.scheme, raw.bytes));
    Contents contents = open(raw.scheme, key, raw.bytes);
    PublicKey public_key = public_key_of(contents.private_key);
    return {contents.identity, std::move(contents.private_key), public_key, raw.scheme};
}

Code find_code(std::string_view text, Reading reading) {
    Raw raw = raw_of(text, reading);
    return {text_of(raw.bytes), raw.scheme};
}

std::string object_name(const ThreemaId& identity, Timestamp made_at) {
    std::string name = "id-exports/";
    for (char c : identity.text()) name += c == '*' ? '_' : c;
    name += '-';
    for (char c : format_rfc3339(made_at))
        if (c != '-' && c != ':') name += c;
    return name + ".txt";
}

}  // namespace tresor::id_export
