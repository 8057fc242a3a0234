#include "body.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <tresor/error.hpp>

namespace safe_server {

using tresor::ByteSpan;
using tresor::ByteView;
using tresor::Errc;
using tresor::Error;

namespace {
constexpr std::size_t least_piece = 1024, largest_piece = 64 * 1024;
}

BodyRoom::BodyRoom(std::size_t memory, std::filesystem::path folder, std::size_t files)
    : memory_(memory), files_(files), folder_(std::move(folder)) {}

bool BodyRoom::take(std::size_t bytes) noexcept {
    if ((used_ += bytes) <= memory_) return true;
    used_ -= bytes;
    return false;
}

int BodyRoom::take_file() {
    if (++open_files_ > files_) {
        --open_files_;
        throw Error(Errc::unavailable, "no room for another body");
    }
    std::string name = (folder_ / ".tresor-body-XXXXXX").string();
    int file = mkostemp(name.data(), O_CLOEXEC);
    if (file < 0) {
        --open_files_;
        throw Error(Errc::io, "no temporary file could be made for a body");
    }
    unlink(name.c_str());
    ++files_made_;
    return file;
}

void BodyRoom::give_back_file(int file) noexcept {
    close(file);
    --open_files_;
}

Body::~Body() {
    room_.give_back(reserved_);
    if (file_ >= 0) room_.give_back_file(file_);
}

// Room for what is here, and for as much again as came before. All pieces but the last are full.
bool Body::add_piece(std::size_t here, std::uint64_t to_come) {
    auto wanted = std::max<std::uint64_t>({here, size_, least_piece});
    auto most = std::max<std::uint64_t>(to_come, here);
    auto size = static_cast<std::size_t>(std::min<std::uint64_t>({wanted, most, largest_piece}));
    if (!room_.take(size)) return false;
    reserved_ += size;
    pieces_.emplace_back().reserve(size);
    return true;
}

void Body::append(ByteView bytes, std::uint64_t to_come) {
    while (file_ < 0 && !bytes.empty()) {
        bool full = pieces_.empty() || pieces_.back().size() == pieces_.back().capacity();
        if (full && !add_piece(bytes.size(), to_come)) {
            move_into_file();
            break;
        }
        auto& piece = pieces_.back();
        auto part = bytes.first(std::min(bytes.size(), piece.capacity() - piece.size()));
        piece.insert(piece.end(), part.begin(), part.end());
        size_ += part.size();
        to_come -= std::min<std::uint64_t>(to_come, part.size());
        bytes = bytes.subspan(part.size());
    }
    if (!bytes.empty()) write_to_file(bytes);
}

void Body::move_into_file() {
    file_ = room_.take_file();
    auto pieces = std::exchange(pieces_, {});
    size_ = 0;
    for (const auto& piece : pieces) write_to_file(piece);
    room_.give_back(std::exchange(reserved_, 0));
}

void Body::write_to_file(ByteView bytes) {
    while (!bytes.empty()) {
        auto written = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) throw Error(Errc::io, "a body could not be written to a temporary file");
        size_ += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

std::size_t Body::read(ByteSpan into) {
    std::size_t size = read_at(at_, into);
    at_ += size;
    return size;
}

std::size_t Body::read_at(std::uint64_t offset, ByteSpan into) const {
    into = into.first(static_cast<std::size_t>(
        std::min<std::uint64_t>(into.size(), size_ - std::min(size_, offset))));
    std::size_t done = 0;
    while (file_ >= 0 && done < into.size()) {
        auto got =
            pread(file_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) throw Error(Errc::io, "a body could not be read from a temporary file");
        done += static_cast<std::size_t>(got);
    }
    for (const auto& piece : pieces_) {
        if (done == into.size()) break;
        if (offset >= piece.size()) {
            offset -= piece.size();
            continue;
        }
        auto at = static_cast<std::size_t>(offset);
        std::size_t part = std::min(piece.size() - at, into.size() - done);
        std::copy_n(piece.data() + at, part, into.data() + done);
        done += part;
        offset = 0;
    }
    return done;
}

}  // namespace safe_server
