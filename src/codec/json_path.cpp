#include "codec/json_path.hpp"

#include "codec/utf8.hpp"

namespace tresor::codec {
namespace {

constexpr std::size_t most_of_a_name = 64;

void append_name(std::string& pointer, std::string_view name) {
    std::string_view rest = name;
    while (!rest.empty() && name.size() - rest.size() < most_of_a_name)
        if (next_code_point(rest) == not_utf8) break;
    for (char c : name.substr(0, name.size() - rest.size())) {
        if (c == '~')
            pointer += "~0";
        else if (c == '/')
            pointer += "~1";
        else
            pointer += c;
    }
    if (!rest.empty()) pointer += "…";
}

}  // namespace

std::string JsonPath::pointer() const {
    if (parent_ == nullptr) return "";
    std::string pointer = parent_->pointer() + "/";
    if (index_ != no_index)
        pointer += std::to_string(index_);
    else
        append_name(pointer, name_);
    return pointer;
}

}  // namespace tresor::codec
