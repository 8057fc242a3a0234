// What a WebDAV server tells of its files: the answer to PROPFIND (RFC 4918, 9.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tresor/io.hpp>
#include <tresor/time.hpp>

#include "codec/xml.hpp"

namespace tresor::storage {

struct DavEntry {
    std::string path;  // of its URL, percent-decoded, without a slash at the end
    bool folder = false;
    std::optional<std::uint64_t> size;
    std::optional<Timestamp> modified;
    std::string etag;  // absent, or with its quotes and what stands before them
};

// The body of a request for what stands in DavEntry.
std::string_view propfind_body() noexcept;

struct PropfindLimits {
    std::size_t entries, bytes;  // of the whole answer
};

// Reads an answer as it comes. Whatever a server adds is passed over; a property that is not there,
// or is not what it should be, is absent; an entry without a path, or with one over 4 KiB, is none.
class PropfindSink final : public ByteSink {
public:
    explicit PropfindSink(const PropfindLimits& limits) : limits_(limits) { restart(); }

    // Throws malformed if it is no XML, too_large for more entries or bytes.
    void write(ByteView bytes) override;
    void restart() override;
    // Throws malformed if it is no whole answer.
    std::vector<DavEntry> finish();

private:
    void open(std::string_view name);
    void close(std::string_view name, std::string_view text);
    void close_propstat();
    void close_response();

    PropfindLimits limits_;
    std::size_t bytes_ = 0, kept_ = 0;
    std::optional<codec::XmlReader> reader_;
    std::vector<DavEntry> entries_;
    std::size_t depth_ = 0, propstat_ = 0;  // at which depth one is open, 0: none
    bool multistatus_ = false, good_ = true, propstat_good_ = true;
    DavEntry entry_, stated_;
};

}  // namespace tresor::storage
