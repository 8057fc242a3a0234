#include "crypto/aes.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>

#include <openssl/evp.h>

#include <tresor/secret.hpp>

namespace tresor::crypto {

namespace {

constexpr std::size_t block_size = 16, batch_blocks = 256;

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};

const EVP_CIPHER* cipher_of(std::size_t key_size) {
    assert(key_size == 16 || key_size == 24 || key_size == 32);
    return key_size == 16   ? EVP_aes_128_ecb()
           : key_size == 24 ? EVP_aes_192_ecb()
                            : EVP_aes_256_ecb();
}

}  // namespace

// A batch of counter blocks at a time becomes key stream.
struct AesCounter::State {
    ~State() { wipe(stream.data(), stream.size()); }
    std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context{EVP_CIPHER_CTX_new()};
    std::array<Byte, block_size * batch_blocks> stream;
    std::size_t used = stream.size();
    std::uint64_t counter = 1;
};

AesCounter::AesCounter(ByteView key) : state_(std::make_unique<State>()) {
    EVP_CIPHER_CTX* context = state_->context.get();
    if (context == nullptr ||
        EVP_EncryptInit_ex(context, cipher_of(key.size()), nullptr, key.data(), nullptr) != 1 ||
        EVP_CIPHER_CTX_set_padding(context, 0) != 1)
        throw Error(Errc::out_of_memory, "the cipher could not be set up");
}

AesCounter::AesCounter(AesCounter&&) noexcept = default;
AesCounter::~AesCounter() = default;

void AesCounter::next_batch() {
    State& state = *state_;
    state.stream.fill(0);
    for (std::size_t block = 0; block < batch_blocks; ++block, ++state.counter)
        for (std::size_t i = 0; i < 8; ++i)
            state.stream[block * block_size + i] = static_cast<Byte>(state.counter >> (8 * i));
    int written = 0;
    int size = static_cast<int>(state.stream.size());
    if (EVP_EncryptUpdate(state.context.get(), state.stream.data(), &written, state.stream.data(),
                          size) != 1 ||
        written != size)
        throw Error(Errc::internal, "the cipher failed");
    state.used = 0;
}

void AesCounter::apply(ByteSpan text) {
    while (!text.empty()) {
        if (state_->used == state_->stream.size()) next_batch();
        std::size_t size = std::min(text.size(), state_->stream.size() - state_->used);
        const Byte* stream = state_->stream.data() + state_->used;
        for (std::size_t i = 0; i < size; ++i) text[i] ^= stream[i];
        state_->used += size;
        text = text.subspan(size);
    }
}

}  // namespace tresor::crypto
