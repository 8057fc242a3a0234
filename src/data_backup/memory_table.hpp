// A table that is written into the archive when all of its rows are known.
#pragma once

#include <span>
#include <string_view>

#include "data_backup/table_writer.hpp"
#include "data_backup/zip_writer.hpp"

namespace tresor::data_backup {

// One thread at a time; stays where it is.
class MemoryTable {
public:
    explicit MemoryTable(std::span<const std::string_view> header) : rows_(sink_) {
        rows_.row(header);
    }
    MemoryTable(const MemoryTable&) = delete;
    MemoryTable& operator=(const MemoryTable&) = delete;

    TableWriter& rows() noexcept { return rows_; }
    std::uint64_t count() const noexcept { return rows_.rows() - 1; }  // without the header

    void add_to(ZipWriter& zip, std::string_view name) {
        rows_.flush();
        Bytes content = sink_.take();
        zip.add(name, content);
    }

private:
    MemorySink sink_;
    TableWriter rows_;
};

}  // namespace tresor::data_backup
