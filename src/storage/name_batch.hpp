// Names of a folder that are looked at together, in the order of their files' serials: a disk keeps
// what it knows of files in that order, and looking at a million out of order takes a disk many
// times as long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/file.hpp"

namespace tresor::storage {

class NameBatch {
public:
    struct Item {
        std::uint64_t serial;
        std::uint32_t offset;
        file::FolderReader::Kind kind;
    };

    // Of names and their bytes; a name longer than usual counts for several.
    explicit NameBatch(std::uint32_t most);

    bool full() const { return items_.size() >= most_ || text_.size() / usual >= most_; }
    bool empty() const { return items_.empty(); }
    void clear();
    void add(const file::FolderReader::Entry& entry);
    void sort();

    auto begin() const { return items_.begin(); }
    auto end() const { return items_.end(); }
    // Holds until the next add().
    const char* name(const Item& item) const { return text_.data() + item.offset; }

private:
    static constexpr std::size_t usual = 80;

    std::uint32_t most_;
    std::vector<Item> items_;
    std::vector<char> text_;
};

}  // namespace tresor::storage
