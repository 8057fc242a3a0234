#include "storage/name_batch.hpp"

#include <algorithm>
#include <cstring>

namespace tresor::storage {

// Room that is not written to costs nothing; growing would need twice as much.
NameBatch::NameBatch(std::uint32_t most) : most_(most) {
    items_.reserve(most);
    text_.reserve((most + std::size_t{4}) * usual);
}

void NameBatch::clear() {
    items_.clear();
    text_.clear();
}

void NameBatch::add(const file::FolderReader::Entry& entry) {
    items_.push_back({entry.serial, static_cast<std::uint32_t>(text_.size()), entry.kind});
    text_.insert(text_.end(), entry.name, entry.name + std::strlen(entry.name) + 1);
}

void NameBatch::sort() {
    std::sort(items_.begin(), items_.end(),
              [](const Item& a, const Item& b) { return a.serial < b.serial; });
}

}  // namespace tresor::storage
