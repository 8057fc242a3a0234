// Archives of any tables, made into new ones: these are whole, a second time changes nothing, an
// archive merged with itself has the same messages, and merged with a part of it no fewer. The
// first three bytes are the cut.

#include "archives.hpp"

namespace {

Bytes archive_of(std::string_view text) {
    MemorySink sink;
    ZipWriter zip(sink, password, {.salt = write_options().random});
    zip.add("settings", as_bytes("\"version\",\"27\"\n"));
    zip.add("identity", as_bytes(owner_code()));
    each_entry(text, [&](std::string_view name, ByteView content) {
        bool is_ours = name == "settings" || name == "identity" || name.empty();
        if (!is_ours && name.size() < 100) zip.add(name, content);
    });
    zip.finish();
    return sink.take();
}

Cut cut_of(ReadAt& file, const Byte* bytes) {
    DataBackup archive(file, password);
    constexpr Moment new_year(Millis(1735689600000));  // 2025, as in the corpus
    Cut cut;
    cut.media = (bytes[0] & 1) == 0;
    if (bytes[0] & 2) cut.since = new_year + std::chrono::seconds(bytes[1]);
    if (bytes[0] & 4) cut.until = new_year + std::chrono::seconds(bytes[2]);
    const auto& chats = archive.chats();
    for (std::size_t i = bytes[0] >> 3; i < chats.size(); i += 3)
        if (bytes[0] & 0xF8) cut.chats.push_back(chats[i].id);
    return cut;
}

Bytes filtered(const Bytes& bytes, const Cut& cut) {
    MemoryView file(bytes);
    MemorySink sink;
    auto made = filter({file, password}, sink, password, cut, write_options());
    REQUIRE_THAT(made.bad.empty() && made.bytes == sink.bytes().size());
    return sink.take();
}

Bytes merged(const Bytes& first, const Bytes& second) {
    MemoryView one(first), other(second);
    MemorySink sink;
    auto made = merge({one, password}, {other, password}, sink, password, write_options());
    REQUIRE_THAT(made.bad.empty());
    content_of_archive(sink.bytes());
    return sink.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    if (size < 3) return 0;
    const Bytes source = archive_of(as_text(ByteView(data + 3, size - 3)));
    MemoryView file(source);
    const Bytes some = filtered(source, cut_of(file, data)), all = filtered(source, {});
    REQUIRE_THAT(content_of_archive(some) == content_of_archive(filtered(some, {})));
    REQUIRE_THAT(messages_in(merged(source, source)) == messages_in(all));
    REQUIRE_THAT(messages_in(merged(source, some)) >= messages_in(all));
    return 0;
}
