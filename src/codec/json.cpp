#include "codec/json.hpp"

#include "codec/json_reader.hpp"
#include "codec/json_writer.hpp"

namespace tresor::codec {

SecretBytes write_json(const Json& value) {
    JsonText text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    return SecretBytes(as_bytes(view(text)));
}

SecretBytes compact_json(ByteView text) {
    Findings findings;
    return write_json(read_json(text, {}, findings));
}

}  // namespace tresor::codec
