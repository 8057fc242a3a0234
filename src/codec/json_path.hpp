// Where in a JSON document something stands: a chain of steps on the stack, as text only if asked.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tresor::codec {

class JsonPath {
public:
    JsonPath() = default;
    // Keep the parent and the name alive as long as the path.
    JsonPath(const JsonPath& parent, std::string_view name) : parent_(&parent), name_(name) {}
    JsonPath(const JsonPath& parent, std::size_t index) : parent_(&parent), index_(index) {}

    // A JSON pointer (RFC 6901); a name of more than 64 bytes is cut.
    std::string pointer() const;

private:
    static constexpr std::size_t no_index = static_cast<std::size_t>(-1);
    const JsonPath* parent_ = nullptr;
    std::string_view name_;
    std::size_t index_ = no_index;
};

}  // namespace tresor::codec
