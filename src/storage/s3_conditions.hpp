// Which conditions an engine honours: found out with a probe object.
#pragma once

#include <string>
#include <string_view>

#include <tresor/http.hpp>

namespace tresor::storage {

class S3Bucket;

struct S3Conditions {
    bool put_if_absent = false;  // in one request and in parts
    bool versions = false;       // each write has an ETag of its own
    bool conditional_put = false, conditional_remove = false;
};

net::Headers if_absent();
// Throws conflict for what no engine ever gave as a version.
net::Headers if_version(const std::string& version);

// Asks the engine, with an object that no listing shows, and removes it. An engine that refuses a
// condition does not honour it; what it refuses without one is thrown.
S3Conditions find_conditions(S3Bucket& bucket);

// Whether a key is that of such an object.
bool is_probe(std::string_view key) noexcept;

// The ETag of an answer, "" if it is a weak one or none.
std::string etag_of(const net::Response& response);
// Whether it is a strong ETag, with its quotes.
bool is_version(std::string_view etag) noexcept;

}  // namespace tresor::storage
