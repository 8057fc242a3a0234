// The documents of S3 that are read and written: listings, uploads, the making of buckets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/io.hpp>
#include <tresor/time.hpp>

#include "codec/xml.hpp"

namespace tresor::storage {

// Engines name their elements in a namespace, in another one, or in none.
std::string_view local_name(std::string_view name) noexcept;
// For the text of an element.
std::string xml_escaped(std::string_view text);

struct S3Entry {
    std::string key;
    std::optional<std::uint64_t> size;
    std::optional<Timestamp> modified;
    std::string etag;
};

struct S3Page {
    std::vector<S3Entry> entries;
    bool truncated = false;
    std::string next;  // the token of the next page
};

// Reads a page of a listing (ListObjectsV2, with encoding-type=url or without) as it comes.
class S3PageSink final : public ByteSink {
public:
    // What is asked for at once.
    static constexpr std::size_t most_entries = 1000;

    S3PageSink() { restart(); }
    // Throws malformed if it is no XML, too_large for more than a page.
    void write(ByteView bytes) override;
    void restart() override;
    // Throws malformed if it is no whole page, or one whose next has no token.
    S3Page finish();

private:
    void open(std::string_view name);
    void close(std::string_view name, std::string_view text);

    std::size_t bytes_ = 0, depth_ = 0;
    bool listing_ = false, encoded_ = false;
    std::optional<codec::XmlReader> reader_;
    S3Entry entry_;
    S3Page page_;
};

// The text of the element right in the outermost one, if that has this name. Absent if there is
// none, or if it is no XML.
std::optional<std::string> text_in(ByteView document, std::string_view outer,
                                   std::string_view inner);

std::string complete_document(const std::vector<std::string>& etags);  // of parts 1, 2, ...
std::string location_document(std::string_view region);

}  // namespace tresor::storage
