// The members of one JSON object, read by name with the lenient rules of safe.md 3.5. What is odd
// is reported; what nobody asked for is unknown.
#pragma once

#include <string_view>
#include <vector>

#include <tresor/safe/model.hpp>

#include "base/findings.hpp"
#include "codec/json.hpp"
#include "codec/json_path.hpp"

namespace tresor::safe {

class Fields {
public:
    // Keeps all three.
    Fields(const codec::Json::Object& object, const codec::JsonPath& path, Findings& findings);

    // The value as it is; nullptr if there is none.
    const codec::Json* value(std::string_view name);

    bool flag(std::string_view name, bool otherwise);
    std::optional<std::string> text(std::string_view name);
    std::optional<Milliseconds> time(std::string_view name);
    // A number from 0 to `most`, else 0.
    int choice(std::string_view name, int most);
    std::optional<SecretBytes> base64(std::string_view name);
    std::optional<ThreemaId> identity(std::string_view name);
    std::optional<ListId> list_id(std::string_view name);
    // Sorted, each once; empty if there is no array.
    std::vector<ThreemaId> identities(std::string_view name);

    // Calls `read(element, path)` for each element of an array.
    template <class Read>
    void each(std::string_view name, Read&& read) {
        const codec::Json::Array* array = array_of(name);
        if (array == nullptr) return;
        codec::JsonPath path(path_, name);
        for (std::size_t i = 0; i < array->size(); ++i) read((*array)[i], codec::JsonPath(path, i));
    }

    // Members that no call above asked for, sorted by name.
    Unknowns unknown() const;

    void report(const codec::JsonPath& path, const char* reason);
    void report(std::string_view name, const char* reason) {
        report(codec::JsonPath(path_, name), reason);
    }

private:
    const codec::Json::Array* array_of(std::string_view name);
    std::optional<ThreemaId> identity_in(const codec::Json& value, const codec::JsonPath& path,
                                         const char* otherwise);

    const codec::Json::Object& members_;
    const codec::JsonPath& path_;
    Findings& findings_;
    std::vector<bool> asked_;
    std::size_t next_ = 0;  // members mostly come in the order they are asked for
};

}  // namespace tresor::safe
