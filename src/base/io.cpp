#include <tresor/io.hpp>

#include <algorithm>
#include <array>
#include <string>

#include <tresor/error.hpp>

#include "base/file.hpp"

namespace tresor {

std::size_t MemorySource::read(ByteSpan into) {
    std::size_t size = std::min(into.size(), bytes_.size() - at_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), size, into.begin());
    at_ += size;
    return size;
}

void copy(ByteSource& from, ByteSink& to, const Progress& progress) {
    std::array<Byte, 65536> block;
    std::uint64_t done = 0;
    while (std::size_t size = from.read(block)) {
        to.write(ByteView(block).first(size));
        done += size;
        if (progress && !progress(done, from.size())) throw Error(Errc::cancelled, "cancelled");
    }
}

void MemorySink::write(ByteView bytes) {
    if (bytes.size() > most_ - bytes_.size())
        throw Error(Errc::too_large, "more than " + std::to_string(most_) + " bytes");
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

FileReadAt::FileReadAt(const std::filesystem::path& path) : file_(file::open_at(path)) {
    if (!file_) throw Error(Errc::io, path.string() + " is no file that can be read");
}

FileSource::FileSource(const std::filesystem::path& path) {
    auto opened = file::open(path);
    if (!opened) throw Error(Errc::io, path.string() + " is no file that can be read");
    file_ = std::move(opened->source);
}

}  // namespace tresor
