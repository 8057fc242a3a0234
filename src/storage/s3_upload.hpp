// An object on its way into a bucket: in one request, or in parts that are put together at the end
// (multipart upload).
#pragma once

#include <tresor/io.hpp>

#include "storage/s3_bucket.hpp"

namespace tresor::storage {

// How large a part is: at least `least`, and more for what is so large that it would be too many.
// Throws too_large for what no engine takes.
std::uint64_t part_bytes_for(std::optional<std::uint64_t> size, std::uint64_t least);

// Keeps the references. A part is in memory, no more.
class S3Upload {
public:
    // `condition`: headers of the request that makes the object.
    S3Upload(S3Bucket& bucket, std::string key, net::Headers condition)
        : bucket_(bucket), key_(std::move(key)), condition_(std::move(condition)) {}

    // Returns the size, and the answer to the request that made the object.
    struct Done {
        std::uint64_t size;
        net::Response response;
    };
    Done put(ByteSource& content, std::uint64_t part_bytes);
    // In parts, even if it is only one.
    net::Response put_in_parts(ByteView content);

private:
    class Parts;
    net::Response put_in_parts(Parts& parts, ByteView first);
    std::string begin();
    std::string send_part(std::size_t number, ByteView part, const Parts& parts);
    std::string try_part(std::size_t number, ByteView part, const Parts& parts);
    net::Response complete(const std::vector<std::string>& etags);

    S3Bucket& bucket_;
    std::string key_;
    net::Headers condition_;
    std::string id_;
};

}  // namespace tresor::storage
