// The JSON value of this library: nlohmann's, in memory that wipes itself, members in their order.
//
// Only json_reader.hpp fills one from text. nlohmann's own parser is never called: it leaves tokens
// in freed memory and prints them in its errors. Few files include this one; it is slow to compile.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <tresor/secret.hpp>

namespace tresor::codec {

using JsonText = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;
using Json = nlohmann::basic_json<nlohmann::ordered_map, std::vector, JsonText, bool, std::int64_t,
                                  std::uint64_t, double, WipingAllocator>;

inline std::string_view view(const JsonText& text) noexcept { return {text.data(), text.size()}; }

// The value as compact JSON text.
SecretBytes write_json(const Json& value);

}  // namespace tresor::codec
