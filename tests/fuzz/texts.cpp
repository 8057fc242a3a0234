// The small formats, chosen by the first byte: what parses is written back alike.

#include <array>

#include <tresor/backup_id.hpp>
#include <tresor/client/state.hpp>
#include <tresor/safe/password.hpp>
#include <tresor/storage/location.hpp>

#include "codec/base32.hpp"
#include "codec/base64.hpp"
#include "codec/utf8.hpp"
#include "require.hpp"

using namespace tresor;

namespace {

void base64(std::string_view text) {
    auto bytes = codec::base64_decode(text);
    if (!bytes) return;
    SecretBytes again;
    codec::base64_encode(bytes->clone().expose(), again);
    REQUIRE_THAT(as_text(again.expose()) == text);
}

void base32(std::string_view text) {
    auto bytes = codec::base32_decode(text);
    if (!bytes) return;
    const SecretBytes again = codec::base32_encode(bytes->clone().expose());
    REQUIRE_THAT(as_text(again.expose()) == text);
}

void utf8(std::string_view text) {
    std::string again;
    bool valid = codec::is_utf8(text);
    for (std::string_view rest = text; !rest.empty();) {
        char32_t point = codec::next_code_point(rest);
        if (point == codec::not_utf8) {
            REQUIRE_THAT(!valid);
            return;
        }
        char bytes[4];
        again.append(bytes, codec::put_code_point(point, bytes));
    }
    REQUIRE_THAT(valid && again == text);
}

void names(std::string_view text) {
    if (auto time = parse_rfc3339(text)) REQUIRE_THAT(parse_rfc3339(format_rfc3339(*time)) == time);
    if (auto name = storage::ObjectName::parse(text))
        REQUIRE_THAT(name->text() == text &&
                     ("/" + name->text() + "/").find("/.") == std::string::npos);
    if (auto id = BackupId::parse(text)) REQUIRE_THAT(id->hex() == text);
    if (auto id = ThreemaId::parse(text)) REQUIRE_THAT(ThreemaId(id->text()) == id);
    storage::scheme_of(text);
}

void state(std::string_view text) {
    const SecretBytes written = client::format_state(client::parse_state(as_bytes(text)));
    REQUIRE_THAT(client::format_state(client::parse_state(written.expose())) == written);
}

// Pattern and password, with a line end between them.
void password(std::string_view text) {
    auto split = std::min(text.find('\n'), text.size());
    safe::PasswordAids aids{.pattern = std::string(text.substr(0, split))};
    auto word = text.substr(std::min(split + 1, text.size()));
    for (const auto& policy :
         {safe::android_policy(), safe::ios_policy(), safe::library_policy()}) {
        static_cast<void>(safe::check_password(word, policy));
        static_cast<void>(safe::check_password(word, policy, aids));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    constexpr std::array formats = {base64, base32, utf8, names, state, password};
    if (size == 0) return 0;
    try {
        formats[data[0] % formats.size()](as_text(ByteView(data, size).subspan(1)));
    } catch (const Error& error) {
        REQUIRE_THAT(error.code() != Errc::internal && error.code() != Errc::out_of_memory);
    }
    return 0;
}
