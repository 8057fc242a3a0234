// The users file: who may use a server, and the hashes of their passwords.
//
//     # a comment; empty lines are fine
//     alice:$argon2id$v=19$m=19456,t=2,p=1$...
//     bob:$2y$12$...
//
// - A hash is argon2id or argon2i ($argon2id$, $argon2i$), bcrypt ($2a$, $2b$, $2y$), scrypt ($7$),
//   yescrypt ($y$, $gy$), or SHA-512 or SHA-256 crypt ($6$, $5$). Others are refused.
// - A name is 1 to 255 bytes of UTF-8 without colon and control characters, and stands there once.
// - Accounts say who may come in, not what is whose: a backup id is its own key (safe.md 5.5).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/secret.hpp>

namespace safe_server {

class Accounts {
public:
    Accounts() = default;
    // Throws malformed with the number of the line; never a part of it.
    explicit Accounts(tresor::ByteView users_file);
    // Throws io, too, and too_large over 16 MiB.
    static Accounts load(const std::filesystem::path& path);

    std::size_t size() const noexcept { return all_.size(); }

    // The hash to hold a password against. For a name that is not there it is somebody else's,
    // always the same one, so that a wrong name takes as long as a wrong password.
    struct Found {
        bool known;
        tresor::SecretBytes hash;
    };
    Found find(std::string_view name) const;  // at least one account is there

private:
    struct Account {
        std::string name;
        tresor::SecretBytes hash;
        std::size_t line;
    };
    std::vector<Account> all_;  // by name
};

// Slow on purpose. A password of over 511 bytes or with U+0000 matches nothing.
[[nodiscard]] bool matches(tresor::ByteView hash, std::string_view password);

// argon2id with 19 MiB and two passes, some 20 ms. Throws out_of_memory.
std::string hash_of(const tresor::Password& password);

// Whether others than owner and group may read the file.
bool is_open_to_others(const std::filesystem::path& path);

}  // namespace safe_server
