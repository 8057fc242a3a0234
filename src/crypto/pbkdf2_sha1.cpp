#include "crypto/pbkdf2_sha1.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <utility>

#include <tresor/secret.hpp>

#include "crypto/kdf.hpp"

namespace tresor::crypto {

namespace {

constexpr std::uint32_t block_size = 64, digest_size = 20;
constexpr std::size_t most_lanes = 16;

// Of SHA-1.
struct State {
    std::uint32_t words[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    State() = default;
    State(const State&) = default;
    State& operator=(const State&) = default;
    ~State() { wipe(words, sizeof words); }
};

// The states after the two blocks that a key becomes (RFC 2104).
struct HmacKey {
    State inner, outer;
};

// ---- the clones ----

using RunChains = void (*)(const HmacKey& key, std::uint32_t* words, std::uint32_t iterations);

using Lanes4 [[gnu::vector_size(16)]] = std::uint32_t;
using Lanes8 [[gnu::vector_size(32)]] = std::uint32_t;
using Lanes16 [[gnu::vector_size(64)]] = std::uint32_t;

namespace baseline {
#define TRESOR_TARGET
#include "crypto/pbkdf2_sha1_lanes.hpp"
#undef TRESOR_TARGET
}  // namespace baseline

#ifdef __x86_64__
namespace avx2 {
#define TRESOR_TARGET [[gnu::target("avx2")]]
#include "crypto/pbkdf2_sha1_lanes.hpp"
#undef TRESOR_TARGET
}  // namespace avx2

namespace avx512 {
#define TRESOR_TARGET [[gnu::target("avx512f,avx512vl")]]
#include "crypto/pbkdf2_sha1_lanes.hpp"
#undef TRESOR_TARGET
}  // namespace avx512
#endif

// The narrow way serves when it has room for all chains that are left.
struct Way {
    std::size_t lanes;
    RunChains run;
};
struct Clone {
    std::string_view name;
    bool (*runs_here)();
    Way narrow, wide;
};

// The best first.
constexpr Clone clones[] = {
#ifdef __x86_64__
    {"avx512",
     [] { return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"); },
     {8, avx512::run_chains<Lanes8>},
     {16, avx512::run_chains<Lanes16>}},
    {"avx2",
     [] { return __builtin_cpu_supports("avx2") != 0; },
     {8, avx2::run_chains<Lanes8>},
     {8, avx2::run_chains<Lanes8>}},
#endif
    {"baseline",
     [] { return true; },
     {4, baseline::run_chains<Lanes4>},
     {4, baseline::run_chains<Lanes4>}},
};

// ---- the first link of a chain ----

// A message that comes in parts, perhaps after blocks that made `state`.
class Sha1 {
public:
    explicit Sha1(const State& state = {}, std::uint64_t hashed = 0)
        : state_(state), size_(hashed) {}
    Sha1(const Sha1&) = delete;
    Sha1& operator=(const Sha1&) = delete;
    ~Sha1() {
        wipe(block_.data(), block_.size());
        wipe(w_, sizeof w_);
    }

    void update(ByteView bytes) {
        for (Byte byte : bytes) {
            block_[size_++ % block_size] = byte;
            if (size_ % block_size == 0) end_block();
        }
    }
    void update(const State& digest) {
        for (std::uint32_t word : digest.words) update_number(word, 4);
    }
    void update_number(std::uint64_t number, int bytes) {
        while (bytes-- > 0) {
            Byte byte = static_cast<Byte>(number >> (8 * bytes));
            update({&byte, 1});
        }
    }
    State digest() {
        std::uint64_t bits = 8 * size_;
        update_number(0x80, 1);
        while (size_ % block_size != block_size - 8) update_number(0, 1);
        update_number(bits, 8);
        return state_;
    }
    // After whole blocks.
    const State& state() const noexcept { return state_; }

private:
    void end_block() {
        for (std::size_t i = 0; i < 16; ++i) {
            const Byte* bytes = &block_[4 * i];
            w_[i] = std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
                    std::uint32_t{bytes[2]} << 8 | bytes[3];
        }
        baseline::compress(state_.words, state_.words, w_);
    }

    State state_;
    std::uint64_t size_;
    std::array<Byte, block_size> block_{};
    std::uint32_t w_[16];
};

State padded(ByteView password, Byte pad) {
    Sha1 hash;
    for (Byte byte : password) {
        Byte changed = byte ^ pad;
        hash.update({&changed, 1});
    }
    for (std::size_t i = password.size(); i < block_size; ++i) hash.update({&pad, 1});
    return hash.state();
}

HmacKey hmac_key(ByteView password) {
    if (password.size() <= block_size) return {padded(password, 0x36), padded(password, 0x5c)};
    Sha1 hash;
    hash.update(password);
    State digest = hash.digest();
    std::array<Byte, digest_size> bytes;
    for (std::size_t i = 0; i < digest_size; ++i)
        bytes[i] = static_cast<Byte>(digest.words[i / 4] >> (24 - 8 * (i % 4)));
    HmacKey key{padded(bytes, 0x36), padded(bytes, 0x5c)};
    wipe(bytes.data(), bytes.size());
    return key;
}

State first_link(const HmacKey& key, ByteView salt, std::size_t index) {
    Sha1 inner(key.inner, block_size), outer(key.outer, block_size);
    inner.update(salt);
    inner.update_number(index + 1, 4);
    outer.update(inner.digest());
    return outer.digest();
}

// ---- the batch ----

struct Chain {
    const Pbkdf2Sha1Job* job;
    std::size_t index;  // in the job

    ByteSpan out() const {
        ByteSpan rest = job->out.subspan(index * digest_size);
        return rest.first(std::min<std::size_t>(rest.size(), digest_size));
    }
};

std::size_t chains_of(const Pbkdf2Sha1Job& job) {
    return job.out.size() / digest_size + (job.out.size() % digest_size != 0);
}

// Goes through the chains of all jobs.
class Chains {
public:
    explicit Chains(std::span<const Pbkdf2Sha1Job> jobs) : next_{jobs.data(), 0} {
        for (const Pbkdf2Sha1Job& job : jobs) left_ += chains_of(job);
    }
    std::size_t left() const noexcept { return left_; }
    Chain next() {
        while (next_.index == chains_of(*next_.job)) next_ = {next_.job + 1, 0};
        --left_;
        Chain chain = next_;
        ++next_.index;
        return chain;
    }

private:
    Chain next_;
    std::size_t left_ = 0;
};

// The links and sums of the chains that run at once, in the order of run_chains().
struct Batch {
    ~Batch() { wipe(words, sizeof words); }
    alignas(64) std::uint32_t words[5 * most_lanes] = {};
};

void run_batch(const HmacKey& key, const Way& way, Chains& chains, std::uint32_t iterations) {
    Batch batch;
    std::array<Chain, most_lanes> chain_of;
    std::size_t used = std::min(way.lanes, chains.left());
    for (std::size_t lane = 0; lane < used; ++lane) {
        Chain chain = chain_of[lane] = chains.next();
        State link = first_link(key, chain.job->salt, chain.index);
        for (std::size_t i = 0; i < 5; ++i) batch.words[i * way.lanes + lane] = link.words[i];
    }
    way.run(key, batch.words, iterations);
    for (std::size_t lane = 0; lane < used; ++lane) {
        ByteSpan out = chain_of[lane].out();
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<Byte>(batch.words[i / 4 * way.lanes + lane] >> (24 - 8 * (i % 4)));
    }
}

// Not inlined, and neither is wipe_stack(): the one finds on the stack what the other left there.
[[gnu::noinline]] void run_all(const Clone& clone, ByteView password,
                               std::span<const Pbkdf2Sha1Job> jobs, std::uint32_t iterations) {
    HmacKey key = hmac_key(password);
    Chains chains(jobs);
    while (chains.left() > 0)
        run_batch(key, chains.left() <= clone.narrow.lanes ? clone.narrow : clone.wide, chains,
                  iterations);
}

// Not all words fit into registers; those that the compiler put elsewhere have no name to wipe.
[[gnu::noinline]] void wipe_stack() {
    Byte room[8192];
    wipe(room, sizeof room);
}

void run(const Clone& clone, ByteView password, std::span<const Pbkdf2Sha1Job> jobs,
         std::uint32_t iterations) {
    assert(iterations >= 1);
    run_all(clone, password, jobs, iterations);
    wipe_stack();
}

}  // namespace

void pbkdf2_sha1(ByteView password, std::span<const Pbkdf2Sha1Job> jobs, std::uint32_t iterations) {
    // A lone chain leaves the lanes empty; OpenSSL uses what instructions there are for SHA-1.
    if (jobs.size() == 1 && chains_of(jobs[0]) == 1)
        return pbkdf2_sha1(password, jobs[0].salt, iterations, jobs[0].out);
    auto best = std::find_if(std::begin(clones), std::end(clones),
                             [](const Clone& clone) { return clone.runs_here(); });
    run(*best, password, jobs, iterations);
}

std::vector<std::string_view> pbkdf2_sha1_clones() {
    std::vector<std::string_view> names;
    for (const Clone& clone : clones)
        if (clone.runs_here()) names.push_back(clone.name);
    return names;
}

void pbkdf2_sha1_on(std::string_view clone, ByteView password, std::span<const Pbkdf2Sha1Job> jobs,
                    std::uint32_t iterations) {
    auto found = std::find_if(std::begin(clones), std::end(clones),
                              [&](const Clone& one) { return one.name == clone; });
    assert(found != std::end(clones) && found->runs_here());
    run(*found, password, jobs, iterations);
}

}  // namespace tresor::crypto
