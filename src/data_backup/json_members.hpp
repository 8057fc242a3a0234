// Members of a JSON object that somebody else wrote: read by name, nothing left over.
//
// What is absent, or null, has its default. Of another kind, out of range or not known:
// invalid_argument with a JSON pointer to it.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/data_backup/model.hpp>

#include "codec/json.hpp"
#include "codec/json_path.hpp"

namespace tresor::data_backup {

// Keeps the value and the path.
class JsonMembers {
public:
    JsonMembers(const codec::Json& value, const codec::JsonPath& path);

    bool has(std::string_view name) const;  // and is not null
    std::string text(std::string_view name);
    bool flag(std::string_view name);
    OptionalMoment moment(std::string_view name);  // RFC 3339 or milliseconds since 1970
    std::optional<std::int64_t> integer(std::string_view name);
    std::optional<std::int64_t> natural(std::string_view name);
    std::optional<double> real(std::string_view name);
    std::vector<std::string> texts(std::string_view name);
    Cells cells(std::string_view name);
    std::optional<PublicKey> public_key(std::string_view name);  // base64

    // The number from `first` to `last` that has this word; a word that none of them has is
    // refused.
    template <class WordOf>
    std::optional<std::int64_t> word(std::string_view name, std::int64_t first, std::int64_t last,
                                     WordOf word_of) {
        if (!has(name)) return std::nullopt;
        const std::string given = text(name);
        for (std::int64_t number = first; number <= last; ++number)
            if (word_of(number) == given) return number;
        fail(name, "is no word that is known");
    }

    using Read = std::function<void(JsonMembers&)>;
    // False if there is none. What `read` leaves over is refused.
    bool object(std::string_view name, const Read& read);
    void objects(std::string_view name, const Read& read);

    // Members that need no look.
    void ignore(std::initializer_list<std::string_view> names);
    // Throws for a member that nobody has asked for.
    void end() const;

    [[noreturn]] void fail(std::string_view name, const char* what) const;

private:
    const codec::Json* find(std::string_view name);

    const codec::Json::Object* members_;
    const codec::JsonPath& path_;
    std::vector<bool> asked_;
};

// Calls `read` with the object that the text holds, of which nothing is left over. Throws malformed
// for what is no JSON, too_large over a limit.
void read_object(ByteView json, const JsonMembers::Read& read);

}  // namespace tresor::data_backup
