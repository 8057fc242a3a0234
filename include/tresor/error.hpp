// The one exception of this library, and the word for what is odd but no failure.
//
// The code tells a program what to do next, the text tells a person. Neither ever holds a secret or
// a user's data. The numbers are part of the contract: they are the C status (negated), the Python
// `TresorError.code` and the exit code of the tool.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tresor {

enum class Errc : int {
    internal = 1,          // a bug of this library
    invalid_argument = 2,  // wrong use: bad ID, empty password, unknown option, bad location
    malformed = 3,         // the bytes are damaged or not of this format
    unsupported = 4,       // a newer version or scheme; something this store cannot do
    auth_failed = 5,       // a tag, MAC or hash does not match: wrong password or tampered
    too_large = 6,         // over a limit
    not_found = 7,         // no such object, no state, no configuration
    denied = 8,            // refused: credentials, certificate, permissions of a secret file
    unavailable = 9,       // no connection, time limit, server trouble: try again
    io = 10,               // local files, full disk
    out_of_memory = 11,    // a key derivation or a buffer could not be had
    conflict = 12,         // exists already, changed meanwhile, locked by another
    cancelled = 13,        // by the caller
};

// The code as one lowercase word, such as "auth_failed".
std::string_view name_of(Errc code) noexcept;

class Error final : public std::runtime_error {
public:
    Error(Errc code, const std::string& text) : std::runtime_error(text), code_(code) {}

    Errc code() const noexcept { return code_; }

    // How long a server asked to be left alone, if it did.
    std::optional<std::chrono::seconds> retry_after;
    // The HTTP status behind the failure, 0 if there was none.
    int http_status = 0;
    // The disk or a quota is full.
    bool no_space = false;

private:
    Errc code_;
};

// Something odd in foreign data that was survived. `pointer` is a JSON pointer (RFC 6901) into the
// document, "" for the whole of it; a part of it that is longer than 64 bytes is cut.
struct Finding {
    std::string pointer;
    std::string reason;
    bool operator==(const Finding&) const = default;
};

}  // namespace tresor
