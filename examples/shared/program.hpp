// What the example programs have in common. The POSIX half is program_posix.cpp.
#pragma once

#include <optional>

#include <tresor/error.hpp>
#include <tresor/url.hpp>

namespace program {

// Whatever is being caught, as our own; only within a catch.
tresor::Error current_error();

// Once, first of all: the standard streams are open, a file that cannot grow is an error, and
// nothing of the environment gets TLS keys written down.
void prepare_streams();

// The access key of S3 that the environment names (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), its
// session token with it (AWS_SESSION_TOKEN); absent if it names none.
std::optional<tresor::net::Credentials> access_key();

}  // namespace program
