// Passwords from files and from people.
#pragma once

#include <string>
#include <string_view>

#include <tresor/secret.hpp>

namespace safe_server {

// The bytes before the first LF, without a CR right before it, of a file or of standard input (-).
// Throws io, invalid_argument if there are none or more than 64 KiB.
tresor::SecretBytes read_first_line(const std::string& path);

// Asked twice on the terminal, without echo; without a terminal, the first line of standard input.
// Throws invalid_argument if the two differ, cancelled.
tresor::Password new_password();

void write_stdout(std::string_view text);  // throws io unless every byte was taken
void write_stderr(std::string_view text) noexcept;

}  // namespace safe_server
