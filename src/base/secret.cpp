#include <tresor/secret.hpp>

#if defined(__GLIBC__) || defined(__FreeBSD__) || defined(__OpenBSD__)
#include <string.h>
#define TRESOR_HAS_EXPLICIT_BZERO 1
#endif

namespace tresor {

void wipe(void* memory, std::size_t size) noexcept {
    if (size == 0) return;
#ifdef TRESOR_HAS_EXPLICIT_BZERO
    explicit_bzero(memory, size);
#else
    auto* at = static_cast<volatile Byte*>(memory);
    while (size-- > 0) *at++ = 0;
#endif
}

bool equal_in_constant_time(ByteView a, ByteView b) noexcept {
    if (a.size() != b.size()) return false;
    volatile Byte difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference = static_cast<Byte>(difference | (a[i] ^ b[i]));
    return difference == 0;
}

Password::Password(std::string_view text) : bytes_(as_bytes(text)) {
    if (text.empty()) throw Error(Errc::invalid_argument, "the password is empty");
    if (text.find('\0') != std::string_view::npos)
        throw Error(Errc::invalid_argument, "the password holds U+0000");
}

}  // namespace tresor
