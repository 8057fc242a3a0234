// An archive of tests/vectors/data_backup.
#pragma once

#include <algorithm>

#include <tresor/data_backup/reader.hpp>

#include "memory_file.hpp"
#include "support.hpp"

namespace test {

using namespace tresor;

struct ArchiveVector {
    explicit ArchiveVector(const std::string& name)
        : ArchiveVector(read_vector("data_backup/" + name + ".vec")) {}
    explicit ArchiveVector(Vector read)
        : header(std::move(read.header)),
          file(std::move(read.bytes)),
          password(text_of(unhex(header.at("password")))) {}

    data_backup::DataBackup open(data_backup::ReadOptions options = {}) {
        return data_backup::DataBackup(file, password, options);
    }
    Bytes bytes() {
        Bytes all(static_cast<std::size_t>(file.size()));
        file.read_at(0, all);
        return all;
    }

    std::map<std::string, std::string> header;
    MemoryFile file;
    Password password;
};

// All messages of a chat of this id.
inline std::vector<data_backup::Message> all_of(data_backup::DataBackup& archive,
                                                std::string_view chat) {
    const data_backup::Chat* found = archive.chat(chat);
    REQUIRE(found != nullptr);
    auto reader = archive.messages(*found);
    std::vector<data_backup::Message> messages;
    for (data_backup::Message message; reader.next(message);) messages.push_back(message);
    return messages;
}

// Whether one of the findings is about this place and has this word.
inline bool tells(const std::vector<Finding>& findings, std::string_view pointer,
                  std::string_view word) {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
        return finding.pointer.starts_with(pointer) &&
               finding.reason.find(word) != std::string::npos;
    });
}

}  // namespace test
