// Sealing with a given nonce, for seal() and for tests with known bytes.
#pragma once

#include <tresor/safe/container.hpp>

namespace tresor::safe {

// The same key and nonce must never seal two texts.
Bytes seal_with_nonce(ByteView json, const EncryptionKey& key, std::span<const Byte, 24> nonce);

}  // namespace tresor::safe
