// What a program may give to the writer: it is refused, or the archive is whole, without findings
// but for what refers to nothing, and has as many messages. Each line is a letter and JSON.

#include <tresor/data_backup/writer.hpp>

#include "archives.hpp"
#include "data_backup/model_from_json.hpp"

namespace {

void add(DataBackupWriter& writer, char what, std::string_view line) {
    ByteView json = as_bytes(line);
    MemorySource content(json);
    if (what == 'c') writer.add_contact(contact_of_json(json));
    if (what == 'g') writer.add_group(group_of_json(json));
    if (what == 'l') writer.add_distribution_list(distribution_list_of_json(json));
    if (what == 'm') writer.add_message(message_of_json(json));
    if (what == 'p') writer.add_poll(poll_of_json(json));
    if (what == 'n') writer.add_nonce(NonceScope::chat, json);
    if (what == 'f') writer.add_media(line, content);
    if (what == 't') writer.add_thumbnail(line, content);
}

bool refers_to_nothing(const Finding& finding) {
    for (auto words : {"not there", "no contact", "cannot be read", "not known", "another chat"})
        if (finding.reason.find(words) != std::string::npos) return true;
    std::fprintf(stderr, "%s: %s\n", finding.pointer.c_str(), finding.reason.c_str());
    return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    MemorySink sink;
    DataBackupWriter writer(sink, password, write_options());
    Written written;
    try {
        writer.set_owner(ThreemaId("MYSELF01"), PrivateKey(Bytes(32, 7)));
        for (std::string_view text = as_text(ByteView(data, size)); !text.empty();) {
            std::string_view line = text.substr(0, text.find('\n'));
            text.remove_prefix(std::min(line.size() + 1, text.size()));
            if (!line.empty()) add(writer, line[0], line.substr(1));
        }
        written = writer.finish();
    } catch (const Error& error) {
        REQUIRE_THAT(error.code() == Errc::invalid_argument || error.code() == Errc::malformed ||
                     error.code() == Errc::too_large);
        return 0;
    }
    content_of_archive(sink.bytes());
    MemoryView file(sink.bytes());
    for (const Finding& finding : verify(file, password).findings)
        REQUIRE_THAT(refers_to_nothing(finding));
    REQUIRE_THAT(messages_in(sink.bytes()) == written.messages);
    return 0;
}
