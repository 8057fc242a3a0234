// Bodies of messages: any text can be told in words and as JSON. The first byte is the type.

#include "codec/json_reader.hpp"
#include "codec/utf8.hpp"
#include "data_backup/model_json.hpp"
#include "data_backup/phrases.hpp"
#include "no_lookup.hpp"
#include "require.hpp"

using namespace tresor;
using namespace tresor::data_backup;

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    if (size == 0) return 0;
    Message message;
    message.type = static_cast<MessageType>(data[0] % 15);
    message.body.assign(as_text(ByteView(data + 1, size - 1)));
    if (!codec::is_utf8(message.body)) return 0;  // the reader of tables sees to it
    Content content = content_of(message);
    NoLookup lookup;
    REQUIRE_THAT(codec::is_utf8(Phrases(Language::german, lookup).notice(message, content)));
    codec::JsonWriter json;
    json.begin_object();
    MessageJson(lookup).write_members(json, message, content);
    json.end_object();
    Findings findings;
    codec::read_json(json.take().expose(), {}, findings);
    REQUIRE_THAT(findings.take().empty());
    return 0;
}
