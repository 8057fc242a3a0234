// Keys that cost nothing, instead of PBKDF2: the linker takes these, and leaves out those of the
// library. For fuzzers that write archives, each in one source file.
#pragma once

#include <algorithm>

#include "crypto/hash.hpp"
#include "crypto/kdf.hpp"
#include "crypto/pbkdf2_sha1.hpp"

namespace tresor::crypto {

void pbkdf2_sha256(ByteView password, ByteView salt, std::uint32_t, ByteSpan out) {
    for (Byte block = 0; !out.empty(); ++block) {
        Sha256 hash;
        for (ByteView part : {password, salt, ByteView(&block, 1)}) hash.update(part);
        auto digest = hash.finish();
        std::size_t size = std::min(out.size(), digest.size());
        std::copy_n(digest.begin(), size, out.begin());
        out = out.subspan(size);
    }
}

void pbkdf2_sha1(ByteView password, ByteView salt, std::uint32_t rounds, ByteSpan out) {
    pbkdf2_sha256(password, salt, rounds, out);
}

void pbkdf2_sha1(ByteView password, std::span<const Pbkdf2Sha1Job> jobs, std::uint32_t rounds) {
    for (const Pbkdf2Sha1Job& job : jobs) pbkdf2_sha256(password, job.salt, rounds, job.out);
}

}  // namespace tresor::crypto
