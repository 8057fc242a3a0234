// An archive of tests/vectors/data_backup.
#pragma once

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

}  // namespace test
