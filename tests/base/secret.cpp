#include <tresor/secret.hpp>

#include <algorithm>
#include <new>
#include <sstream>
#include <type_traits>

#include "support.hpp"

using namespace tresor;

namespace {

using Key = Secret<32, struct TestTag>;
using OtherKey = Secret<32, struct OtherTag>;

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
    out << value;
};

static_assert(!std::is_copy_constructible_v<Key> && !std::is_copy_assignable_v<Key>);
static_assert(!std::is_copy_constructible_v<SecretBytes> &&
              !std::is_copy_assignable_v<SecretBytes>);
static_assert(!std::is_copy_constructible_v<Password> && !std::is_copy_assignable_v<Password>);
static_assert(std::is_nothrow_move_constructible_v<Key> && std::is_nothrow_move_assignable_v<Key>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);
static_assert(!std::is_convertible_v<Key, OtherKey> && !std::is_constructible_v<OtherKey, Key>);
static_assert(!Printable<Key> && !Printable<SecretBytes> && !Printable<Password>);

Bytes counting(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<Byte>(i + 1);
    return bytes;
}

bool all_zero(const void* at, std::size_t size) {
    auto* bytes = static_cast<const Byte*>(at);
    return std::all_of(bytes, bytes + size, [](Byte b) { return b == 0; });
}

// Memory for one object, looked at after the object is gone.
template <class T>
struct Slot {
    alignas(T) Byte memory[sizeof(T)];
    template <class... A>
    T* make(A&&... a) {
        return new (memory) T(std::forward<A>(a)...);
    }
};

}  // namespace

TEST_CASE("secret: destruction leaves zeros") {
    Slot<Key> slot;
    Key* key = slot.make(counting(32));
    CHECK(test::hex(key->expose()) == test::hex(counting(32)));
    key->~Key();
    CHECK(all_zero(std::launder(slot.memory), sizeof slot.memory));
}

TEST_CASE("secret: a move leaves zeros behind and takes the bytes along") {
    Slot<Key> from, to;
    Key* source = from.make(counting(32));
    Key* target = to.make(std::move(*source));
    CHECK(all_zero(source->expose().data(), 32));
    CHECK(*target == Key(counting(32)));

    Key assigned{Bytes(32)};
    assigned = std::move(*target);
    CHECK(all_zero(target->expose().data(), 32));
    CHECK(assigned == Key(counting(32)));
}

TEST_CASE("secret: moving onto itself keeps the bytes") {
    Key key(counting(32));
    Key& same = key;
    key = std::move(same);
    CHECK(key == Key(counting(32)));
}

TEST_CASE("secret: only the right number of bytes makes one") {
    CHECK_THROWS_CODE(Key(counting(31)), Errc::invalid_argument);
    CHECK_THROWS_CODE(Key(counting(33)), Errc::invalid_argument);
    CHECK_THROWS_CODE(Key(ByteView()), Errc::invalid_argument);
}

TEST_CASE("secret: a changed byte anywhere makes keys unequal") {
    Key key(counting(32));
    for (std::size_t i = 0; i < 32; ++i) {
        Bytes other = counting(32);
        other[i] ^= 0x80;
        CHECK_FALSE(key == Key(other));
    }
    CHECK(key == key.clone());
}

TEST_CASE("secret: byte views of different size are never equal") {
    CHECK(equal_in_constant_time({}, {}));
    CHECK_FALSE(equal_in_constant_time(counting(3), counting(4)));
}

TEST_CASE("secret: a shrinking buffer wipes what it cuts off") {
    SecretBytes bytes{ByteView(counting(64))};
    const Byte* memory = bytes.expose().data();
    bytes.resize(16);
    CHECK(all_zero(memory + 16, 48));
    CHECK(bytes.size() == 16);
}

TEST_CASE("secret: a password is neither empty nor holds U+0000") {
    CHECK_THROWS_CODE(Password(""), Errc::invalid_argument);
    CHECK_THROWS_CODE(Password(std::string_view("a\0b", 3)), Errc::invalid_argument);
    CHECK_THROWS_CODE(Password(std::string_view("\0", 1)), Errc::invalid_argument);
    CHECK(Password(" a ").expose() == " a ");
    CHECK(Password("abc").clone().expose() == "abc");
}
