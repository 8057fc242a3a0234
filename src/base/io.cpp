#include <tresor/io.hpp>

#include <algorithm>

#include <tresor/error.hpp>

namespace tresor {

std::size_t MemorySource::read(ByteSpan into) {
    std::size_t size = std::min(into.size(), bytes_.size() - at_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), size, into.begin());
    at_ += size;
    return size;
}

void MemorySink::write(ByteView bytes) {
    if (bytes.size() > most_ - bytes_.size())
        throw Error(Errc::too_large, "more than " + std::to_string(most_) + " bytes");
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

}  // namespace tresor
