#include "accounts.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <tuple>

#include <crypt.h>
#include <sodium.h>

#include <tresor/io.hpp>

namespace safe_server {

using tresor::as_text;
using tresor::ByteView;
using tresor::Errc;
using tresor::Error;
using tresor::SecretBytes;

namespace {

constexpr std::size_t most_file_bytes = std::size_t{16} << 20;
constexpr std::size_t most_password_bytes = 511;  // crypt(3) takes no more

constexpr char how_to[] =
    "tresor-server --hash-password NAME makes a line, and so do htpasswd -nB and mkpasswd -m "
    "bcrypt";

[[noreturn]] void fail(std::size_t line, const std::string& what) {
    throw Error(Errc::malformed, "line " + std::to_string(line) + " of the users file: " + what);
}

// libsodium wants an array of its own length.
using Argon2 = std::array<char, crypto_pwhash_STRBYTES>;

bool is_argon2(std::string_view hash) {
    return hash.starts_with("$argon2id$") || hash.starts_with("$argon2i$");
}

std::optional<Argon2> argon2_of(std::string_view hash) {
    Argon2 text{};
    if (hash.size() >= text.size()) return std::nullopt;
    std::copy(hash.begin(), hash.end(), text.begin());
    return text;
}

bool is_well_formed_argon2(std::string_view hash) {
    constexpr std::size_t base64_of_32 = 43;  // what all programs make, and all of it is there
    if (hash.size() - hash.rfind('$') - 1 != base64_of_32) return false;
    auto text = argon2_of(hash);
    // Tells whether it would be made otherwise today; -1 if it is none at all.
    return text && crypto_pwhash_str_needs_rehash(text->data(), 2, crypto_pwhash_MEMLIMIT_MIN) >= 0;
}

// What crypt(3) makes: a beginning, and so many characters behind the last dollar.
struct Kind {
    std::string_view begin;
    std::size_t last;
};
constexpr std::array kinds = {Kind{"$2a$", 53}, Kind{"$2b$", 53}, Kind{"$2y$", 53},
                              Kind{"$7$", 43},  Kind{"$y$", 43},  Kind{"$gy$", 43},
                              Kind{"$6$", 86},  Kind{"$5$", 43}};

bool is_well_formed_crypt(std::string_view hash) {
    constexpr std::string_view characters =
        "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz$=";
    auto kind = std::find_if(kinds.begin(), kinds.end(),
                             [&](const Kind& each) { return hash.starts_with(each.begin); });
    return kind != kinds.end() && hash.size() < CRYPT_OUTPUT_SIZE &&
           hash.find_first_not_of(characters) == hash.npos &&
           hash.size() - hash.rfind('$') - 1 == kind->last;
}

bool is_known_kind(std::string_view hash) {
    return is_argon2(hash) || std::any_of(kinds.begin(), kinds.end(), [&](const Kind& each) {
               return hash.starts_with(each.begin);
           });
}

void check_hash(std::size_t line, std::string_view hash) {
    if (hash.empty()) fail(line, std::string("there is no hash (") + how_to + ")");
    if (!is_known_kind(hash))
        fail(line,
             std::string("this is no argon2, bcrypt, scrypt, yescrypt or SHA-2 crypt hash (") +
                 how_to + ")");
    if (!(is_argon2(hash) ? is_well_formed_argon2(hash) : is_well_formed_crypt(hash)))
        fail(line, "the hash is damaged, or not all of it is there");
}

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        auto first = static_cast<unsigned char>(text[i]);
        std::size_t more = first < 0x80                    ? 0
                           : first >= 0xC2 && first < 0xE0 ? 1
                           : first >= 0xE0 && first < 0xF0 ? 2
                           : first >= 0xF0 && first < 0xF5 ? 3
                                                           : text.size();
        if (more >= text.size() - i) return false;
        for (std::size_t j = 1; j <= more; ++j)
            if ((static_cast<unsigned char>(text[i + j]) & 0xC0) != 0x80) return false;
        i += more + 1;
    }
    return true;
}

