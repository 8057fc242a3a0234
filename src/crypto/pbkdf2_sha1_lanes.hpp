// SHA-1 (FIPS 180-4) on lanes, and the loop of PBKDF2 around it. V is a vector of 32-bit words, one
// lane for each message, or a word for a single message.
//
// pbkdf2_sha1.cpp includes this once for each clone, each time in another namespace and with
// another TRESOR_TARGET: GCC takes vectors apart for the target of the function that names them,
// before it inlines, so a template that all clones share would be compiled for the least of them.

#define TRESOR_INLINE [[gnu::always_inline]] TRESOR_TARGET inline

template <int By, class V>
TRESOR_INLINE V rotated(V x) {
    return (x << By) | (x >> (32 - By));
}

template <int T, class V>
TRESOR_INLINE V mixed(V b, V c, V d) {
    if constexpr (T < 20) return d ^ (b & (c ^ d));
    if constexpr (T >= 40 && T < 60) return (b & c) | (d & (b | c));
    return b ^ c ^ d;
}

template <int T, class V>
TRESOR_INLINE void step(const V& a, V& b, const V& c, const V& d, V& e, V* w) {
    constexpr std::uint32_t constants[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    V& word = w[T % 16];
    if constexpr (T >= 16)
        word = rotated<1>(w[(T + 13) % 16] ^ w[(T + 8) % 16] ^ w[(T + 2) % 16] ^ word);
    // What waits for the round before this one comes last.
    e = ((word + constants[T / 20]) + e + mixed<T>(b, c, d)) + rotated<5>(a);
    b = rotated<30>(b);
}

template <int T, class V>
TRESOR_INLINE void five_rounds(V* s, V* w) {
    step<T>(s[0], s[1], s[2], s[3], s[4], w);
    step<T + 1>(s[4], s[0], s[1], s[2], s[3], w);
    step<T + 2>(s[3], s[4], s[0], s[1], s[2], w);
    step<T + 3>(s[2], s[3], s[4], s[0], s[1], w);
    step<T + 4>(s[1], s[2], s[3], s[4], s[0], w);
}

template <class V, int... Fifth>
TRESOR_INLINE void all_rounds(V* s, V* w, std::integer_sequence<int, Fifth...>) {
    (five_rounds<5 * Fifth>(s, w), ...);
}

// The state after the block `w`, which is used up; `next` may be `state`.
template <class V>
TRESOR_INLINE void compress(V* next, const V* state, V* w) {
    V s[5] = {state[0], state[1], state[2], state[3], state[4]};
    all_rounds(s, w, std::make_integer_sequence<int, 16>());
    for (int i = 0; i < 5; ++i) next[i] = state[i] + s[i];
}

// The hash of a block that is gone by already, and of a digest, which it replaces.
template <class V>
TRESOR_INLINE void hash_digest(const V* state, V* digest) {
    V w[16] = {digest[0], digest[1], digest[2], digest[3], digest[4], V{} + 0x80000000U};
    w[15] = V{} + 8 * (block_size + digest_size);
    compress(digest, state, w);
}

// From the first links of the chains to their sums. `words`: first words of all lanes, then second
// words, and so on.
template <class V>
TRESOR_TARGET void run_chains(const HmacKey& key, std::uint32_t* words, std::uint32_t iterations) {
    constexpr std::size_t lanes = sizeof(V) / sizeof(std::uint32_t);
    V inner[5], outer[5], link[5], sum[5];
    for (std::size_t i = 0; i < 5; ++i) {
        inner[i] = V{} + key.inner.words[i];
        outer[i] = V{} + key.outer.words[i];
        std::memcpy(&link[i], words + i * lanes, sizeof(V));
        sum[i] = link[i];
    }
    for (std::uint32_t iteration = 1; iteration < iterations; ++iteration) {
        hash_digest(inner, link);
        hash_digest(outer, link);
        for (std::size_t i = 0; i < 5; ++i) sum[i] ^= link[i];
    }
    std::memcpy(words, sum, sizeof sum);
}

#undef TRESOR_INLINE
