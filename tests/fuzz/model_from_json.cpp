// JSON that becomes a model: whatever is taken is written and read again, the same. The first byte
// says what it is.

#include <tresor/error.hpp>

#include "data_backup/model_from_json.hpp"
#include "data_backup/model_json.hpp"
#include "no_lookup.hpp"
#include "require.hpp"

using namespace tresor;
using namespace tresor::data_backup;

namespace {

void write_members(codec::JsonWriter& json, const Message& message) {
    static const NoLookup lookup;
    MessageJson(lookup).write_members(json, message, content_of(message));
}

template <class Object>
SecretBytes json_of(const Object& object) {
    codec::JsonWriter json;
    json.begin_object();
    write_members(json, object);
    json.end_object();
    return json.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    if (size == 0) return 0;
    auto try_it = [text = ByteView(data + 1, size - 1)](auto of) {
        const SecretBytes once = json_of(of(text));
        REQUIRE_THAT(json_of(of(once.expose())) == once);
    };
    try {
        if (data[0] % 5 == 0) try_it(contact_of_json);
        if (data[0] % 5 == 1) try_it(group_of_json);
        if (data[0] % 5 == 2) try_it(distribution_list_of_json);
        if (data[0] % 5 == 3) try_it(poll_of_json);
        // A body that says nothing is told as what it counts as, and then is one that says so.
        auto told = [](ByteView json) {
            const SecretBytes once = json_of(message_of_json(json));
            return message_of_json(once.expose());
        };
        if (data[0] % 5 == 4) try_it(told);
    } catch (const Error& error) {
        REQUIRE_THAT(error.code() == Errc::invalid_argument || error.code() == Errc::malformed ||
                     error.code() == Errc::too_large);
    }
    return 0;
}
