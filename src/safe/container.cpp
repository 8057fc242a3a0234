#include <tresor/safe/container.hpp>

#include <algorithm>
#include <array>

#include "codec/gzip.hpp"
#include "crypto/random.hpp"
#include "crypto/secretbox.hpp"
#include "safe/container_nonce.hpp"

namespace tresor::safe {
namespace {

constexpr std::size_t nonce_size = crypto::secretbox_nonce_size;
constexpr std::size_t head_size = nonce_size + crypto::secretbox_tag_size;

static_assert(container_size(0) == head_size + codec::gzip_stored_size(0) &&
              container_size(65535) == head_size + codec::gzip_stored_size(65535) &&
              container_size(65536) == head_size + codec::gzip_stored_size(65536));

void require_small(ByteView json) {
    if (json.size() > max_json_bytes)
        throw Error(Errc::too_large,
                    "the document is over " + std::to_string(max_json_bytes) + " bytes");
}

// Behind the nonce, which is there already.
void seal_behind_nonce(ByteView json, const EncryptionKey& key, ByteSpan container) {
    ByteSpan text = container.subspan(head_size);
    codec::gzip_stored(json, text);
    crypto::secretbox_seal(text, container.subspan<nonce_size, crypto::secretbox_tag_size>(),
                           container.first<nonce_size>(), key.expose());
}

}  // namespace

Bytes seal_with_nonce(ByteView json, const EncryptionKey& key, std::span<const Byte, 24> nonce) {
    require_small(json);
    Bytes container(container_size(json.size()));
    std::copy(nonce.begin(), nonce.end(), container.begin());
    seal_behind_nonce(json, key, container);
    return container;
}

void seal(ByteView json, const EncryptionKey& key, ByteSpan container) {
    require_small(json);
    if (container.size() != container_size(json.size()))
        throw Error(Errc::invalid_argument, "the room is not of the container's size");
    crypto::random_bytes(container.first(nonce_size));
    seal_behind_nonce(json, key, container);
}

Bytes seal(ByteView json, const EncryptionKey& key) {
    require_small(json);
    Bytes container(container_size(json.size()));
    seal(json, key, container);
    return container;
}

Opened open(ByteView container, const EncryptionKey& key) {
    if (container.size() > max_container_bytes)
        throw Error(Errc::too_large,
                    "the container is over " + std::to_string(max_container_bytes) + " bytes");
    if (container.size() < min_container_bytes)
        throw Error(Errc::malformed, "the container is truncated");
    ByteView sealed = container.subspan(head_size);
    SecretBytes packed(sealed.size());
    if (!crypto::secretbox_open(packed.expose(), sealed,
                                container.subspan<nonce_size, crypto::secretbox_tag_size>(),
                                container.first<nonce_size>(), key.expose()))
        throw Error(Errc::auth_failed, "the container was sealed with another key or was changed");
    auto [json, ignored] = codec::gunzip(packed.expose(), max_json_bytes);
    std::vector<Finding> findings;
    if (ignored > 0)
        findings.push_back(
            {"", std::to_string(ignored) + " bytes behind the gzip data were ignored"});
    return {std::move(json), std::move(findings)};
}

}  // namespace tresor::safe
