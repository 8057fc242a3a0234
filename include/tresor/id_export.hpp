// The ID export: the identity as a text to print, scan and lock away (id-export.md).
//
//     classic    50 bytes := salt (8) || XSalsa20(ID (8) || private key (32) || hash (2))
//                key      := PBKDF2-HMAC-SHA256(password, salt, 100,000 rounds)
//     argon2id   65 bytes := 01 || salt (8) || ChaCha20-Poly1305(ID || private key) || tag (16)
//                key      := Argon2id(password, salt, 128 MiB, 8 passes, 1 lane)
//
// As text: base32 in groups of four with dashes between them, 99 or 129 characters. Every released
// app writes and reads `classic`; `argon2id` is read by Threema for Android only, and resists
// guessing far better. Deriving its key takes about a second and 128 MiB: do it one at a time.
//
// A code never expires. Whoever has it and guesses the password has the identity, so a code of the
// classic scheme is as strong as its password; its two hash bytes tell a wrong password from a
// right one, but prove nothing: who can change a code changes the key in it with a chance of 1 in
// 65,536. Compare the public key with the one you know.
//
// Functions are free of state: use them from as many threads as there is memory for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/identity.hpp>
#include <tresor/secret.hpp>
#include <tresor/time.hpp>

namespace tresor::id_export {

enum class Scheme {
    classic = 0,
    argon2id = 1,
};
// "classic", "argon2id".
std::string_view name_of(Scheme scheme) noexcept;
std::optional<Scheme> scheme_named(std::string_view name) noexcept;
// Whether this build can derive the keys of a scheme.
bool can(Scheme scheme) noexcept;

inline constexpr std::size_t min_password_characters = 8;  // code points; as in the apps
inline constexpr std::size_t max_password_bytes = 4096;

// The code, as the apps write it. Throws invalid_argument for a password that is shorter, longer or
// no UTF-8, unsupported for a scheme this build has not, out_of_memory.
std::string encode(const ThreemaId& identity, const PrivateKey& key, const Password& password,
                   Scheme scheme = Scheme::classic);

// How a text is read.
enum class Reading {
    // White space (zero-width, too) and dashes of any kind do not matter, small letters are raised.
    // Where the text holds other things as well (a shared message, a quoted mail, a link, a sheet),
    // the one code in it counts that stands apart from other words. Nothing is guessed.
    lenient,
    // As the apps' own decoder: capitals, digits 2 to 7, and `-` anywhere.
    strict,
};

struct Imported {
    ThreemaId identity;
    PrivateKey private_key;
    PublicKey public_key;  // derived from the private one
    Scheme scheme;
};

// Takes any password that is not empty.
//
//     malformed     characters that no code has (with their places), another length, several codes;
//                   the explicit version 0; no Threema ID inside, though the password was right
//     unsupported   a version that is not known yet, a scheme this build has not
//     auth_failed   a wrong password, or a damaged code
//     out_of_memory
Imported decode(std::string_view text, const Password& password,
                Reading reading = Reading::lenient);

// What can be said of a text without its password.
struct Code {
    std::string text;  // as the apps write it
    Scheme scheme;
};
// Throws malformed and unsupported, as decode() does.
Code find_code(std::string_view text, Reading reading = Reading::lenient);

// What no code has, in lenient reading: for input fields.
struct BadCharacter {
    std::size_t position;          // in code points, from 0; texts of errors count from 1
    std::string character;         // UTF-8; empty for a byte that is none
    std::string_view suggestions;  // what may have been meant: "O" for 0, "IL" for 1, "B", "G"
};
// The first 256 of them.
std::vector<BadCharacter> bad_characters(std::string_view text);

// Where a code is kept in a store: "id-exports/ECHOECHO-20261124T060500Z.txt", `_` for a `*`.
// Throws invalid_argument outside the years 0 to 9999.
std::string object_name(const ThreemaId& identity, Timestamp made_at);

}  // namespace tresor::id_export
