// Locations of S3 stores.
//
//     s3://[user[:password]@]bucket[/prefix][?endpoint=URL&region=R&style=path|host]
//
// User info is the id of an access key and its secret. Prefix and values may be percent-encoded.
#pragma once

#include <tresor/storage/location.hpp>
#include <tresor/storage/s3.hpp>

namespace tresor::storage {

bool is_s3(std::string_view location) noexcept;
// `location` as in part(); throws invalid_argument, in words that hold nothing of it.
Parted part_s3(std::string_view location);
// Of a location without user info; the same.
S3Options parse_s3(std::string_view location);

void add_s3(Registry& registry);  // none where the library has no network

}  // namespace tresor::storage
