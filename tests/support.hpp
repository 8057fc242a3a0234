// What tests share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <tresor/bytes.hpp>
#include <tresor/error.hpp>
#include <tresor/secret.hpp>
#include <tresor/time.hpp>

// The expression throws tresor::Error with exactly this code.
#define CHECK_THROWS_CODE(expression, expected)                                             \
    do {                                                                                    \
        std::optional<tresor::Errc> thrown_code;                                            \
        try {                                                                               \
            static_cast<void>(expression);                                                  \
        } catch (const tresor::Error& thrown) {                                             \
            thrown_code = thrown.code();                                                    \
        }                                                                                   \
        CHECK_MESSAGE(thrown_code.has_value(), #expression " threw nothing");               \
        if (thrown_code) CHECK(tresor::name_of(*thrown_code) == tresor::name_of(expected)); \
    } while (false)

namespace test {

using tresor::Bytes;
using tresor::ByteView;

Bytes unhex(std::string_view digits);
std::string hex(ByteView bytes);
inline std::string text_of(ByteView bytes) { return std::string(tresor::as_text(bytes)); }
inline Bytes bytes_of(std::string_view text) { return Bytes(text.begin(), text.end()); }
std::string sha256(ByteView bytes);  // libsodium's own, as hex

// A file below tests/vectors: header lines `name: value`, a blank line, bytes (STYLE 13).
struct Vector {
    std::map<std::string, std::string> header;
    Bytes bytes;
};
Vector read_vector(const std::string& path);
std::vector<std::string> vectors_in(const std::string& folder);  // their paths, sorted
Bytes read_file(const std::filesystem::path& path);

// A folder of its own that goes with the object.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const char* name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

// How often a random loop runs: `at_one` times TRESOR_TEST_SCALE (default 1), at least once.
std::uint64_t rounds(std::uint64_t at_one);

// The same numbers in every run; a failing round can be had again.
using Random = std::mt19937_64;
inline std::uint64_t below(Random& random, std::uint64_t limit) { return random() % limit; }

inline tresor::Timestamp at(std::string_view text) { return tresor::parse_rfc3339(text).value(); }

}  // namespace test
