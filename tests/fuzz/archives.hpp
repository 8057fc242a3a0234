// Archives made of the bytes of a fuzzer, and what is in archives.
#pragma once

#include <map>
#include <set>
#include <string>

#include <tresor/data_backup/filter.hpp>
#include <tresor/id_export.hpp>

#include "cheap_keys.hpp"
#include "data_backup/catalogue.hpp"
#include "data_backup/zip_writer.hpp"
#include "memory_view.hpp"
#include "require.hpp"

using namespace tresor;
using namespace tresor::data_backup;

inline const Password password("backup-demo-1");

inline std::string owner_code() {
    return id_export::encode(ThreemaId("MYSELF01"), PrivateKey(Bytes(32, 7)), password);
}

// Numbers that differ, the same ones in each run.
inline WriteOptions write_options() {
    WriteOptions options;
    options.random = [last = std::uint32_t{0}](ByteSpan into) mutable {
        ++last;
        for (std::size_t i = 0; i < into.size(); ++i)
            into[i] = static_cast<Byte>(i < 4 ? last >> (8 * i) : 0);
    };
    return options;
}

// Calls `entry` with name and content of each: a line with the name, the content, a zero byte.
template <class Work>
void each_entry(std::string_view text, const Work& entry) {
    std::set<std::string_view> names;
    while (!text.empty()) {
        std::string_view one = text.substr(0, text.find('\0'));
        text.remove_prefix(std::min(one.size() + 1, text.size()));
        std::size_t end = std::min(one.find('\n'), one.size());
        std::string_view name = one.substr(0, end);
        one.remove_prefix(std::min(end + 1, one.size()));
        if (names.insert(name).second) entry(name, as_bytes(one));
    }
}

// All is whole but what nobody knows, which is left as it is; and what is in it.
inline std::map<std::string, Bytes> content_of_archive(const Bytes& bytes) {
    MemoryView file(bytes);
    for (const BadEntry& bad : verify(file, password).bad)
        REQUIRE_THAT(classify(bad.name).kind == EntryKind::unknown);
    DataBackup archive(file, password);
    std::map<std::string, Bytes> content;
    for (const EntryInfo& entry : archive.entries()) {
        MemorySink sink;
        REQUIRE_THAT(archive.read(entry.name, sink));
        REQUIRE_THAT(content.emplace(entry.name, sink.take()).second);
    }
    return content;
}

inline std::uint64_t messages_in(const Bytes& bytes) {
    MemoryView file(bytes);
    DataBackup archive(file, password);
    std::uint64_t count = 0;
    for (const Chat& chat : archive.chats()) count += archive.summary(chat).messages;
    return count;
}