void check_name(std::size_t line, std::string_view name) {
    bool control = std::any_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
    if (name.empty() || name.size() > 255 || control || !is_utf8(name))
        fail(line, "a name has 1 to 255 bytes of text");
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

// So that nobody can choose a name that is like another one.
std::size_t pick(std::string_view name, std::size_t count) {
    static const auto key = [] {
        std::array<unsigned char, crypto_generichash_KEYBYTES> random;
        randombytes_buf(random.data(), random.size());
        return random;
    }();
    std::uint64_t number = 0;
    std::array<unsigned char, crypto_generichash_BYTES_MIN> digest;
    crypto_generichash(digest.data(), digest.size(),
                       reinterpret_cast<const unsigned char*>(name.data()), name.size(), key.data(),
                       key.size());
    for (int i = 0; i < 8; ++i) number = number << 8 | digest[static_cast<std::size_t>(i)];
    return static_cast<std::size_t>(number % count);
}

SecretBytes read_all(const std::filesystem::path& path) {
    tresor::FileSource file(path);
    SecretBytes bytes;
    for (std::size_t end = 0;;) {
        if (end > most_file_bytes) throw Error(Errc::too_large, path.string() + " is too large");
        bytes.resize(end + 65536);
        std::size_t size = file.read(bytes.expose().subspan(end));
        end += size;
        if (size > 0) continue;
        bytes.resize(end);
        return bytes;
    }
}

}  // namespace

Accounts::Accounts(ByteView users_file) {
    std::string_view rest = as_text(users_file);
    for (std::size_t number = 1; !rest.empty(); ++number) {
        std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = trimmed(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty() || line.starts_with('#')) continue;
        std::size_t colon = line.find(':');
        if (colon == line.npos) fail(number, "it is not NAME:HASH");
        std::string_view name = line.substr(0, colon), hash = line.substr(colon + 1);
        check_name(number, name);
        check_hash(number, hash);
        all_.push_back({std::string(name), SecretBytes(tresor::as_bytes(hash)), number});
    }
    std::sort(all_.begin(), all_.end(), [](const Account& a, const Account& b) {
        return std::tie(a.name, a.line) < std::tie(b.name, b.line);
    });
    auto twice = std::adjacent_find(all_.begin(), all_.end(),
                                    [](const auto& a, const auto& b) { return a.name == b.name; });
    if (twice != all_.end())
        fail(std::next(twice)->line,
             "this name stands in line " + std::to_string(twice->line) + ", too");
}

Accounts Accounts::load(const std::filesystem::path& path) {
    return Accounts(read_all(path).expose());
}

Accounts::Found Accounts::find(std::string_view name) const {
    auto place = std::lower_bound(
        all_.begin(), all_.end(), name,
        [](const Account& account, std::string_view wanted) { return account.name < wanted; });
    if (place != all_.end() && place->name == name) return {true, place->hash.clone()};
    return {false, all_.at(pick(name, all_.size())).hash.clone()};
}

bool matches(ByteView hash, std::string_view password) {
    if (password.size() > most_password_bytes || password.find('\0') != password.npos) return false;
    if (is_argon2(as_text(hash))) {
        auto text = argon2_of(as_text(hash));
        return text &&
               crypto_pwhash_str_verify(text->data(), password.data(), password.size()) == 0;
    }
    SecretBytes phrase(tresor::as_bytes(password)), setting(hash);
    phrase.push_back(0);
    setting.push_back(0);
    SecretBytes memory(sizeof(crypt_data));
    auto* data = new (memory.expose().data()) crypt_data{};
    const char* made = ::crypt_r(reinterpret_cast<const char*>(phrase.expose().data()),
                                 reinterpret_cast<const char*>(setting.expose().data()), data);
    return made != nullptr && tresor::equal_in_constant_time(tresor::as_bytes(made), hash);
}

std::string hash_of(const tresor::Password& password) {
    constexpr unsigned long long passes = 2;
    constexpr std::size_t memory = std::size_t{19456} << 10;
    Argon2 text{};
    if (crypto_pwhash_str(text.data(), password.expose().data(), password.expose().size(), passes,
                          memory) != 0)
        throw Error(Errc::out_of_memory, "there is no memory to hash a password");
    return text.data();
}

bool is_open_to_others(const std::filesystem::path& path) {
    using std::filesystem::perms;
    std::error_code ignored;
    auto status = std::filesystem::status(path, ignored);
    return !ignored && (status.permissions() & perms::others_read) != perms::none;
}

}  // namespace safe_server
