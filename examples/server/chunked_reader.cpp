#include "chunked_reader.hpp"

#include <algorithm>

namespace safe_server {

using tresor::Byte;
using tresor::ByteView;

void ChunkedReader::digit(Byte byte) {
    char c = static_cast<char>(byte | (byte >= 'A' && byte <= 'F' ? 0x20 : 0));
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
        if (digits_ == 0) return refuse();
        if (byte == '\r')
            part_ = Part::size_end;
        else if (byte == ';')
            part_ = Part::extension;
        else
            refuse();
        return;
    }
    if (++digits_ > 15) return refuse();
    left_ = left_ * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

void ChunkedReader::end_of_size() {
    digits_ = 0;
    line_ = 0;
    part_ = left_ > 0 ? Part::data : Part::trailer;
}

// One byte of what is not data.
void ChunkedReader::overhead(Byte byte) {
    constexpr std::size_t most_extra = 4096;
    bool text = (byte >= ' ' && byte != 0x7f) || byte == '\t';
    switch (part_) {
        case Part::size: return digit(byte);
        case Part::extension:
            if (byte == '\r')
                part_ = Part::size_end;
            else if (!text || ++extra_ > most_extra)
                refuse();
            return;
        case Part::size_end: return byte == '\n' ? end_of_size() : refuse();
        case Part::data_end: part_ = Part::data_feed; return byte == '\r' ? void() : refuse();
        case Part::data_feed: part_ = Part::size; return byte == '\n' ? void() : refuse();
        case Part::trailer:
            if (byte == '\r')
                part_ = Part::trailer_end;
            else if (!text || ++extra_ > most_extra)
                refuse();
            else
                ++line_;
            return;
        case Part::trailer_end:
            if (byte != '\n') return refuse();
            if (line_ == 0) state_ = Reading::whole;
            line_ = 0;
            part_ = Part::trailer;
            return;
        case Part::data: return;
    }
}

ChunkedReader::Step ChunkedReader::read(ByteView bytes) {
    std::size_t used = 0;
    while (used < bytes.size() && part_ != Part::data && state_ == Reading::unfinished)
        overhead(bytes[used++]);
    if (part_ != Part::data || state_ != Reading::unfinished) return {used, {}};
    auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - used));
    left_ -= size;
    if (left_ == 0) part_ = Part::data_end;
    return {used + size, bytes.subspan(used, size)};
}

}  // namespace safe_server
