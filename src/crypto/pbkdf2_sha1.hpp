// Many keys from one password: PBKDF2-HMAC-SHA1 (RFC 8018), as the entries of a zip archive need.
//
// Every 20 bytes of an output are a chain of their own. The chains of all jobs run side by side in
// the lanes of vectors: many jobs in one call take a fraction of the time of as many calls.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <tresor/bytes.hpp>

namespace tresor::crypto {

// One derivation of a batch. `out` overlaps nothing else.
struct Pbkdf2Sha1Job {
    ByteView salt;
    ByteSpan out;
};

// Fills every job's `out`. One iteration or more. Threads do not disturb each other.
void pbkdf2_sha1(ByteView password, std::span<const Pbkdf2Sha1Job> jobs, std::uint32_t iterations);

// For tests: the same code is compiled for several kinds of processors. The names of those clones
// that run here, the one that pbkdf2_sha1() takes first; and the work on a clone of that name.
std::vector<std::string_view> pbkdf2_sha1_clones();
void pbkdf2_sha1_on(std::string_view clone, ByteView password, std::span<const Pbkdf2Sha1Job> jobs,
                    std::uint32_t iterations);

}  // namespace tresor::crypto
